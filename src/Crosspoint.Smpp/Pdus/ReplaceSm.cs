using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>replace_sm: replaces a message that is still pending (SMPP v3.4 §4.10.1).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct ReplaceSm
{
    /// <summary>message_id: at most 64 octets. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>source_addr of the submission. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>schedule_delivery_time: empty or 16 octets. Default empty.</summary>
    public ReadOnlySpan<byte> ScheduleDeliveryTime { get; set; }

    /// <summary>validity_period: empty or 16 octets. Default empty.</summary>
    public ReadOnlySpan<byte> ValidityPeriod { get; set; }

    /// <summary>registered_delivery. Default 0.</summary>
    public byte RegisteredDelivery { get; set; }

    /// <summary>sm_default_msg_id. Default 0.</summary>
    public byte SmDefaultMsgId { get; set; }

    /// <summary>short_message: at most 254 octets in 3.4; its coding is that of the submission. Default empty.</summary>
    public ReadOnlySpan<byte> ShortMessage { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        6 + MessageId.Length + SourceAddr.WireBytes + ScheduleDeliveryTime.Length + ValidityPeriod.Length
        + ShortMessage.Length + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out ReplaceSm pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.MessageId = reader.CString(65, CommandStatus.InvalidMessageId);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
        pdu.ScheduleDeliveryTime = reader.CString(17, CommandStatus.InvalidScheduleTime);
        pdu.ValidityPeriod = reader.CString(17, CommandStatus.InvalidExpiryTime);
        pdu.RegisteredDelivery = reader.Byte();
        pdu.SmDefaultMsgId = reader.Byte();
        pdu.ShortMessage = reader.Octets(reader.Byte(), CommandStatus.InvalidMessageLength);
        if (reader.Status != CommandStatus.Ok) return new DecodeResult(reader.Status);
        pdu.Tlvs = reader.Rest;
        return TlvReader.Check(pdu.Tlvs);
    }

    /// <summary>Writes the body.</summary>
    /// <param name="body">At least <see cref="BodyLength"/> octets.</param>
    /// <param name="written">The octets written; 0 when false.</param>
    /// <returns>False when the room does not do, or a field is longer than the standard allows or holds a null.</returns>
    public readonly bool TryWrite(Span<byte> body, out int written)
    {
        var writer = new BodyWriter(body);
        writer.CString(MessageId, 65);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        writer.CString(ScheduleDeliveryTime, 17);
        writer.CString(ValidityPeriod, 17);
        writer.Byte(RegisteredDelivery);
        writer.Byte(SmDefaultMsgId);
        if (ShortMessage.Length > 255)
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
