using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Reads of the event log: entries of all slices merged by their numbers, then the messages that they belong to.</summary>
internal sealed partial class JournalReader
{
    /// <summary>Entries that one read looks at: about a millisecond.</summary>
    private const int MostEntries = 20_000;

    /// <summary>Messages that one read takes up for a filter that needs them: about 10 ms.</summary>
    private const int MostRead = 1_000;

    private static readonly Comparison<FoundEvent> BySequence =
        static (left, right) => left.Entry.Sequence.CompareTo(right.Entry.Sequence);

    public ValueTask<EventPage> ReadEventsAsync(EventQuery query, EventNumbers numbers, CancellationToken cancellationToken) =>
        ReadAsync(() => ReadEvents(query, numbers.InFiles), cancellationToken);

    public ValueTask<long?> FindPositionAsync(string name, CancellationToken cancellationToken)
    {
        return ReadAsync(Find, cancellationToken);

        long? Find()
        {
            Slice[] slices = catalog.Current;
            for (int i = slices.Length - 1; i >= 0; i--)
            {
                using Lease lease = Rent(slices[i]);
                if (lease.Reader.FindPosition(name) is { } position) return position;
            }

            return null;
        }
    }

    /// <param name="last">The newest that may be shown: what is above it is not whole yet.</param>
    private EventPage ReadEvents(EventQuery query, long last)
    {
        long after = query.After;
        if (after >= last) return new([], after);
        Slice[] slices = Array.FindAll(catalog.Current, slice => slice.LastEvent > after && slice.FirstEvent <= last);
        if (slices.Length == 0) return new([], Math.Max(after, last));

        // Over what is in no file, in one step.
        after = Math.Max(after, slices.Min(static slice => slice.FirstEvent) - 1);
        long upTo = Math.Min(last, after + MostEntries);
        int most = query.Filter.NeedsMessage ? MostRead : query.Limit;
        var found = new List<FoundEvent>();
        var leases = new Lease?[slices.Length];
        try
        {
            for (int i = 0; i < slices.Length; i++)
            {
                if (slices[i].FirstEvent > upTo) continue;
                leases[i] = Rent(slices[i]);
                leases[i]!.Value.Reader.ScanEvents(after, upTo, query.Filter, i, most, found);
            }

            if (slices.Length > 1) found.Sort(BySequence);
            return Load(query, found, most, upTo, leases);
        }
        finally
        {
            foreach (Lease? lease in leases) lease?.Dispose();
        }
    }

    private static EventPage Load(EventQuery query, List<FoundEvent> found, int most, long upTo, Lease?[] leases)
    {
        // Each file gave its first ones: beyond the first of all, some may be missing.
        int count = Math.Min(found.Count, most);
        var events = new List<LoggedEvent>(Math.Min(count, query.Limit));
        Message? message = null;
        for (int i = 0; i < count; i++)
        {
            EventEntry entry = found[i].Entry;
            if (message?.Id.Key != entry.Key) message = leases[found[i].Slice]!.Value.Reader.Find(entry.Key);
            if (message is null) continue;
            var logged = new LoggedEvent(entry.Sequence, message.Head, EventOf(message, entry), entry.ErrorCode);
            if (!query.Filter.Passes(logged)) continue;
            events.Add(logged);
            if (events.Count == query.Limit) return new(events, entry.Sequence);
        }

        return new(events, count == most ? found[count - 1].Entry.Sequence : upTo);
    }

    // A message that has had very many keeps the first and the last of them: of others it is known what happened, and no more.
    private static MessageEvent EventOf(Message message, in EventEntry entry)
    {
        List<MessageEvent> events = message.Events;
        int at = Math.Min(entry.Number, events.Count) - 1;
        for (; at >= 0 && events[at].Number >= entry.Number; at--)
        {
            if (events[at].Number == entry.Number) return events[at];
        }

        for (at = events.Count - 1; at >= 0 && events[at].Number >= entry.Number; at--)
        {
            if (events[at].Number == entry.Number) return events[at];
        }

        return new(entry.Number, message.TimeOf(entry.Number), entry.Kind, entry.State);
    }

    /// <summary>An entry and the slice that it was found in.</summary>
    internal readonly record struct FoundEvent(EventEntry Entry, int Slice);
}
