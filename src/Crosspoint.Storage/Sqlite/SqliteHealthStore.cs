using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// What is kept about health, in a file of its own: incidents, alerts and silences as records, and the long view as rows of minutes and hours.
/// </summary>
public sealed partial class SqliteHealthStore : IHealthStore, IHistoryStore
{
    /// <summary>Its name beside the revisions of configuration, and in a backup.</summary>
    public const string FileName = "health.db";

    private const int KeepLogBytes = 1024 * 1024;
    private const string Columns = "id, at, ended_at, body";

    private readonly SqliteStoreFile _file;

    private SqliteHealthStore(SqliteStoreFile file) => _file = file;

    private SqliteDatabase Database => _file.Database;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteHealthStore Open(string path) => new(SqliteStoreFile.Open(path, SqliteSchema.Health, KeepLogBytes));

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    public ValueTask<HealthWrite> PutAsync(IReadOnlyList<HealthRecord> records, CancellationToken cancellationToken)
    {
        foreach (HealthRecord record in records)
        {
            ArgumentException.ThrowIfNullOrEmpty(record.Kind, nameof(records));
            ArgumentException.ThrowIfNullOrEmpty(record.Id, nameof(records));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(record.Body.Length, IHealthStore.MostBodyBytes, nameof(records));
        }

        return _file.AloneAsync(() => _file.Commit(() => Put(records)), cancellationToken);
    }

    public ValueTask<HealthRecord?> FindAsync(string kind, string id, CancellationToken cancellationToken) => _file.AloneAsync(
        () =>
        {
            using SqliteStatement select = Database.Prepare($"SELECT {Columns} FROM records WHERE kind = ? AND id = ?");
            select.Bind(1, kind);
            select.Bind(2, id);
            return select.Step() ? Read(kind, select) : null;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<HealthRecord>> ListOpenAsync(string kind, CancellationToken cancellationToken) => _file.AloneAsync<IReadOnlyList<HealthRecord>>(
        () =>
        {
            using SqliteStatement select = Database.Prepare($"SELECT {Columns} FROM records WHERE kind = ? AND ended_at = 0 ORDER BY at, id");
            select.Bind(1, kind);
            return ReadAll(kind, select);
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<HealthRecord>> ListAsync(
        string kind, long from, long before, string beforeId, int limit, CancellationToken cancellationToken) => _file.AloneAsync<IReadOnlyList<HealthRecord>>(
        () =>
        {
            using SqliteStatement select = Database.Prepare(
                $"SELECT {Columns} FROM records WHERE kind = ?1 AND at >= ?2 AND (at, id) < (?3, ?4) ORDER BY at DESC, id DESC LIMIT ?5");
            select.Bind(1, kind);
            select.Bind(2, from);
            select.Bind(3, before);
            select.Bind(4, beforeId);
            select.Bind(5, limit);
            return ReadAll(kind, select);
        },
        cancellationToken);

    public ValueTask<HealthWrite> PruneAsync(long endedBefore, CancellationToken cancellationToken) => _file.AloneAsync(
        () => _file.Commit(() =>
        {
            using SqliteStatement delete = Database.Prepare("DELETE FROM records WHERE ended_at > 0 AND ended_at < ?");
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
        using SqliteStatement insert = Database.Prepare(
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
