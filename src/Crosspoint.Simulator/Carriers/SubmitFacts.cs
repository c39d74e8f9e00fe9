using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Simulator.Carriers;

/// <summary>What the carrier needs to know of a submit_sm or data_sm. Spans over the PDU.</summary>
internal ref struct SubmitFacts
{
    public SmppAddress Source;
    public SmppAddress Destination;
    public byte EsmClass;
    public byte DataCoding;
    public byte RegisteredDelivery;

    /// <summary>User data as received, with its header.</summary>
    public ReadOnlySpan<byte> Text;

    /// <summary>Octets of the user data header.</summary>
    public int HeaderLength;

    /// <summary>Parts in all; 0 for a message of one part.</summary>
    public byte Total;

    public byte Part;
    public ushort Reference;
    public byte SingleShift;
    public byte LockingShift;

    public static DecodeResult TryRead(CommandId commandId, ReadOnlySpan<byte> body, out SubmitFacts facts)
    {
        facts = default;
        ReadOnlySpan<byte> tlvs;
        if (commandId == CommandId.DataSm)
        {
            DecodeResult result = DataSm.TryRead(body, out DataSm data);
            if (!result.IsOk) return result;
            facts.Source = data.SourceAddr;
            facts.Destination = data.DestinationAddr;
            facts.EsmClass = data.EsmClass;
            facts.DataCoding = data.DataCoding;
            facts.RegisteredDelivery = data.RegisteredDelivery;
            facts.Text = data.Text;
            tlvs = data.Tlvs;
        }
        else
        {
            DecodeResult result = SubmitSm.TryRead(body, out SubmitSm submit);
            if (!result.IsOk) return result;
            facts.Source = submit.SourceAddr;
            facts.Destination = submit.DestinationAddr;
            facts.EsmClass = submit.EsmClass;
            facts.DataCoding = submit.DataCoding;
            facts.RegisteredDelivery = submit.RegisteredDelivery;
            facts.Text = submit.Text;
            tlvs = submit.Tlvs;
        }

        facts.FindParts(tlvs);
        return DecodeResult.Ok;
    }

    private void FindParts(ReadOnlySpan<byte> tlvs)
    {
        if (Smpp.Pdus.EsmClass.HasUdhi(EsmClass) && UserDataHeaders.TryParse(Text, out UserDataHeader header))
        {
            HeaderLength = header.HeaderLength;
            Total = header.Total;
            Part = header.Part;
            Reference = header.Reference;
            SingleShift = header.SingleShift;
            LockingShift = header.LockingShift;
            return;
        }

        if (tlvs.IsEmpty) return;
        var reader = new TlvReader(tlvs);
        if (reader.TryGetUInt16(TlvTag.SarMsgRefNum, out ushort reference) && reader.TryGetByte(TlvTag.SarTotalSegments, out byte total)
            && reader.TryGetByte(TlvTag.SarSegmentSeqnum, out byte part) && part >= 1 && part <= total)
            (Reference, Total, Part) = (reference, total, part);
    }
}
