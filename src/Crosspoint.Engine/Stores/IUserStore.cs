namespace Crosspoint.Engine.Stores;

/// <summary>
/// People who sign in to the console. Every change is one transaction, durable before it is answered, and done whole or not at all. Not for the
/// hot path.
/// </summary>
public interface IUserStore : IAsyncDisposable
{
    /// <summary>The kind of this record of changes beside those of <see cref="IRevisionStore"/>.</summary>
    const string AuditKind = "users";

    ValueTask<UserSnapshot> ReadAsync(CancellationToken cancellationToken);

    /// <returns>Null when it is on the disk.</returns>
    ValueTask<StoreFailure?> ApplyAsync(UserChange change, CancellationToken cancellationToken);

    /// <summary>Who signed in, and what was done with users, the newest first; the resource is <see cref="AuditKind"/> and the user's name.</summary>
    /// <param name="query">Its kind is of no account.</param>
    ValueTask<IReadOnlyList<AuditEntry>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// What was done with single messages, the oldest first: a record that stood here until <see cref="IRevisionStore"/> had one of all that has no revisions.
    /// </summary>
    ValueTask<IReadOnlyList<AuditEntry>> ListMessageAuditAsync(int limit, CancellationToken cancellationToken);

    /// <summary>Forgets that record up to a number, once it is elsewhere.</summary>
    ValueTask<StoreFailure?> ForgetMessageAuditAsync(long upTo, CancellationToken cancellationToken);

    /// <summary>Deletes entries of the record, and tries, that are older than a moment.</summary>
    ValueTask<StoreFailure?> PruneAsync(long before, CancellationToken cancellationToken);
}
