using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>cancel_broadcast_sm: cancels a broadcast, or all of a source and service (SMPP v5.0 §4.6.2).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct CancelBroadcastSm
{
    /// <summary>service_type: at most 5 octets, empty for the default service. Default empty.</summary>
    public ReadOnlySpan<byte> ServiceType { get; set; }

    /// <summary>message_id: empty to cancel all of the source and service. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>source_addr with its TON and NPI: at most 20 octets. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        2 + ServiceType.Length + MessageId.Length + SourceAddr.WireBytes + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out CancelBroadcastSm pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(6, CommandStatus.InvalidServiceType);
        pdu.MessageId = reader.CString(65, CommandStatus.InvalidMessageId);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
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
        writer.CString(ServiceType, 6);
        writer.CString(MessageId, 65);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
