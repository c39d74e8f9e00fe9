using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Events;

/// <summary>How far those have come who pass events on: kept in the journal, by name.</summary>
public sealed class EventPositions(IJournal journal)
{
    /// <summary>The position stored under this name; null when there is none.</summary>
    public ValueTask<long?> FindAsync(string name, CancellationToken cancellationToken) =>
        journal.Events.FindPositionAsync(name, cancellationToken);

    /// <summary>Stores a position. Completes after the commit: false when it could not be stored, and the one before stands.</summary>
    public Task<bool> PutAsync(string name, long sequence)
    {
        var put = new Put(name, sequence);
        journal.Enqueue(put);
        return put.Done;
    }

    private sealed class Put(string name, long sequence) : Transition
    {
        private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<bool> Done => _done.Task;

        public override void Apply(IJournalTransaction transaction) => transaction.PutPosition(name, sequence);

        public override void Committed() => _done.SetResult(true);

        public override void Failed(StoreFailure failure) => _done.SetResult(false);
    }
}
