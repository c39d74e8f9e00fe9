using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>The body that submit_sm and deliver_sm share (SMPP v3.4 §4.4.1, §4.6.1).</summary>
internal ref struct ShortMessageBody
{
    public ReadOnlySpan<byte> ServiceType;
    public SmppAddress SourceAddr;
    public SmppAddress DestinationAddr;
    public byte EsmClass;
    public byte ProtocolId;
    public byte PriorityFlag;
    public ReadOnlySpan<byte> ScheduleDeliveryTime;
    public ReadOnlySpan<byte> ValidityPeriod;
    public byte RegisteredDelivery;
    public byte ReplaceIfPresentFlag;
    public byte DataCoding;
    public byte SmDefaultMsgId;
    public ReadOnlySpan<byte> ShortMessage;
    public ReadOnlySpan<byte> Tlvs;

    private const int ServiceTypeMax = 6;
    private const int TimeMax = 17;
    private const int ShortMessageMax = 255;
    private const int FixedBytes = 11;

    public readonly int Length =>
        FixedBytes + ServiceType.Length + SourceAddr.WireBytes + DestinationAddr.WireBytes
        + ScheduleDeliveryTime.Length + ValidityPeriod.Length + ShortMessage.Length + Tlvs.Length;

    /// <summary>short_message, or message_payload when sm_length is 0.</summary>
    public readonly ReadOnlySpan<byte> Text =>
        ShortMessage.IsEmpty && new TlvReader(Tlvs).TryGet(TlvTag.MessagePayload, out ReadOnlySpan<byte> payload) ? payload : ShortMessage;

    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out ShortMessageBody pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(ServiceTypeMax, CommandStatus.InvalidServiceType);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
        pdu.DestinationAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidDestinationAddress);
        pdu.EsmClass = reader.Byte();
        pdu.ProtocolId = reader.Byte();
        pdu.PriorityFlag = reader.Byte();
        pdu.ScheduleDeliveryTime = reader.CString(TimeMax, CommandStatus.InvalidScheduleTime);
        pdu.ValidityPeriod = reader.CString(TimeMax, CommandStatus.InvalidExpiryTime);
        pdu.RegisteredDelivery = reader.Byte();
        pdu.ReplaceIfPresentFlag = reader.Byte();
        pdu.DataCoding = reader.Byte();
        pdu.SmDefaultMsgId = reader.Byte();
        pdu.ShortMessage = reader.Octets(reader.Byte(), CommandStatus.InvalidMessageLength);
        if (reader.Status != CommandStatus.Ok) return new DecodeResult(reader.Status);
        pdu.Tlvs = reader.Rest;
        return pdu.Tlvs.IsEmpty ? DecodeResult.Ok : TlvReader.Check(pdu.Tlvs);
    }

    public readonly bool TryWrite(Span<byte> destination, out int written)
    {
        var writer = new BodyWriter(destination);
        writer.CString(ServiceType, ServiceTypeMax);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        DestinationAddr.Write(ref writer, SmppAddress.MaxBytes);
        writer.Byte(EsmClass);
        writer.Byte(ProtocolId);
        writer.Byte(PriorityFlag);
        writer.CString(ScheduleDeliveryTime, TimeMax);
        writer.CString(ValidityPeriod, TimeMax);
        writer.Byte(RegisteredDelivery);
        writer.Byte(ReplaceIfPresentFlag);
        writer.Byte(DataCoding);
        writer.Byte(SmDefaultMsgId);
        if (ShortMessage.Length > ShortMessageMax)
        {
            written = 0;
            return false;
        }

        writer.Byte((byte)ShortMessage.Length);
        writer.Octets(ShortMessage);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
