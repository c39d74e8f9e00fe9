using System.Globalization;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Server.Configuration;

/// <summary>Reads <c>statuses</c> and <c>default_status</c> of a connection.</summary>
internal static class StatusConfig
{
    private const string Expected = "a status such as ESME_RINVDSTADR, 0x58 or 88, or a range such as 0x400-0x4FF";

    private static readonly Dictionary<string, StatusAction> Actions = new(StringComparer.Ordinal)
    {
        ["retry"] = StatusAction.Retry,
        ["next"] = StatusAction.Next,
        ["fail"] = StatusAction.Fail,
        ["slow_down"] = StatusAction.SlowDown,
        ["suspend"] = StatusAction.Suspend,
    };

    private static readonly Dictionary<string, StatusAction> DefaultActions = new(StringComparer.Ordinal)
    {
        ["next"] = StatusAction.Next,
        ["fail"] = StatusAction.Fail,
        ["retry"] = StatusAction.Retry,
    };

    private static readonly Dictionary<string, uint> Names =
        Enum.GetValues<CommandStatus>().ToDictionary(CommandStatuses.Name, static status => (uint)status, StringComparer.Ordinal);

    public static StatusPolicy Read(ConfigSection section)
    {
        StatusAction unnamed = section.Choice("default_status", StatusAction.Next, DefaultActions);
        ConfigSection? statuses = section.Group("statuses");
        if (statuses is null) return unnamed == StatusAction.Next ? StatusPolicy.Default : new(new Dictionary<uint, StatusAction>(), unnamed);
        var single = new Dictionary<uint, (string Key, StatusAction Action)>();
        var inRange = new Dictionary<uint, (string Key, StatusAction Action)>();
        foreach (string key in statuses.Keys())
        {
            StatusAction action = statuses.Choice(key, StatusAction.Next, Actions);
            if (TryParse(key, out string problem) is not var (from, to))
            {
                statuses.FailKey(key, problem);
                continue;
            }

            Dictionary<uint, (string Key, StatusAction Action)> target = from == to ? single : inRange;
            for (uint status = from; ; status++)
            {
                if (!target.TryAdd(status, (key, action)))
                {
                    statuses.FailKey(key, $"names {Name(status)}, which '{target[status].Key}' names already");
                    break;
                }

                if (status == to) break;
            }
        }

        // A status that is named by itself goes before the range that it lies in.
        foreach ((uint status, var entry) in single) inRange[status] = entry;
        return new(inRange.ToDictionary(static entry => entry.Key, static entry => entry.Value.Action), unnamed);
    }

    /// <summary>Reads a status by its name or number, or a range of statuses; null, and what is wrong with it, when it is none.</summary>
    public static (uint From, uint To)? TryParse(string text, out string problem)
    {
        problem = "";
        if (Parse(text) is { } status)
        {
            if (status != 0) return (status, status);
            problem = "is ESME_ROK, which is no refusal; expected " + Expected;
            return null;
        }

        int dash = text.IndexOf('-', StringComparison.Ordinal);
        if (dash > 0 && Parse(text[..dash]) is { } from && Parse(text[(dash + 1)..]) is { } to)
        {
            if (from > 0 && from <= to && to <= StatusPolicy.HighestInRange) return (from, to);
            problem = $"is no range; expected the lower status first, from 0x1 to 0x{StatusPolicy.HighestInRange:X}";
            return null;
        }

        string? nearest = Spelling.Nearest(text, Names.Keys);
        problem = $"is no status; {(nearest is null ? $"expected {Expected}" : $"did you mean '{nearest}'?")}";
        return null;
    }

    private static uint? Parse(string text)
    {
        text = text.Trim();
        if (Names.TryGetValue(text, out uint named)) return named;
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        NumberStyles style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return uint.TryParse(isHex ? text[2..] : text, style, CultureInfo.InvariantCulture, out uint value) ? value : null;
    }

    private static string Name(uint status) => CommandStatuses.Name((CommandStatus)status);
}
