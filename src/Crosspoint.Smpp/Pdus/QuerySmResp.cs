using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>query_sm_resp (SMPP v3.4 §4.8.2).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct QuerySmResp
{
    /// <summary>message_id: at most 64 octets. Default empty.</summary>
    public ReadOnlySpan<byte> MessageId { get; set; }

    /// <summary>final_date: 16 octets, empty while the state is not final. Default empty.</summary>
    public ReadOnlySpan<byte> FinalDate { get; set; }

    /// <summary>message_state: see <see cref="MessageState"/>. Default 0.</summary>
    public byte State { get; set; }

    /// <summary>error_code of the network; 0 for none. Default 0.</summary>
    public byte ErrorCode { get; set; }

    /// <summary>The optional parameters as they stand on the wire; 3.4 has none here. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        4 + MessageId.Length + FinalDate.Length + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header; it may be missing, as it is in many error responses.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out QuerySmResp pdu)
    {
        pdu = default;
        if (body.IsEmpty) return DecodeResult.Ok;
        var reader = new BodyReader(body);
        pdu.MessageId = reader.CString(65, CommandStatus.InvalidMessageId);
        pdu.FinalDate = reader.CString(17, CommandStatus.InvalidCommandLength);
        pdu.State = reader.Byte();
        pdu.ErrorCode = reader.Byte();
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
        writer.CString(FinalDate, 17);
        writer.Byte(State);
        writer.Byte(ErrorCode);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
