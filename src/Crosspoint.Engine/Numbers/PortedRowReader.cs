using System.Globalization;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>Reads rows of numbers, ranges or prefixes with their networks out of lines of a file.</summary>
internal sealed class PortedRowReader
{
    /// <summary>In the column of the network: nothing is said of the numbers from now on.</summary>
    public const string None = "none";

    private const int MostColumns = 256;

    private static readonly string[] NumberNames = ["number", "msisdn", "phone", "phone_number", "tn", "subscriber_number"];
    private static readonly string[] FromNames = ["from", "start", "range_start", "first", "number_from"];
    private static readonly string[] ToNames = ["to", "end", "range_end", "last", "number_to"];
    private static readonly string[] PrefixNames = ["prefix", "range", "number_prefix"];
    private static readonly string[] NetworkNames = ["network", "mccmnc", "mcc_mnc", "plmn", "operator", "recipient", "routing_number"];
    private static readonly string[] MccNames = ["mcc"];
    private static readonly string[] MncNames = ["mnc"];

    private readonly PortedImportOptions _options;
    private readonly Dictionary<string, NetworkId>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly string _callingCode;
    private readonly Range[] _fields = new Range[MostColumns];
    private readonly char[] _clean = new char[LineReader.MostBytes];
    private char _delimiter;
    private int _number = -1;
    private int _from = -1;
    private int _to = -1;
    private int _prefix = -1;
    private int _network = -1;
    private int _mcc = -1;
    private int _mnc = -1;

    public PortedRowReader(PortedImportOptions options)
    {
        _options = options;
        _names = new Dictionary<string, NetworkId>(options.Names, StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _callingCode = options.CallingCode == 0 ? "" : options.CallingCode.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Finds the columns by the first line.</summary>
    /// <returns>What is wrong with them; null when they fit.</returns>
    public string? Begin(ReadOnlySpan<char> first)
    {
        _delimiter = _options.Delimiter ?? DelimiterOf(first);
        int count = Split(first, out ReadOnlySpan<char> text);
        if (count < 0) return "the first line has a quotation mark that is not closed";
        var header = new string[count];
        for (int i = 0; i < count; i++) header[i] = _options.HasHeader ? text[_fields[i]].Trim().ToString() : "";
        PortedColumns columns = _options.Columns;
        bool isAuto = _options.HasHeader && columns is { Number: null, From: null, To: null, Prefix: null };
        bool isAutoNetwork = _options.HasHeader && columns is { Network: null, Mcc: null, Mnc: null };
        string? problem = Find(header, "number", columns.Number, isAuto ? NumberNames : [], out _number)
            ?? Find(header, "from", columns.From, isAuto ? FromNames : [], out _from)
            ?? Find(header, "to", columns.To, isAuto ? ToNames : [], out _to)
            ?? Find(header, "prefix", columns.Prefix, isAuto ? PrefixNames : [], out _prefix)
            ?? Find(header, "network", columns.Network, isAutoNetwork ? NetworkNames : [], out _network)
            ?? Find(header, "mcc", columns.Mcc, isAutoNetwork ? MccNames : [], out _mcc)
            ?? Find(header, "mnc", columns.Mnc, isAutoNetwork ? MncNames : [], out _mnc);
        if (problem is not null) return problem;
        string there = _options.HasHeader ? $"; the header has: {string.Join(", ", header)}" : $"; the first line has {count} columns";
        if (_from >= 0 != _to >= 0) return $"a range needs the columns 'from' and 'to'{there}";
        if (_number < 0 && _from < 0 && _prefix < 0) return $"no column has numbers; expected 'number', 'from' and 'to', or 'prefix'{there}";
        if (_mcc >= 0 != _mnc >= 0) return $"a network needs the columns 'mcc' and 'mnc'{there}";
        if (_network < 0 && _mcc < 0) return $"no column has networks; expected 'network', or 'mcc' and 'mnc'{there}";
        return null;
    }

    /// <summary>Reads a line.</summary>
    /// <returns>What is wrong with it; null when it is right.</returns>
    public string? Read(ReadOnlySpan<char> line, uint order, out PortedRow row)
    {
        row = default;
        int count = Split(line, out ReadOnlySpan<char> text);
        if (count < 0) return "a quotation mark is not closed";
        if (ReadNetwork(text, count, out NetworkId network) is { } problem) return problem;
        ReadOnlySpan<char> number = Field(text, count, _number);
        ReadOnlySpan<char> from = Field(text, count, _from);
        ReadOnlySpan<char> to = Field(text, count, _to);
        ReadOnlySpan<char> prefix = Field(text, count, _prefix);
        int given = (number.IsEmpty ? 0 : 1) + (from.IsEmpty && to.IsEmpty ? 0 : 1) + (prefix.IsEmpty ? 0 : 1);
        if (given != 1) return given == 0 ? "has no number, range or prefix" : "has more than one of number, range and prefix";
        if (!number.IsEmpty)
        {
            if (!TryReadDigits(number, out ulong digits, out int length) || length < E164.MinDigits)
                return "the number is not one of 7 to 15 digits in international form";
            row = PortedRow.OfNumber(E164.FromDigits(digits), network, order);
            return null;
        }

        if (!prefix.IsEmpty)
        {
            if (!TryReadDigits(prefix, out ulong digits, out int length)) return "the prefix is not one of 1 to 15 digits that begins with a calling code";
            row = PortedRow.OfRange(digits, digits, length, network, order);
            return null;
        }

        if (!TryReadDigits(from, out ulong first, out int firstLength) || !TryReadDigits(to, out ulong last, out int lastLength))
            return "the range does not have two numbers of up to 15 digits in international form";
        if (firstLength != lastLength) return "the first and the last number of the range differ in length";
        if (first > last) return "the range ends before it begins";
        row = PortedRow.OfRange(first, last, firstLength, network, order);
        return null;
    }

    private static char DelimiterOf(ReadOnlySpan<char> line)
    {
        const string Delimiters = ";,\t|";
        Span<int> counts = stackalloc int[Delimiters.Length];
        counts.Clear();
        bool isQuoted = false;
        foreach (char c in line)
        {
            isQuoted ^= c == '"';
            if (!isQuoted && Delimiters.IndexOf(c) is >= 0 and int place) counts[place]++;
        }

        int best = 0;
        for (int i = 1; i < counts.Length; i++)
        {
            if (counts[i] > counts[best]) best = i;
        }

        return Delimiters[best];
    }

    private static string? Find(string[] header, string what, string? wanted, string[] usual, out int place)
    {
        place = -1;
        if (wanted is null)
        {
            place = Array.FindIndex(header, name => usual.Contains(name.ToLowerInvariant().Replace(' ', '_')));
            return null;
        }

        place = Array.FindIndex(header, name => name.Length > 0 && name.Equals(wanted, StringComparison.OrdinalIgnoreCase));
        if (place >= 0) return null;
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= header.Length)
        {
            place = number - 1;
            return null;
        }

        string there = header.All(static name => name.Length == 0) ? $"there are {header.Length}" : $"the header has: {string.Join(", ", header)}";
        return $"there is no column '{wanted}' for '{what}'; {there}";
    }

    /// <summary>Takes a line apart; quotation marks are those of RFC 4180, within one line.</summary>
    /// <returns>The number of fields; -1 when a quotation mark is not closed.</returns>
    private int Split(ReadOnlySpan<char> line, out ReadOnlySpan<char> text)
    {
        text = line;
        int count = 0;
        if (!line.Contains('"'))
        {
            int begin = 0;
            while (count < MostColumns)
            {
                int end = line[begin..].IndexOf(_delimiter);
                _fields[count++] = begin..(end < 0 ? line.Length : begin + end);
                if (end < 0) return count;
                begin += end + 1;
            }

            return count;
        }

        int written = 0;
        bool isQuoted = false;
        int start = 0;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (isQuoted && c == '"' && i + 1 < line.Length && line[i + 1] == '"') _clean[written++] = line[i++];
            else if (c == '"') isQuoted = !isQuoted;
            else if (c != _delimiter || isQuoted) _clean[written++] = c;
            else if (count < MostColumns) (_fields[count++], start) = (start..written, written);
        }

        if (isQuoted) return -1;
        if (count < MostColumns) _fields[count++] = start..written;
        text = _clean.AsSpan(0, written);
        return count;
    }

    private ReadOnlySpan<char> Field(ReadOnlySpan<char> text, int count, int place) =>
        place >= 0 && place < count ? text[_fields[place]].Trim() : default;

    private string? ReadNetwork(ReadOnlySpan<char> text, int count, out NetworkId network)
    {
        network = default;
        if (_mcc >= 0)
        {
            ReadOnlySpan<char> mcc = Field(text, count, _mcc);
            ReadOnlySpan<char> mnc = Field(text, count, _mnc);
            Span<char> both = stackalloc char[6];
            if (mcc.Length != 3 || mnc.Length is not (2 or 3)) return "the network is not an MCC of three and an MNC of two or three digits";
            mcc.CopyTo(both);
            mnc.CopyTo(both[3..]);
            if (!NetworkId.TryParse(both[..(3 + mnc.Length)], out network)) return "the network is not an MCC of three and an MNC of two or three digits";
        }
        else
        {
            ReadOnlySpan<char> name = Field(text, count, _network);
            if (name.IsEmpty) return "has no network";
            if (name.Equals(None, StringComparison.OrdinalIgnoreCase)) return null;
            if (_names.TryGetValue(name, out network)) return null;
            if (!NetworkId.TryParse(name, out network))
                return $"the network is neither MCC and MNC nor a name that was given; expected five or six digits, or '{None}'";
        }

        network = Networks.Resolve(network);
        return null;
    }

    private bool TryReadDigits(ReadOnlySpan<char> text, out ulong digits, out int length)
    {
        digits = 0;
        length = 0;
        if (text[..Math.Min(1, text.Length)] is ['+']) text = text[1..];
        else if (_callingCode.Length > 0)
        {
            digits = (ulong)_options.CallingCode;
            length = _callingCode.Length;
        }
        else if (text.StartsWith("00")) text = text[2..];

        int before = length;
        foreach (char c in text)
        {
            if (c is ' ' or '-' or '.' or '/' or '(' or ')') continue;
            if (!char.IsAsciiDigit(c) || ++length > E164.MaxDigits) return false;
            digits = (digits * 10) + (uint)(c - '0');
            if (length == 1 && digits == 0) return false;
        }

        return length > before;
    }
}
