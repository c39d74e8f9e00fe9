using System.Globalization;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// A file of its own beside the journal: one connection, used by one caller at a time on the thread pool; every write is one transaction, synced before it is
/// answered. Nothing is written any more after a sync that failed.
/// </summary>
internal sealed class SqliteStoreFile : IAsyncDisposable
{
    // A backup's first look at the file, or another process of the operator's, may hold a lock for an instant.
    private const int BusyMilliseconds = 5_000;

    private readonly SemaphoreSlim _gate = new(1);
    private bool _isBroken;
    private bool _isClosed;

    private SqliteStoreFile(SqliteDatabase database) => Database = database;

    /// <summary>For work under <see cref="AloneAsync"/>.</summary>
    public SqliteDatabase Database { get; }

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <param name="keepLogBytes">What the write-ahead log takes above this is given back.</param>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteStoreFile Open(string path, SqliteSchema schema, int keepLogBytes)
    {
        try
        {
            SqliteDatabase database = SqliteDatabase.OpenForWriting(path);
            try
            {
                database.SetBusyTimeout(BusyMilliseconds);
                if (database.QueryText("PRAGMA journal_mode = WAL") != "wal") throw new InvalidOperationException($"{path} cannot keep a write-ahead log.");
                database.Execute("PRAGMA synchronous = FULL");
                database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit = {keepLogBytes}"));
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
        if (!_isClosed) Database.Dispose();
        _isClosed = true;
        _gate.Release();
    }

    /// <summary>Runs work on the thread pool when nothing else uses the file.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public async ValueTask<T> AloneAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);

            // Begun, it is not given up: a change that was committed must be told.
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public ValueTask<T> ReadAsync<T>(Func<SqliteDatabase, T> read, CancellationToken cancellationToken) =>
        AloneAsync(() => read(Database), cancellationToken);

    public ValueTask<HealthWrite> ChangeAsync(Action<SqliteDatabase> change, CancellationToken cancellationToken) =>
        AloneAsync(() => Commit(() => change(Database)), cancellationToken);

    /// <summary>Makes a change in a transaction. Under <see cref="AloneAsync"/>.</summary>
    public HealthWrite Commit(Action change) => Commit(() =>
    {
        change();
        return true;
    });

    /// <summary>Makes a change in a transaction. Under <see cref="AloneAsync"/>.</summary>
    /// <param name="change">Whether it is to be kept.</param>
    public HealthWrite Commit(Func<bool> change)
    {
        if (_isBroken) return new(StoreFailure.Broken, $"the disk failed under {Database.Path}: restart the gateway once it is in order");
        bool isCommitting = false;
        try
        {
            Database.Execute("BEGIN IMMEDIATE");
            isCommitting = change();
            Database.Execute(isCommitting ? "COMMIT" : "ROLLBACK");
            return HealthWrite.Done;
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull || fault.IsBusy)
        {
            RollBack();
            return new(StoreFailure.DiskFull, $"{Database.Path} cannot be written: {(fault.IsDiskFull ? "there is no space on its disk" : "another process holds it")}");
        }
        catch (SqliteFaultException fault)
        {
            // What a failed sync left on the disk is not known, and another sync must not be tried.
            _isBroken |= isCommitting;
            RollBack();
            return new(isCommitting ? StoreFailure.Unknown : StoreFailure.Broken, fault.Message);
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
            if (Database.IsInTransaction) Database.Execute("ROLLBACK");
        }
        catch (SqliteFaultException)
        {
            _isBroken = true;
        }
    }
}
