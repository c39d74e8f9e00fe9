using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>
/// submit_multi_resp: the message centre's answer to submit_multi, with the destinations it did not take (SMPP v3.4 §4.5.2).
/// </summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct SubmitMultiResp
{
    /// <summary>message_id: at most 64 octets, one for all destinations. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>
    /// no_unsuccess and the destinations not taken: read by a walk, built with <see cref="UnsuccessfulDestinationWriter"/>. Default empty.
    /// </summary>
    public UnsuccessfulDestinations Unsuccessful { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        1 + MessageId.Length + Unsuccessful.WireBytes + Tlvs.Length;

    /// <summary>Reads a body. It may end with message_id: peers whose library has one response for all submissions send it so.</summary>
    /// <param name="body">Everything behind the header; it may be missing, as it is in many error responses.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok: an id in front of a broken list stands.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out SubmitMultiResp pdu)
    {
        pdu = default;
        if (body.IsEmpty) return DecodeResult.Ok;
        var reader = new BodyReader(body);
        pdu.MessageId = reader.CStringOrRest(65, CommandStatus.InvalidMessageId);
        if (reader.Status == CommandStatus.Ok && reader.Rest.IsEmpty) return DecodeResult.Ok;
        pdu.Unsuccessful = UnsuccessfulDestinations.Read(ref reader);
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
        Unsuccessful.Write(ref writer);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
