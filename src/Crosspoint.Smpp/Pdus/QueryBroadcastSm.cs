using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>query_broadcast_sm: asks for the state of a broadcast (SMPP v5.0 §4.6.1).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct QueryBroadcastSm
{
    /// <summary>message_id as the message centre gave it: at most 64 octets. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>source_addr with its TON and NPI: at most 20 octets. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        1 + MessageId.Length + SourceAddr.WireBytes + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out QueryBroadcastSm pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
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
        writer.CString(MessageId, 65);
        SourceAddr.Write(ref writer, SmppAddress.MaxBytes);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
