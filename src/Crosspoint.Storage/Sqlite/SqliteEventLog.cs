using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>The event log over all slices (docs/adr/0008-event-log.md).</summary>
internal sealed class SqliteEventLog(
    SliceCatalog catalog, Sequencer sequencer, JournalReader reader, EventNumbers numbers, SqliteJournalOptions options, TimeProvider time)
    : IEventLog
{
    private static readonly TimeSpan NoSpaceWait = TimeSpan.FromMilliseconds(250);

    public long LastSequence => numbers.Last;

    public long FirstSequence
    {
        get
        {
            // Taken first: what is above it, in files or on its way there, is newer than all that counts.
            long first = numbers.InFiles + 1;
            long keptFrom = (time.GetUtcMicros() - Micros.From(options.Retention)) / Micros.PerMillisecond;
            foreach (Slice slice in catalog.Current)
            {
                // A file that retention has reached may be gone at any moment, and its neighbours may be gone already.
                if (slice.EndMilliseconds > keptFrom && slice.LastEvent > 0) first = Math.Min(first, slice.FirstEvent);
            }

            return first;
        }
    }

    public async ValueTask<EventPage> ReadAsync(EventQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(query.After);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 1000);
        EventPage page = await reader.ReadEventsAsync(query, numbers, cancellationToken).ConfigureAwait(false);

        // No space in the files for what is committed: nobody is to ask again and again for what cannot be read.
        if (sequencer.Health != JournalHealth.Ready && page.Position == query.After && numbers.InFiles < numbers.Last)
            await Task.Delay(NoSpaceWait, time, cancellationToken).ConfigureAwait(false);
        return page;
    }

    public void Follow(Action<CommittedEvents>? follower) => numbers.Follow(follower);

    public ValueTask<long?> FindPositionAsync(string name, CancellationToken cancellationToken) =>
        reader.FindPositionAsync(name, cancellationToken);
}
