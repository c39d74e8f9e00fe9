using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// One read-only connection to one slice. Each call is one short read of what is committed, so the log is never held
/// for long.
/// </summary>
internal sealed partial class SliceReader : IDisposable
{
    // Whoever opens a file first after a crash recovers it; others wait for that.
    private const int BusyMilliseconds = 5_000;

    // Up to this many, listed open messages are sorted by key in an instant; of more, some rows are walked first.
    private const int FewOpen = 20_000;
    private const int MostWalked = 50_000;

    private readonly SqliteDatabase _database;
    private SqliteStatement? _find;
    private SqliteStatement? _page;
    private SqliteStatement? _windowEnd;
    private SqliteStatement? _past;

    public SliceReader(string path)
    {
        _database = SqliteDatabase.OpenForReading(path);
        _database.SetBusyTimeout(BusyMilliseconds);
    }

    public Message? Find(long key)
    {
        _find ??= _database.Prepare("SELECT head, progress FROM messages WHERE key = ?1");
        try
        {
            _find.Bind(1, key);
            if (!_find.Step()) return null;
            return MessageCodec.ReadProgress(MessageCodec.ReadHead(key, _find.GetBlob(0)), _find.GetBlob(1));
        }
        finally
        {
            _find.Reset();
        }
    }

    /// <summary>Adds the messages with the keys from <paramref name="first"/> to before <paramref name="end"/> of a list.</summary>
    public void FindMany(IReadOnlyList<long> keys, int first, int end, List<Message> messages)
    {
        using Snapshot snapshot = new(_database);
        for (int i = first; i < end; i++)
        {
            if (Find(keys[i]) is { } message) messages.Add(message);
        }
    }

    /// <summary>
    /// Adds messages with keys in [<paramref name="fromKey"/>, <paramref name="beforeKey"/>) that pass the filter,
    /// newest first, until there are <paramref name="most"/> in the list.
    /// Looks at no more rows than the search has left.
    /// </summary>
    /// <returns>The key from which on everything was looked at.</returns>
    public long List(MessageSearch search, long fromKey, long beforeKey, int most, List<Message> messages)
    {
        long? account = null;
        if (search.Query.AccountSid is { } sid)
        {
            account = FindAccount(sid);
            if (account is null) return fromKey;
        }

        const int Window = 5_000;
        while (messages.Count < most && beforeKey > fromKey && !search.IsOver)
        {
            int rows = search.Take(Window);
            long windowFrom = WindowEnd(fromKey, beforeKey, rows) ?? fromKey;
            ListWindow(search, account, windowFrom, beforeKey, most, messages);
            beforeKey = windowFrom;
        }

        return messages.Count >= most ? messages[^1].Id.Key : beforeKey;
    }

    /// <summary>
    /// Adds outbound messages, copies for test connections aside, with keys in [<paramref name="fromKey"/>, <paramref name="beforeKey"/>) that were accepted within the times, of at most
    /// <paramref name="rows"/> rows.
    /// </summary>
    /// <returns>The key of the last of those rows; null when there are no more.</returns>
    public long? ReadPast(long fromKey, long beforeKey, int rows, long fromMicros, long beforeMicros, List<PastMessage> page)
    {
        _past ??= _database.Prepare("SELECT key, head, progress FROM messages WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3");
        try
        {
            _past.Bind(1, fromKey);
            _past.Bind(2, beforeKey);
            _past.Bind(3, rows);
            long last = 0;
            int seen = 0;
            for (; _past.Step(); seen++)
            {
                last = _past.GetInt64(0);
                MessageHead head = MessageCodec.ReadHead(last, _past.GetBlob(1));
                if (head.IsInbound || head.IsCopy || head.CreatedAt < fromMicros || head.CreatedAt >= beforeMicros) continue;
                string? taker = MessageCodec.ReadTaker(_past.GetBlob(2), out MessageState state);
                page.Add(new(head, state, taker));
            }

            return seen < rows ? null : last;
        }
        finally
        {
            _past.Reset();
        }
    }

    public void ListOpen(long afterKey, int limit, List<Message> messages, out bool isEmpty)
    {
        using Snapshot snapshot = new(_database);
        long mark = Mark();
        using SqliteStatement few = _database.Prepare("SELECT count(*) FROM (SELECT 1 FROM open_messages LIMIT ?1)");
        few.Bind(1, FewOpen + 1);
        few.Step();
        long listed = few.GetInt64(0);
        isEmpty = listed == 0 && !AnyOpenAbove(mark);
        if (isEmpty) return;
        int most = messages.Count + limit;

        // In a backlog nearly every row is open: walking them finds a page at once. Where it does not, the list is gone through.
        if (listed > FewOpen) afterKey = Walk(afterKey, mark, MostWalked, most, messages);
        if (messages.Count < most && afterKey < mark)
        {
            using SqliteStatement list = _database.Prepare(
                """
                SELECT m.key, m.head, m.progress FROM (SELECT key FROM open_messages WHERE key > ?1 ORDER BY key LIMIT ?2) o
                CROSS JOIN messages m ON m.key = o.key ORDER BY m.key
                """);
            list.Bind(1, afterKey);
            list.Bind(2, most - messages.Count);
            while (list.Step()) messages.Add(Read(list));
        }

        if (messages.Count < most) Walk(Math.Max(afterKey, mark), long.MaxValue, int.MaxValue, most, messages);
    }

    /// <summary>
    /// Adds open messages with keys in (<paramref name="afterKey"/>, <paramref name="untilKey"/>]; returns the key up
    /// to which it looked.
    /// </summary>
    private long Walk(long afterKey, long untilKey, int rows, int most, List<Message> messages)
    {
        using SqliteStatement walk = _database.Prepare(
            "SELECT key, head, progress FROM messages WHERE key > ?1 AND key <= ?2 ORDER BY key");
        walk.Bind(1, afterKey);
        walk.Bind(2, untilKey);
        while (messages.Count < most && rows-- > 0)
        {
            if (!walk.Step()) return Math.Max(afterKey, untilKey);
            afterKey = walk.GetInt64(0);
            if (MessageCodec.ReadOpenUntil(walk.GetBlob(2)) is not null) messages.Add(Read(walk));
        }

        return afterKey;
    }

    /// <summary>
    /// Adds the first messages of the range by the end of their validity; those that were listed and those above the
    /// mark are in no common order.
    /// </summary>
    public void ListOpenByValidity(long afterMicros, long untilMicros, int limit, OpenAbove openAbove, List<Message> messages)
    {
        long generation = openAbove.Generation;
        using Snapshot snapshot = new(_database);
        using SqliteStatement list = _database.Prepare(
            """
            SELECT m.key, m.head, m.progress FROM (
                SELECT until, key FROM open_messages WHERE until > ?1 AND until <= ?2 ORDER BY until, key LIMIT ?3) o
            CROSS JOIN messages m ON m.key = o.key
            """);
        list.Bind(1, afterMicros);
        list.Bind(2, untilMicros);
        list.Bind(3, limit);
        while (list.Step()) messages.Add(Read(list));

        // In this order: what is read for one generation must not be compared for the next.
        long earliest = openAbove.Earliest;
        if (openAbove.Generation == generation && earliest > untilMicros) return;

        // The earliest of those above the mark, too many of which would be too much memory.
        var above = new PriorityQueue<long, (long, long)>();
        using SqliteStatement walk = _database.Prepare("SELECT key, progress FROM messages WHERE key > ?1 ORDER BY key");
        walk.Bind(1, Mark());
        while (walk.Step())
        {
            if (MessageCodec.ReadOpenUntil(walk.GetBlob(1)) is not { } until || until <= afterMicros || until > untilMicros) continue;
            long key = walk.GetInt64(0);
            above.Enqueue(key, (-until, -key));
            if (above.Count > limit) above.Dequeue();
        }

        using SqliteStatement find = _database.Prepare("SELECT key, head, progress FROM messages WHERE key = ?1");
        while (above.TryDequeue(out long key, out _))
        {
            find.Bind(1, key);
            if (find.Step()) messages.Add(Read(find));
            find.Reset();
        }
    }

    public long CountOpen()
    {
        using Snapshot snapshot = new(_database);
        long open = _database.QueryInt64("SELECT count(*) FROM open_messages");
        using SqliteStatement walk = _database.Prepare("SELECT progress FROM messages WHERE key > ?1");
        walk.Bind(1, Mark());
        while (walk.Step())
        {
            if (MessageCodec.ReadOpenUntil(walk.GetBlob(0)) is not null) open++;
        }

        return open;
    }

    public bool HasOpen()
    {
        using Snapshot snapshot = new(_database);
        return _database.QueryInt64("SELECT EXISTS (SELECT 1 FROM open_messages)") != 0 || AnyOpenAbove(Mark());
    }

    public void ListStalePartKeys(long beforeMicros, int limit, ISet<string> keys)
    {
        using SqliteStatement list = _database.Prepare(
            "SELECT part_key FROM inbound_parts GROUP BY part_key HAVING min(at) < ?1 ORDER BY part_key LIMIT ?2");
        list.Bind(1, beforeMicros);
        list.Bind(2, limit);
        while (list.Step()) keys.Add(list.GetText(0)!);
    }

    public void ListParts(string partKey, List<InboundPart> parts)
    {
        using SqliteStatement list = _database.Prepare(
            "SELECT number, total, at, text, connection, sender, recipient FROM inbound_parts WHERE part_key = ?1 ORDER BY number");
        list.Bind(1, partKey);
        while (list.Step()) parts.Add(SliceWriter.ReadPart(list, partKey, 0));
    }

    public long CountOrphans() => _database.QueryInt64("SELECT count(*) FROM orphans");

    public long CountParked(long notBefore)
    {
        using SqliteStatement count = _database.Prepare("SELECT count(*) FROM parked WHERE at >= ?1");
        count.Bind(1, notBefore);
        return count.Step() ? count.GetInt64(0) : 0;
    }

    /// <summary>Reads every vendor id that was there at start into filters.</summary>
    public SliceIds.StoredFilters ReadVendorIds(int runs, CancellationToken cancellationToken)
    {
        long logged = _database.QueryInt64("SELECT count(*) FROM correlation_log");
        var all = new VendorIdFilter((int)Math.Min(logged + (long)runs * SliceIds.RunSize, 1 << 26));
        var filters = new VendorIdFilter[runs];
        for (int run = 0; run < runs; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            filters[run] = ReadRun(run, all);
        }

        using SqliteStatement log = _database.Prepare("SELECT hash FROM correlation_log");
        while (log.Step()) all.Add((ulong)log.GetInt64(0));
        return new(all, filters);
    }

    private VendorIdFilter ReadRun(int run, VendorIdFilter all)
    {
        var filter = new VendorIdFilter(SliceIds.RunSize);
        using SqliteStatement parts = _database.Prepare("SELECT entries FROM correlation_runs WHERE id >= ?1 AND id < ?2");
        parts.Bind(1, SliceIds.PartOf(run, 0));
        parts.Bind(2, SliceIds.PartOf(run + 1, 0));
        while (parts.Step())
        {
            ReadOnlySpan<byte> entries = parts.GetBlob(0);
            for (; entries.Length >= SliceIds.EntryBytes; entries = entries[SliceIds.EntryBytes..])
            {
                ulong hash = SliceIds.Read(entries).Hash;
                filter.Add(hash);
                all.Add(hash);
            }
        }

        return filter;
    }

    public void Dispose()
    {
        _find?.Dispose();
        _page?.Dispose();
        _windowEnd?.Dispose();
        _past?.Dispose();
        _events?.Dispose();
        _database.Dispose();
    }

    private static Message Read(SqliteStatement row) =>
        MessageCodec.ReadProgress(MessageCodec.ReadHead(row.GetInt64(0), row.GetBlob(1)), row.GetBlob(2));

    private long? FindAccount(string sid)
    {
        using SqliteStatement find = _database.Prepare("SELECT id FROM accounts WHERE sid = ?1");
        find.Bind(1, sid);
        return find.Step() ? find.GetInt64(0) : null;
    }

    /// <summary>Puts the marks whose names begin so over what is there.</summary>
    public void ListMarks(string prefix, SortedDictionary<string, long> marks)
    {
        // No name goes on with a character above the last of ASCII.
        using SqliteStatement list = _database.Prepare("SELECT name, value FROM marks WHERE name >= ?1 AND name < ?2");
        list.Bind(1, prefix);
        list.Bind(2, prefix + '\u007F');
        while (list.Step()) marks[list.GetText(0)!] = list.GetInt64(1);
    }

    private long Mark()
    {
        using SqliteStatement mark = _database.Prepare("SELECT value FROM marks WHERE name = ?1");
        mark.Bind(1, SliceWriter.OpenIndexedMark);
        return mark.Step() ? mark.GetInt64(0) : -1;
    }

    private bool AnyOpenAbove(long mark)
    {
        using SqliteStatement walk = _database.Prepare("SELECT progress FROM messages WHERE key > ?1");
        walk.Bind(1, mark);
        while (walk.Step())
        {
            if (MessageCodec.ReadOpenUntil(walk.GetBlob(0)) is not null) return true;
        }

        return false;
    }

    /// <summary>The key so many rows further down; null when there are fewer.</summary>
    private long? WindowEnd(long fromKey, long beforeKey, int rows)
    {
        _windowEnd ??= _database.Prepare("SELECT key FROM messages WHERE key >= ?1 AND key < ?2 ORDER BY key DESC LIMIT 1 OFFSET ?3");
        _windowEnd.Bind(1, fromKey);
        _windowEnd.Bind(2, beforeKey);
        _windowEnd.Bind(3, rows - 1);
        long? end = _windowEnd.Step() ? _windowEnd.GetInt64(0) : null;
        _windowEnd.Reset();
        return end;
    }

    private void ListWindow(MessageSearch search, long? account, long fromKey, long beforeKey, int most, List<Message> messages)
    {
        _page ??= _database.Prepare(
            """
            SELECT key, head, progress FROM messages
            WHERE key >= ?1 AND key < ?2 AND (?3 IS NULL OR account = ?3) AND (?4 IS NULL OR recipient = ?4) ORDER BY key DESC
            """);
        try
        {
            _page.Bind(1, fromKey);
            _page.Bind(2, beforeKey);
            if (account is { } id) _page.Bind(3, id);
            else _page.BindNull(3);
            if (search.Query.To is null) _page.BindNull(4);
            else _page.Bind(4, SliceWriter.RecipientHash(search.Query.To));
            while (messages.Count < most && _page.Step())
            {
                if (!search.MayPass(_page.GetBlob(1), _page.GetBlob(2))) continue;
                Message message = Read(_page);
                if (search.Query.Passes(message)) messages.Add(message);
            }
        }
        finally
        {
            _page.Reset();
        }
    }

    /// <summary>Several statements that see one state of the file.</summary>
    private readonly struct Snapshot : IDisposable
    {
        private readonly SqliteDatabase _database;

        public Snapshot(SqliteDatabase database)
        {
            _database = database;
            database.Execute("BEGIN");
        }

        public void Dispose() => _database.Execute("COMMIT");
    }
}
