namespace Crosspoint.Engine.Stores;

/// <summary>
/// Configuration that is versioned: named resources with numbered revisions whose payloads never change, and a record of who changed what. Every
/// change and its line of the record are one transaction, durable before it is answered. Not for the hot path: readers keep snapshots and
/// follow <see cref="Changed"/>.
/// </summary>
/// <remarks>
/// A revision is activated at once or from a later moment on, so several may be active: the one in force, and those that take over at their time.
/// Two people cannot overwrite each other: whoever activates says which revision they know as the last activated, and is refused when it is another.
/// </remarks>
public interface IRevisionStore : IAsyncDisposable
{
    /// <summary>Longest payload.</summary>
    const int MostPayloadBytes = 256 * 1024 * 1024;

    /// <summary>Something about what is, or will be, in force changed. Raised after the commit, on any thread; must not block.</summary>
    event Action<ResourceName>? Changed;

    /// <summary>The resources of a kind, by name.</summary>
    ValueTask<IReadOnlyList<ResourceName>> ListResourcesAsync(string kind, CancellationToken cancellationToken);

    /// <summary>Revisions, the newest first.</summary>
    /// <param name="before">Only those with a lower number; 0 for all.</param>
    ValueTask<IReadOnlyList<Revision>> ListAsync(ResourceName resource, long before, int limit, CancellationToken cancellationToken);

    ValueTask<Revision?> FindAsync(ResourceName resource, long number, CancellationToken cancellationToken);

    /// <summary>The payload; null when there is no such revision.</summary>
    ValueTask<byte[]?> ReadAsync(ResourceName resource, long number, CancellationToken cancellationToken);

    /// <summary>What holds now and later.</summary>
    ValueTask<RevisionHead> HeadAsync(ResourceName resource, CancellationToken cancellationToken);

    /// <summary>Stores a draft.</summary>
    /// <param name="validFrom">When it is wanted to hold; null for from its activation on.</param>
    ValueTask<RevisionChange> PutDraftAsync(
        ResourceName resource, ReadOnlyMemory<byte> payload, DateTimeOffset? validFrom, RevisionAuthor author, CancellationToken cancellationToken);

    /// <summary>Stores a revision and activates it at once, in one transaction.</summary>
    /// <param name="expected">The revision that the caller knows as the last activated; 0 for none.</param>
    ValueTask<RevisionChange> PublishAsync(
        ResourceName resource, ReadOnlyMemory<byte> payload, long expected, RevisionAuthor author, CancellationToken cancellationToken);

    /// <summary>
    /// Activates a draft. What is in force ends when it begins; what is scheduled for exactly that moment is replaced, for other moments stays.
    /// </summary>
    /// <param name="expected">The revision that the caller knows as the last activated, 0 for none; null for the draft's parent.</param>
    /// <param name="validFrom">Null for the draft's own moment. One that is not in the future means at once.</param>
    ValueTask<RevisionChange> ActivateAsync(
        ResourceName resource, long number, long? expected, DateTimeOffset? validFrom, RevisionAuthor author, CancellationToken cancellationToken);

    /// <summary>
    /// Puts an earlier revision into force again, at once, and takes back all that is scheduled. Where nothing is in force yet, what is scheduled is
    /// taken back and nothing is in force.
    /// </summary>
    /// <param name="expected">The revision that the caller knows as the last activated.</param>
    /// <param name="to">The revision to go back to; null for the one before the last activation.</param>
    ValueTask<RevisionChange> RollBackAsync(
        ResourceName resource, long expected, long? to, RevisionAuthor author, CancellationToken cancellationToken);

    /// <summary>The revision that a roll back without a number goes to; 0 where there is none.</summary>
    ValueTask<long> FindRollBackAsync(ResourceName resource, CancellationToken cancellationToken);

    /// <summary>Deletes a draft. Its number is not given again.</summary>
    ValueTask<RevisionChange> DeleteDraftAsync(ResourceName resource, long number, RevisionAuthor author, CancellationToken cancellationToken);

    /// <summary>Puts on record what was done, or is about to be done, and has no revisions.</summary>
    /// <param name="resource">Of what kind, and of what; the name may be empty where there is none.</param>
    /// <param name="action">A word such as <c>pause</c>.</param>
    /// <returns>Null when it is on the disk.</returns>
    ValueTask<StoreFailure?> RecordAsync(ResourceName resource, string action, RevisionAuthor author, CancellationToken cancellationToken);

    /// <summary>Takes lines of another record over, with the times they have, in one transaction. What was taken over before is left.</summary>
    /// <param name="entries">The oldest first; their ids are given anew.</param>
    /// <returns>Null when they are on the disk.</returns>
    ValueTask<StoreFailure?> AdoptRecordAsync(IReadOnlyList<AuditEntry> entries, CancellationToken cancellationToken);

    /// <summary>Deletes lines of what has no revisions, from before a moment. The record of revisions stays as long as they do.</summary>
    ValueTask<StoreFailure?> PruneRecordAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>The record of changes, the newest first.</summary>
    ValueTask<IReadOnlyList<AuditEntry>> ListAuditAsync(AuditQuery query, CancellationToken cancellationToken);
}
