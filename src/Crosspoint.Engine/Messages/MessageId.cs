using System.Buffers.Binary;
using System.Globalization;

namespace Crosspoint.Engine.Messages;

/// <summary>
/// A message's identity: a UUIDv7 (RFC 9562 §5.7) written as <c>SM</c> and 32 lower-case hex digits.
/// <see cref="Key"/> is the journal's row key: the 48-bit millisecond clock and the 12-bit counter of the UUID, so rows are appended in
/// order and an id finds its row, and its time slice, without a second index. <see cref="Tail"/> holds the 62 random bits,
/// which a look-up must match, so that ids cannot be guessed.
/// </summary>
public readonly record struct MessageId(long Key, long Tail)
{
    /// <summary>Bits of <see cref="Key"/> below the millisecond clock.</summary>
    public const int CounterBits = 12;

    private const ulong TailMask = 0x3FFF_FFFF_FFFF_FFFF;

    /// <summary>
    /// Milliseconds since 1970 at which the id was made (or, after a burst or a clock that stepped back, a little ahead of it).
    /// </summary>
    public long UnixMilliseconds => Key >> CounterBits;

    /// <summary>The smallest key of the given millisecond.</summary>
    public static long FirstKeyAt(long unixMilliseconds) => unixMilliseconds << CounterBits;

    public override string ToString() => string.Create(34, this, static (span, id) =>
    {
        span[0] = 'S';
        span[1] = 'M';
        id.WriteHex(span[2..]);
    });

    /// <summary>Writes the 32 hex digits.</summary>
    public void WriteHex(Span<char> destination)
    {
        High.TryFormat(destination, out _, "x16", CultureInfo.InvariantCulture);
        Low.TryFormat(destination[16..], out _, "x16", CultureInfo.InvariantCulture);
    }

    /// <summary>Writes the 16 octets of the UUID in network order.</summary>
    public void WriteBytes(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    public static bool TryParse(ReadOnlySpan<char> text, out MessageId id)
    {
        id = default;
        if (text.Length != 34 || text[0] != 'S' || text[1] != 'M') return false;
        if (!ulong.TryParse(text.Slice(2, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong high)) return false;
        if (!ulong.TryParse(text.Slice(18, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong low)) return false;
        if ((high & 0xF000) != 0x7000 || low >> 62 != 0b10) return false;
        id = new((long)(high >> 16 << CounterBits | high & 0xFFF), (long)(low & TailMask));
        return true;
    }

    private ulong High => (ulong)Key >> CounterBits << 16 | 0x7000 | (ulong)Key & 0xFFF;

    private ulong Low => (ulong)Tail | 0x8000_0000_0000_0000;
}
