using System.Globalization;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>Reads networks as services write them.</summary>
internal sealed class NetworkNames(IReadOnlyDictionary<string, NetworkId> names)
{
    private readonly Dictionary<string, NetworkId> _names = new(names, StringComparer.OrdinalIgnoreCase);
    private readonly int _longest = names.Keys.Select(static name => name.Length).DefaultIfEmpty().Max();

    /// <summary>Texts that say that there is no network.</summary>
    public static bool IsNothing(ReadOnlySpan<char> text) =>
        text.IsEmpty || text is "0" or "000" or "00000" or "-" || text.Equals("null", StringComparison.OrdinalIgnoreCase)
        || text.Equals("none", StringComparison.OrdinalIgnoreCase) || text.Equals("unknown", StringComparison.OrdinalIgnoreCase);

    /// <summary>One of the operator's names, or MCC and MNC in one text.</summary>
    public bool TryRead(string text, out NetworkId network) => _names.TryGetValue(text, out network) || TryReadCodes(text, out network);

    /// <summary>A routing number: one of the operator's names, or what begins with one; the longest counts.</summary>
    public bool TryReadRouting(string text, out NetworkId network)
    {
        for (int length = Math.Min(text.Length, _longest); length > 0; length--)
        {
            if (_names.TryGetValue(text[..length], out network)) return true;
        }

        network = default;
        return false;
    }

    public static bool TryReadCodes(ReadOnlySpan<char> mcc, ReadOnlySpan<char> mnc, out NetworkId network)
    {
        network = default;
        if (!TryReadCode(mcc, out int country) || !TryReadCode(mnc, out int code) || mcc.Length != 3) return false;

        // A code of one digit comes from services that keep it as a number.
        network = Networks.Resolve(NetworkId.FromCodes(country, code, Math.Max(2, mnc.Length)));
        return true;
    }

    private static bool TryReadCodes(ReadOnlySpan<char> both, out NetworkId network)
    {
        bool isRead = NetworkId.TryParse(both, out network);
        network = Networks.Resolve(network);
        return isRead;
    }

    private static bool TryReadCode(ReadOnlySpan<char> text, out int code)
    {
        code = 0;
        return text.Length is >= 1 and <= 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out code);
    }
}
