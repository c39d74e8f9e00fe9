namespace Crosspoint.Engine.Stores;

/// <summary>
/// People who sign in to the console. Every change is one transaction, durable before it is answered, and done whole or not at all. Not for the
/// hot path.
/// </summary>
public interface IUserStore : IAsyncDisposable
{
    /// <summary>The kind of this record of changes beside those of <see cref="IRevisionStore"/>.</summary>
    const string AuditKind = "users";

    /// <summary>The kind of what was done with single messages.</summary>
    const string MessageKind = "messages";

    /// <summary>What the actions of <see cref="MessageKind"/> begin with, and no others.</summary>
    const string MessageAction = "message_";

    ValueTask<UserSnapshot> ReadAsync(CancellationToken cancellationToken);

    /// <returns>Null when it is on the disk.</returns>
    ValueTask<StoreFailure?> ApplyAsync(UserChange change, CancellationToken cancellationToken);

    /// <summary>
    /// Who did what, the newest first; the resource is <see cref="AuditKind"/> and the user's name, or <see cref="MessageKind"/> and the message's id.
    /// </summary>
    /// <param name="kind">One of the two.</param>
    /// <param name="before">Only entries with a lower number; 0 for all.</param>
    ValueTask<IReadOnlyList<AuditEntry>> ListAuditAsync(string kind, string? name, long before, int limit, CancellationToken cancellationToken);

    /// <summary>Deletes entries of the record, and tries, that are older than a moment.</summary>
    ValueTask<StoreFailure?> PruneAsync(long before, CancellationToken cancellationToken);
}
