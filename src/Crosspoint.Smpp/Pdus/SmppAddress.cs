namespace Crosspoint.Smpp.Pdus;

/// <summary>
/// An address with its type of number and numbering plan (SMPP v3.4 §5.2.5 to §5.2.9). The digits are borrowed, not copied.
/// </summary>
public ref struct SmppAddress
{
    /// <summary>An address.</summary>
    /// <param name="ton">Type of number.</param>
    /// <param name="npi">Numbering plan.</param>
    /// <param name="digits">Digits or letters without a null.</param>
    public SmppAddress(byte ton, byte npi, ReadOnlySpan<byte> digits)
    {
        Ton = ton;
        Npi = npi;
        Digits = digits;
    }

    /// <summary>Type of number: 0 unknown, 1 international, 3 network specific, 5 alphanumeric. Default 0.</summary>
    public byte Ton { get; set; }

    /// <summary>Numbering plan: 0 unknown, 1 E.164. Default 0.</summary>
    public byte Npi { get; set; }

    /// <summary>Digits or letters without a null; at most 20 octets, 64 in data_sm and alert_notification. Default empty.</summary>
    public ReadOnlySpan<byte> Digits { get; set; }

    internal const int MaxBytes = 21;
    internal const int MaxLongBytes = 65;

    internal readonly int WireBytes => 3 + Digits.Length;

    internal static SmppAddress Read(scoped ref Codec.BodyReader reader, int maxBytes, Codec.CommandStatus tooLong) =>
        new(reader.Byte(), reader.Byte(), reader.CString(maxBytes, tooLong));

    internal static void Write(scoped ref Codec.BodyWriter writer, scoped SmppAddress address, int maxBytes)
    {
        writer.Byte(address.Ton);
        writer.Byte(address.Npi);
        writer.CString(address.Digits, maxBytes);
    }

    internal readonly void Write(ref Codec.BodyWriter writer, int maxBytes)
    {
        writer.Byte(Ton);
        writer.Byte(Npi);
        writer.CString(Digits, maxBytes);
    }
}
