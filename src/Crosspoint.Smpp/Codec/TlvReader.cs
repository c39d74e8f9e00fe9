using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>Reads the optional parameters at the end of a body, in the order of the wire. Stops at the first one that is cut.</summary>
/// <param name="area">Everything behind the mandatory fields.</param>
public readonly ref struct TlvReader(ReadOnlySpan<byte> area)
{
    private readonly ReadOnlySpan<byte> _area = area;

    /// <summary>The raw octets.</summary>
    public ReadOnlySpan<byte> Area => _area;

    /// <summary>Checks that the area is a row of whole TLVs, and that known tags have a length the standard allows.</summary>
    /// <param name="area">Everything behind the mandatory fields.</param>
    /// <returns>Ok, <see cref="CommandStatus.InvalidTlvStream"/> or <see cref="CommandStatus.InvalidTlvLength"/>.</returns>
    public static DecodeResult Check(ReadOnlySpan<byte> area)
    {
        var wrongLength = false;
        while (!area.IsEmpty)
        {
            if (area.Length < Tlv.HeaderBytes) return new DecodeResult(CommandStatus.InvalidTlvStream);
            int length = BinaryPrimitives.ReadUInt16BigEndian(area[2..]);
            if (area.Length - Tlv.HeaderBytes < length) return new DecodeResult(CommandStatus.InvalidTlvStream);
            if (!TlvDefinitions.IsAllowed((TlvTag)BinaryPrimitives.ReadUInt16BigEndian(area), length)) wrongLength = true;
            area = area[(Tlv.HeaderBytes + length)..];
        }

        return wrongLength ? new DecodeResult(CommandStatus.InvalidTlvLength) : DecodeResult.Ok;
    }

    /// <summary>Walks over the TLVs.</summary>
    public Enumerator GetEnumerator() => new(_area);

    /// <summary>The value of the first TLV with this tag.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGet(TlvTag tag, out ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> rest = _area;
        while (rest.Length >= Tlv.HeaderBytes)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (rest.Length - Tlv.HeaderBytes < length) break;
            if ((TlvTag)BinaryPrimitives.ReadUInt16BigEndian(rest) == tag)
            {
                value = rest.Slice(Tlv.HeaderBytes, length);
                return true;
            }

            rest = rest[(Tlv.HeaderBytes + length)..];
        }

        value = default;
        return false;
    }

    /// <summary>The value of a one-octet TLV.</summary>
    /// <returns>False when there is none or its length is not 1.</returns>
    public bool TryGetByte(TlvTag tag, out byte value)
    {
        bool found = TryGet(tag, out ReadOnlySpan<byte> bytes) && bytes.Length == 1;
        value = found ? bytes[0] : default;
        return found;
    }

    /// <summary>The value of a two-octet TLV.</summary>
    /// <returns>False when there is none or its length is not 2.</returns>
    public bool TryGetUInt16(TlvTag tag, out ushort value)
    {
        bool found = TryGet(tag, out ReadOnlySpan<byte> bytes) && bytes.Length == sizeof(ushort);
        value = found ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : default;
        return found;
    }

    /// <summary>The value of a four-octet TLV.</summary>
    /// <returns>False when there is none or its length is not 4.</returns>
    public bool TryGetUInt32(TlvTag tag, out uint value)
    {
        bool found = TryGet(tag, out ReadOnlySpan<byte> bytes) && bytes.Length == sizeof(uint);
        value = found ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : default;
        return found;
    }

    /// <summary>The text of a C-octet string up to its null; the null may be missing, as it often is in the field.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGetText(TlvTag tag, out ReadOnlySpan<byte> text)
    {
        if (!TryGet(tag, out text)) return false;
        int end = text.IndexOf((byte)0);
        if (end >= 0) text = text[..end];
        return true;
    }

    /// <summary>Walks over the TLVs of an area.</summary>
    public ref struct Enumerator
    {
        private ReadOnlySpan<byte> _rest;
        private ReadOnlySpan<byte> _value;
        private TlvTag _tag;

        internal Enumerator(ReadOnlySpan<byte> area)
        {
            _rest = area;
            _value = default;
            _tag = default;
        }

        /// <summary>The TLV at hand.</summary>
        public readonly Tlv Current => new(_tag, _value);

        /// <summary>Goes on to the next whole TLV.</summary>
        public bool MoveNext()
        {
            if (_rest.Length < Tlv.HeaderBytes) return false;
            int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
            if (_rest.Length - Tlv.HeaderBytes < length) return false;
            _tag = (TlvTag)BinaryPrimitives.ReadUInt16BigEndian(_rest);
            _value = _rest.Slice(Tlv.HeaderBytes, length);
            _rest = _rest[(Tlv.HeaderBytes + length)..];
            return true;
        }
    }
}
