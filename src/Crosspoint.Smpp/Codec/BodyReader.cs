using System.Buffers.Binary;

namespace Crosspoint.Smpp.Codec;

/// <summary>Reads the mandatory fields of a body in order. The first fault sticks, and every field after it is empty.</summary>
internal ref struct BodyReader(ReadOnlySpan<byte> body)
{
    private ReadOnlySpan<byte> _rest = body;

    /// <summary>Ok, or the first fault met.</summary>
    public CommandStatus Status { get; private set; }

    /// <summary>What is left behind the fields read so far; empty after a fault.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte Byte()
    {
        if (_rest.IsEmpty)
        {
            Fail(CommandStatus.InvalidCommandLength);
            return 0;
        }

        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public uint UInt32()
    {
        if (_rest.Length < sizeof(uint))
        {
            Fail(CommandStatus.InvalidCommandLength);
            return 0;
        }

        uint value = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        _rest = _rest[sizeof(uint)..];
        return value;
    }

    /// <summary>A C-octet string without its null.</summary>
    /// <param name="maxBytes">The longest form on the wire, null included.</param>
    /// <param name="tooLong">The status for a string without a null in its first <paramref name="maxBytes"/> octets.</param>
    public ReadOnlySpan<byte> CString(int maxBytes, CommandStatus tooLong)
    {
        ReadOnlySpan<byte> window = _rest.Length > maxBytes ? _rest[..maxBytes] : _rest;
        if (!window.IsEmpty && window[0] == 0)
        {
            _rest = _rest[1..];
            return default;
        }

        int end = window.IndexOf((byte)0);
        if (end < 0)
        {
            Fail(_rest.Length >= maxBytes ? tooLong : CommandStatus.InvalidCommandLength);
            return default;
        }

        ReadOnlySpan<byte> value = window[..end];
        _rest = _rest[(end + 1)..];
        return value;
    }

    /// <summary>A C-octet string that carriers also send as the end of the body without its null.</summary>
    /// <param name="maxBytes">The longest form on the wire, null included.</param>
    /// <param name="tooLong">The status for a longer one.</param>
    public ReadOnlySpan<byte> CStringOrRest(int maxBytes, CommandStatus tooLong)
    {
        if (_rest.Length >= maxBytes || _rest.Contains((byte)0)) return CString(maxBytes, tooLong);
        ReadOnlySpan<byte> value = _rest;
        _rest = default;
        return value;
    }

    public ReadOnlySpan<byte> Octets(int length, CommandStatus cut)
    {
        if (_rest.Length < length)
        {
            Fail(cut);
            return default;
        }

        ReadOnlySpan<byte> value = _rest[..length];
        _rest = _rest[length..];
        return value;
    }

    public void Fail(CommandStatus status)
    {
        if (Status == CommandStatus.Ok) Status = status;
        _rest = default;
    }
}
