using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>outbind: the message centre asks the ESME to bind as receiver (SMPP v3.4 §4.1.7). It has no response.</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct Outbind
{
    /// <summary>system_id of the message centre: at most 15 octets. Default empty.</summary>
    public ReadOnlySpan<byte> SystemId { get; set; }

    /// <summary>password: at most 8 octets. Default empty.</summary>
    public ReadOnlySpan<byte> Password { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        2 + SystemId.Length + Password.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out Outbind pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.SystemId = reader.CString(16, CommandStatus.InvalidSystemId);
        pdu.Password = reader.CString(9, CommandStatus.InvalidPassword);
        return new DecodeResult(reader.Status);
    }

    /// <summary>Writes the body.</summary>
    /// <param name="body">At least <see cref="BodyLength"/> octets.</param>
    /// <param name="written">The octets written; 0 when false.</param>
    /// <returns>False when the room does not do, or a field is longer than the standard allows or holds a null.</returns>
    public readonly bool TryWrite(Span<byte> body, out int written)
    {
        var writer = new BodyWriter(body);
        writer.CString(SystemId, 16);
        writer.CString(Password, 9);
        return writer.Finish(out written);
    }
}
