using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Opening, the prepared statements, and the sequencer's reads.</summary>
internal sealed partial class SliceWriter
{
    // Nobody else writes to a running journal's files; a backup's first look at a file may hold a lock for an instant.
    private const int BusyMilliseconds = 5_000;
    private const int MostHits = 8;

    private readonly List<SqliteStatement> _statements = [];
    private SqliteStatement? _begin;
    private SqliteStatement? _commit;
    private SqliteStatement? _rollback;
    private SqliteStatement? _insert;
    private SqliteStatement? _update;
    private SqliteStatement? _updateAll;
    private SqliteStatement? _delete;
    private SqliteStatement? _find;
    private SqliteStatement? _addName;
    private SqliteStatement? _findName;
    private SqliteStatement? _correlate;
    private SqliteStatement? _findCorrelated;
    private SqliteStatement? _deleteCorrelations;
    private SqliteStatement? _park;
    private SqliteStatement? _findParked;
    private SqliteStatement? _deleteParked;
    private SqliteStatement? _keepOrphan;
    private SqliteStatement? _putIdempotent;
    private SqliteStatement? _findIdempotent;
    private SqliteStatement? _addPart;
    private SqliteStatement? _findParts;
    private SqliteStatement? _deleteParts;
    private int _pageSize;

    /// <summary>Opens or makes a file for writing: settings first, then the schema.</summary>
    public static SqliteDatabase OpenDatabase(string path, SqliteJournalOptions options)
    {
        SqliteDatabase database = SqliteDatabase.OpenForWriting(path);
        try
        {
            database.SetBusyTimeout(BusyMilliseconds);
            database.Execute(Pragma("page_size", options.PageSize));
            if (database.QueryText("PRAGMA journal_mode = WAL") != "wal") throw new InvalidOperationException($"{path} cannot keep a write-ahead log.");
            database.Execute("PRAGMA synchronous = FULL");
            database.Execute("PRAGMA wal_autocheckpoint = 0");
            database.Execute("PRAGMA temp_store = MEMORY");
            database.Execute(Pragma("cache_size", -CacheKilobytes));
            database.Execute(Pragma("journal_size_limit", options.BusyCheckpointBytes));
            database.KeepLogOnClose();
            SqliteSchema.Upgrade(database);
            if (options.MaxPages > 0) database.Execute(Pragma("max_page_count", options.MaxPages));
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    public Message? Find(long key)
    {
        if (_database is null) return null;
        _find!.Bind(1, key);
        Message? message = _find.Step() ? MessageCodec.ReadProgress(MessageCodec.ReadHead(key, _find.GetBlob(0)), _find.GetBlob(1)) : null;
        _find.Reset();
        return message;
    }

    /// <summary>Octets that the changing part of a stored row takes.</summary>
    public int FindRoom(long key)
    {
        _find!.Bind(1, key);
        int room = _find.Step() ? _find.GetBlob(1).Length + (_find.IsNull(2) ? 0 : sizeof(long)) + (_find.GetInt64(3) > 1 ? 1 : 0) : 0;
        _find.Reset();
        return room;
    }

    /// <summary>Adds the segments that carry this canonical id, newest message first.</summary>
    public void FindCorrelated(string group, string id, List<CorrelationHit> hits)
    {
        if (_database is null) return;
        _findCorrelated!.Bind(1, group);
        _findCorrelated.Bind(2, id);
        _findCorrelated.Bind(3, MostHits);
        while (_findCorrelated.Step()) hits.Add(new(_findCorrelated.GetInt64(0), (int)_findCorrelated.GetInt64(1)));
        _findCorrelated.Reset();
    }

    /// <summary>Adds the receipts parked under this canonical id, oldest first, without those that were taken in this group.</summary>
    public void FindParked(string group, string id, long notBefore, List<ParkedReceipt> receipts, List<long> sequences)
    {
        if (_database is null) return;
        _findParked!.Bind(1, group);
        _findParked.Bind(2, id);
        _findParked.Bind(3, notBefore);
        while (_findParked.Step())
        {
            long sequence = _findParked.GetInt64(0);
            if (_takenParked.Contains(sequence)) continue;
            sequences.Add(sequence);
            receipts.Add(new(
                group,
                _findParked.GetText(1)!,
                _findParked.GetText(2),
                _findParked.GetInt64(3),
                (byte)_findParked.GetInt64(4),
                _findParked.GetText(5),
                _findParked.GetText(6)!,
                _findParked.GetText(7)!));
        }

        _findParked.Reset();
    }

    public IdempotencyRecord? FindIdempotent(string account, string key)
    {
        for (int i = _idempotent.Count - 1; i >= 0; i--)
        {
            if (_idempotent[i].Key == key && _idempotent[i].Account == account) return _idempotent[i];
        }

        if (_database is null) return null;
        _findIdempotent!.Bind(1, account);
        _findIdempotent.Bind(2, key);
        IdempotencyRecord? record = null;
        if (_findIdempotent.Step())
        {
            record = new(
                account,
                key,
                _findIdempotent.GetInt64(0),
                _findIdempotent.GetBlob(1).ToArray(),
                MemoryMarshal.Cast<byte, long>(_findIdempotent.GetBlob(2)).ToArray(),
                _findIdempotent.IsNull(3) ? null : _findIdempotent.GetBlob(3).ToArray());
        }

        _findIdempotent.Reset();
        return record;
    }

    public void FindParts(string partKey, List<InboundPart> parts)
    {
        if (_database is null || _removedParts.Contains(partKey)) return;
        _findParts!.Bind(1, partKey);
        while (_findParts.Step()) parts.Add(ReadPart(_findParts, partKey, 0));
        _findParts.Reset();
    }

    /// <summary>Reads number, total, at, text, connection, sender and recipient, which stand in that order from a column on.</summary>
    internal static InboundPart ReadPart(SqliteStatement row, string partKey, int column) => new(
        partKey,
        (int)row.GetInt64(column),
        (int)row.GetInt64(column + 1),
        row.GetInt64(column + 2),
        row.GetText(column + 3)!,
        row.GetText(column + 4)!,
        row.GetText(column + 5)!,
        row.GetText(column + 6)!);

    private void Open()
    {
        _database = OpenDatabase(_slice.Path, _options);
        try
        {
            _pageSize = (int)_database.QueryInt64("PRAGMA page_size");
            Prepare();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private void Prepare()
    {
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _insert = Prepare(
            "INSERT INTO messages (key, state, open_until, progress, head, account, recipient) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        _update = Prepare("UPDATE messages SET state = ?2, open_until = ?3, progress = ?4 WHERE key = ?1");
        _updateAll = Prepare("UPDATE messages SET state = ?2, open_until = ?3, progress = ?4, head = ?5 WHERE key = ?1");
        _delete = Prepare("DELETE FROM messages WHERE key = ?1");
        _find = Prepare("SELECT head, progress, open_until, state FROM messages WHERE key = ?1");
        _addName = Prepare("INSERT INTO names (name) VALUES (?1) ON CONFLICT (name) DO NOTHING");
        _findName = Prepare("SELECT id FROM names WHERE name = ?1");
        _correlate = Prepare("INSERT OR IGNORE INTO correlations (grp, id, key, segment) VALUES (?1, ?2, ?3, ?4)");

        // A row whose message was deleted after its segment had gone to another vendor may be left over.
        _findCorrelated = Prepare(
            """
            SELECT c.key, c.segment FROM correlations c
            WHERE c.grp = (SELECT id FROM names WHERE name = ?1) AND c.id = ?2 AND EXISTS (SELECT 1 FROM messages m WHERE m.key = c.key)
            ORDER BY c.key DESC, c.segment LIMIT ?3
            """);
        _deleteCorrelations = Prepare("DELETE FROM correlations WHERE grp IN (SELECT id FROM names) AND id = ?1 AND key = ?2");
        _park = Prepare(
            """
            INSERT INTO parked (grp, id, text_id, at, state, error, recipient, connection, raw_id, raw_text)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """);
        _findParked = Prepare(
            """
            SELECT seq, raw_id, raw_text, at, state, error, recipient, connection FROM parked
            WHERE ((id = ?2 AND grp = ?1) OR (text_id = ?2 AND grp = ?1)) AND at >= ?3 ORDER BY at, seq
            """);
        _deleteParked = Prepare("DELETE FROM parked WHERE seq = ?1");
        _keepOrphan = Prepare("INSERT INTO orphans (connection, at, reason, pdu) VALUES (?1, ?2, ?3, ?4)");
        _putIdempotent = Prepare("INSERT OR REPLACE INTO idempotency (account, key, at, hash, keys, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _findIdempotent = Prepare("SELECT at, hash, keys, answer FROM idempotency WHERE account = ?1 AND key = ?2");
        _addPart = Prepare(
            """
            INSERT OR IGNORE INTO inbound_parts (part_key, number, total, at, text, connection, sender, recipient)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """);
        _findParts = Prepare(
            "SELECT number, total, at, text, connection, sender, recipient FROM inbound_parts WHERE part_key = ?1 ORDER BY number");
        _deleteParts = Prepare("DELETE FROM inbound_parts WHERE part_key = ?1");
    }

    private SqliteStatement Prepare(string sql)
    {
        SqliteStatement statement = _database!.Prepare(sql);
        _statements.Add(statement);
        return statement;
    }

    private void CloseStatements()
    {
        foreach (SqliteStatement statement in _statements) statement.Dispose();
        _statements.Clear();
    }
}
