using SQLitePCL;

namespace Crosspoint.Storage.Sqlite;

/// <summary>One connection to one file. Used by one thread at a time.</summary>
internal sealed class SqliteDatabase : IDisposable
{
    // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, which SQLitePCL does not name.
    private const int NoCheckpointOnClose = 1006;

    private readonly sqlite3 _handle;

    private SqliteDatabase(sqlite3 handle, string path)
    {
        _handle = handle;
        Path = path;
    }

    public string Path { get; }

    public bool IsInTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public static SqliteDatabase OpenForWriting(string path) => Open(path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);

    public static SqliteDatabase OpenForReading(string path) => Open(path, raw.SQLITE_OPEN_READONLY);

    public void Execute(string sql)
    {
        int code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK) throw Fault("run a statement");
    }

    public SqliteStatement Prepare(string sql)
    {
        int code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out sqlite3_stmt statement);
        if (code != raw.SQLITE_OK) throw Fault("prepare a statement");
        return new(this, statement);
    }

    /// <summary>Opens one column of one row for writing in place. Close it before the transaction ends.</summary>
    public SqliteBlob OpenBlob(string table, string column, long row)
    {
        int code = raw.sqlite3_blob_open(_handle, "main", table, column, row, 1, out sqlite3_blob blob);
        if (code != raw.SQLITE_OK) throw Fault("open a value");
        return new(this, blob);
    }

    public long QueryInt64(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.GetInt64(0) : 0;
    }

    public string QueryText(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.GetText(0) ?? "" : "";
    }

    public void SetBusyTimeout(int milliseconds) => raw.sqlite3_busy_timeout(_handle, milliseconds);

    /// <summary>
    /// The last connection of a file otherwise copies the log at an unforeseen moment. The sequencer does it when it
    /// suits.
    /// </summary>
    public void KeepLogOnClose() => raw.sqlite3_db_config(_handle, NoCheckpointOnClose, 1, out _);

    /// <summary>Pages written to the write-ahead log (and by checkpoints) since the last call.</summary>
    public int TakePagesWritten()
    {
        raw.sqlite3_db_status(_handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out int pages, out _, 1);
        return pages;
    }

    /// <summary>Copies the log into the file. False when a reader or writer kept part of it from being done.</summary>
    public bool Checkpoint(bool truncate)
    {
        int mode = truncate ? raw.SQLITE_CHECKPOINT_TRUNCATE : raw.SQLITE_CHECKPOINT_PASSIVE;
        int code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", mode, out int logFrames, out int doneFrames);
        if ((code & 0xFF) is raw.SQLITE_BUSY or raw.SQLITE_LOCKED) return false;
        if (code != raw.SQLITE_OK) throw Fault("checkpoint");
        return doneFrames >= logFrames;
    }

    /// <summary>Copies the whole file as it is at this moment; others may go on writing, and their log waits until it is done.</summary>
    public void CopyTo(SqliteDatabase target)
    {
        sqlite3_backup backup = raw.sqlite3_backup_init(target._handle, "main", _handle, "main");
        if (backup is null) throw target.Fault("start a copy");
        int code = raw.sqlite3_backup_step(backup, -1);
        raw.sqlite3_backup_finish(backup);
        if (code == raw.SQLITE_DONE) return;
        throw new SqliteFaultException(
            "copy a file", code, SqliteLibrary.SystemError(target._handle), raw.sqlite3_errstr(code).utf8_to_string());
    }

    public SqliteFaultException Fault(string action)
    {
        int code = raw.sqlite3_extended_errcode(_handle);
        return new(action, code, SqliteLibrary.SystemError(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose() => raw.sqlite3_close_v2(_handle);

    private static SqliteDatabase Open(string path, int flags)
    {
        SqliteLibrary.Load();
        int code = raw.sqlite3_open_v2(path, out sqlite3 handle, flags | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new SqliteDatabase(handle, path);
        if (code != raw.SQLITE_OK)
        {
            SqliteFaultException fault = database.Fault($"open {path}");
            database.Dispose();
            throw fault;
        }

        raw.sqlite3_extended_result_codes(handle, 1);
        return database;
    }
}
