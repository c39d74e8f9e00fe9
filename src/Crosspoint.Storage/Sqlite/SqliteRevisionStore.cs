using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Revisions in a file of their own (docs/adr/0012-revision-store.md): every change is one transaction with its line of the record.
/// </summary>
public sealed partial class SqliteRevisionStore : IRevisionStore
{
    // A deck of a million rows leaves a log of its size behind; what is above this is given back.
    private const int KeepLogBytes = 4 * 1024 * 1024;

    private readonly SqliteStoreFile _file;
    private readonly TimeProvider _time;
    private DirectoryLock? _alone;

    private SqliteRevisionStore(SqliteStoreFile file, TimeProvider time) => (_file, _time) = (file, time);

    public event Action<ResourceName>? Changed;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteRevisionStore Open(string path, TimeProvider time) => new(SqliteStoreFile.Open(path, SqliteSchema.Config, KeepLogBytes), time);

    /// <summary>Opens the file while no gateway runs on the journal beside it, and keeps one from starting until it is closed.</summary>
    /// <exception cref="InvalidOperationException">A gateway runs, or the file cannot be used.</exception>
    public static SqliteRevisionStore OpenAlone(string path, string journalDirectory, TimeProvider time)
    {
        Directory.CreateDirectory(journalDirectory);
        DirectoryLock alone = DirectoryLock.Take(journalDirectory);
        try
        {
            SqliteRevisionStore store = Open(path, time);
            store._alone = alone;
            return store;
        }
        catch
        {
            alone.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync().ConfigureAwait(false);
        _alone?.Dispose();
    }

    public ValueTask<RevisionChange> PutDraftAsync(
        ResourceName resource, ReadOnlyMemory<byte> payload, DateTimeOffset? validFrom, RevisionAuthor author, CancellationToken cancellationToken)
    {
        Check(resource, payload.Length, author);
        return ChangeAsync(
            () =>
            {
                long last = Insert(resource, payload.Span, validFrom, author, out long number);
                Record("draft", resource, last, number, validFrom is { } from ? Micros.From(from) : null, author);
                return Done(resource, number, last);
            },
            isEffective: false, resource, cancellationToken);
    }

    public ValueTask<RevisionChange> PublishAsync(
        ResourceName resource, ReadOnlyMemory<byte> payload, long expected, RevisionAuthor author, CancellationToken cancellationToken)
    {
        Check(resource, payload.Length, author);
        return ChangeAsync(
            () =>
            {
                (_, long last) = ReadResource(resource);
                if (last != expected) return Conflict(expected, last);
                Insert(resource, payload.Span, validFrom: null, author, out long number);

                // It never was a draft that somebody could have looked at: one change, one line.
                return Activate(resource, number, last, Now(), author);
            },
            isEffective: true, resource, cancellationToken);
    }

    public ValueTask<RevisionChange> ActivateAsync(
        ResourceName resource, long number, long? expected, DateTimeOffset? validFrom, RevisionAuthor author, CancellationToken cancellationToken)
    {
        Check(resource, 0, author);
        return ChangeAsync(
            () =>
            {
                (_, long last) = ReadResource(resource);
                if (Find(resource, number) is not { } draft) return new(RevisionOutcome.NotFound, LastActivated: last, Detail: $"{resource} has no revision {number}");
                if (draft.State != RevisionState.Draft) return WrongState(draft, last, "expected a draft; roll back to return to an earlier revision");
                if ((expected ?? draft.Parent) != last) return Conflict(expected ?? draft.Parent, last);
                long now = Now();
                long from = (validFrom ?? draft.ValidFrom) is { } wanted ? Math.Max(now, Micros.From(wanted)) : now;
                return Activate(resource, number, last, from, author);
            },
            isEffective: true, resource, cancellationToken);
    }

    public ValueTask<RevisionChange> RollBackAsync(
        ResourceName resource, long expected, long? to, RevisionAuthor author, CancellationToken cancellationToken)
    {
        Check(resource, 0, author);
        return ChangeAsync(
            () =>
            {
                (_, long last) = ReadResource(resource);
                if (last == 0) return new(RevisionOutcome.NotFound, Detail: $"nothing of {resource} was ever activated");
                if (expected != last) return Conflict(expected, last);
                return RollBack(resource, last, to, author);
            },
            isEffective: true, resource, cancellationToken);
    }

    public ValueTask<long> FindRollBackAsync(ResourceName resource, CancellationToken cancellationToken) => _file.AloneAsync(
        () =>
        {
            (_, long last) = ReadResource(resource);
            long now = Now();
            return last == 0 ? 0 : TargetOf(resource, last, InForce(resource, now), now);
        },
        cancellationToken);

    public ValueTask<RevisionChange> DeleteDraftAsync(ResourceName resource, long number, RevisionAuthor author, CancellationToken cancellationToken)
    {
        Check(resource, 0, author);
        return ChangeAsync(
            () =>
            {
                (_, long last) = ReadResource(resource);
                if (Find(resource, number) is not { } draft) return new(RevisionOutcome.NotFound, LastActivated: last, Detail: $"{resource} has no revision {number}");
                if (draft.State != RevisionState.Draft) return WrongState(draft, last, "expected a draft; what was in force once is kept");
                using SqliteStatement delete = Prepare("DELETE FROM revisions WHERE kind = ? AND name = ? AND number = ?", resource);
                delete.Bind(3, number);
                delete.Run();
                Record("delete", resource, last, number, null, author);
                return new(RevisionOutcome.Done, draft, last);
            },
            isEffective: false, resource, cancellationToken);
    }

    private static void Check(ResourceName resource, int payloadBytes, in RevisionAuthor author)
    {
        if (!ResourceName.IsWord(resource.Kind) || !ResourceName.IsWord(resource.Name))
            throw new ArgumentException($"'{resource}' is no name of a resource: expected {ResourceName.Expected}, twice.", nameof(resource));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, IRevisionStore.MostPayloadBytes, nameof(payloadBytes));
        Check(author);
    }

    private static void Check(in RevisionAuthor author)
    {
        ArgumentException.ThrowIfNullOrEmpty(author.By, nameof(author));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(author.By.Length, RevisionAuthor.MostByCharacters, nameof(author));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((author.Note ?? "").Length, RevisionAuthor.MostNoteCharacters, nameof(author));
    }

    private RevisionChange Activate(ResourceName resource, long number, long last, long from, in RevisionAuthor author)
    {
        // What was overtaken by time has its end recorded with the next change. With a moment to come, the one in force goes on until then.
        long now = Now();
        long inForce = InForce(resource, now);

        // What it takes the place of, and so what a roll back goes to: not what was activated last, which may be for another moment.
        long before = from <= now ? inForce : InForce(resource, from);
        Retire(
            resource,
            from <= now ? $"valid_from <= ?3 OR {AtOnce}" : $"valid_from = ?3 OR ((valid_from <= ?4 OR {AtOnce}) AND number <> ?5)",
            from, now, inForce);
        SetActive(resource, number, before == number ? null : before, from, now, author.By);
        SetLastActivated(resource, number);
        Record("activate", resource, last, number, from, author);
        return Done(resource, number, number);
    }

    private RevisionChange RollBack(ResourceName resource, long last, long? to, in RevisionAuthor author)
    {
        long now = Now();
        long inForce = InForce(resource, now);
        if (to is null && inForce == 0 && IsScheduled(resource, last, now)) return TakeBack(resource, last, author);
        long target = to ?? TargetOf(resource, last, inForce, now);
        if (target == 0) return new(RevisionOutcome.WrongState, LastActivated: last, Detail: $"before revision {last} of {resource} there was none to go back to");
        if (Find(resource, target) is not { } revision) return new(RevisionOutcome.NotFound, LastActivated: last, Detail: $"{resource} has no revision {target}");
        if (revision.State == RevisionState.Draft) return WrongState(revision, last, "expected one that was in force before; activate it instead");
        if (target == inForce && ReadActive(resource).Count == 1)
            return new(RevisionOutcome.WrongState, LastActivated: last, Detail: $"revision {target} of {resource} is in force already, and none is scheduled");
        long from = target == inForce ? Math.Min(Micros.From(revision.ValidFrom!.Value), now) : now;
        Retire(resource, "number <> ?3", target, 0, 0);
        SetActive(resource, target, replaced: null, from, now, author.By);
        SetLastActivated(resource, target);
        Record("roll_back", resource, last, target, from, author);
        return Done(resource, target, target);
    }

    // Nothing was in force before: nothing is in force after, and what was taken back can be returned to by its number.
    private RevisionChange TakeBack(ResourceName resource, long last, in RevisionAuthor author)
    {
        Retire(resource, "number <> ?3", 0, 0, 0);
        ForgetReplaced(resource, last);
        Record("roll_back", resource, last, 0, null, author);
        return Done(resource, last, last);
    }

    // What is in force goes on when only a later one is taken back.
    private long TargetOf(ResourceName resource, long last, long inForce, long now) =>
        IsScheduled(resource, last, now) ? inForce : ReadReplaced(resource, last);

    private bool IsScheduled(ResourceName resource, long number, long now) =>
        ReadActive(resource).Exists(active => active.Number == number && IsLater(active, now));

    private RevisionChange Done(ResourceName resource, long number, long last) => new(RevisionOutcome.Done, Find(resource, number), last);

    private static RevisionChange Conflict(long expected, long last) => new(
        RevisionOutcome.Conflict, LastActivated: last,
        Detail: $"revision {last} was activated last, and {(expected == 0 ? "none" : $"revision {expected}")} was expected: look at what changed, and try again with it");

    private static RevisionChange WrongState(Revision revision, long last, string expected) => new(
        RevisionOutcome.WrongState, revision, last, $"revision {revision.Number} of {revision.Resource} is {NameOf(revision.State)}; {expected}");

    private static string NameOf(RevisionState state) => state switch
    {
        RevisionState.Draft => "a draft",
        RevisionState.Active => "active",
        _ => "retired",
    };

    private long Now() => _time.GetUtcMicros();

    private async ValueTask<RevisionChange> ChangeAsync(
        Func<RevisionChange> change, bool isEffective, ResourceName resource, CancellationToken cancellationToken)
    {
        RevisionChange result = await _file.AloneAsync(() => Commit(change), cancellationToken).ConfigureAwait(false);
        if (result.IsDone && isEffective) Changed?.Invoke(resource);
        return result;
    }

    private RevisionChange Commit(Func<RevisionChange> change)
    {
        RevisionChange result = default;
        HealthWrite written = _file.Commit(() => (result = change()).IsDone);
        if (written.IsDone) return result;
        return new(written.Failure == StoreFailure.Unknown ? RevisionOutcome.Unknown : RevisionOutcome.Unavailable, Detail: written.Detail);
    }
}
