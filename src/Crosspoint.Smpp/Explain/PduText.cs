using System.Globalization;
using System.Text;

namespace Crosspoint.Smpp.Explain;

/// <summary>Octets and texts as they are shown: nothing that a terminal would act on.</summary>
internal static class PduText
{
    private const int MostHexBytes = 256;

    /// <summary>In quotes, with everything escaped that is not plainly visible.</summary>
    public static string Quote(string text)
    {
        var shown = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                shown.Append(c).Append(text[++i]);
                continue;
            }

            switch (c)
            {
                case '"' or '\\':
                    shown.Append('\\').Append(c);
                    break;
                case '\n':
                    shown.Append("\\n");
                    break;
                case '\r':
                    shown.Append("\\r");
                    break;
                default:
                    if (IsShown(c)) shown.Append(c);
                    else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
                    break;
            }
        }

        return shown.Append('"').ToString();
    }

    /// <summary>For example <c>1 octet</c>, <c>2 octets</c>.</summary>
    public static string Octets(long count) => string.Create(CultureInfo.InvariantCulture, $"{count} octet{(count == 1 ? "" : "s")}");

    /// <summary>Read as Latin-1 and quoted.</summary>
    public static string Quote(ReadOnlySpan<byte> octets) => Quote(Encoding.Latin1.GetString(octets));

    /// <summary>In pairs; what is beyond 256 octets is counted alone.</summary>
    public static string Hex(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty) return "(empty)";
        var shown = new StringBuilder();
        foreach (byte octet in octets[..Math.Min(octets.Length, MostHexBytes)])
        {
            if (shown.Length > 0) shown.Append(' ');
            shown.Append(CultureInfo.InvariantCulture, $"{octet:X2}");
        }

        if (octets.Length > MostHexBytes) shown.Append(CultureInfo.InvariantCulture, $" and {octets.Length - MostHexBytes} more");
        return shown.ToString();
    }

    /// <summary>What the library reads without the alphabets of SMS: ASCII, Latin-1, UCS-2.</summary>
    public static string? Decode(ReadOnlySpan<byte> userData, byte dataCoding, int headerBytes)
    {
        ReadOnlySpan<byte> octets = userData[headerBytes..];
        return dataCoding switch
        {
            0x00 or 0x01 => Encoding.ASCII.GetString(octets),
            0x03 => Encoding.Latin1.GetString(octets),
            0x08 => Encoding.BigEndianUnicode.GetString(octets),
            _ => null,
        };
    }

    private static bool IsShown(char c) =>
        c == ' ' || CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
