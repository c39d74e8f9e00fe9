using System.Buffers.Binary;
using System.Text;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// Reads what <see cref="MessageBuffer"/> wrote. Anything that does not fit throws <see cref="InvalidDataException"/>:
/// a stored form is ours, so it means damage.
/// </summary>
public ref struct MessageBytes(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;
    private List<string>? _names;

    public readonly int Left => _rest.Length;

    public byte ReadByte()
    {
        if (_rest.IsEmpty) throw Damaged("it ends early");
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public long ReadFixed()
    {
        if (_rest.Length < sizeof(long)) throw Damaged("it ends early");
        long value = BinaryPrimitives.ReadInt64LittleEndian(_rest);
        _rest = _rest[sizeof(long)..];
        return value;
    }

    public ulong ReadUnsigned()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = ReadByte();
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Damaged("a number is too long");
    }

    /// <summary>A number that was written as its 32 bits.</summary>
    public int ReadInt32() => (int)ReadUInt32();

    public uint ReadUInt32()
    {
        ulong value = ReadUnsigned();
        return value <= uint.MaxValue ? (uint)value : throw Damaged("a number is too large");
    }

    /// <summary>A number near another.</summary>
    public int ReadNumber(long expected)
    {
        long value = expected + ReadSigned();
        return value is >= 0 and <= int.MaxValue ? (int)value : throw Damaged("a number is too large");
    }

    public long ReadSigned()
    {
        ulong value = ReadUnsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public long ReadTime(long origin)
    {
        ulong value = ReadUnsigned();
        if (value == 0) return 0;
        value--;
        return origin + ((long)(value >> 1) ^ -(long)(value & 1));
    }

    /// <summary>A count of things of which each takes at least one octet.</summary>
    public int ReadCount()
    {
        ulong count = ReadUnsigned();
        if (count > (ulong)_rest.Length) throw Damaged("a count is larger than what follows");
        return (int)count;
    }

    public ReadOnlySpan<byte> ReadSpan(int length)
    {
        if (length < 0 || length > _rest.Length) throw Damaged("it ends early");
        ReadOnlySpan<byte> span = _rest[..length];
        _rest = _rest[length..];
        return span;
    }

    /// <summary>What <see cref="MessageBuffer.WriteBlob"/> wrote.</summary>
    public ReadOnlySpan<byte> ReadBlob() => ReadSpan(ReadCount());

    /// <summary>The octets of a text; false for null.</summary>
    public bool TryReadUtf8(out ReadOnlySpan<byte> utf8)
    {
        ulong length = ReadUnsigned();
        if (length == 0)
        {
            utf8 = default;
            return false;
        }

        if (length - 1 > (ulong)_rest.Length) throw Damaged("a text is longer than what follows");
        utf8 = ReadSpan((int)(length - 1));
        return true;
    }

    public string? ReadText() => TryReadUtf8(out ReadOnlySpan<byte> utf8) ? Encoding.UTF8.GetString(utf8) : null;

    /// <summary>A text that many messages share, such as an account or a connection: one instance serves them all.</summary>
    public string? ReadShared() => TryReadUtf8(out ReadOnlySpan<byte> utf8) ? SharedText.Get(utf8) : null;

    public string? ReadName()
    {
        int number = ReadInt32();
        if (number == 0) return null;
        _names ??= new(4);
        if (number <= _names.Count) return _names[number - 1];
        if (number != _names.Count + 1) throw Damaged("a name is missing");
        string name = ReadShared() ?? throw Damaged("a name is missing");
        _names.Add(name);
        return name;
    }

    public static InvalidDataException Damaged(string how) => new($"A stored message cannot be read: {how}.");
}
