using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>One read-only connection to one slice. Each call is one short read of what is committed, so the log is never held for long.</summary>
internal sealed class SliceReader(string path) : IDisposable
{
    // Up to this many open messages they are taken from their index; above, the rows are walked.
    private const int FewOpen = 20_000;

    private readonly SqliteDatabase _database = SqliteDatabase.OpenForReading(path);
    private SqliteStatement? _find;
    private SqliteStatement? _page;
    private SqliteStatement? _windowEnd;

    public Message? Find(MessageId id)
    {
        _find ??= _database.Prepare("SELECT head, progress FROM messages WHERE key = ?1");
        try
        {
            _find.Bind(1, id.Key);
            if (!_find.Step()) return null;
            ReadOnlySpan<byte> head = _find.GetBlob(0);
            return MessageCodec.ReadTail(head) == id.Tail ? MessageCodec.ReadProgress(MessageCodec.ReadHead(id.Key, head), _find.GetBlob(1)) : null;
        }
        finally
        {
            _find.Reset();
        }
    }

    /// <summary>
    /// Adds messages with keys in [<paramref name="fromKey"/>, <paramref name="beforeKey"/>) that pass the filter, newest first, until there are <paramref name="most"/> in the list.
    /// Looks at no more than <paramref name="rows"/> rows, and lowers that by what it looked at.
    /// </summary>
    /// <returns>The key from which on everything was looked at.</returns>
    public long List(MessageQuery query, long fromKey, long beforeKey, int most, ref int rows, List<Message> messages)
    {
        if (FindName(query.AccountSid) is not { } account) return fromKey;
        const int Window = 20_000;
        while (messages.Count < most && beforeKey > fromKey && rows > 0)
        {
            long windowFrom = WindowEnd(fromKey, beforeKey, Math.Min(Window, rows)) ?? fromKey;
            rows -= Window;
            ListWindow(query, account, windowFrom, beforeKey, most, messages);
            beforeKey = windowFrom;
        }

        return messages.Count >= most ? messages[^1].Id.Key : beforeKey;
    }

    public void ListOpen(long afterKey, int limit, List<Message> messages, out bool isEmpty)
    {
        using SqliteStatement few = _database.Prepare("SELECT count(*) FROM (SELECT 1 FROM messages WHERE open_until IS NOT NULL LIMIT ?1)");
        few.Bind(1, FewOpen + 1);
        few.Step();
        long open = few.GetInt64(0);
        isEmpty = open == 0;
        if (isEmpty) return;
        using SqliteStatement list = _database.Prepare(open <= FewOpen
            ? "SELECT key, head, progress FROM messages WHERE key IN (SELECT key FROM messages INDEXED BY messages_open WHERE open_until IS NOT NULL AND +key > ?1 ORDER BY +key LIMIT ?2) ORDER BY key"
            : "SELECT key, head, progress FROM messages NOT INDEXED WHERE key > ?1 AND open_until IS NOT NULL ORDER BY key LIMIT ?2");
        list.Bind(1, afterKey);
        list.Bind(2, limit);
        while (list.Step()) messages.Add(Read(list));
    }

    public void ListOpenByValidity(long afterMicros, long untilMicros, int limit, List<Message> messages)
    {
        using SqliteStatement list = _database.Prepare(
            """
            SELECT key, head, progress FROM messages INDEXED BY messages_open
            WHERE open_until IS NOT NULL AND open_until > ?1 AND open_until <= ?2 ORDER BY open_until, key LIMIT ?3
            """);
        list.Bind(1, afterMicros);
        list.Bind(2, untilMicros);
        list.Bind(3, limit);
        while (list.Step()) messages.Add(Read(list));
    }

    public void ListStalePartKeys(long beforeMicros, int limit, ISet<string> keys)
    {
        using SqliteStatement list = _database.Prepare("SELECT part_key FROM inbound_parts GROUP BY part_key HAVING min(at) < ?1 ORDER BY part_key LIMIT ?2");
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

    public long CountOpen() => _database.QueryInt64("SELECT count(*) FROM messages WHERE open_until IS NOT NULL");

    public long CountOrphans() => _database.QueryInt64("SELECT count(*) FROM orphans");

    public long CountParked(long notBefore)
    {
        using SqliteStatement count = _database.Prepare("SELECT count(*) FROM parked WHERE at >= ?1");
        count.Bind(1, notBefore);
        return count.Step() ? count.GetInt64(0) : 0;
    }

    /// <summary>Reads every vendor id into a filter.</summary>
    public void ReadVendorIds(VendorIdFilter filter, CancellationToken cancellationToken)
    {
        using SqliteStatement list = _database.Prepare("SELECT n.name, c.id FROM names n JOIN correlations c ON c.grp = n.id");
        string group = "";
        while (list.Step())
        {
            cancellationToken.ThrowIfCancellationRequested();
            string name = list.GetText(0)!;
            if (!string.Equals(name, group, StringComparison.Ordinal)) group = name;
            filter.Add(VendorIdFilter.Hash(group, list.GetText(1)!));
        }
    }

    public void Dispose()
    {
        _find?.Dispose();
        _page?.Dispose();
        _windowEnd?.Dispose();
        _database.Dispose();
    }

    private static Message Read(SqliteStatement row) => MessageCodec.ReadProgress(MessageCodec.ReadHead(row.GetInt64(0), row.GetBlob(1)), row.GetBlob(2));

    private long? FindName(string name)
    {
        using SqliteStatement find = _database.Prepare("SELECT id FROM names WHERE name = ?1");
        find.Bind(1, name);
        return find.Step() ? find.GetInt64(0) : null;
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

    private void ListWindow(MessageQuery query, long account, long fromKey, long beforeKey, int most, List<Message> messages)
    {
        _page ??= _database.Prepare(
            """
            SELECT key, head, progress FROM messages
            WHERE key >= ?1 AND key < ?2 AND account = ?3 AND (?4 IS NULL OR recipient = ?4) AND (?5 IS NULL OR state = ?5) ORDER BY key DESC
            """);
        try
        {
            _page.Bind(1, fromKey);
            _page.Bind(2, beforeKey);
            _page.Bind(3, account);
            if (query.To is null) _page.BindNull(4);
            else _page.Bind(4, SliceWriter.RecipientHash(query.To));
            if (query.Status is null) _page.BindNull(5);
            else _page.Bind(5, (long)query.Status.Value);
            while (messages.Count < most && _page.Step())
            {
                MessageHead head = MessageCodec.ReadHead(_page.GetInt64(0), _page.GetBlob(1));
                if (Passes(query, head)) messages.Add(MessageCodec.ReadProgress(head, _page.GetBlob(2)));
            }
        }
        finally
        {
            _page.Reset();
        }
    }

    private static bool Passes(MessageQuery query, MessageHead head) =>
        head.AccountSid == query.AccountSid
        && (query.To is null || head.To == query.To)
        && (query.From is null || head.From == query.From)
        && (query.CreatedFrom is null || head.CreatedAt >= query.CreatedFrom)
        && (query.CreatedBefore is null || head.CreatedAt < query.CreatedBefore);
}
