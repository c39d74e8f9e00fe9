using System.Buffers.Binary;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// The vendor ids of one slice: a log of the newest, which is in memory whole, and sorted runs on disk, each behind a filter in memory.
/// The sequencer's own, but for <see cref="Stored"/>, which a reader fills after the start.
/// </summary>
internal sealed class SliceIds
{
    /// <summary>Entries that make a run. Writing one takes some milliseconds, and a look-up asks one filter a run.</summary>
    public const int RunSize = 1 << 16;

    public const int PartBits = 9;
    public const int EntryBytes = 18;

    private static readonly Comparer<Entry> NewestFirst = Comparer<Entry>.Create(
        static (left, right) => left.Key != right.Key ? right.Key.CompareTo(left.Key) : left.Segment.CompareTo(right.Segment));

    private readonly List<Entry> _log = [];
    private readonly Dictionary<ulong, int> _newest = [];
    private readonly List<VendorIdFilter> _runs = [];
    private VendorIdFilter? _added;

    /// <summary>Runs that were on disk at start.</summary>
    public int StoredRuns { get; init; }

    /// <summary>Filters over what was on disk at start; null until they are read.</summary>
    public StoredFilters? Stored { get; set => Volatile.Write(ref field, value); }

    /// <summary>The log's rows of an earlier process are in memory.</summary>
    public bool IsLoaded { get; set; }

    public int LogCount => _log.Count;

    public int RunCount => StoredRuns + _runs.Count;

    /// <summary>Adds what is committed in the log.</summary>
    public void Add(ulong hash, long key, int segment)
    {
        int earlier = _newest.GetValueOrDefault(hash, -1);
        _newest[hash] = _log.Count;
        _log.Add(new(hash, key, segment, earlier));
        (_added ??= new(RunSize)).Add(hash);
    }

    /// <summary>Whether the file may hold this id.</summary>
    public bool MayHold(ulong hash)
    {
        if (_added is not null && _added.MayContain(hash)) return true;
        StoredFilters? stored = Stored;
        return stored is null || stored.All.MayContain(hash);
    }

    /// <summary>Adds the newest segments with this id, in no order, and goes through no more than it adds.</summary>
    public void Find(ulong hash, int most, SliceWriter writer, List<CorrelationHit> hits)
    {
        int end = hits.Count + most;
        for (int at = _newest.GetValueOrDefault(hash, -1); at >= 0 && hits.Count < end; at = _log[at].Earlier)
        {
            hits.Add(new(_log[at].Key, _log[at].Segment));
        }

        StoredFilters? stored = Stored;
        for (int run = RunCount - 1; run >= 0 && hits.Count < end; run--)
        {
            VendorIdFilter? filter = run >= StoredRuns ? _runs[run - StoredRuns] : stored?.Runs[run];
            if (filter is null || filter.MayContain(hash)) writer.FindInRun(run, hash, end - hits.Count, hits);
        }
    }

    /// <summary>
    /// The log in order of its hashes, the newest message of each first, to be written as a run. No look-up takes more than some of an id,
    /// so the others are left out: they would make one part of the run as large as all.
    /// </summary>
    public ReadOnlyMemory<Entry> SortLog(int mostOfAnId)
    {
        Entry[] entries = [.. _log];
        var hashes = new ulong[entries.Length];
        for (int i = 0; i < entries.Length; i++) hashes[i] = entries[i].Hash;
        Array.Sort(hashes, entries);
        int length = 0;
        for (int start = 0; start < entries.Length;)
        {
            int end = start + 1;
            while (end < entries.Length && hashes[end] == hashes[start]) end++;
            if (end - start > 1) Array.Sort(entries, start, end - start, NewestFirst);
            for (int at = start; at < Math.Min(end, start + mostOfAnId); at++) entries[length++] = entries[at];
            start = end;
        }

        return entries.AsMemory(0, length);
    }

    /// <summary>The log is now a run on disk.</summary>
    public void LogBecameRun()
    {
        var filter = new VendorIdFilter(_log.Count);
        foreach (Entry entry in _log) filter.Add(entry.Hash);
        _runs.Add(filter);
        _log.Clear();
        _newest.Clear();
    }

    public static long PartOf(int run, ulong hash) => (long)run << PartBits | (long)(hash >> (64 - PartBits));

    public static void Write(Entry entry, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, entry.Hash);
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], entry.Key);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[16..], (ushort)entry.Segment);
    }

    public static Entry Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64LittleEndian(source),
        BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(source[16..]),
        -1);

    /// <param name="Earlier">Index in the log of the earlier entry with the same hash, or -1.</param>
    internal readonly record struct Entry(ulong Hash, long Key, int Segment, int Earlier);

    /// <param name="All">Over log and runs.</param>
    /// <param name="Runs">One a run.</param>
    internal sealed record StoredFilters(VendorIdFilter All, VendorIdFilter[] Runs);
}
