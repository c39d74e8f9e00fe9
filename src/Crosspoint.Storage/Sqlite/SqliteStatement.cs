using System.Text;
using SQLitePCL;

namespace Crosspoint.Storage.Sqlite;

/// <summary>A prepared statement. Parameters count from 1, columns from 0. Spans it returns live until the next step or reset.</summary>
internal sealed class SqliteStatement(SqliteDatabase database, sqlite3_stmt statement) : IDisposable
{
    private const int StackBytes = 512;

    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(statement, parameter, value));

    public void BindNull(int parameter) => Check(raw.sqlite3_bind_null(statement, parameter));

    public void Bind(int parameter, string? value)
    {
        if (value is null)
        {
            BindNull(parameter);
            return;
        }

        int most = Encoding.UTF8.GetMaxByteCount(value.Length);

        // An empty span has no address, which SQLite takes for NULL.
        if (most > StackBytes || value.Length == 0)
        {
            Check(raw.sqlite3_bind_text(statement, parameter, value));
            return;
        }

        Span<byte> utf8 = stackalloc byte[StackBytes];
        Check(raw.sqlite3_bind_text(statement, parameter, utf8[..Encoding.UTF8.GetBytes(value, utf8)]));
    }

    public void Bind(int parameter, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) Check(raw.sqlite3_bind_zeroblob(statement, parameter, 0));
        else Check(raw.sqlite3_bind_blob(statement, parameter, value));
    }

    /// <summary>True when there is a row.</summary>
    public bool Step()
    {
        int code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE) return false;
        SqliteFaultException fault = database.Fault("run a statement");
        raw.sqlite3_reset(statement);
        throw fault;
    }

    /// <summary>Runs a statement that returns no rows, and makes it ready for the next time.</summary>
    public void Run()
    {
        Step();
        raw.sqlite3_reset(statement);
    }

    public void Reset() => raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

    // Not as a C string: what came from a handset may hold a NUL.
    public string? GetText(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    public ReadOnlySpan<byte> GetBlob(int column) => raw.sqlite3_column_blob(statement, column);

    public void Dispose() => raw.sqlite3_finalize(statement);

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw database.Fault("bind a parameter");
    }
}
