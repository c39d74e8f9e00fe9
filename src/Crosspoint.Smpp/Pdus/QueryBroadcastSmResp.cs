using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>query_broadcast_sm_resp (SMPP v5.0 §4.6.3): the state and what was reached are TLVs: message_state, and for each area
/// broadcast_area_identifier and broadcast_area_success.</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct QueryBroadcastSmResp
{
    /// <summary>message_id: at most 64 octets. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        1 + MessageId.Length + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header; it may be missing, as it is in many error responses.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out QueryBroadcastSmResp pdu)
    {
        pdu = default;
        if (body.IsEmpty) return DecodeResult.Ok;
        var reader = new BodyReader(body);
        pdu.MessageId = reader.CStringOrRest(65, CommandStatus.InvalidMessageId);
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
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
