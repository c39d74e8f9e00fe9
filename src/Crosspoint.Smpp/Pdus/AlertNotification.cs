using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>alert_notification: a handset has become available (SMPP v3.4 §4.12.1). It is never answered.</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct AlertNotification
{
    /// <summary>source_addr of the handset: at most 64 octets. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>esme_addr that asked for the alert: at most 64 octets. Default empty.</summary>
    public SmppAddress EsmeAddr { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        SourceAddr.WireBytes + EsmeAddr.WireBytes + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out AlertNotification pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxLongBytes, CommandStatus.InvalidSourceAddress);
        pdu.EsmeAddr = SmppAddress.Read(ref reader, SmppAddress.MaxLongBytes, CommandStatus.InvalidDestinationAddress);
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
        SourceAddr.Write(ref writer, SmppAddress.MaxLongBytes);
        EsmeAddr.Write(ref writer, SmppAddress.MaxLongBytes);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
