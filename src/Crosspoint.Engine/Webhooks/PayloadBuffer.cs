using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Crosspoint.Engine.Webhooks;

/// <summary>A growing buffer that a worker keeps from try to try.</summary>
internal sealed class PayloadBuffer : IBufferWriter<byte>
{
    // A batch of 100 status events is about 50 KB, two of the growth's steps below this.
    private const int LargestKept = 128 * 1024;
    private byte[] _octets = new byte[2048];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _octets.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _octets.AsMemory(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_octets.Length > LargestKept) _octets = new byte[2048];
    }

    /// <summary>Leaves the octets to whoever still reads them and starts with others.</summary>
    public void Abandon()
    {
        _octets = new byte[2048];
        _length = 0;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _octets.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _octets.AsSpan(_length);
    }

    public void AppendByte(byte value)
    {
        Reserve(1);
        _octets[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> octets)
    {
        Reserve(octets.Length);
        octets.CopyTo(_octets.AsSpan(_length));
        _length += octets.Length;
    }

    /// <summary>Appends text; what is not valid UTF-16 becomes U+FFFD.</summary>
    public void AppendUtf8(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, _octets.AsSpan(_length));
    }

    public void AppendNumber(long number)
    {
        Reserve(20);
        Utf8Formatter.TryFormat(number, _octets.AsSpan(_length), out int written);
        _length += written;
    }

    /// <summary>
    /// Appends in the encoding of HTML forms: letters, digits and <c>*-._</c> as they are, blanks as "+", the rest as %XX.
    /// </summary>
    public void AppendFormEncoded(ReadOnlySpan<byte> octets)
    {
        Reserve(octets.Length * 3);
        Span<byte> target = _octets.AsSpan(_length);
        int at = 0;
        foreach (byte octet in octets)
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'*' or (byte)'-' or (byte)'.' or (byte)'_')
            {
                target[at++] = octet;
            }
            else if (octet == ' ')
            {
                target[at++] = (byte)'+';
            }
            else
            {
                target[at] = (byte)'%';
                target[at + 1] = (byte)"0123456789ABCDEF"[octet >> 4];
                target[at + 2] = (byte)"0123456789ABCDEF"[octet & 15];
                at += 3;
            }
        }

        _length += at;
    }

    private void Reserve(int count)
    {
        if (_octets.Length - _length >= count) return;
        Array.Resize(ref _octets, Math.Max(_octets.Length * 2, _length + count));
    }
}
