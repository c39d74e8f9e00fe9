using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>cancel_sm: cancels one message, or all of a source and destination (SMPP v3.4 §4.9.1).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct CancelSm
{
    /// <summary>service_type: at most 5 octets. Default empty.</summary>
    public ReadOnlySpan<byte> ServiceType { get; set; }

    /// <summary>message_id: empty to cancel all of the two addresses. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>source_addr of the submission. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>destination_addr of the submission; may be empty when message_id is given. Default empty.</summary>
    public SmppAddress DestinationAddr { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        2 + ServiceType.Length + MessageId.Length + SourceAddr.WireBytes + DestinationAddr.WireBytes;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out CancelSm pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(6, CommandStatus.InvalidServiceType);
        pdu.MessageId = reader.CString(65, CommandStatus.InvalidMessageId);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidSourceAddress);
        pdu.DestinationAddr = SmppAddress.Read(ref reader, SmppAddress.MaxBytes, CommandStatus.InvalidDestinationAddress);
        return new DecodeResult(reader.Status);
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
        DestinationAddr.Write(ref writer, SmppAddress.MaxBytes);
        return writer.Finish(out written);
    }
}
