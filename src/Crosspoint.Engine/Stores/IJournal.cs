namespace Crosspoint.Engine.Stores;

/// <summary>
/// The durable record of every message. Writes are <see cref="Transition"/>s; reads see what was committed.
/// Both databases pass one conformance suite (tests/Crosspoint.Storage.Tests).
/// </summary>
public interface IJournal : IMessageReader, IAsyncDisposable
{
    /// <summary>Work that nobody waits for (sweeping, releasing, reading back) holds its breath above this <see cref="QueueDepth"/>.</summary>
    const int BackgroundDepth = 5_000;

    /// <summary>Hands over a transition. Never blocks. A closed or broken journal fails it.</summary>
    void Enqueue(Transition transition);

    /// <summary>Transitions waiting for their commit: intake refuses new work when it grows.</summary>
    int QueueDepth { get; }

    /// <summary>Whether new messages can be taken now.</summary>
    JournalHealth Health { get; }

    /// <summary>Completes when the journal broke (never otherwise): the process must then end with a failure code.</summary>
    Task Broken { get; }

    /// <summary>The events of all messages, in the order of their commits. An event is in it exactly when it is in its message's record.</summary>
    IEventLog Events { get; }

    /// <summary>Commits what is waiting and closes. Later transitions fail with <see cref="StoreFailure.Closed"/>.</summary>
    Task CloseAsync(CancellationToken cancellationToken);
}

public enum JournalHealth
{
    Ready,
    DiskFull,
    Broken,
    Closed,
}
