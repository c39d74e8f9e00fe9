using System.Buffers.Binary;

namespace Crosspoint.Sms.Text;

/// <summary>UTF-16 big-endian, the alphabet of data_coding 8 as phones and carriers use it.</summary>
public static class Ucs2
{
    private const char Replacement = '\uFFFD';
    private const char ByteOrderMark = '\uFEFF';
    private const char SwappedByteOrderMark = '\uFFFE';

    /// <summary>Writes a text without a byte order mark; a lone surrogate becomes U+FFFD.</summary>
    /// <param name="text">The text.</param>
    /// <param name="destination">Room for two octets a character.</param>
    /// <param name="written">Octets written; 0 when the result is false.</param>
    /// <returns>False when the room is too small.</returns>
    public static bool TryEncode(ReadOnlySpan<char> text, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < text.Length * 2)
            return false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c) && !IsPaired(text, i))
                c = Replacement;
            BinaryPrimitives.WriteUInt16BigEndian(destination[(i * 2)..], c);
        }

        written = text.Length * 2;
        return true;
    }

    /// <summary>Reads octets as UTF-16 big-endian.</summary>
    /// <returns>The text, without a leading byte order mark and without the last octet of an odd number.</returns>
    public static string Decode(ReadOnlySpan<byte> octets) => Decode(octets, out _);

    /// <summary>Reads octets as UTF-16 big-endian and says whether they were whole.</summary>
    /// <param name="octets">The octets. A leading FE FF is dropped; FF FE turns the order of the octets round.</param>
    /// <param name="isTruncated">True when the number of octets was odd and the last one was dropped.</param>
    /// <returns>The text; lone surrogates show as U+FFFD.</returns>
    public static string Decode(ReadOnlySpan<byte> octets, out bool isTruncated)
    {
        isTruncated = (octets.Length & 1) != 0;
        var isSwapped = false;
        if (octets.Length >= 2)
        {
            var first = (char)BinaryPrimitives.ReadUInt16BigEndian(octets);
            isSwapped = first == SwappedByteOrderMark;
            if (isSwapped || first == ByteOrderMark)
                octets = octets[2..];
        }

        var length = octets.Length / 2;
        if (length == 0)
            return "";
        const int StackLimit = 512;
        var room = length <= StackLimit ? stackalloc char[StackLimit] : new char[length];
        room = room[..length];
        for (var i = 0; i < length; i++)
        {
            var pair = octets[(i * 2)..];
            room[i] = (char)(isSwapped ? BinaryPrimitives.ReadUInt16LittleEndian(pair) : BinaryPrimitives.ReadUInt16BigEndian(pair));
        }

        for (var i = 0; i < length; i++)
        {
            if (char.IsSurrogate(room[i]) && !IsPaired(room, i))
                room[i] = Replacement;
        }

        return new string(room);
    }

    private static bool IsPaired(ReadOnlySpan<char> text, int index) => char.IsHighSurrogate(text[index])
        ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
        : index > 0 && char.IsHighSurrogate(text[index - 1]);
}
