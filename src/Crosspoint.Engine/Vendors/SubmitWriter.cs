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
    // Of UTF-8, the longest of the forms.
    private const int MostOctetsOfCharacter = 3;
    private const int ReferenceTlvsBytes = 16;

    public static SendResult Write(
        SmppSession session, SmppConnectionOptions options, DateTimeOffset now, MessageHead head, ReadOnlySpan<char> text,
        WireForm form, int part, int total, ushort reference, object state)
    {
        SubmitOptions fields = options.Submit;
        Span<byte> source = stackalloc byte[20];
        Span<byte> destination = stackalloc byte[20];
        Span<byte> validity = stackalloc byte[SmppTime.Bytes];
        Span<byte> service = stackalloc byte[5];
        Span<byte> tlvs = stackalloc byte[ReferenceTlvsBytes + RoomOf(fields.Tlvs)];
        Span<byte> scratch = stackalloc byte[fields.Tlvs.Count == 0 ? 0 : TlvRule.MostBytes];
        var writer = new TlvWriter(tlvs);
        foreach (TlvRule rule in fields.Tlvs)
        {
            if (rule.AddTo(ref writer, head.Metadata, scratch) != CommandStatus.Ok) return SendResult.NotEncodable;
        }

        var pdu = new SubmitSm
        {
            ServiceType = service[..Encoding.ASCII.GetBytes(fields.ServiceType, service)],
            SourceAddr = SourceOf(head, fields, source),
            DestinationAddr = Address(head.To, fields.Destination, fields.KeepPlus, destination),
            // What a customer asked for goes before the connection's habit.
            ProtocolId = head.Submit is { ProtocolId: not 0 } submit ? submit.ProtocolId : fields.ProtocolId,
            PriorityFlag = fields.Priority(head.Class),
            // The parts of one message have the same addresses: with the flag each would replace the one before.
            ReplaceIfPresentFlag = fields.ReplaceIfPresent && total == 1 ? (byte)1 : (byte)0,
            DataCoding = options.Alphabet.CodingOf(form.Encoding),
            RegisteredDelivery = (byte)fields.Receipts,
            Tlvs = writer.Written,
        };
        pdu.ValidityPeriod = validity[..Validity(fields, head, now, validity)];

        if (form.Method == SegmentMethod.Payload) return WritePayload(session, ref pdu, form, text, state);

        Span<byte> octets = stackalloc byte[WireForm.MostOctets];
        int header = 0;
        // A peer of SMPP 3.3 takes no TLVs. The parts are the same: SAR leaves the room of an 8-bit header.
        if (total > 1 && form.Method == SegmentMethod.Sar && !form.HasTables && session.PeerTakesTlvs)
        {
            writer.Add(TlvTag.SarMsgRefNum, reference);
            writer.Add(TlvTag.SarTotalSegments, (byte)total);
            writer.Add(TlvTag.SarSegmentSeqnum, (byte)part);
            pdu.Tlvs = writer.Written;
        }
        else
        {
            // Of the reference the low octet alone with 8 bits: a counter that goes on by one gives 256 references before one comes again.
            header = form.WriteHeader(octets, reference, (byte)total, (byte)part);
            if (header > 0) pdu.EsmClass = EsmClass.Udhi;
        }

        int length = header + form.Encode(text, octets[header..], header);
        pdu.ShortMessage = octets[..length];
        return session.Submit(pdu, state);
    }

    private static SendResult WritePayload(
        SmppSession session, scoped ref SubmitSm pdu, WireForm form, ReadOnlySpan<char> text, object state)
    {
        Span<byte> octets = new byte[text.Length * MostOctetsOfCharacter];
        int length = form.Encode(text, octets, headerOctets: 0);
        Span<byte> area = new byte[length + Tlv.HeaderBytes + pdu.Tlvs.Length];
        var writer = new TlvWriter(area);
        writer.Add(TlvTag.MessagePayload, octets[..length]);
        pdu.Tlvs.CopyTo(area[writer.Length..]);
        SubmitSm whole = pdu;
        whole.Tlvs = area[..(writer.Length + pdu.Tlvs.Length)];
        return session.Submit(whole, state);
    }

    /// <summary>Octets of the carrier's own TLVs at their longest.</summary>
    private static int RoomOf(IReadOnlyList<TlvRule> rules)
    {
        int room = 0;
        for (int i = 0; i < rules.Count; i++) room += Tlv.HeaderBytes + TlvRule.MostBytes;
        return room;
    }

    // What the message may still take, by default: or a carrier may deliver days after it was given up here. As an instant, so that no try
    // prolongs it; empty (the carrier's own) where SMPP cannot write it.
    private static int Validity(SubmitOptions fields, MessageHead head, DateTimeOffset now, Span<byte> destination)
    {
        if (fields.Validity == ValidityRule.None) return 0;
        DateTimeOffset end = fields.Validity == ValidityRule.Fixed ? now + fields.ValidityFor : Micros.ToInstant(head.ValidUntil);
        if (!fields.ValidityIsRelative) return SmppTime.FormatAbsolute(end, destination);

        // Zero would read as "no validity": a message on its last second has one.
        TimeSpan left = end - now;
        return SmppTime.FormatRelative(left < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : left, destination);
    }

    /// <summary>The source address as every operation on the message writes it.</summary>
    /// <param name="digits">20 octets.</param>
    public static SmppAddress SourceOf(MessageHead head, SubmitOptions fields, Span<byte> digits) =>
        Address(head.From, fields.Source.For(head.From), fields.KeepPlus, digits);

    private static SmppAddress Address(string number, TonNpi tonNpi, bool keepPlus, Span<byte> digits)
    {
        ReadOnlySpan<char> text = number;
        if (!keepPlus && text.Length > 0 && text[0] == '+') text = text[1..];
        int length = Encoding.ASCII.GetBytes(text[..Math.Min(text.Length, digits.Length)], digits);
        return new SmppAddress(tonNpi.Ton, tonNpi.Npi, digits[..length]);
    }
}
