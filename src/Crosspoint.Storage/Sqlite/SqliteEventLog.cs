using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>The event log over all slices (docs/adr/0008-event-log.md).</summary>
internal sealed class SqliteEventLog(
    SliceCatalog catalog, JournalReader reader, EventNumbers numbers, SqliteJournalOptions options, TimeProvider time) : IEventLog
{
    public long LastSequence => numbers.Last;

    public long FirstSequence
    {
        get
        {
            // Taken first: what is committed meanwhile is newer than all that counts.
            long first = numbers.Last + 1;
            long keptFrom = (time.GetUtcMicros() - Micros.From(options.Retention)) / Micros.PerMillisecond;
            foreach (Slice slice in catalog.Current)
            {
                // A file that retention has reached may be gone at any moment, and its neighbours may be gone already.
                if (slice.EndMilliseconds > keptFrom && slice.LastEvent > 0) first = Math.Min(first, slice.FirstEvent);
            }

            return first;
        }
    }

    public ValueTask<EventPage> ReadAsync(EventQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query.After);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 1000);
        return reader.ReadEventsAsync(query, numbers.Last, cancellationToken);
    }

    public void Follow(Action<CommittedEvents>? follower) => numbers.Follow(follower);

    public ValueTask<long?> FindPositionAsync(string name, CancellationToken cancellationToken) =>
        reader.FindPositionAsync(name, cancellationToken);
}
