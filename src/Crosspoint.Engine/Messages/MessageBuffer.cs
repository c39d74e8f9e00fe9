using System.Buffers.Binary;
using System.Text;

namespace Crosspoint.Engine.Messages;

/// <summary>A growing, reusable array that stored forms are written to. Not thread-safe: each writer has its own.</summary>
public sealed class MessageBuffer
{
    private byte[] _bytes = new byte[1024];

    // Names met so far in the progress of one message; few, so a linear search is the quickest.
    private string[] _names = new string[8];
    private int _nameCount;

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>What was written there, to be filled in later.</summary>
    public Span<byte> At(int start, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start + count, Length);
        return _bytes.AsSpan(start, count);
    }

    /// <summary>Takes back what was written after so many octets.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Length);
        Length = length;
    }

    public void WriteByte(byte value)
    {
        if (_bytes.Length == Length) Grow(1);
        _bytes[Length++] = value;
    }

    /// <summary>Eight octets, lowest first.</summary>
    public void WriteFixed(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Reserve(sizeof(long)), value);
        Length += sizeof(long);
    }

    /// <summary>Seven bits an octet, lowest first.</summary>
    public void WriteUnsigned(ulong value)
    {
        const int Longest = 10;
        if (_bytes.Length - Length < Longest) Grow(Longest);
        byte[] bytes = _bytes;
        int at = Length;
        while (value >= 0x80)
        {
            bytes[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[at++] = (byte)value;
        Length = at;
    }

    /// <summary>Small numbers of either sign stay short.</summary>
    public void WriteSigned(long value) => WriteUnsigned((ulong)(value << 1 ^ value >> 63));

    /// <summary>A time relative to another; 0 stays 0.</summary>
    internal void WriteTime(long micros, long origin)
    {
        if (micros == 0)
        {
            WriteByte(0);
            return;
        }

        // Offset by one, so that the origin itself differs from "none".
        long delta = micros - origin;
        WriteUnsigned((ulong)(delta << 1 ^ delta >> 63) + 1);
    }

    /// <summary>Length + 1 and UTF-8; a single 0 for null.</summary>
    public void WriteText(string? text)
    {
        if (text is null)
        {
            WriteByte(0);
            return;
        }

        // Most are so short that their length takes one octet whatever they hold: one pass over the characters is enough.
        const int Short = 41;
        if (text.Length <= Short)
        {
            Span<byte> span = Reserve(1 + Short * 3);
            int length = Encoding.UTF8.GetBytes(text, span[1..]);
            span[0] = (byte)(length + 1);
            Length += length + 1;
            return;
        }

        int bytes = Encoding.UTF8.GetByteCount(text);
        WriteUnsigned((ulong)bytes + 1);
        Length += Encoding.UTF8.GetBytes(text, Reserve(bytes));
    }

    public void WriteZeros(int count)
    {
        Reserve(count)[..count].Clear();
        Length += count;
    }

    /// <summary>The length and the octets.</summary>
    public void WriteBlob(ReadOnlySpan<byte> bytes)
    {
        WriteUnsigned((uint)bytes.Length);
        WriteSpan(bytes);
    }

    public void WriteSpan(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    internal void StartNames() => _nameCount = 0;

    /// <summary>
    /// A name that repeats within one message: 0 for null, the number (1, 2, …) of one that was written before, or the
    /// next number and its text.
    /// </summary>
    internal void WriteName(string? name)
    {
        if (name is null)
        {
            WriteByte(0);
            return;
        }

        for (int i = 0; i < _nameCount; i++)
        {
            if (!ReferenceEquals(_names[i], name) && !string.Equals(_names[i], name, StringComparison.Ordinal)) continue;
            WriteUnsigned((ulong)i + 1);
            return;
        }

        if (_nameCount == _names.Length) Array.Resize(ref _names, _nameCount * 2);
        _names[_nameCount++] = name;
        WriteUnsigned((ulong)_nameCount);
        WriteText(name);
    }

    private Span<byte> Reserve(int count)
    {
        if (_bytes.Length - Length < count) Grow(count);
        return _bytes.AsSpan(Length);
    }

    private void Grow(int count) => Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
}
