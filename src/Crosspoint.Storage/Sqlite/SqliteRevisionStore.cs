using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Revisions in a file of their own (docs/adr/0012-revision-store.md): one connection, used by one caller at a time on the thread pool; every
/// change is one transaction with its line of the record, and synced before it is answered.
/// </summary>
public sealed partial class SqliteRevisionStore : IRevisionStore
{
    // A backup's first look at the file, or another process of the operator's, may hold a lock for an instant.
    private const int BusyMilliseconds = 5_000;

    // A deck of a million rows leaves a log of its size behind; what is above this is given back.
    private const int KeepLogBytes = 4 * 1024 * 1024;

    private readonly SqliteDatabase _database;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _gate = new(1);
    private DirectoryLock? _alone;
    private bool _isBroken;
    private bool _isClosed;

    private SqliteRevisionStore(SqliteDatabase database, TimeProvider time) => (_database, _time) = (database, time);

    public event Action<ResourceName>? Changed;

    /// <summary>Opens the file, and makes it where there is none.</summary>
    /// <exception cref="InvalidOperationException">It is from a newer program, or cannot be used.</exception>
    public static SqliteRevisionStore Open(string path, TimeProvider time)
    {
        try
        {
            SqliteDatabase database = SqliteDatabase.OpenForWriting(path);
            try
            {
                Prepare(database);
                return new(database, time);
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
        await _gate.WaitAsync().ConfigureAwait(false);
        if (!_isClosed) _database.Dispose();
        _alone?.Dispose();
        _isClosed = true;
        _gate.Release();
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
                Record("draft", resource, last, number, null, author);
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

    public ValueTask<long> FindRollBackAsync(ResourceName resource, CancellationToken cancellationToken) => AloneAsync(
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

    private static void Prepare(SqliteDatabase database)
    {
        database.SetBusyTimeout(BusyMilliseconds);
        if (database.QueryText("PRAGMA journal_mode = WAL") != "wal") throw new InvalidOperationException($"{database.Path} cannot keep a write-ahead log.");
        database.Execute("PRAGMA synchronous = FULL");
        database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA journal_size_limit = {KeepLogBytes}"));
        SqliteSchema.Config.Upgrade(database);
    }

    private static void Check(ResourceName resource, int payloadBytes, in RevisionAuthor author)
    {
        if (!ResourceName.IsWord(resource.Kind) || !ResourceName.IsWord(resource.Name))
            throw new ArgumentException($"'{resource}' is no name of a resource: expected {ResourceName.Expected}, twice.", nameof(resource));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, IRevisionStore.MostPayloadBytes, nameof(payloadBytes));
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
        RevisionChange result = await AloneAsync(() => Commit(change), cancellationToken).ConfigureAwait(false);
        if (result.IsDone && isEffective) Changed?.Invoke(resource);
        return result;
    }

    private RevisionChange Commit(Func<RevisionChange> change)
    {
        if (_isBroken) return new(RevisionOutcome.Unavailable, Detail: $"the disk failed under {_database.Path}: restart the gateway once it is in order");
        bool isCommitting = false;
        try
        {
            _database.Execute("BEGIN IMMEDIATE");
            RevisionChange result = change();
            if (!result.IsDone)
            {
                _database.Execute("ROLLBACK");
                return result;
            }

            isCommitting = true;
            _database.Execute("COMMIT");
            return result;
        }
        catch (SqliteFaultException fault) when (fault.IsDiskFull || fault.IsBusy)
        {
            RollBackAfterFault();
            string reason = fault.IsDiskFull ? "there is no space on its disk" : "another process holds it";
            return new(RevisionOutcome.Unavailable, Detail: $"{_database.Path} cannot be written: {reason}");
        }
        catch (SqliteFaultException fault) when (isCommitting)
        {
            // What a failed sync left on the disk is not known, and another sync must not be tried.
            _isBroken = true;
            RollBackAfterFault();
            return new(RevisionOutcome.Unknown, Detail: fault.Message);
        }
        catch
        {
            RollBackAfterFault();
            throw;
        }
    }

    private void RollBackAfterFault()
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

            // Begun, it is not given up: a change that was committed must be told.
            return await Task.Run(work, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }
}
