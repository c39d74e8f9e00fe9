using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// What a reader asks of the sequencer, because the files lag behind what is committed: copies of messages, or that the files be brought up to
/// date.
/// </summary>
/// <param name="keys">The messages; null for all that is committed.</param>
internal sealed class PendingRead(IReadOnlyList<long>? keys)
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<long>? Keys { get; } = keys;

    /// <summary>Those of the keys whose files lag behind; null for one that was taken out.</summary>
    public Dictionary<long, Message?>? Messages { get; private set; }

    public Task Done => _done.Task;

    public void Add(long key, Message? message) => (Messages ??= [])[key] = message;

    public void Complete() => _done.TrySetResult();
}
