using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Crosspoint.Server.Api.TwilioCompat;

/// <summary>
/// Walks over <c>application/x-www-form-urlencoded</c> bytes (WHATWG URL §5.1) without making anything but the texts asked for.
/// </summary>
internal ref struct FormReader(ReadOnlySpan<byte> form)
{
    private ReadOnlySpan<byte> _rest = form;
    private ReadOnlySpan<byte> _name = default;
    private ReadOnlySpan<byte> _value = default;

    /// <summary>Goes to the next pair; empty ones are passed over.</summary>
    public bool Read()
    {
        while (!_rest.IsEmpty)
        {
            int end = _rest.IndexOf((byte)'&');
            ReadOnlySpan<byte> pair = end < 0 ? _rest : _rest[..end];
            _rest = end < 0 ? default : _rest[(end + 1)..];
            if (pair.IsEmpty) continue;
            int equals = pair.IndexOf((byte)'=');
            _name = equals < 0 ? pair : pair[..equals];
            _value = equals < 0 ? default : pair[(equals + 1)..];
            return true;
        }

        return false;
    }

    /// <summary>The name, decoded; null when it is not UTF-8.</summary>
    public readonly string? Name => Decode(_name);

    /// <summary>The value, decoded; null when it is not UTF-8.</summary>
    public readonly string? Value => Decode(_value);

    /// <summary>Whether the name is this one. Names are compared as they are written: nobody escapes letters.</summary>
    public readonly bool NameIs(ReadOnlySpan<byte> name) => _name.SequenceEqual(name);

    private static string? Decode(ReadOnlySpan<byte> text)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0) return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : null;
        byte[]? rented = null;
        Span<byte> plain = text.Length <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(text.Length);
        int length = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte b = text[i];
            if (b == '+')
            {
                b = (byte)' ';
            }
            else if (b == '%' && i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                b = (byte)(Hex(text[i + 1]) << 4 | Hex(text[i + 2]));
                i += 2;
            }

            plain[length++] = b;
        }

        string? result = Utf8.IsValid(plain[..length]) ? Encoding.UTF8.GetString(plain[..length]) : null;
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    private static int Hex(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
