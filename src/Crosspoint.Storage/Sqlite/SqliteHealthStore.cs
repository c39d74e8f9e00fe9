using System.Globalization;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// What is kept about health, in a file of its own: one connection, used by one caller at a time on the thread pool; every write is one transaction,
/// synced before it is answered.
/// </summary>
public sealed class SqliteHealthStore : IHealthStore
{
    /// <summary>Its name beside the revisions of configuration, and in a backup.</summary>
    public const string FileName = "health.db";

    // A backup's first look at the file, or another process of the operator's, may hold a lock for an instant.
    private const int BusyMilliseconds = 5_000;
    private const int KeepLogBytes = 1024 * 1024;
    private const string Columns = "id, at, ended_at, body";

    private readonly SqliteDatabase _database;
    private readonly SemaphoreSlim _gate = new(1);
    private bool _isBroken;
    private bool _isClosed;

    private SqliteHealthStore(SqliteDatabase database) => _database = database;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteHealthStore Open(string path)
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
                SqliteSchema.Health.Upgrade(database);
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

    public ValueTask<HealthWrite> PutAsync(IReadOnlyList<HealthRecord> records, CancellationToken cancellationToken)
    {
        foreach (HealthRecord record in records)
        {
            ArgumentException.ThrowIfNullOrEmpty(record.Kind, nameof(records));
            ArgumentException.ThrowIfNullOrEmpty(record.Id, nameof(records));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Body.Length, IHealthStore.MostBodyBytes, nameof(records));
        }

        return AloneAsync(() => Commit(() => Put(records)), cancellationToken);
    }

    public ValueTask<HealthRecord?> FindAsync(string kind, string id, CancellationToken cancellationToken) => AloneAsync(
        () =>
        {
            using SqliteStatement select = _database.Prepare($"SELECT {Columns} FROM records WHERE kind = ? AND id = ?");
            select.Bind(1, kind);
            select.Bind(2, id);
            return select.Step() ? Read(kind, select) : null;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<HealthRecord>> ListOpenAsync(string kind, CancellationToken cancellationToken) => AloneAsync<IReadOnlyList<HealthRecord>>(
        () =>
        {
            using SqliteStatement select = _database.Prepare($"SELECT {Columns} FROM records WHERE kind = ? AND ended_at = 0 ORDER BY at, id");
            select.Bind(1, kind);
            return ReadAll(kind, select);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<HealthRecord>> ListAsync(
        string kind, long from, long before, string beforeId, int limit, CancellationToken cancellationToken) => AloneAsync<IReadOnlyList<HealthRecord>>(
        () =>
        {
            using SqliteStatement select = _database.Prepare(
                $"SELECT {Columns} FROM records WHERE kind = ?1 AND at >= ?2 AND (at, id) < (?3, ?4) ORDER BY at DESC, id DESC LIMIT ?5");
            select.Bind(1, kind);
            select.Bind(2, from);
            select.Bind(3, before);
            select.Bind(4, beforeId);
            select.Bind(5, limit);
            return ReadAll(kind, select);
        },
        cancellationToken);

    public ValueTask<HealthWrite> PruneAsync(long endedBefore, CancellationToken cancellationToken) => AloneAsync(
        () => Commit(() =>
        {
            using SqliteStatement delete = _database.Prepare("DELETE FROM records WHERE ended_at > 0 AND ended_at < ?");
            delete.Bind(1, endedBefore);
            delete.Run();
        }),
        cancellationToken);

    private static HealthRecord Read(string kind, SqliteStatement row) =>
        new(kind, row.GetText(0)!, row.GetInt64(1), row.GetInt64(2), row.GetBlob(3).ToArray());

    private static List<HealthRecord> ReadAll(string kind, SqliteStatement select)
    {
        var records = new List<HealthRecord>();
        while (select.Step()) records.Add(Read(kind, select));
        return records;
    }

    private void Put(IReadOnlyList<HealthRecord> records)
    {
        using SqliteStatement insert = _database.Prepare(
            "INSERT INTO records (kind, id, at, ended_at, body) VALUES (?, ?, ?, ?, ?) "
                + "ON CONFLICT (kind, id) DO UPDATE SET at = excluded.at, ended_at = excluded.ended_at, body = excluded.body");
        foreach (HealthRecord record in records)
        {
            insert.Bind(1, record.Kind);
            insert.Bind(2, record.Id);
            insert.Bind(3, record.At);
            insert.Bind(4, record.EndedAt);
            insert.Bind(5, record.Body.Span);
            insert.Run();
        }
    }

    private HealthWrite Commit(Action change)
    {
        if (_isBroken) return new(StoreFailure.Broken, $"the disk failed under {_database.Path}: restart the gateway once it is in order");
        bool isCommitting = false;
        try
        {
            _database.Execute("BEGIN IMMEDIATE");
            change();
            isCommitting = true;
            _database.Execute("COMMIT");
            return HealthWrite.Done;
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull || fault.IsBusy)
        {
            RollBack();
            return new(StoreFailure.DiskFull, $"{_database.Path} cannot be written: {(fault.IsDiskFull ? "there is no space on its disk" : "another process holds it")}");
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
