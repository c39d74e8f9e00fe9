using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>Writes the mandatory fields of a body in order. The first field that does not fit sticks as a fault.</summary>
internal ref struct BodyWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private bool _failed;

    /// <summary>The octets written so far.</summary>
    public int Length { get; private set; }

    public readonly bool IsOk => !_failed;

    public void Byte(byte value)
    {
        if (_failed || Length >= _destination.Length)
        {
            _failed = true;
            return;
        }

        _destination[Length++] = value;
    }

    public void UInt32(uint value)
    {
        if (_failed || _destination.Length - Length < sizeof(uint))
        {
            _failed = true;
            return;
        }

        BinaryPrimitives.WriteUInt32BigEndian(_destination[Length..], value);
        Length += sizeof(uint);
    }

    /// <summary>A C-octet string and its null; a null inside the value, or a value that is too long, is a fault.</summary>
    public void CString(scoped ReadOnlySpan<byte> value, int maxBytes)
    {
        if (value.IsEmpty)
        {
            Byte(0);
            return;
        }

        if (_failed || value.Length >= maxBytes || _destination.Length - Length <= value.Length || value.Contains((byte)0))
        {
            _failed = true;
            return;
        }

        value.CopyTo(_destination[Length..]);
        Length += value.Length;
        _destination[Length++] = 0;
    }

    public void Octets(scoped ReadOnlySpan<byte> value)
    {
        if (_failed || _destination.Length - Length < value.Length)
        {
            _failed = true;
            return;
        }

        value.CopyTo(_destination[Length..]);
        Length += value.Length;
    }

    public void Fail() => _failed = true;

    public readonly bool Finish(out int written)
    {
        written = _failed ? 0 : Length;
        return !_failed;
    }
}
