namespace Crosspoint.Sms.Text;

public static partial class GsmAlphabet
{
    /// <summary>Octets that packed septets take.</summary>
    /// <param name="septets">Number of septets.</param>
    /// <param name="fillBits">Bits left free before the first septet, 0 to 6.</param>
    public static int PackedLength(int septets, int fillBits = 0) => (septets * 7 + fillBits + 7) / 8;

    /// <summary>Bits to leave free after a user data header, so that the text begins on a septet boundary (3GPP TS 23.040 §9.2.3.24).</summary>
    /// <param name="headerOctets">Octets of the header, its length octet included.</param>
    public static int FillBits(int headerOctets) => (7 - headerOctets * 8 % 7) % 7;

    /// <summary>Packs septets into octets, lowest bits first (3GPP TS 23.038 §6.1.2.1.1).</summary>
    /// <param name="septets">One septet in each octet; the top bit is ignored.</param>
    /// <param name="packed">Room for <see cref="PackedLength"/> octets.</param>
    /// <param name="fillBits">Zero bits before the first septet, 0 to 6; see <see cref="FillBits"/>.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The room is too small, or the fill bits are out of range.</exception>
    public static int Pack(ReadOnlySpan<byte> septets, Span<byte> packed, int fillBits = 0)
    {
        CheckFillBits(fillBits);
        var length = PackedLength(septets.Length, fillBits);
        if (packed.Length < length)
            throw new ArgumentException($"{septets.Length} septets need {length} octets.", nameof(packed));
        if (septets.IsEmpty)
        {
            packed[..length].Clear();
            return length;
        }

        var bits = fillBits;
        var held = 0;
        var at = 0;
        foreach (var septet in septets)
        {
            held |= (septet & 0x7F) << bits;
            bits += 7;
            if (bits < 8)
                continue;
            packed[at++] = (byte)held;
            held >>= 8;
            bits -= 8;
        }

        if (bits > 0)
            packed[at++] = (byte)held;
        return at;
    }

    /// <summary>Takes packed septets apart, one into each octet.</summary>
    /// <param name="packed">The packed octets, without a user data header.</param>
    /// <param name="septets">Room for the result; its length is the most septets that are taken.</param>
    /// <param name="fillBits">Bits to skip before the first septet, 0 to 6.</param>
    /// <returns>Septets written: as many whole ones as the octets hold, or as the room takes.</returns>
    /// <exception cref="ArgumentException">The fill bits are out of range.</exception>
    public static int Unpack(ReadOnlySpan<byte> packed, Span<byte> septets, int fillBits = 0)
    {
        CheckFillBits(fillBits);
        var count = Math.Min(Math.Max(0, packed.Length * 8 - fillBits) / 7, septets.Length);
        var bit = fillBits;
        for (var i = 0; i < count; i++, bit += 7)
        {
            var octet = bit >> 3;
            var shift = bit & 7;
            var value = packed[octet] >> shift;
            if (shift > 1)
                value |= packed[octet + 1] << (8 - shift);
            septets[i] = (byte)(value & 0x7F);
        }

        return count;
    }

    private static void CheckFillBits(int fillBits)
    {
        if (fillBits is < 0 or > 6)
            throw new ArgumentOutOfRangeException(nameof(fillBits), fillBits, "Fill bits are 0 to 6.");
    }
}
