using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Api;

/// <summary>Puts on record what those who run the gateway do that has no revisions (docs/console.md).</summary>
internal sealed partial class OperatorRecord(IRevisionStore store, ILogger logger)
{
    // As long as the record of users.
    private static readonly TimeSpan Keep = TimeSpan.FromDays(400);

    private const int MovedAtOnce = 10_000;

    /// <summary>
    /// Makes the record ready at the start: what is too old goes, and what an earlier version kept of messages beside the users is moved to the rest.
    /// A store that cannot be written does not keep the gateway from starting; then it is done at the next start.
    /// </summary>
    public static async Task PrepareAsync(IRevisionStore store, IUserStore users, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        StoreFailure? failure = null;
        while (failure is null && await users.ListMessageAuditAsync(MovedAtOnce, cancellationToken).ConfigureAwait(false) is { Count: > 0 } entries)
        {
            // Taken over first: should this end between the two, it is done again, and nothing is there twice.
            failure = await store.AdoptRecordAsync(entries, cancellationToken).ConfigureAwait(false)
                ?? await users.ForgetMessageAuditAsync(entries[^1].Id, cancellationToken).ConfigureAwait(false);
        }

        failure ??= await store.PruneRecordAsync(time.GetUtcNow() - Keep, cancellationToken).ConfigureAwait(false);
        if (failure is { } why) Log.NotPrepared(logger, why);
    }

    /// <summary>Before it is done. False when it cannot be written; then it must not be done.</summary>
    public async ValueTask<bool> TryPutAsync(ResourceName resource, string action, RevisionAuthor author) =>
        await WriteAsync(resource, action, author).ConfigureAwait(false) is null;

    /// <summary>After it was done.</summary>
    public async ValueTask NoteAsync(ResourceName resource, string action, RevisionAuthor author)
    {
        if (await WriteAsync(resource, action, author).ConfigureAwait(false) is { } why) Log.NotNoted(logger, author.By, action, resource, author.Note, why);
    }

    // Whoever asked may be gone: it is written all the same.
    private ValueTask<StoreFailure?> WriteAsync(ResourceName resource, string action, RevisionAuthor author) => store.RecordAsync(
        resource with { Name = Cut(resource.Name, ResourceName.MostCharacters) }, action,
        author with { Note = Cut(author.Note, RevisionAuthor.MostNoteCharacters) }, CancellationToken.None);

    private static string Cut(string text, int most) => text.Length > most ? text[..most] : text;

    private static partial class Log
    {
        [LoggerMessage(4770, LogLevel.Error, "{Action} of {Resource} was done by {User} ({Note}), and could not be put on record: {Why}")]
        public static partial void NotNoted(ILogger logger, string user, string action, ResourceName resource, string note, StoreFailure why);

        [LoggerMessage(4771, LogLevel.Warning, "The record was not tidied at the start: {Why}")]
        public static partial void NotPrepared(ILogger logger, StoreFailure why);
    }
}
