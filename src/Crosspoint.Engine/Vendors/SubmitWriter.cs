using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Vendors;

/// <summary>Writes a segment as submit_sm. Everything stands on the stack: nothing is allocated but for message_payload.</summary>
internal static class SubmitWriter
{
    // 255 segments of 153 septets, the longest text that the standard can join, is below this; so is our own limit of 1,600 characters in
    // UCS-2.
    private const int LongestPayload = 4096;
    private const int SegmentBytes = 160;
    private const byte ReceiptOnSuccessAndFailure = 1;

    public static SendResult Write(
        SmppSession session, SegmentMethod method, MessageHead head, ReadOnlySpan<char> text, int part, int total, ushort reference,
        object state)
    {
        Span<byte> source = stackalloc byte[20];
        Span<byte> destination = stackalloc byte[20];
        Span<byte> validity = stackalloc byte[SmppTime.Bytes];
        Span<byte> tlvs = stackalloc byte[16];
        var pdu = new SubmitSm
        {
            SourceAddr = Address(head.From, source),
            DestinationAddr = Address(head.To, destination),
            DataCoding = DataCodings.For(head.Encoding),
            RegisteredDelivery = ReceiptOnSuccessAndFailure,
        };

        // Always, or a carrier may deliver days after the message was given up here. The instant is absolute, so that no try prolongs it; empty
        // (the carrier's own) only for a clock outside the years that SMPP can write.
        pdu.ValidityPeriod = validity[..SmppTime.FormatAbsolute(Micros.ToInstant(head.ValidUntil), validity)];

        if (method == SegmentMethod.Payload) return WritePayload(session, ref pdu, head, text, state);

        Span<byte> octets = stackalloc byte[SegmentBytes];
        int length = 0;
        if (total > 1)
        {
            // A peer of SMPP 3.3 takes no TLVs. The parts are the same: SAR leaves the room of an 8-bit header.
            if (method == SegmentMethod.Sar && !session.PeerTakesTlvs) method = SegmentMethod.Udh8;
            switch (method)
            {
                case SegmentMethod.Sar:
                    var writer = new TlvWriter(tlvs);
                    writer.Add(TlvTag.SarMsgRefNum, reference);
                    writer.Add(TlvTag.SarTotalSegments, (byte)total);
                    writer.Add(TlvTag.SarSegmentSeqnum, (byte)part);
                    pdu.Tlvs = writer.Written;
                    break;
                case SegmentMethod.Udh16:
                    length = UserDataHeaders.WriteConcat16(octets, reference, (byte)total, (byte)part);
                    pdu.EsmClass = EsmClass.Udhi;
                    break;
                default:
                    // The low octet alone: a counter that goes on by one gives 256 references before one comes again.
                    length = UserDataHeaders.WriteConcat8(octets, (byte)reference, (byte)total, (byte)part);
                    pdu.EsmClass = EsmClass.Udhi;
                    break;
            }
        }

        length += Segmenter.Encode(text, head.Encoding, octets[length..]);
        pdu.ShortMessage = octets[..length];
        return session.Submit(pdu, state);
    }

    private static SendResult WritePayload(
        SmppSession session, scoped ref SubmitSm pdu, MessageHead head, ReadOnlySpan<char> text, object state)
    {
        Span<byte> octets = new byte[LongestPayload];
        int length = Segmenter.Encode(text, head.Encoding, octets);
        Span<byte> area = new byte[length + 4];
        var writer = new TlvWriter(area);
        writer.Add(TlvTag.MessagePayload, octets[..length]);
        SubmitSm whole = pdu;
        whole.Tlvs = writer.Written;
        return session.Submit(whole, state);
    }

    /// <summary>The usual sending rule: +E.164 is 1/1 without the plus, a short code 3/0, a name 5/0.</summary>
    private static SmppAddress Address(string number, Span<byte> digits)
    {
        ReadOnlySpan<char> text = number;
        SenderKind kind = SenderKind.Alphanumeric;
        if (text.Length > 0 && text[0] == '+')
        {
            kind = SenderKind.LongCode;
            text = text[1..];
        }
        else if (!text.ContainsAnyExceptInRange('0', '9'))
        {
            kind = SenderKind.ShortCode;
        }

        TonNpi tonNpi = Senders.For(kind);
        int length = Encoding.ASCII.GetBytes(text[..Math.Min(text.Length, digits.Length)], digits);
        return new SmppAddress(tonNpi.Ton, tonNpi.Npi, digits[..length]);
    }
}
