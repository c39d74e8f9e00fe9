using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>DNS queries for the NAPTR records of a number, and what their answers say (RFC 1035, RFC 3403, RFC 6116).</summary>
internal static partial class Naptr
{
    /// <summary>Most bytes of an answer over UDP without extensions (RFC 1035 §4.2.1). Services refuse queries that ask for more.</summary>
    public const int MostBytes = 512;

    public const int HeaderBytes = 12;
    private const int TypeNaptr = 35;
    private const int ClassInternet = 1;
    private const int ServerFailure = 2;
    private const int MostLabel = 63;
    private const int MostName = 255;

    /// <summary>Whether a text can follow the digits in a name.</summary>
    public static bool IsSuffix(string text) =>
        text.Length <= MostName - 2 - (2 * E164.MaxDigits) && text.Split('.').All(static label => label.Length is > 0 and <= MostLabel
            && label.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));

    /// <summary>Writes a query: the digits backwards with points between them, then the suffix (RFC 6116 §3.2).</summary>
    public static int WriteQuery(Span<byte> room, ushort id, E164 number, string suffix)
    {
        room[..HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(room, id);
        room[2] = 1; // recursion desired: the server may have to ask another
        room[5] = 1; // one question
        int at = HeaderBytes;
        for (ulong digits = number.Digits; digits > 0; digits /= 10)
        {
            room[at++] = 1;
            room[at++] = (byte)('0' + (digits % 10));
        }

        foreach (string label in suffix.Split('.'))
        {
            room[at++] = (byte)label.Length;
            at += Encoding.ASCII.GetBytes(label, room[at..]);
        }

        room[at++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(room[at..], TypeNaptr);
        BinaryPrimitives.WriteUInt16BigEndian(room[(at + 2)..], ClassInternet);
        return at + 4;
    }

    /// <summary>Whether a datagram answers a query. Others are no sign of anything: anybody may send them.</summary>
    public static bool IsAnswerTo(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> query)
    {
        if (answer.Length < query.Length || (answer[2] & 0x80) == 0 || !answer[..2].SequenceEqual(query[..2])) return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(answer[4..]) != 1) return false;
        ReadOnlySpan<byte> theirs = answer[HeaderBytes..query.Length];
        ReadOnlySpan<byte> ours = query[HeaderBytes..];
        for (int i = 0; i < ours.Length; i++)
        {
            // Servers may change the case of names.
            if (theirs[i] != ours[i] && (!char.IsAsciiLetter((char)theirs[i]) || (theirs[i] | 0x20) != (ours[i] | 0x20))) return false;
        }

        return true;
    }

    /// <summary>Gives the expressions of the records that fit, the one to be taken first before the others.</summary>
    /// <returns>Empty when the server knows nothing of the number.</returns>
    /// <exception cref="LookupException">The answer is an error, or not well-formed.</exception>
    public static IReadOnlyList<string> Read(ReadOnlySpan<byte> answer, int queryLength)
    {
        int code = answer[3] & 0xF;
        if (code == 3) return []; // NXDOMAIN: not in the tree
        if (code != 0) throw new LookupException($"answered the error {NameOf(code)}") { IsWrongAnswer = true, IsOutage = code == ServerFailure };
        if ((answer[2] & 2) != 0) throw Wrong("answered more than fits into a datagram");
        int count = BinaryPrimitives.ReadUInt16BigEndian(answer[6..]);
        int at = queryLength;
        var records = new List<(int Order, int Preference, string Expression)>();
        for (int i = 0; i < count; i++)
        {
            at = AfterName(answer, at);
            if (at + 10 > answer.Length) throw Malformed();
            int type = BinaryPrimitives.ReadUInt16BigEndian(answer[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(answer[(at + 8)..]);
            at += 10;
            if (at + length > answer.Length) throw Malformed();
            if (type == TypeNaptr && ReadRecord(answer.Slice(at, length)) is { } record) records.Add(record);
            at += length;
        }

        return [.. records.OrderBy(static record => record.Order).ThenBy(static record => record.Preference).Select(static record => record.Expression)];
    }

    /// <summary>
    /// Reads the network out of a record's expression: <c>mcc</c> and <c>mnc</c>, <c>mccmnc</c>, a host of the GSMA's form
    /// (mnc001.mcc262.3gppnetwork.org), or a service provider or routing number that the operator has given a network for.
    /// </summary>
    /// <param name="expression">Such as <c>!^(.*)$!tel:\1;mcc=262;mnc=01!</c>. What it would match is not looked at: the record is the number's.</param>
    public static LookupAnswer ReadExpression(string expression, NetworkNames names)
    {
        string[] parts = expression.Length > 2 ? expression.Split(expression[0]) : [];
        if (parts.Length < 3) throw Malformed();
        string uri = parts[2].Replace("\\", "", StringComparison.Ordinal);
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string piece in uri.Split(';', '@', '?', '&', ':'))
        {
            int equals = piece.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) values.TryAdd(piece[..equals].Trim(), piece[(equals + 1)..].Trim().Trim('"'));
        }

        string? routing = Value(values, "rn");
        bool? isPorted = Value(values, "ported") is { } ported ? Truth.Of(ported) : routing is not null ? true : null;
        NetworkId network = default;
        if (Value(values, "mcc") is { } mcc && Value(values, "mnc") is { } mnc)
        {
            if (!NetworkNames.TryReadCodes(mcc, mnc, out network)) throw Wrong("has no MCC and MNC in 'mcc' and 'mnc'");
        }
        else if (Value(values, "mccmnc") is { } both)
        {
            if (!names.TryRead(both, out network)) throw Wrong("has no MCC and MNC in 'mccmnc'");
        }
        else if (GsmaHost().Match(uri) is { Success: true } host)
        {
            NetworkNames.TryReadCodes(host.Groups[2].Value, host.Groups[1].Value, out network);
        }
        else if ((Value(values, "spn") ?? routing) is { } provider)
        {
            names.TryReadRouting(provider, out network);
        }

        return new(network, isPorted);
    }

    private static string? Value(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out string? value) && !NetworkNames.IsNothing(value) ? value : name == "ported" ? value : null;

    private static (int Order, int Preference, string Expression)? ReadRecord(ReadOnlySpan<byte> data)
    {
        if (data.Length < 4) throw Malformed();
        int order = BinaryPrimitives.ReadUInt16BigEndian(data);
        int preference = BinaryPrimitives.ReadUInt16BigEndian(data[2..]);
        ReadOnlySpan<byte> rest = data[4..];
        string flags = TakeText(ref rest);
        string services = TakeText(ref rest);
        string expression = TakeText(ref rest);

        // Terminal rules with a URI, of an ENUM service (RFC 6116 §3.4); what else there is, such as mail addresses, is not asked for.
        bool fits = flags.Equals("u", StringComparison.OrdinalIgnoreCase) && expression.Length > 0
            && services.Split('+') is [var first, .. var kinds] && first.Equals("E2U", StringComparison.OrdinalIgnoreCase)
            && kinds.Any(static kind => kind.Split(':')[0].ToLowerInvariant() is "pstn" or "tel" or "sip" or "voice" or "sms" or "mms");
        return fits ? (order, preference, expression) : null;
    }

    private static string TakeText(ref ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || rest[0] >= rest.Length) throw Malformed();
        string text = Encoding.Latin1.GetString(rest.Slice(1, rest[0]));
        rest = rest[(1 + rest[0])..];
        return text;
    }

    private static int AfterName(ReadOnlySpan<byte> answer, int at)
    {
        while (at < answer.Length)
        {
            byte length = answer[at];
            if (length == 0) return at + 1;
            if (length >= 0xC0) return at + 2; // a reference to a name before ends it
            if (length > MostLabel) break;
            at += length + 1;
        }

        throw Malformed();
    }

    private static string NameOf(int code) => code switch
    {
        1 => "FORMERR",
        ServerFailure => "SERVFAIL",
        4 => "NOTIMP",
        5 => "REFUSED",
        _ => code.ToString(CultureInfo.InvariantCulture),
    };

    private static LookupException Wrong(string message) => new(message) { IsWrongAnswer = true };

    private static LookupException Malformed() => Wrong("answered what is not well-formed");

    [GeneratedRegex(@"\bmnc([0-9]{2,3})\.mcc([0-9]{3})\.3gppnetwork\.org", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex GsmaHost();
}
