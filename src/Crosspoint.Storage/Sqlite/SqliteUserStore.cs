using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Users and their sessions, in a file of its own that nobody else may read.</summary>
public sealed partial class SqliteUserStore : IUserStore
{
    /// <summary>Its name beside the revisions of configuration, and in a backup.</summary>
    public const string FileName = "users.db";

    /// <summary>The folder beside it with the keys that its secrets are sealed with.</summary>
    public const string KeysFolder = "keys";

    private const int HashBytes = 32;
    private const int KeepLogBytes = 1024 * 1024;

    // What these actions begin with, and no others.
    private const string OfMessages = "(action GLOB 'message_*')";

    private readonly SqliteStoreFile _file;

    /// <summary>
    /// Sign-ins that failed go before their time when so many entries were made since. About 60 MB: somebody who guesses for months must not fill the disk,
    /// nor push out what people did.
    /// </summary>
    internal long MostAudit { get; set; } = 500_000;

    private SqliteUserStore(SqliteStoreFile file) => _file = file;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteUserStore Open(string path)
    {
        if (!File.Exists(path)) MakePrivate(path);
        return new(SqliteStoreFile.Open(path, SqliteSchema.Users, KeepLogBytes));
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    public ValueTask<UserSnapshot> ReadAsync(CancellationToken cancellationToken) => _file.ReadAsync(
        static database => new UserSnapshot(ReadUsers(database), ReadSessions(database), ReadTries(database)), cancellationToken);

    public async ValueTask<StoreFailure?> ApplyAsync(UserChange change, CancellationToken cancellationToken) =>
        (await _file.ChangeAsync(database => Apply(database, change), cancellationToken).ConfigureAwait(false)).Failure;

    public ValueTask<IReadOnlyList<AuditEntry>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken) =>
        _file.ReadAsync<IReadOnlyList<AuditEntry>>(
            database =>
            {
                using SqliteStatement select = database.Prepare(
                    $"""
                    SELECT id, at, made_by, action, name, note FROM audit
                    WHERE id < ?1 AND (?2 IS NULL OR name = ?2) AND (?4 IS NULL OR made_by = ?4) AND NOT {OfMessages} ORDER BY id DESC LIMIT ?3
                    """);
                select.Bind(1, query.Before > 0 ? query.Before : long.MaxValue);
                select.Bind(2, query.Name);
                select.Bind(3, query.Limit);
                select.Bind(4, query.By);
                return ReadAudit(select, IUserStore.AuditKind);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> ListMessageAuditAsync(int limit, CancellationToken cancellationToken) =>
        _file.ReadAsync<IReadOnlyList<AuditEntry>>(
            database =>
            {
                using SqliteStatement select = database.Prepare($"SELECT id, at, made_by, action, name, note FROM audit WHERE {OfMessages} ORDER BY id LIMIT ?1");
                select.Bind(1, limit);
                return ReadAudit(select, "messages");
            },
            cancellationToken);

    public async ValueTask<StoreFailure?> ForgetMessageAuditAsync(long upTo, CancellationToken cancellationToken)
    {
        HealthWrite written = await _file.ChangeAsync(
            database =>
            {
                using SqliteStatement delete = database.Prepare($"DELETE FROM audit WHERE id <= ? AND {OfMessages}");
                delete.Bind(1, upTo);
                delete.Run();
            },
            cancellationToken).ConfigureAwait(false);
        return written.Failure;
    }

    /// <inheritdoc/>
    /// <remarks>Of the record it also deletes failed sign-ins that <see cref="MostAudit"/> entries have followed.</remarks>
    public async ValueTask<StoreFailure?> PruneAsync(long before, CancellationToken cancellationToken)
    {
        HealthWrite written = await _file.ChangeAsync(
            database =>
            {
                using SqliteStatement entries = database.Prepare(
                    "DELETE FROM audit WHERE at < ? OR (action IN ('sign_in_failed', 'sign_in_locked') AND id <= (SELECT max(id) FROM audit) - ?)");
                entries.Bind(1, before);
                entries.Bind(2, MostAudit);
                entries.Run();
                using SqliteStatement tries = database.Prepare("DELETE FROM tries WHERE max(since, locked_until) < ?");
                tries.Bind(1, before);
                tries.Run();
            },
            cancellationToken).ConfigureAwait(false);
        return written.Failure;
    }

    /// <summary>Makes an empty file that its owner alone may read. What SQLite puts beside it gets the same mode.</summary>
    internal static void MakePrivate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using FileStream file = new(path, options);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{path} cannot be used: {error.Message}", error);
        }
    }
}
