using System.Text;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Server.Api.V1;

/// <summary>Puts on record what operators do that has no revisions of its own: before it is done, so that nothing is done that is not on record.</summary>
internal sealed class OperatorRecord(ApiBackend backend) : IDisposable
{
    // Two at once would know of the same revision.
    private readonly SemaphoreSlim _alone = new(1);

    /// <summary>False when it cannot be written; then it must not be done.</summary>
    /// <param name="what">In words; it is cut where it is too long.</param>
    public async ValueTask<bool> TryPutAsync(ResourceName resource, string by, string what)
    {
        string note = what.Length > RevisionAuthor.MostNoteCharacters ? what[..RevisionAuthor.MostNoteCharacters] : what;
        IRevisionStore store = backend.Rates.Store;
        await _alone.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            RevisionHead head = await store.HeadAsync(resource, CancellationToken.None).ConfigureAwait(false);
            RevisionChange change = await store.PublishAsync(
                resource, Encoding.UTF8.GetBytes(note), head.LastActivated, new(by, note), CancellationToken.None).ConfigureAwait(false);
            return change.IsDone;
        }
        finally
        {
            _alone.Release();
        }
    }

    public void Dispose() => _alone.Dispose();
}
