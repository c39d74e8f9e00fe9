using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Rows of the revision store.</summary>
public sealed partial class SqliteRevisionStore
{
    private const string Columns =
        "kind, name, number, state, made_by, made_at, note, parent, valid_from, activated_by, activated_at, bytes";

    // Activated at once: it holds from ever, so that a clock that is set back, or is behind at a start, does not take it away.
    private const string AtOnce = "valid_from <= activated_at";

    public ValueTask<IReadOnlyList<ResourceName>> ListResourcesAsync(string kind, CancellationToken cancellationToken) => _file.AloneAsync<IReadOnlyList<ResourceName>>(
        () =>
        {
            using SqliteStatement select = _file.Database.Prepare("SELECT name FROM resources WHERE kind = ? ORDER BY name");
            select.Bind(1, kind);
            var names = new List<ResourceName>();
            while (select.Step()) names.Add(new(kind, select.GetText(0)!));
            return names;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<Revision>> ListAsync(ResourceName resource, long before, int limit, CancellationToken cancellationToken) =>
        _file.AloneAsync<IReadOnlyList<Revision>>(
            () =>
            {
                using SqliteStatement select = Prepare(
                    $"SELECT {Columns} FROM revisions WHERE kind = ? AND name = ? AND number < ? ORDER BY number DESC LIMIT ?", resource);
                select.Bind(3, before > 0 ? before : long.MaxValue);
                select.Bind(4, limit);
                return ReadRevisions(select, resource);
            },
            cancellationToken);

    public ValueTask<Revision?> FindAsync(ResourceName resource, long number, CancellationToken cancellationToken) =>
        _file.AloneAsync(() => Find(resource, number), cancellationToken);

    public ValueTask<byte[]?> ReadAsync(ResourceName resource, long number, CancellationToken cancellationToken) => _file.AloneAsync(
        () =>
        {
            using SqliteStatement select = Prepare("SELECT payload FROM revisions WHERE kind = ? AND name = ? AND number = ?", resource);
            select.Bind(3, number);
            return select.Step() ? select.GetBlob(0).ToArray() : null;
        },
        cancellationToken);

    public ValueTask<RevisionHead> HeadAsync(ResourceName resource, CancellationToken cancellationToken) => _file.AloneAsync(
        () =>
        {
            (_, long last) = ReadResource(resource);
            if (last == 0) return RevisionHead.None;
            long now = Now();
            Revision? inForce = null;
            var scheduled = new List<Revision>();
            foreach (Revision active in ReadActive(resource))
            {
                if (IsLater(active, now)) scheduled.Add(active);
                else inForce = active;
            }

            return new RevisionHead(last, inForce, scheduled);
        },
        cancellationToken);

    private SqliteStatement Prepare(string sql, ResourceName resource)
    {
        SqliteStatement statement = _file.Database.Prepare(sql);
        statement.Bind(1, resource.Kind);
        statement.Bind(2, resource.Name);
        return statement;
    }

    private (long LastNumber, long LastActivated) ReadResource(ResourceName resource)
    {
        using SqliteStatement select = Prepare("SELECT last_number, last_activated FROM resources WHERE kind = ? AND name = ?", resource);
        return select.Step() ? (select.GetInt64(0), select.GetInt64(1)) : (0, 0);
    }

    private Revision? Find(ResourceName resource, long number)
    {
        using SqliteStatement select = Prepare($"SELECT {Columns} FROM revisions WHERE kind = ? AND name = ? AND number = ?", resource);
        select.Bind(3, number);
        List<Revision> found = ReadRevisions(select, resource);
        return found.Count > 0 ? found[0] : null;
    }

    // Of several the one that took over last: with the clock behind that is one that was activated at once only when nothing else has begun.
    private long InForce(ResourceName resource, long now)
    {
        using SqliteStatement select = Prepare(
            $"SELECT number FROM revisions WHERE kind = ? AND name = ? AND state = 1 AND (valid_from <= ? OR {AtOnce}) "
                + "ORDER BY valid_from DESC, activated_at DESC, number DESC LIMIT 1", resource);
        select.Bind(3, now);
        return select.Step() ? select.GetInt64(0) : 0;
    }

    private static bool IsLater(Revision active, long now) =>
        active.ValidFrom > active.ActivatedAt && Micros.From(active.ValidFrom!.Value) > now;

    // In the order in which they take over.
    private List<Revision> ReadActive(ResourceName resource)
    {
        using SqliteStatement select = Prepare(
            $"SELECT {Columns} FROM revisions WHERE kind = ? AND name = ? AND state = 1 ORDER BY valid_from, activated_at, number", resource);
        return ReadRevisions(select, resource).FindAll(static revision => revision.State == RevisionState.Active);
    }

    private long ReadReplaced(ResourceName resource, long number)
    {
        using SqliteStatement select = Prepare("SELECT replaced FROM revisions WHERE kind = ? AND name = ? AND number = ?", resource);
        select.Bind(3, number);
        return select.Step() ? select.GetInt64(0) : 0;
    }

    private long Insert(ResourceName resource, ReadOnlySpan<byte> payload, DateTimeOffset? validFrom, in RevisionAuthor author, out long number)
    {
        (long lastNumber, long lastActivated) = ReadResource(resource);
        number = lastNumber + 1;
        using SqliteStatement upsert = Prepare(
            "INSERT INTO resources (kind, name, last_number, last_activated) VALUES (?1, ?2, ?3, 0) "
                + "ON CONFLICT (kind, name) DO UPDATE SET last_number = ?3", resource);
        upsert.Bind(3, number);
        upsert.Run();
        using SqliteStatement insert = Prepare(
            "INSERT INTO revisions (kind, name, number, state, made_by, made_at, note, parent, valid_from, bytes, payload) "
                + "VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)", resource);
        insert.Bind(3, number);
        insert.Bind(4, author.By);
        insert.Bind(5, Now());
        insert.Bind(6, author.Note ?? "");
        insert.Bind(7, lastActivated);
        if (validFrom is { } from) insert.Bind(8, Micros.From(from));
        else insert.BindNull(8);
        insert.Bind(9, payload.Length);
        insert.Bind(10, payload);
        insert.Run();
        return lastActivated;
    }

    /// <param name="condition">With ?3 to ?5 for the numbers.</param>
    private void Retire(ResourceName resource, string condition, long third, long fourth, long fifth)
    {
        using SqliteStatement update = Prepare(
            $"UPDATE revisions SET state = 2 WHERE kind = ?1 AND name = ?2 AND state = 1 AND ({condition}) AND ?4 IS NOT NULL AND ?5 IS NOT NULL", resource);
        update.Bind(3, third);
        update.Bind(4, fourth);
        update.Bind(5, fifth);
        update.Run();
    }

    /// <param name="replaced">Null to leave what was noted at the first activation.</param>
    private void SetActive(ResourceName resource, long number, long? replaced, long from, long now, string by)
    {
        using SqliteStatement update = Prepare(
            "UPDATE revisions SET state = 1, valid_from = ?4, activated_at = ?5, activated_by = ?6, replaced = coalesce(?7, replaced) "
                + "WHERE kind = ?1 AND name = ?2 AND number = ?3", resource);
        update.Bind(3, number);
        update.Bind(4, from);
        update.Bind(5, now);
        update.Bind(6, by);
        if (replaced is { } before) update.Bind(7, before);
        else update.BindNull(7);
        update.Run();
    }

    // What it would have taken the place of was never in force either: a second roll back must not put that into force.
    private void ForgetReplaced(ResourceName resource, long number)
    {
        using SqliteStatement update = Prepare("UPDATE revisions SET replaced = 0 WHERE kind = ? AND name = ? AND number = ?", resource);
        update.Bind(3, number);
        update.Run();
    }

    private void SetLastActivated(ResourceName resource, long number)
    {
        using SqliteStatement update = Prepare("UPDATE resources SET last_activated = ? WHERE kind = ? AND name = ?", number, resource);
        update.Run();
    }

    private SqliteStatement Prepare(string sql, long first, ResourceName resource)
    {
        SqliteStatement statement = _file.Database.Prepare(sql);
        statement.Bind(1, first);
        statement.Bind(2, resource.Kind);
        statement.Bind(3, resource.Name);
        return statement;
    }

    // One that was overtaken by time is told as retired, though its row still says active.
    private List<Revision> ReadRevisions(SqliteStatement select, ResourceName resource)
    {
        long now = Now();
        long inForce = InForce(resource, now);
        var revisions = new List<Revision>();
        while (select.Step())
        {
            long number = select.GetInt64(2);
            var state = (RevisionState)select.GetInt64(3);
            DateTimeOffset? validFrom = InstantOf(select, 8);
            bool isOvertaken = state == RevisionState.Active && number != inForce && select.GetInt64(8) <= now;
            revisions.Add(new()
            {
                Resource = resource,
                Number = number,
                State = isOvertaken ? RevisionState.Retired : state,
                By = select.GetText(4)!,
                At = Micros.ToInstant(select.GetInt64(5)),
                Note = select.GetText(6)!,
                Parent = select.GetInt64(7),
                ValidFrom = validFrom,
                ActivatedBy = select.GetText(9)!,
                ActivatedAt = InstantOf(select, 10),
                Bytes = select.GetInt64(11),
            });
        }

        return revisions;
    }

    private static DateTimeOffset? InstantOf(SqliteStatement statement, int column) =>
        statement.IsNull(column) ? null : Micros.ToInstant(statement.GetInt64(column));
}
