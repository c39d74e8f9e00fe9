using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>A submit_sm as the scripted carrier read it.</summary>
internal sealed record CarrierSubmit(
    int Number, SmppSession Session, PduHeader Header, string From, string To, string Text, int Reference, int Total, int Part,
        byte EsmClass, byte Registered, string Validity)
{
    /// <summary>The PDU's body as it came.</summary>
    public byte[] Body { get; private init; } = [];

    public static CarrierSubmit Read(int number, SmppSession session, PduHeader header, ReadOnlySpan<byte> body)
    {
        SubmitSm.TryRead(body, out SubmitSm pdu).IsOk.ShouldBeTrue();
        ReadOnlySpan<byte> text = pdu.Text;
        UserDataHeader udh = default;
        if (Smpp.Pdus.EsmClass.HasUdhi(pdu.EsmClass) && UserDataHeaders.TryParse(text, out udh)) text = text[udh.HeaderLength..];
        int reference = udh.Reference, total = udh.Total, part = udh.Part;
        var tlvs = new TlvReader(pdu.Tlvs);
        if (tlvs.TryGetUInt16(TlvTag.SarMsgRefNum, out ushort sar) && tlvs.TryGetByte(TlvTag.SarTotalSegments, out byte sarTotal)
            && tlvs.TryGetByte(TlvTag.SarSegmentSeqnum, out byte sarPart)) (reference, total, part) = (sar, sarTotal, sarPart);
        return new(
            number,
            session,
            header,
            Encoding.Latin1.GetString(pdu.SourceAddr.Digits),
            Encoding.Latin1.GetString(pdu.DestinationAddr.Digits),
            InboundText.Decode(text, pdu.DataCoding, DefaultAlphabet.GsmUnpacked, udh.ShiftTables),
            reference,
            total,
            part,
            pdu.EsmClass,
            pdu.RegisteredDelivery,
            Encoding.ASCII.GetString(pdu.ValidityPeriod))
        {
            Body = body.ToArray(),
        };
    }
}
