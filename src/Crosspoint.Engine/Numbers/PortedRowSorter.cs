using System.Buffers.Binary;

namespace Crosspoint.Engine.Numbers;

/// <summary>Puts rows in the order of their first keys. More than fit into memory go through files that vanish when it is disposed of.</summary>
internal sealed class PortedRowSorter(string directory, int rowsInMemory) : IDisposable
{
    private const int RowBytes = 24;
    private const int BufferBytes = 1 << 18;
    private static readonly Comparison<PortedRow> ByStart = static (a, b) => a.Start != b.Start ? a.Start.CompareTo(b.Start) : a.Order.CompareTo(b.Order);

    private readonly List<FileStream> _runs = [];
    private PortedRow[] _rows = new PortedRow[1024];
    private int _count;

    public long Count { get; private set; }

    public void Add(in PortedRow row)
    {
        if (_count == rowsInMemory) Spill();
        if (_count == _rows.Length) Array.Resize(ref _rows, (int)Math.Min(rowsInMemory, _rows.Length * 2L));
        _rows[_count++] = row;
        Count++;
    }

    /// <summary>Gives all rows in order, once.</summary>
    public IEnumerable<PortedRow> Sorted()
    {
        _rows.AsSpan(0, _count).Sort(ByStart);
        if (_runs.Count == 0)
        {
            for (int i = 0; i < _count; i++) yield return _rows[i];
            yield break;
        }

        var heads = new PriorityQueue<(IEnumerator<PortedRow> Run, PortedRow Row), PortedRow>(Comparer<PortedRow>.Create(ByStart));
        foreach (FileStream file in _runs) Push(Read(file).GetEnumerator());
        Push(_rows.Take(_count).GetEnumerator());
        while (heads.TryDequeue(out var head, out _))
        {
            yield return head.Row;
            Push(head.Run);
        }

        void Push(IEnumerator<PortedRow> run)
        {
            if (run.MoveNext()) heads.Enqueue((run, run.Current), run.Current);
        }
    }

    public void Dispose()
    {
        foreach (FileStream run in _runs) run.Dispose();
        _runs.Clear();
    }

    private void Spill()
    {
        _rows.AsSpan(0, _count).Sort(ByStart);
        var file = new FileStream(
            Path.Combine(directory, $"sort-{Guid.NewGuid():N}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes,
            FileOptions.DeleteOnClose);
        _runs.Add(file);
        Span<byte> bytes = stackalloc byte[RowBytes];
        for (int i = 0; i < _count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, _rows[i].Start);
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], _rows[i].End);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], _rows[i].Order);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[20..], PortedIndexFormat.Pack(_rows[i].Network));
            file.Write(bytes);
        }

        _count = 0;
    }

    private static IEnumerable<PortedRow> Read(FileStream file)
    {
        file.Position = 0;
        var bytes = new byte[RowBytes];
        while (file.ReadAtLeast(bytes, RowBytes, throwOnEndOfStream: false) == RowBytes)
        {
            yield return new(
                BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)),
                PortedIndexFormat.Unpack(BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20))),
                BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(16)));
        }
    }
}
