using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>What is kept about health, in a file of its own.</summary>
public sealed class SqliteHealthStore : IHealthStore
{
    /// <summary>Its name beside the revisions of configuration, and in a backup.</summary>
    public const string FileName = "health.db";

    private const string Columns = "id, at, ended_at, body";

    private readonly SerialFile _file;

    private SqliteHealthStore(SerialFile file) => _file = file;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteHealthStore Open(string path) => new(SerialFile.Open(path, SqliteSchema.Health));

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    public ValueTask<HealthWrite> PutAsync(IReadOnlyList<HealthRecord> records, CancellationToken cancellationToken)
    {
        foreach (HealthRecord record in records)
        {
            ArgumentException.ThrowIfNullOrEmpty(record.Kind, nameof(records));
            ArgumentException.ThrowIfNullOrEmpty(record.Id, nameof(records));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Body.Length, IHealthStore.MostBodyBytes, nameof(records));
        }

        return ChangeAsync(database => Put(database, records), cancellationToken);
    }

    public ValueTask<HealthRecord?> FindAsync(string kind, string id, CancellationToken cancellationToken) => _file.ReadAsync(
        database =>
        {
            using SqliteStatement select = database.Prepare($"SELECT {Columns} FROM records WHERE kind = ? AND id = ?");
            select.Bind(1, kind);
            select.Bind(2, id);
            return select.Step() ? Read(kind, select) : null;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<HealthRecord>> ListOpenAsync(string kind, CancellationToken cancellationToken) => _file.ReadAsync<IReadOnlyList<HealthRecord>>(
        database =>
        {
            using SqliteStatement select = database.Prepare($"SELECT {Columns} FROM records WHERE kind = ? AND ended_at = 0 ORDER BY at, id");
            select.Bind(1, kind);
            return ReadAll(kind, select);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<HealthRecord>> ListAsync(
        string kind, long from, long before, string beforeId, int limit, CancellationToken cancellationToken) => _file.ReadAsync<IReadOnlyList<HealthRecord>>(
        database =>
        {
            using SqliteStatement select = database.Prepare(
                $"SELECT {Columns} FROM records WHERE kind = ?1 AND at >= ?2 AND (at, id) < (?3, ?4) ORDER BY at DESC, id DESC LIMIT ?5");
            select.Bind(1, kind);
            select.Bind(2, from);
            select.Bind(3, before);
            select.Bind(4, beforeId);
            select.Bind(5, limit);
            return ReadAll(kind, select);
        },
        cancellationToken);

    public ValueTask<HealthWrite> PruneAsync(long endedBefore, CancellationToken cancellationToken) => ChangeAsync(
        database =>
        {
            using SqliteStatement delete = database.Prepare("DELETE FROM records WHERE ended_at > 0 AND ended_at < ?");
            delete.Bind(1, endedBefore);
            delete.Run();
        },
        cancellationToken);

    private async ValueTask<HealthWrite> ChangeAsync(Action<SqliteDatabase> change, CancellationToken cancellationToken)
    {
        (StoreFailure? failure, string detail) = await _file.ChangeAsync(change, cancellationToken).ConfigureAwait(false);
        return new(failure, detail);
    }

    private static HealthRecord Read(string kind, SqliteStatement row) =>
        new(kind, row.GetText(0)!, row.GetInt64(1), row.GetInt64(2), row.GetBlob(3).ToArray());

    private static List<HealthRecord> ReadAll(string kind, SqliteStatement select)
    {
        var records = new List<HealthRecord>();
        while (select.Step()) records.Add(Read(kind, select));
        return records;
    }

    private static void Put(SqliteDatabase database, IReadOnlyList<HealthRecord> records)
    {
        using SqliteStatement insert = database.Prepare(
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
}
