using System.Buffers.Binary;
using System.Numerics;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// The file of an index of ported numbers; numbers low octet first, docs/adr/0013-ported-numbers.md says why it is so:
/// <code>
/// header, 64 bytes   magic, version, entries a block (16 bits each), entries, rows imported (64 bits each), blocks, networks (32 bits each),
///                    place of the tail, time of the import in microseconds (64 bits each), length of the tail, its CRC-32C, the header's own
/// blocks             up to 128 entries each: distance of the first key from the end of the entry before (in a block's first: 0), number of keys less
///                    one, one more than the network's place or 0 for "nothing is said"; each with 7 bits an octet, lowest first
/// tail               for each block: first key, place (64 bits each), length, CRC-32C (32 bits each); the networks (32 bits each)
/// </code>
/// </summary>
internal static class PortedIndexFormat
{
    public const uint Magic = 0x4E505058;
    public const ushort Version = 1;
    public const int HeaderBytes = 64;
    public const int EntriesInBlock = 128;
    public const int BlockReferenceBytes = 24;

    // Three numbers of at most ten octets.
    public const int MostBlockBytes = EntriesInBlock * 30;

    public const string Extension = ".ported";

    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte octet in bytes) crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }

    /// <summary>A network as one number; -1 for none.</summary>
    public static int Pack(NetworkId network) => network.IsKnown ? (network.Mcc * 10_000) + (network.MncDigits * 1000) + network.Mnc : -1;

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static NetworkId Unpack(int packed)
    {
        if (packed == -1) return default;
        int digits = packed / 1000 % 10;
        if (packed < 0 || packed / 10_000 > 999 || digits is not (2 or 3) || (digits == 2 && packed % 1000 > 99))
            throw new InvalidDataException("The index of ported numbers names a network that there cannot be.");
        return NetworkId.FromCodes(packed / 10_000, packed % 1000, digits);
    }

    public static int WriteVariable(Span<byte> room, ulong value)
    {
        int written = 0;
        for (; value >= 0x80; value >>= 7) room[written++] = (byte)(value | 0x80);
        room[written++] = (byte)value;
        return written;
    }

    /// <returns>False when the octets end before the number does, or it is none.</returns>
    public static bool TryReadVariable(ref ReadOnlySpan<byte> octets, out ulong value)
    {
        value = 0;
        for (int i = 0; i < octets.Length && i < 10; i++)
        {
            value |= (ulong)(octets[i] & 0x7F) << (7 * i);
            if (octets[i] >= 0x80) continue;
            octets = octets[(i + 1)..];
            return true;
        }

        return false;
    }
}
