using System.Runtime.InteropServices;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Opening, the prepared statements, and the sequencer's reads.</summary>
internal sealed partial class SliceWriter
{
    // Nobody else writes to a running journal's files; a backup's first look at a file may hold a lock for an instant.
    private const int BusyMilliseconds = 5_000;
    private readonly List<SqliteStatement> _statements = [];
    private SqliteStatement? _begin;
    private SqliteStatement? _commit;
    private SqliteStatement? _rollback;
    private SqliteStatement? _insert;
    private SqliteStatement? _update;
    private SqliteStatement? _updateAll;
    private SqliteStatement? _delete;
    private SqliteStatement? _find;
    private SqliteStatement? _addAccount;
    private SqliteStatement? _findAccount;
    private SqliteStatement? _addOpen;
    private SqliteStatement? _removeOpen;
    private SqliteStatement? _listAbove;
    private SqliteStatement? _setMark;
    private SqliteStatement? _correlate;
    private SqliteStatement? _addPartOfRun;
    private SqliteStatement? _findPartOfRun;
    private SqliteStatement? _clearLog;
    private SqliteStatement? _logEvents;
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
            if (database.QueryText("PRAGMA journal_mode = WAL") != "wal")
            {
                throw new InvalidOperationException($"{path} cannot keep a write-ahead log.");
            }
            database.Execute("PRAGMA synchronous = FULL");
            database.Execute("PRAGMA wal_autocheckpoint = 0");
            database.Execute("PRAGMA temp_store = MEMORY");
            database.Execute(Pragma("cache_size", -CacheKilobytes));
            database.Execute(Pragma("journal_size_limit", options.BusyCheckpointBytes));
            database.KeepLogOnClose();
            SqliteSchema.Slices.Upgrade(database);
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <param name="room">Octets of progress that the row holds.</param>
    public Message? Find(long key, out int room)
    {
        room = 0;
        if (_database is null) return null;
        _find!.Bind(1, key);
        Message? message = null;
        if (_find.Step())
        {
            ReadOnlySpan<byte> progress = _find.GetBlob(1);
            room = progress.Length;
            message = MessageCodec.ReadProgress(MessageCodec.ReadHead(key, _find.GetBlob(0)), progress);
        }

        _find.Reset();
        return message;
    }

    /// <summary>
    /// Finds the receipts with rows that were parked last under this canonical id, without those that were taken out since. Returns how many
    /// rows it read.
    /// </summary>
    public int FindParked(
        string group, string id, FormatSet formats, long notBefore, int most, List<(long Row, ParkedReceipt Receipt)> receipts)
    {
        if (_database is null) return 0;
        int rows = 0;
        _findParked!.Bind(1, group);
        _findParked.Bind(2, id);
        _findParked.Bind(3, most);
        while (_findParked.Step())
        {
            rows++;
            var format = (VendorIdFormat)_findParked.GetInt64(8);
            long row = _findParked.GetInt64(0);
            if (_findParked.GetInt64(3) < notBefore || !formats.Contains(format) || _takenParked.Contains(row)) continue;
            receipts.Add((row, new(
                group,
                _findParked.GetText(1)!,
                _findParked.GetText(2),
                _findParked.GetInt64(3),
                (byte)_findParked.GetInt64(4),
                _findParked.GetText(5),
                _findParked.GetText(6)!,
                _findParked.GetText(7)!,
                format)));
        }

        _findParked.Reset();
        return rows;
    }

    public IdempotencyRecord? FindIdempotent(string account, string key)
    {
        if (_idempotent.TryGetValue((account, key), out IdempotencyRecord? pending)) return pending;
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
        _parts.TryGetValue(partKey, out PendingParts? pending);
        if (_slice.HasParts && _database is not null && pending is not { IsRemoved: true })
        {
            _findParts!.Bind(1, partKey);
            while (_findParts.Step()) parts.Add(ReadPart(_findParts, partKey, 0));
            _findParts.Reset();
        }

        if (pending is not null) parts.AddRange(pending.Parts);
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
            Load();
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
        _insert = Prepare("INSERT INTO messages (key, progress, head, account, recipient) VALUES (?1, ?2, ?3, ?4, ?5)");
        _update = Prepare("UPDATE messages SET progress = ?2 WHERE key = ?1");
        _updateAll = Prepare("UPDATE messages SET progress = ?2, head = ?3 WHERE key = ?1");
        _delete = Prepare("DELETE FROM messages WHERE key = ?1");
        _find = Prepare("SELECT head, progress FROM messages WHERE key = ?1");
        _addAccount = Prepare("INSERT INTO accounts (sid) VALUES (?1) ON CONFLICT (sid) DO NOTHING");
        _findAccount = Prepare("SELECT id FROM accounts WHERE sid = ?1");
        _addOpen = Prepare("INSERT OR IGNORE INTO open_messages (until, key) VALUES (?1, ?2)");
        _removeOpen = Prepare("DELETE FROM open_messages WHERE until = ?1 AND key = ?2");
        _listAbove = Prepare("SELECT key, progress FROM messages WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3");
        _setMark = Prepare("INSERT INTO marks (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
        _correlate = Prepare("INSERT INTO correlation_log (hash, key, segment) VALUES (?1, ?2, ?3)");
        _addPartOfRun = Prepare("INSERT INTO correlation_runs (id, entries) VALUES (?1, ?2)");
        _findPartOfRun = Prepare("SELECT entries FROM correlation_runs WHERE id = ?1");
        _clearLog = Prepare("DELETE FROM correlation_log");
        _logEvents = Prepare("INSERT INTO event_log (first, entries) VALUES (?1, ?2)");
        _park = Prepare(
            """
            INSERT INTO parked (grp, id, text_id, at, state, error, recipient, connection, raw_id, raw_text, format)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """);
        _findParked = Prepare(
            """
            SELECT seq, raw_id, raw_text, at, state, error, recipient, connection, format FROM parked
            WHERE seq IN (
                SELECT seq FROM (SELECT seq FROM parked WHERE id = ?2 AND grp = ?1 ORDER BY seq DESC LIMIT ?3)
                UNION ALL
                SELECT seq FROM (SELECT seq FROM parked WHERE text_id = ?2 AND grp = ?1 ORDER BY seq DESC LIMIT ?3))
            ORDER BY seq DESC LIMIT ?3
            """);
        _deleteParked = Prepare("DELETE FROM parked WHERE seq = ?1");
        _keepOrphan = Prepare("INSERT INTO orphans (connection, at, reason, pdu) VALUES (?1, ?2, ?3, ?4)");
        _putIdempotent = Prepare(
            "INSERT OR REPLACE INTO idempotency (account, key, at, hash, keys, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
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
