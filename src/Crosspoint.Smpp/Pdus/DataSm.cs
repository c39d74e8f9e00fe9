using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>data_sm: a message in either direction, its text in message_payload only (SMPP v3.4 §4.7.1).</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct DataSm
{
    /// <summary>service_type: at most 5 octets. Default empty.</summary>
    public ReadOnlySpan<byte> ServiceType { get; set; }

    /// <summary>source_addr with its TON and NPI: at most 64 octets. Default empty.</summary>
    public SmppAddress SourceAddr { get; set; }

    /// <summary>destination_addr with its TON and NPI: at most 64 octets. Default empty.</summary>
    public SmppAddress DestinationAddr { get; set; }

    /// <summary>esm_class: see <see cref="Pdus.EsmClass"/>. Default 0.</summary>
    public byte EsmClass { get; set; }

    /// <summary>registered_delivery: 0 no receipt, 1 success and failure, 2 failure only. Default 0.</summary>
    public byte RegisteredDelivery { get; set; }

    /// <summary>data_coding: 0 is the message centre's default alphabet, 8 is UCS-2. Default 0.</summary>
    public byte DataCoding { get; set; }

    /// <summary>The optional parameters as they stand on the wire. Default empty.</summary>
    public ReadOnlySpan<byte> Tlvs { get; set; }

    /// <summary>The text: message_payload, or empty.</summary>
    public readonly ReadOnlySpan<byte> Text =>
        new TlvReader(Tlvs).TryGet(TlvTag.MessagePayload, out ReadOnlySpan<byte> payload) ? payload : default;

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        4 + ServiceType.Length + SourceAddr.WireBytes + DestinationAddr.WireBytes + Tlvs.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out DataSm pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.ServiceType = reader.CString(6, CommandStatus.InvalidServiceType);
        pdu.SourceAddr = SmppAddress.Read(ref reader, SmppAddress.MaxLongBytes, CommandStatus.InvalidSourceAddress);
        pdu.DestinationAddr = SmppAddress.Read(ref reader, SmppAddress.MaxLongBytes, CommandStatus.InvalidDestinationAddress);
        pdu.EsmClass = reader.Byte();
        pdu.RegisteredDelivery = reader.Byte();
        pdu.DataCoding = reader.Byte();
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
        SourceAddr.Write(ref writer, SmppAddress.MaxLongBytes);
        DestinationAddr.Write(ref writer, SmppAddress.MaxLongBytes);
        writer.Byte(EsmClass);
        writer.Byte(RegisteredDelivery);
        writer.Byte(DataCoding);
        writer.Octets(Tlvs);
        return writer.Finish(out written);
    }
}
