namespace Crosspoint.Engine.Stores;

/// <summary>
/// Every event of every message, numbered in the order of the commits: from 1, strictly rising, over restarts too. Numbers may be left
/// out, never given twice. What is not committed is not there, and nothing is there before what is below it.
/// </summary>
public interface IEventLog
{
    /// <summary>The newest event that is committed; 0 while there is none.</summary>
    long LastSequence { get; }

    /// <summary>
    /// The oldest event that retention has not reached; <see cref="LastSequence"/> + 1 when there is none. Whoever has seen all before it
    /// has missed nothing.
    /// </summary>
    long FirstSequence { get; }

    /// <summary>
    /// The next events after a position, in order. Looks at a bounded part of the log: a page may be empty while there is more to look at.
    /// Events whose message is gone are left out.
    /// </summary>
    ValueTask<EventPage> ReadAsync(EventQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Names who is told of each commit with events, after it can be read; null for nobody. There is one at a time. It is called on the
    /// thread that writes and must only take note.
    /// </summary>
    void Follow(Action<CommittedEvents>? follower);

    /// <summary>The position that <see cref="IJournalTransaction.PutPosition"/> stored under this name; null when there is none.</summary>
    ValueTask<long?> FindPositionAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What to read of the log.</summary>
/// <param name="After">The last sequence that was seen; 0 for none.</param>
/// <param name="Limit">Most events of a page, 1 to 1000.</param>
public readonly record struct EventQuery(long After, EventFilter Filter, int Limit);

/// <summary>A page of the log.</summary>
/// <param name="Position">Everything up to it was looked at: where to go on.</param>
public readonly record struct EventPage(IReadOnlyList<LoggedEvent> Events, long Position);

/// <summary>The events of one commit.</summary>
/// <param name="Events">All from <paramref name="First"/> to <paramref name="Last"/>; null when they were not kept, and are to be read.</param>
public readonly record struct CommittedEvents(long First, long Last, LoggedEvent[]? Events);
