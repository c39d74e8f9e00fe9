using System.Globalization;

namespace Crosspoint.Smpp.Explain;

/// <summary>
/// Reads octets from what people paste: hex with or without blanks, colons, commas, <c>0x</c> or <c>\x</c>, and the forms of hexdump
/// -C, xxd,
/// tcpdump -X and Wireshark with their column of offsets and their column of characters.
/// </summary>
public static class HexInput
{
    private const int LeastOffsetDigits = 4;
    private const int MostOffsetDigits = 8;
    private const int UsualRow = 16;
    private const int LongestRow = 64;

    // Many dumps set the two halves of a row apart; the column of characters stands further away when a row is half full.
    private const int WidestGapInside = 3;

    /// <summary>Reads octets.</summary>
    /// <param name="text">One line or many.</param>
    /// <param name="octets">The octets; empty when false.</param>
    /// <param name="error">What cannot be read and where, lines and columns counted from 1; empty when true.</param>
    /// <returns>False when something is no hex, or half an octet is left.</returns>
    public static bool TryParse(string text, out byte[] octets, out string error)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        var nibbles = new List<byte>(text.Length);
        octets = [];
        error = "";
        var row = UsualRow;
        long expected = -1;
        for (var i = 0; i < lines.Length; i++)
        {
            if (TryReadOffset(lines[i], out long offset, out int from))
            {
                // The next offset says how many octets the row has, so that no character of the last column is taken for one.
                long next = i + 1 < lines.Length ? NextOffset(lines[i + 1]) : -1;
                if (next > offset && next - offset <= LongestRow) row = (int)(next - offset);

                if (nibbles.Count % 2 != 0) return Fail(i, 0, "half an octet stands before this line", out error);
                expected = offset + ReadRow(lines[i].AsSpan(from), row, nibbles);
            }
            else if (expected >= 0 && NextOffset(lines[i]) == expected)
            {
                // hexdump closes with the offset of the end.
                expected = -1;
            }
            else if (!TryReadPlain(lines[i], nibbles, out int column))
            {
                return Fail(i, column, $"{PduText.Quote(lines[i].Substring(column, 1))} is no hex digit", out error);
            }
        }

        if (nibbles.Count % 2 != 0)
        {
            error = "an odd number of hex digits: half an octet is left over";
            return false;
        }

        octets = new byte[nibbles.Count / 2];
        for (var i = 0; i < octets.Length; i++) octets[i] = (byte)((nibbles[2 * i] << 4) | nibbles[(2 * i) + 1]);
        return true;
    }

    private static bool Fail(int line, int column, string why, out string error)
    {
        error = string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, column {column + 1}: {why}");
        return false;
    }

    private static long NextOffset(string line)
    {
        if (TryReadOffset(line, out long offset, out _)) return offset;
        ReadOnlySpan<char> alone = line.AsSpan().Trim();
        bool isOffset = alone.Length is >= LeastOffsetDigits and <= MostOffsetDigits
            && long.TryParse(alone, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out offset);
        return isOffset ? offset : -1;
    }

    // Four to eight digits, then a colon and a blank, or a wider gap than stands between octets and a pair.
    private static bool TryReadOffset(string line, out long offset, out int end)
    {
        offset = 0;
        ReadOnlySpan<char> text = line.AsSpan().TrimStart();
        end = line.Length - text.Length;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            text = text[2..];
            end += 2;
        }

        var digits = 0;
        while (digits < text.Length && char.IsAsciiHexDigit(text[digits])) digits++;
        if (digits is < LeastOffsetDigits or > MostOffsetDigits) return false;
        offset = long.Parse(text[..digits], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        ReadOnlySpan<char> behind = text[digits..];
        end += digits;
        if (behind.Length > 1 && behind[0] == ':' && char.IsWhiteSpace(behind[1]))
        {
            end++;
            return true;
        }

        // Behind blanks alone a pair must follow: wider groups may be words of four octets, set apart.
        bool isGap = behind.StartsWith("\t", StringComparison.Ordinal) || behind.StartsWith("  ", StringComparison.Ordinal);
        ReadOnlySpan<char> first = behind.TrimStart();
        return isGap && first.Length >= 2 && char.IsAsciiHexDigit(first[0]) && char.IsAsciiHexDigit(first[1])
            && (first.Length == 2 || char.IsWhiteSpace(first[2]));
    }

    // Groups of one width up to the column of characters, which begins behind a gap or with what is no hex.
    private static int ReadRow(ReadOnlySpan<char> row, int most, List<byte> nibbles)
    {
        var width = 0;
        var read = 0;
        var isFirst = true;
        while (read < most)
        {
            ReadOnlySpan<char> rest = row.TrimStart();
            int gap = row.Length - rest.Length;
            if (rest.IsEmpty || rest[0] == '|') return read;
            if (!isFirst && gap > 1 && (read % 8 != 0 || gap > WidestGapInside)) return read;
            var digits = 0;
            while (digits < rest.Length && char.IsAsciiHexDigit(rest[digits])) digits++;
            bool isGroup = digits > 0 && digits % 2 == 0 && (digits == rest.Length || char.IsWhiteSpace(rest[digits]));
            if (!isGroup || (!isFirst && (digits > width || (gap > 1 && digits != width)))) return read;
            if (isFirst) width = digits;
            isFirst = false;
            foreach (char digit in rest[..digits]) nibbles.Add(Value(digit));
            read += digits / 2;
            row = rest[digits..];
        }

        return read;
    }

    private static bool TryReadPlain(string line, List<byte> nibbles, out int column)
    {
        for (column = 0; column < line.Length; column++)
        {
            char c = line[column];
            bool isPrefix = c is '0' or '\\' && column + 1 < line.Length && line[column + 1] is 'x' or 'X';
            if (isPrefix) column++;
            else if (char.IsAsciiHexDigit(c)) nibbles.Add(Value(c));
            else if (!char.IsWhiteSpace(c) && c is not (':' or ',' or '-' or '"' or ';')) return false;
        }

        return true;
    }

    private static byte Value(char digit) => (byte)(char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
}
