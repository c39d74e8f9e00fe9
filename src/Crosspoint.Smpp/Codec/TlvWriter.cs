using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>Writes optional parameters one after the other into a caller's span. Writes a TLV whole or not at all.</summary>
/// <param name="destination">Where the TLVs go.</param>
public ref struct TlvWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>The octets written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What has been written: the raw TLV area of a PDU.</summary>
    public readonly ReadOnlySpan<byte> Written => _destination[..Length];

    /// <summary>Adds a TLV with any value.</summary>
    /// <returns>False when it does not fit, or the value is longer than 65 535 octets; nothing is written then.</returns>
    public bool Add(TlvTag tag, scoped ReadOnlySpan<byte> value)
    {
        if (!TryOpen(tag, value.Length, out Span<byte> place)) return false;
        value.CopyTo(place);
        return true;
    }

    /// <summary>Adds a TLV with one octet.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool Add(TlvTag tag, byte value)
    {
        if (!TryOpen(tag, sizeof(byte), out Span<byte> place)) return false;
        place[0] = value;
        return true;
    }

    /// <summary>Adds a TLV with a 16-bit integer.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool Add(TlvTag tag, ushort value)
    {
        if (!TryOpen(tag, sizeof(ushort), out Span<byte> place)) return false;
        BinaryPrimitives.WriteUInt16BigEndian(place, value);
        return true;
    }

    /// <summary>Adds a TLV with a 32-bit integer.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool Add(TlvTag tag, uint value)
    {
        if (!TryOpen(tag, sizeof(uint), out Span<byte> place)) return false;
        BinaryPrimitives.WriteUInt32BigEndian(place, value);
        return true;
    }

    /// <summary>Adds a TLV with a text and its closing null.</summary>
    /// <returns>False when it does not fit; nothing is written then.</returns>
    public bool AddText(TlvTag tag, scoped ReadOnlySpan<byte> text)
    {
        if (!TryOpen(tag, text.Length + 1, out Span<byte> place)) return false;
        text.CopyTo(place);
        place[^1] = 0;
        return true;
    }

    private bool TryOpen(TlvTag tag, int length, out Span<byte> place)
    {
        place = default;
        if (length > ushort.MaxValue || _destination.Length - Length - Tlv.HeaderBytes < length) return false;
        Span<byte> target = _destination[Length..];
        BinaryPrimitives.WriteUInt16BigEndian(target, (ushort)tag);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)length);
        place = target.Slice(Tlv.HeaderBytes, length);
        Length += Tlv.HeaderBytes + length;
        return true;
    }
}
