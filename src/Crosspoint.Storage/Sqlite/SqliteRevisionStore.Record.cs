using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>The record of changes: of revisions, written with them, and of what has none.</summary>
public sealed partial class SqliteRevisionStore
{
    // A change of a revision has a number before or after it.
    private const string HasNoRevision = "from_number = 0 AND to_number = 0";

    public async ValueTask<StoreFailure?> RecordAsync(ResourceName resource, string action, RevisionAuthor author, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsWord(resource.Kind) || resource.Name.Length > ResourceName.MostCharacters)
            throw new ArgumentException($"'{resource}' cannot be on record: expected {ResourceName.Expected} as its kind.", nameof(resource));
        Check(author);
        return await WriteAsync(() => Record(action, resource, 0, 0, null, author), cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<StoreFailure?> AdoptRecordAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            using SqliteStatement insert = _file.Database.Prepare(
                "INSERT INTO audit (at, made_by, action, kind, name, from_number, to_number, valid_from, note) SELECT ?1, ?2, ?3, ?4, ?5, 0, 0, NULL, ?6 "
                    + "WHERE NOT EXISTS (SELECT 1 FROM audit WHERE kind = ?4 AND name = ?5 AND at = ?1 AND made_by = ?2 AND action = ?3)");
            foreach (AuditEntry entry in entries)
            {
                insert.Bind(1, Micros.From(entry.At));
                insert.Bind(2, entry.By);
                insert.Bind(3, entry.Action);
                insert.Bind(4, entry.Resource.Kind);
                insert.Bind(5, entry.Resource.Name);
                insert.Bind(6, entry.Note);
                insert.Run();
            }
        },
        cancellationToken);

    public ValueTask<StoreFailure?> PruneRecordAsync(DateTimeOffset before, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            using SqliteStatement delete = _file.Database.Prepare($"DELETE FROM audit WHERE at < ? AND {HasNoRevision}");
            delete.Bind(1, Micros.From(before));
            delete.Run();
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<AuditEntry>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken) => _file.AloneAsync<IReadOnlyList<AuditEntry>>(
        () =>
        {
            using SqliteStatement select = _file.Database.Prepare(
                "SELECT id, at, made_by, action, kind, name, from_number, to_number, valid_from, note FROM audit WHERE id < ?1"
                    + Where(query.Kind, "kind", 3) + Where(query.Name, "name", 4) + Where(query.By, "made_by", 5) + " ORDER BY id DESC LIMIT ?2");
            select.Bind(1, query.Before > 0 ? query.Before : long.MaxValue);
            select.Bind(2, query.Limit);
            if (query.Kind is not null) select.Bind(3, query.Kind);
            if (query.Name is not null) select.Bind(4, query.Name);
            if (query.By is not null) select.Bind(5, query.By);
            var entries = new List<AuditEntry>();
            while (select.Step())
            {
                entries.Add(new(
                    select.GetInt64(0), Micros.ToInstant(select.GetInt64(1)), select.GetText(2)!, select.GetText(3)!,
                    new(select.GetText(4)!, select.GetText(5)!), select.GetInt64(6), select.GetInt64(7), InstantOf(select, 8), select.GetText(9)!));
            }

            return entries;
        },
        cancellationToken);

    // Only what is asked for stands in the statement, so that an index can serve it.
    private static string Where(string? value, string column, int parameter) => value is null ? "" : $" AND {column} = ?{parameter}";

    private async ValueTask<StoreFailure?> WriteAsync(Action change, CancellationToken cancellationToken) =>
        (await _file.ChangeAsync(_ => change(), cancellationToken).ConfigureAwait(false)).Failure;

    private void Record(string action, ResourceName resource, long from, long to, long? validFrom, in RevisionAuthor author)
    {
        using SqliteStatement insert = _file.Database.Prepare(
            "INSERT INTO audit (at, made_by, action, kind, name, from_number, to_number, valid_from, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
        insert.Bind(1, Now());
        insert.Bind(2, author.By);
        insert.Bind(3, action);
        insert.Bind(4, resource.Kind);
        insert.Bind(5, resource.Name);
        insert.Bind(6, from);
        insert.Bind(7, to);
        if (validFrom is { } moment) insert.Bind(8, moment);
        else insert.BindNull(8);
        insert.Bind(9, author.Note ?? "");
        insert.Run();
    }
}
