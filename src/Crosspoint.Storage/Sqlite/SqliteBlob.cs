using SQLitePCL;

namespace Crosspoint.Storage.Sqlite;

/// <summary>A value of one column that is written in place, row after row: what replaces it has the same length.</summary>
internal sealed class SqliteBlob(SqliteDatabase database, sqlite3_blob blob) : IDisposable
{
    public void Move(long row)
    {
        if (raw.sqlite3_blob_reopen(blob, row) != raw.SQLITE_OK) throw database.Fault("open a value");
    }

    public void Write(ReadOnlySpan<byte> value)
    {
        if (raw.sqlite3_blob_write(blob, value, 0) != raw.SQLITE_OK) throw database.Fault("write a value");
    }

    public void Dispose() => raw.sqlite3_blob_close(blob);
}
