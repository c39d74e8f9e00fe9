using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>broadcast_sm: a message for everybody in an area (SMPP v5.0 §4.4.1). Its text and its area are TLVs.</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct BroadcastSm
{
    /// <summary>service_type: at most 5 octets, empty for the default service. Default empty.</summary>
    public ReadOnlySpan<byte> ServiceType { get; set; }

    /// <summary>source_addr with its TON and NPI: at most 20 octets. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>message_id of the broadcast to replace; empty for a new one. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>priority_flag: 0 to 4. Default 0.</summary>
    public byte PriorityFlag { get; set; }

    /// <summary>schedule_delivery_time: empty (at once) or 16 octets, see <see cref="SmppTime"/>. Default empty.</summary>
    public ReadOnlySpan<byte> ScheduleDeliveryTime { get; set; }

    /// <summary>validity_period: empty (the message centre's default) or 16 octets, see <see cref="SmppTime"/>. Default empty.</summary>
    public ReadOnlySpan<byte> ValidityPeriod { get; set; }

    /// <summary>replace_if_present_flag: 0 or 1. Default 0.</summary>
    public byte ReplaceIfPresentFlag { get; set; }

    /// <summary>data_coding: 0 is the message centre's default alphabet, 8 is UCS-2. Default 0.</summary>
    public byte DataCoding { get; set; }

    /// <summary>sm_default_msg_id: 0 for none. Default 0.</summary>
    public byte SmDefaultMsgId { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        8 + ServiceType.Length + MessageId.Length + ScheduleDeliveryTime.Length + ValidityPeriod.Length + SourceAddr.WireBytes
        + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status to answer; RMISSINGTLV without broadcast_area_identifier, broadcast_content_type, broadcast_rep_num or
    /// broadcast_frequency_interval.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out BroadcastSm pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(6, CommandStatus.InvalidServiceType);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
        pdu.MessageId = reader.CString(65, CommandStatus.InvalidMessageId);
        pdu.PriorityFlag = reader.Byte();
        pdu.ScheduleDeliveryTime = reader.CString(17, CommandStatus.InvalidScheduleTime);
        pdu.ValidityPeriod = reader.CString(17, CommandStatus.InvalidExpiryTime);
        pdu.ReplaceIfPresentFlag = reader.Byte();
        pdu.DataCoding = reader.Byte();
        pdu.SmDefaultMsgId = reader.Byte();
        if (reader.Status != CommandStatus.Ok) return new DecodeResult(reader.Status);
        pdu.Tlvs = reader.Rest;
        DecodeResult result = TlvReader.Check(pdu.Tlvs);
        if (!result.IsOk) return result;
        if (pdu.ScheduleDeliveryTime.Length is not (0 or SmppTime.Bytes)) return new DecodeResult(CommandStatus.InvalidScheduleTime);
        if (pdu.ValidityPeriod.Length is not (0 or SmppTime.Bytes)) return new DecodeResult(CommandStatus.InvalidExpiryTime);
        return HasRequiredTlvs(pdu.Tlvs) ? DecodeResult.Ok : new DecodeResult(CommandStatus.MissingTlv);
    }

    /// <summary>Writes the body.</summary>
    /// <param name="body">At least <see cref="BodyLength"/> octets.</param>
    /// <param name="written">The octets written; 0 when false.</param>
    /// <returns>False when the room does not do, or a field is longer than the standard allows or holds a null.</returns>
    public readonly bool TryWrite(Span<byte> body, out int written)
    {
        var writer = new BodyWriter(body);
        writer.CString(ServiceType, 6);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        writer.CString(MessageId, 65);
        writer.Byte(PriorityFlag);
        writer.CString(ScheduleDeliveryTime, 17);
        writer.CString(ValidityPeriod, 17);
        writer.Byte(ReplaceIfPresentFlag);
        writer.Byte(DataCoding);
        writer.Byte(SmDefaultMsgId);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }

    private static bool HasRequiredTlvs(ReadOnlySpan<byte> tlvs)
    {
        var reader = new TlvReader(tlvs);
        return reader.TryGet(TlvTag.BroadcastAreaIdentifier, out _) && reader.TryGet(TlvTag.BroadcastContentType, out _)
            && reader.TryGet(TlvTag.BroadcastRepNum, out _) && reader.TryGet(TlvTag.BroadcastFrequencyInterval, out _);
    }
}
