using System.Globalization;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// A small file with a store of its own: one connection, used by one caller at a time on the thread pool; every change is one transaction, synced
/// before it is answered.
/// </summary>
internal sealed class SerialFile : IAsyncDisposable
{
    // A backup's first look at the file, or another process of the operator's, may hold a lock for an instant.
    private const int BusyMilliseconds = 5_000;
    private const int KeepLogBytes = 1024 * 1024;

    private readonly SqliteDatabase _database;
    private readonly SemaphoreSlim _gate = new(1);
    private bool _isBroken;
    private bool _isClosed;

    private SerialFile(SqliteDatabase database) => _database = database;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SerialFile Open(string path, SqliteSchema schema)
    {
        try
        {
            SqliteDatabase database = SqliteDatabase.OpenForWriting(path);
            try
            {
                database.SetBusyTimeout(BusyMilliseconds);
                if (database.QueryText("PRAGMA journal_mode = WAL") != "wal") throw new InvalidOperationException($"{path} cannot keep a write-ahead log.");
                database.Execute("PRAGMA synchronous = FULL");
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit = {KeepLogBytes}"));
                schema.Upgrade(database);
                return new(database);
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (SqliteFaultException fault)
        {
            throw new InvalidOperationException($"{path} cannot be used: {fault.Message}", fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        if (!_isClosed) _database.Dispose();
        _isClosed = true;
        _gate.Release();
    }

    public ValueTask<T> ReadAsync<T>(Func<SqliteDatabase, T> read, CancellationToken cancellationToken) =>
        AloneAsync(() => read(_database), cancellationToken);

    /// <returns>Null and an empty text when it is on the disk; else why not, and that for people.</returns>
    public ValueTask<(StoreFailure? Failure, string Detail)> ChangeAsync(Action<SqliteDatabase> change, CancellationToken cancellationToken) =>
        AloneAsync(() => Commit(change), cancellationToken);

    private (StoreFailure? Failure, string Detail) Commit(Action<SqliteDatabase> change)
    {
        if (_isBroken) return (StoreFailure.Broken, $"the disk failed under {_database.Path}: restart the gateway once it is in order");
        bool isCommitting = false;
        try
        {
            _database.Execute("BEGIN IMMEDIATE");
            change(_database);
            isCommitting = true;
            _database.Execute("COMMIT");
            return (null, "");
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull || fault.IsBusy)
        {
            RollBack();
            return (StoreFailure.DiskFull, $"{_database.Path} cannot be written: {(fault.IsDiskFull ? "there is no space on its disk" : "another process holds it")}");
        }
        catch (SqliteFaultException fault)
        {
            // What a failed sync left on the disk is not known, and another sync must not be tried.
            _isBroken |= isCommitting;
            RollBack();
            return (isCommitting ? StoreFailure.Unknown : StoreFailure.Broken, fault.Message);
        }
        catch
        {
            RollBack();
            throw;
        }
    }

    private void RollBack()
    {
        try
        {
            if (_database.IsInTransaction) _database.Execute("ROLLBACK");
        }
        catch (SqliteFaultException)
        {
            _isBroken = true;
        }
    }

    private async ValueTask<T> AloneAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);

            // Begun, it is not given up: a write that was committed must be told.
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
