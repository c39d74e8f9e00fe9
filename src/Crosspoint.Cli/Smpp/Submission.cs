using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Explain;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Cli.Smpp;

/// <summary>One PDU of a submission.</summary>
/// <param name="ShortMessage">Header and text; empty when the text is in a TLV.</param>
/// <param name="HasHeader">True when a user data header stands in front of the text.</param>
/// <param name="Tlvs">The TLVs as they go on the wire.</param>
internal sealed record SubmitPart(byte[] ShortMessage, bool HasHeader, byte[] Tlvs);

/// <summary>What a <c>submit</c> of the console sends, cut into parts.</summary>
internal sealed class Submission
{
    private const int MostOctets = 140;

    public required string From { get; init; }

    public required string To { get; init; }

    private byte DataCoding { get; set; }

    private byte Registered { get; set; } = 1;

    private byte[] Validity { get; set; } = [];

    private byte[] Schedule { get; set; } = [];

    public List<SubmitPart> Parts { get; } = [];

    public static bool TryCreate(
        string from, string to, string text, Dictionary<string, string> options, ushort reference, [NotNullWhen(true)] out Submission? submission,
        out string error)
    {
        var made = new Submission { From = from, To = to };
        error = made.Read(options) ?? made.Cut(text, options, reference) ?? "";
        submission = error.Length == 0 ? made : null;
        return submission is not null;
    }

    public SendResult Send(SmppSession session, SubmitPart part, object state) => session.Submit(
        new SubmitSm
        {
            SourceAddr = Bodies.AddressOf(From),
            DestinationAddr = Bodies.AddressOf(To),
            EsmClass = part.HasHeader ? EsmClass.Udhi : (byte)0,
            ScheduleDeliveryTime = Schedule,
            ValidityPeriod = Validity,
            RegisteredDelivery = Registered,
            DataCoding = DataCoding,
            ShortMessage = part.ShortMessage,
            Tlvs = part.Tlvs,
        },
        state);

    private string? Read(Dictionary<string, string> options)
    {
        if (options.TryGetValue("--registered", out string? registered))
        {
            if (!TryByte(registered, out byte value)) return "--registered takes a number from 0 to 255";
            Registered = value;
        }

        if (options.TryGetValue("--validity", out string? validity))
        {
            if (!TryTime(validity, out byte[] time)) return "--validity takes 30s, 15m, 2h, 1d, or a time of SMPP";
            Validity = time;
        }

        if (options.TryGetValue("--schedule", out string? schedule))
        {
            if (!TryTime(schedule, out byte[] time)) return "--schedule takes 30s, 15m, 2h, 1d, or a time of SMPP";
            Schedule = time;
        }

        return null;
    }

    private string? Cut(string text, Dictionary<string, string> options, ushort reference)
    {
        SmsEncoding encoding = EncodingChoice.Cheapest(text);
        DataCoding = DataCodings.For(encoding);
        if (options.TryGetValue("--dcs", out string? dcs))
        {
            if (!TryByte(dcs, out byte value)) return "--dcs takes a number, decimal or 0x.., from 0 to 255";
            DataCoding = value;
            encoding = EncodingOf(value);
        }

        if (!TryMethod(options.GetValueOrDefault("--long", "udh"), out SegmentMethod method)) return "--long takes udh, sar or payload";
        if (encoding == SmsEncoding.Binary)
        {
            if (!HexInput.TryParse(text, out byte[] octets, out string error)) return $"this data_coding is binary, so the text must be hex: {error}";
            text = Encoding.Latin1.GetString(octets);
        }

        if (options.TryGetValue("--udh", out string? udh)) return WithHeader(udh, text, encoding);
        int total = Segmenter.Count(text, encoding, method);
        if (total > Segmenter.MaxSegments) return $"the text takes {total} parts; {Segmenter.MaxSegments} can be joined";
        var part = 0;
        foreach (ReadOnlySpan<char> piece in Segmenter.Split(text, encoding, method))
        {
            part++;
            Parts.Add(total == 1 ? Plain(Octets(piece, encoding)) : Part(Octets(piece, encoding), method, reference, (byte)total, (byte)part));
        }

        return null;
    }

    private string? WithHeader(string udh, string text, SmsEncoding encoding)
    {
        if (!HexInput.TryParse(udh, out byte[] header, out string error)) return $"--udh: {error}";
        byte[] octets = Octets(text, encoding);

        // 140 octets on the air; a septet takes seven eighths of one.
        int air = header.Length + (encoding == SmsEncoding.Gsm7 ? ((octets.Length * 7) + 7) / 8 : octets.Length);
        if (air > MostOctets) return $"header and text take {air} octets; one message holds {MostOctets}, and --udh does not cut";
        Parts.Add(new SubmitPart([.. header, .. octets], HasHeader: true, []));
        return null;
    }

    private static SubmitPart Plain(byte[] octets) => new(octets, HasHeader: false, []);

    private static SubmitPart Part(byte[] octets, SegmentMethod method, ushort reference, byte total, byte part)
    {
        switch (method)
        {
            case SegmentMethod.Sar:
                Span<byte> sar = stackalloc byte[16];
                var writer = new TlvWriter(sar);
                writer.Add(TlvTag.SarMsgRefNum, reference);
                writer.Add(TlvTag.SarTotalSegments, total);
                writer.Add(TlvTag.SarSegmentSeqnum, part);
                return new SubmitPart(octets, HasHeader: false, writer.Written.ToArray());
            case SegmentMethod.Payload:
                var area = new byte[octets.Length + Tlv.HeaderBytes];
                var payload = new TlvWriter(area);
                payload.Add(TlvTag.MessagePayload, octets);
                return new SubmitPart([], HasHeader: false, payload.Written.ToArray());
            default:
                var header = new byte[UserDataHeaders.Concat8Length];
                UserDataHeaders.WriteConcat8(header, (byte)reference, total, part);
                return new SubmitPart([.. header, .. octets], HasHeader: true, []);
        }
    }

    private static byte[] Octets(ReadOnlySpan<char> text, SmsEncoding encoding)
    {
        var octets = new byte[text.Length * 2];
        return octets[..Segmenter.Encode(text, encoding, octets)];
    }

    private static SmsEncoding EncodingOf(byte dataCoding)
    {
        if (DataCodings.IsBinary(dataCoding)) return SmsEncoding.Binary;
        if (dataCoding == 0x03) return SmsEncoding.Latin1;
        bool isUcs2 = dataCoding is 0x08 or (>= 0xE0 and < 0xF0) || (dataCoding is >= 0x10 and < 0x80 && (dataCoding & 0x2C) == 0x08);
        return isUcs2 ? SmsEncoding.Ucs2 : SmsEncoding.Gsm7;
    }

    private static bool TryMethod(string word, out SegmentMethod method)
    {
        method = word switch { "sar" => SegmentMethod.Sar, "payload" => SegmentMethod.Payload, _ => SegmentMethod.Udh8 };
        return word is "udh" or "sar" or "payload";
    }

    private static bool TryByte(string text, out byte value) => text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
        ? byte.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
        : byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryTime(string text, out byte[] time)
    {
        time = Encoding.ASCII.GetBytes(text);
        if (time.Length == SmppTime.Bytes) return SmppTime.TryParse(time, DateTimeOffset.UnixEpoch, out _);
        time = new byte[SmppTime.Bytes];
        if (text.Length < 2 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number)) return false;
        TimeSpan? amount = text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' when number < 100 => TimeSpan.FromDays(number),
            _ => null,
        };
        return amount is not null && SmppTime.FormatRelative(amount.Value, time) == SmppTime.Bytes;
    }
}
