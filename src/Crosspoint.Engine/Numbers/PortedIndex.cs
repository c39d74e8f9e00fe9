using System.Buffers.Binary;
using Crosspoint.Sms.Numbers;
using Microsoft.Win32.SafeHandles;

namespace Crosspoint.Engine.Numbers;

/// <summary>
/// Ported numbers of one source, in a file that is never changed: an import puts another in its place, and who has this one open goes on
/// with it. Thread-safe.
/// </summary>
public sealed class PortedIndex : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly ulong[] _firstKeys;
    private readonly BlockReference[] _blocks;
    private readonly NetworkId[] _networks;

    private PortedIndex(
        SafeFileHandle file, ulong[] firstKeys, BlockReference[] blocks, NetworkId[] networks, long entries, long rows, DateTimeOffset importedAt)
    {
        (_file, _firstKeys, _blocks, _networks) = (file, firstKeys, blocks, networks);
        (Entries, Rows, ImportedAt) = (entries, rows, importedAt);
    }

    /// <summary>Numbers, ranges and prefixes, without overlaps.</summary>
    public long Entries { get; }

    /// <summary>Rows of all imports that it is made of.</summary>
    public long Rows { get; }

    public DateTimeOffset ImportedAt { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="InvalidDataException">It is no index, of another version, or damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static PortedIndex Open(string path)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.RandomAccess);
        try
        {
            return Read(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Looks a number up. Allocates nothing.</summary>
    /// <returns>False where nothing is said of the number.</returns>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public bool TryFind(E164 number, out NetworkId network)
    {
        network = default;
        if (number.Digits == 0) return false;
        ulong key = PortedRow.KeyOf(number);
        int block = _firstKeys.AsSpan().BinarySearch(key);
        if (block < 0) block = ~block - 1;
        if (block < 0) return false;
        Span<byte> room = stackalloc byte[PortedIndexFormat.MostBlockBytes];
        ReadOnlySpan<byte> octets = ReadBlock(block, room);
        ulong end = _firstKeys[block];
        while (!octets.IsEmpty)
        {
            ReadEntry(ref octets, ref end, out ulong start, out NetworkId found);
            if (key < start) return false;
            if (key >= end) continue;
            network = found;
            return found.IsKnown;
        }

        return false;
    }

    public void Dispose() => _file.Dispose();

    /// <summary>All entries, in order.</summary>
    internal IEnumerable<PortedRow> ReadAll()
    {
        var room = new byte[PortedIndexFormat.MostBlockBytes];
        for (int block = 0; block < _blocks.Length; block++)
        {
            ulong end = _firstKeys[block];
            int length = ReadBlock(block, room).Length;
            for (int at = 0; at < length;)
            {
                ReadOnlySpan<byte> octets = room.AsSpan(at, length - at);
                ReadEntry(ref octets, ref end, out ulong start, out NetworkId network);
                at = length - octets.Length;
                yield return new(start, end, network, 0);
            }
        }
    }

    private static PortedIndex Read(SafeFileHandle file)
    {
        Span<byte> header = stackalloc byte[PortedIndexFormat.HeaderBytes];
        ReadFully(file, header, 0);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != PortedIndexFormat.Magic) throw new InvalidDataException("is no index of ported numbers");
        int version = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (version != PortedIndexFormat.Version)
            throw new InvalidDataException($"is of version {version}, and this program reads {PortedIndexFormat.Version}; import the numbers again");
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[56..]) != PortedIndexFormat.Checksum(header[..56])) throw Damaged();
        int blockCount = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        int networkCount = BinaryPrimitives.ReadInt32LittleEndian(header[28..]);
        var tail = new byte[BinaryPrimitives.ReadInt32LittleEndian(header[48..])];
        ReadFully(file, tail, BinaryPrimitives.ReadInt64LittleEndian(header[32..]));
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[52..]) != PortedIndexFormat.Checksum(tail)
            || tail.Length != ((long)blockCount * PortedIndexFormat.BlockReferenceBytes) + (networkCount * 4L))
            throw Damaged();
        var firstKeys = new ulong[blockCount];
        var blocks = new BlockReference[blockCount];
        for (int i = 0; i < blockCount; i++)
        {
            ReadOnlySpan<byte> reference = tail.AsSpan(i * PortedIndexFormat.BlockReferenceBytes);
            firstKeys[i] = BinaryPrimitives.ReadUInt64LittleEndian(reference);
            blocks[i] = new(
                BinaryPrimitives.ReadInt64LittleEndian(reference[8..]), BinaryPrimitives.ReadInt32LittleEndian(reference[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(reference[20..]));
            if (blocks[i].Length is < 0 or > PortedIndexFormat.MostBlockBytes) throw Damaged();
        }

        var networks = new NetworkId[networkCount + 1];
        for (int i = 0; i < networkCount; i++)
            networks[i + 1] = PortedIndexFormat.Unpack(BinaryPrimitives.ReadInt32LittleEndian(tail.AsSpan((blockCount * PortedIndexFormat.BlockReferenceBytes) + (i * 4))));
        return new(
            file, firstKeys, blocks, networks, BinaryPrimitives.ReadInt64LittleEndian(header[8..]), BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            DateTimeOffset.UnixEpoch.AddMicroseconds(BinaryPrimitives.ReadInt64LittleEndian(header[40..])));
    }

    private static void ReadFully(SafeFileHandle file, Span<byte> room, long position)
    {
        while (!room.IsEmpty)
        {
            int read = RandomAccess.Read(file, room, position);
            if (read == 0) throw new InvalidDataException("ends too early");
            room = room[read..];
            position += read;
        }
    }

    private static InvalidDataException Damaged() => new("is damaged");

    private ReadOnlySpan<byte> ReadBlock(int block, Span<byte> room)
    {
        ref readonly BlockReference reference = ref _blocks[block];
        Span<byte> octets = room[..reference.Length];
        ReadFully(_file, octets, reference.Position);
        return PortedIndexFormat.Checksum(octets) == reference.Checksum ? octets : throw Damaged();
    }

    private void ReadEntry(ref ReadOnlySpan<byte> octets, ref ulong end, out ulong start, out NetworkId network)
    {
        if (!PortedIndexFormat.TryReadVariable(ref octets, out ulong distance) || !PortedIndexFormat.TryReadVariable(ref octets, out ulong more)
            || !PortedIndexFormat.TryReadVariable(ref octets, out ulong place) || place >= (ulong)_networks.Length)
            throw Damaged();
        start = end + distance;
        end = start + more + 1;
        network = _networks[place];
    }

    private readonly record struct BlockReference(long Position, int Length, uint Checksum);
}
