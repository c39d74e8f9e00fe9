using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Pdus;

/// <summary>bind_receiver, bind_transmitter or bind_transceiver (SMPP v3.4 §4.1); the command_id says which.</summary>
/// <remarks>Everything is borrowed: reading copies nothing, and the spans live as long as the buffer that was read.</remarks>
public ref struct BindRequest
{
    /// <summary>system_id: at most 15 octets. Default empty.</summary>
    public ReadOnlySpan<byte> SystemId { get; set; }

    /// <summary>password: at most 8 octets. Default empty.</summary>
    public ReadOnlySpan<byte> Password { get; set; }

    /// <summary>system_type: at most 12 octets. Default empty.</summary>
    public ReadOnlySpan<byte> SystemType { get; set; }

    /// <summary>interface_version: 0x34 is SMPP 3.4, 0x33 and less are older, 0x50 is 5.0. Default 0.</summary>
    public byte InterfaceVersion { get; set; }

    /// <summary>addr_ton of the address range. Default 0.</summary>
    public byte AddrTon { get; set; }

    /// <summary>addr_npi of the address range. Default 0.</summary>
    public byte AddrNpi { get; set; }

    /// <summary>address_range: at most 40 octets, a regular expression of the addresses served. Default empty.</summary>
    public ReadOnlySpan<byte> AddressRange { get; set; }

    /// <summary>Octets of the body on the wire.</summary>
    public readonly int BodyLength =>
        7 + SystemId.Length + Password.Length + SystemType.Length + AddressRange.Length;

    /// <summary>Reads a body.</summary>
    /// <param name="body">Everything behind the header.</param>
    /// <param name="pdu">The fields; those before a fault when the result is not Ok.</param>
    /// <returns>Ok, or the status that says what is wrong.</returns>
    public static DecodeResult TryRead(ReadOnlySpan<byte> body, out BindRequest pdu)
    {
        pdu = default;
        var reader = new BodyReader(body);
        pdu.SystemId = reader.CString(16, CommandStatus.InvalidSystemId);
        pdu.Password = reader.CString(9, CommandStatus.InvalidPassword);
        pdu.SystemType = reader.CString(13, CommandStatus.InvalidSystemType);
        pdu.InterfaceVersion = reader.Byte();
        pdu.AddrTon = reader.Byte();
        pdu.AddrNpi = reader.Byte();
        pdu.AddressRange = reader.CString(41, CommandStatus.InvalidCommandLength);
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
        writer.CString(SystemType, 13);
        writer.Byte(InterfaceVersion);
        writer.Byte(AddrTon);
        writer.Byte(AddrNpi);
        writer.CString(AddressRange, 41);
        return writer.Finish(out written);
    }
}
