using System.Globalization;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Configuration;

/// <summary>command_status values as configurations write them: ESME_RTHROTTLED, 0x58 or 88.</summary>
internal static class StatusNames
{
    private static readonly Dictionary<string, CommandStatus> ByName = Named();

    public static bool TryParse(string text, out CommandStatus status)
    {
        if (ByName.TryGetValue(text, out status)) return true;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!uint.TryParse(text.AsSpan(isHex ? 2 : 0), style, CultureInfo.InvariantCulture, out uint number)) return false;
        status = (CommandStatus)number;
        return true;
    }

    private static Dictionary<string, CommandStatus> Named()
    {
        var names = new Dictionary<string, CommandStatus>(StringComparer.Ordinal);
        foreach (CommandStatus status in Enum.GetValues<CommandStatus>()) names[CommandStatuses.Name(status)] = status;
        return names;
    }
}
