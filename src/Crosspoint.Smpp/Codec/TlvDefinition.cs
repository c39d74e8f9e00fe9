using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Crosspoint.Smpp.Codec;

/// <summary>What a TLV is called and how its value is written: one of the standard's, or one of a vendor.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Name">The name, as the standard or the vendor spells it.</param>
/// <param name="Kind">How the value is written.</param>
public sealed record TlvDefinition(TlvTag Tag, string Name, TlvKind Kind)
{
    /// <summary>Shortest value in octets. Default: that of the kind; 0 for octets, 1 for a text (its null).</summary>
    public int MinLength { get; init; } = FixedLength(Kind) ?? (Kind == TlvKind.CString ? 1 : 0);

    /// <summary>Longest value in octets, the null of a text included. Default: that of the kind; 65 535 for octets and texts.</summary>
    public int MaxLength { get; init; } = FixedLength(Kind) ?? ushort.MaxValue;

    /// <summary>The first version that knows it: 0x34 (the default) or 0x50.</summary>
    public byte SinceVersion { get; init; } = 0x34;

    /// <summary>True when a PDU may carry several. Default false.</summary>
    public bool MayRepeat { get; init; }

    /// <summary>True when a PDU without it is refused by <see cref="TlvRegistry.Check"/>. Default false.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Judges a value.</summary>
    /// <returns>Ok, <see cref="CommandStatus.InvalidTlvLength"/>, or <see cref="CommandStatus.InvalidTlvValue"/> for a text with a null
    /// inside.</returns>
    public DecodeResult Check(ReadOnlySpan<byte> value)
    {
        // The null of a text is often missing, and then its shortest form is empty.
        int shortest = Kind == TlvKind.CString ? MinLength - 1 : MinLength;
        if (value.Length < shortest || value.Length > MaxLength) return new DecodeResult(CommandStatus.InvalidTlvLength);
        if (Kind != TlvKind.CString) return DecodeResult.Ok;
        int end = value.IndexOf((byte)0);
        return end >= 0 && end < value.Length - 1 ? new DecodeResult(CommandStatus.InvalidTlvValue) : DecodeResult.Ok;
    }

    /// <summary>The value as a person writes it: a decimal number, the text read as Latin-1, or octets in hex.</summary>
    public string ToText(ReadOnlySpan<byte> value)
    {
        switch (Kind)
        {
            case TlvKind.CString:
                int end = value.IndexOf((byte)0);
                return Encoding.Latin1.GetString(end < 0 ? value : value[..end]);
            case TlvKind.Octets:
                return Convert.ToHexString(value);
            default:
                if (value.Length is 0 or > sizeof(uint)) return Convert.ToHexString(value);
                uint number = 0;
                foreach (byte octet in value) number = (number << 8) | octet;
                return number.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Reads what a person writes: a number, decimal or hex behind <c>0x</c>; a text of Latin-1; octets in hex.</summary>
    /// <param name="text">For example <c>25</c>, <c>0x19</c>, <c>Acme</c> or <c>0A0B</c>.</param>
    /// <param name="value">The octets for the wire, a text with its null; empty when false.</param>
    /// <returns>False when the text is no such value, or shorter or longer than is allowed.</returns>
    public bool TryParse(string text, out byte[] value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = [];
        byte[]? octets = Kind switch
        {
            TlvKind.CString => TextOctets(text),
            TlvKind.Octets => HexOctets(text),
            _ => NumberOctets(text),
        };
        if (octets is null || octets.Length < MinLength || octets.Length > MaxLength) return false;
        value = octets;
        return true;
    }

    internal static int? FixedLength(TlvKind kind) => kind switch
    {
        TlvKind.Byte => sizeof(byte),
        TlvKind.UInt16 => sizeof(ushort),
        TlvKind.UInt32 => sizeof(uint),
        _ => null,
    };

    private static byte[]? TextOctets(string text)
    {
        foreach (char letter in text)
        {
            if (letter is '\0' or > '\u00FF') return null;
        }

        return [.. Encoding.Latin1.GetBytes(text), 0];
    }

    private static byte[]? HexOctets(string text)
    {
        var octets = new byte[text.Length / 2];
        bool isHex = text.Length % 2 == 0 && Convert.FromHexString(text, octets, out _, out _) == OperationStatus.Done;
        return isHex ? octets : null;
    }

    private byte[]? NumberOctets(string text)
    {
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = isHex
            ? uint.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint number)
            : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
        if (!isNumber) return null;
        var octets = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(octets, number);
        int length = FixedLength(Kind)!.Value;
        return length == sizeof(uint) || number < 1u << (8 * length) ? octets[^length..] : null;
    }
}
