using System.Text;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Cli.Smpp;

/// <summary>Bodies of the requests about a message; null for what does not fit its field.</summary>
internal static class Bodies
{
    private const int Room = 512;

    public static byte[]? Query(string id, string from)
    {
        var body = new byte[Room];
        var pdu = new QuerySm { MessageId = Ascii(id), SourceAddr = AddressOf(from) };
        return pdu.TryWrite(body, out int written) ? body[..written] : null;
    }

    public static byte[]? Cancel(string id, string from, string to)
    {
        var body = new byte[Room];
        var pdu = new CancelSm { MessageId = Ascii(id), SourceAddr = AddressOf(from), DestinationAddr = AddressOf(to) };
        return pdu.TryWrite(body, out int written) ? body[..written] : null;
    }

    public static byte[]? Replace(string id, string from, string text)
    {
        SmsEncoding encoding = EncodingChoice.Cheapest(text);
        if (Segmenter.Count(text, encoding, SegmentMethod.Udh8) > 1) return null;
        Span<byte> octets = new byte[160];
        int length = Segmenter.Encode(text, encoding, octets);
        var body = new byte[Room];
        var pdu = new ReplaceSm { MessageId = Ascii(id), SourceAddr = AddressOf(from), RegisteredDelivery = 1, ShortMessage = octets[..length] };
        return pdu.TryWrite(body, out int written) ? body[..written] : null;
    }

    /// <summary>The usual rule: +E.164, and more than 8 digits, 1/1 without the plus; fewer digits 3/0; a name 5/0; nothing 0/0.</summary>
    public static SmppAddress AddressOf(string text)
    {
        if (text.Length == 0) return default;
        string digits = text[0] == '+' ? text[1..] : text;
        bool isNumber = !digits.AsSpan().ContainsAnyExceptInRange('0', '9');
        SenderKind kind = !isNumber ? SenderKind.Alphanumeric
            : text[0] == '+' || digits.Length > 8 ? SenderKind.LongCode : SenderKind.ShortCode;
        TonNpi tonNpi = Senders.For(kind);
        return new SmppAddress(tonNpi.Ton, tonNpi.Npi, Ascii(isNumber ? digits : text));
    }

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);
}
