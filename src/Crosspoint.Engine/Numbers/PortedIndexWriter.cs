using System.Buffers.Binary;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Numbers;

/// <summary>Writes an index of ported numbers.</summary>
internal sealed class PortedIndexWriter(Stream file) : IDisposable
{
    private readonly byte[] _block = new byte[PortedIndexFormat.MostBlockBytes];
    private readonly MemoryStream _tail = new();
    private readonly Dictionary<NetworkId, int> _places = [];
    private PortedRow _held;
    private ulong _blockStart;
    private ulong _end;
    private long _position = file.Position = PortedIndexFormat.HeaderBytes;
    private int _blockBytes;
    private int _blockEntries;
    private int _blocks;

    public long Entries { get; private set; }

    /// <summary>Takes rows in order and without overlaps; neighbours of one network become one entry.</summary>
    public void Add(in PortedRow row)
    {
        if (_held.End == row.Start && _held.Network == row.Network && _held.End > 0)
        {
            _held = _held with { End = row.End };
            return;
        }

        Write();
        _held = row;
    }

    /// <summary>Writes what is left, and the header.</summary>
    /// <returns>Bytes of the file.</returns>
    public long Finish(long rows, DateTimeOffset importedAt)
    {
        Write();
        WriteBlock();
        Span<byte> number = stackalloc byte[4];
        foreach (NetworkId network in _places.Keys)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, PortedIndexFormat.Pack(network));
            _tail.Write(number);
        }

        ReadOnlySpan<byte> tail = _tail.GetBuffer().AsSpan(0, (int)_tail.Length);
        file.Write(tail);
        Span<byte> header = stackalloc byte[PortedIndexFormat.HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, PortedIndexFormat.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], PortedIndexFormat.Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], PortedIndexFormat.EntriesInBlock);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], rows);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], _blocks);
        BinaryPrimitives.WriteInt32LittleEndian(header[28..], _places.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], _position);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], (importedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        BinaryPrimitives.WriteInt32LittleEndian(header[48..], tail.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[52..], PortedIndexFormat.Checksum(tail));
        BinaryPrimitives.WriteUInt32LittleEndian(header[56..], PortedIndexFormat.Checksum(header[..56]));
        file.Position = 0;
        file.Write(header);
        return _position + tail.Length;
    }

    public void Dispose() => _tail.Dispose();

    private void Write()
    {
        if (_held.End == 0) return;
        int network = 0;
        if (_held.Network.IsKnown && !_places.TryGetValue(_held.Network, out network))
        {
            network = _places.Count + 1;
            _places.Add(_held.Network, network);
        }

        if (_blockEntries == PortedIndexFormat.EntriesInBlock) WriteBlock();
        if (_blockEntries == 0) _blockStart = _end = _held.Start;

        _blockBytes += PortedIndexFormat.WriteVariable(_block.AsSpan(_blockBytes), _held.Start - _end);
        _blockBytes += PortedIndexFormat.WriteVariable(_block.AsSpan(_blockBytes), _held.End - _held.Start - 1);
        _blockBytes += PortedIndexFormat.WriteVariable(_block.AsSpan(_blockBytes), (ulong)network);
        _blockEntries++;
        Entries++;
        _end = _held.End;
    }

    private void WriteBlock()
    {
        if (_blockEntries == 0) return;
        Span<byte> reference = stackalloc byte[PortedIndexFormat.BlockReferenceBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(reference, _blockStart);
        BinaryPrimitives.WriteInt64LittleEndian(reference[8..], _position);
        BinaryPrimitives.WriteInt32LittleEndian(reference[16..], _blockBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(reference[20..], PortedIndexFormat.Checksum(_block.AsSpan(0, _blockBytes)));
        _tail.Write(reference);
        file.Write(_block, 0, _blockBytes);
        _position += _blockBytes;
        _blocks++;
        (_blockBytes, _blockEntries) = (0, 0);
    }
}
