using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// What is written often is written where it costs least, and later moved, many at once, to where it is found quickly:
/// vendor ids from their log into sorted runs,
/// and messages that stay open into the list of open ones.
/// </summary>
internal sealed partial class SliceWriter
{
    /// <summary>The row of marks up to which open messages are in <c>open_messages</c>.</summary>
    public const string OpenIndexedMark = "open_indexed";

    /// <summary>Rows of marks that begin so hold positions of the event log's readers.</summary>
    public const string PositionMark = "position:";

    /// <summary>The row of marks that says up to which record of the commit log everything is in the file.</summary>
    public const string AppliedMark = "applied";

    // Rows above the mark are read one by one whenever open messages are listed: 50,000 take some 20 ms.
    private const int MostAbove = 50_000;

    // Rows looked at in one step: about 2 ms.
    private const int RowsAtOnce = 4_096;

    private readonly List<(long Until, long Key)> _open = [];
    private int _above;

    /// <summary>Keys up to this one are in the list of open messages while they are open.</summary>
    public long IndexedKey { get; private set; } = -1;

    /// <summary>Does one step; between groups. False when there was nothing to do.</summary>
    /// <param name="keysBefore">Messages with keys below it are old enough to be listed.</param>
    public bool Settle(long keysBefore, MessageCache cache)
    {
        bool isDone = false;
        if (_slice.Ids.LogCount >= SliceIds.RunSize)
        {
            WriteRun();
            isDone = true;
        }

        if (_above > MostAbove) keysBefore = long.MaxValue;
        return (_above > 0 && keysBefore > 0 && IndexOpen(keysBefore, cache)) | isDone;
    }

    /// <summary>Adds the newest segments with this id that one run holds.</summary>
    public void FindInRun(int run, ulong hash, int most, List<CorrelationHit> hits)
    {
        int end = hits.Count + most;
        _findPartOfRun!.Bind(1, SliceIds.PartOf(run, hash));
        if (_findPartOfRun.Step())
        {
            ReadOnlySpan<byte> entries = _findPartOfRun.GetBlob(0);
            for (; entries.Length >= SliceIds.EntryBytes && hits.Count < end; entries = entries[SliceIds.EntryBytes..])
            {
                SliceIds.Entry entry = SliceIds.Read(entries);
                if (entry.Hash > hash) break;
                if (entry.Hash == hash) hits.Add(new(entry.Key, entry.Segment));
            }
        }

        _findPartOfRun.Reset();
    }

    private void Load()
    {
        using (SqliteStatement mark = _database!.Prepare("SELECT value FROM marks WHERE name = ?1"))
        {
            mark.Bind(1, OpenIndexedMark);
            if (mark.Step()) IndexedKey = mark.GetInt64(0);
        }

        using (SqliteStatement above = _database.Prepare("SELECT count(*), max(key) FROM messages WHERE key > ?1"))
        {
            above.Bind(1, IndexedKey);
            above.Step();
            _above = (int)above.GetInt64(0);
            _slice.OpenAbove.Opened(Math.Max(IndexedKey, above.GetInt64(1)), _above);
        }

        if (_slice.Ids.IsLoaded) return;
        using SqliteStatement log = _database.Prepare("SELECT hash, key, segment FROM correlation_log ORDER BY seq");
        while (log.Step()) _slice.Ids.Add((ulong)log.GetInt64(0), log.GetInt64(1), (int)log.GetInt64(2));
        _slice.Ids.IsLoaded = true;
    }

    private void WriteRun()
    {
        ReadOnlySpan<SliceIds.Entry> entries = _slice.Ids.SortLog(JournalGroup.MostHits).Span;
        int run = _slice.Ids.RunCount;
        byte[] part = new byte[RowsAtOnce * SliceIds.EntryBytes];
        Begin();
        try
        {
            for (int at = 0; at < entries.Length;)
            {
                long id = SliceIds.PartOf(run, entries[at].Hash);
                int length = 0;
                for (; at < entries.Length && SliceIds.PartOf(run, entries[at].Hash) == id; at++)
                {
                    if (length + SliceIds.EntryBytes > part.Length) Array.Resize(ref part, part.Length * 2);
                    SliceIds.Write(entries[at], part.AsSpan(length));
                    length += SliceIds.EntryBytes;
                }

                _addPartOfRun!.Bind(1, id);
                _addPartOfRun.Bind(2, part.AsSpan(0, length));
                _addPartOfRun.Run();
            }

            _clearLog!.Run();
            _commit!.Run();
        }
        catch
        {
            RollBack();
            throw;
        }

        _slice.Ids.LogBecameRun();
        Count();
    }

    /// <summary>Moves the mark on by some rows and lists those of them that are open.</summary>
    private bool IndexOpen(long keysBefore, MessageCache cache)
    {
        _open.Clear();
        int rows = 0;
        long last = IndexedKey;
        _listAbove!.Bind(1, IndexedKey);
        _listAbove.Bind(2, keysBefore);
        _listAbove.Bind(3, RowsAtOnce);
        while (_listAbove.Step())
        {
            rows++;
            last = _listAbove.GetInt64(0);
            if (MessageCodec.ReadOpenUntil(_listAbove.GetBlob(1)) is { } until) _open.Add((until, last));
        }

        _listAbove.Reset();
        if (rows == 0) return false;
        Begin();
        try
        {
            foreach ((long until, long key) in _open)
            {
                _addOpen!.Bind(1, until);
                _addOpen.Bind(2, key);
                _addOpen.Run();
            }

            WriteMark(OpenIndexedMark, last);
            _commit!.Run();
        }
        catch
        {
            RollBack();
            throw;
        }

        IndexedKey = last;
        _above = Math.Max(0, _above - rows);
        _slice.OpenAbove.MarkMoved(last);
        foreach ((_, long key) in _open)
        {
            if (cache.Peek(key) is { } live) live.IsIndexed = true;
        }

        Count();
        return true;
    }
}
