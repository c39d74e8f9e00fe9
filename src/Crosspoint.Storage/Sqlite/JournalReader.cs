using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Storage.Sqlite;

/// <summary>
/// Reads of committed messages over all slices; so many at once as the options say. The files lag behind what is committed: a message that is
/// asked for by its key comes from the sequencer's memory while they do, and before anything else is read they are brought up to date.
/// </summary>
internal sealed partial class JournalReader(
    SliceCatalog catalog, Sequencer sequencer, SqliteJournalOptions options, TimeProvider time) : IMessageReader, IDisposable
{
    /// <summary>Rows that one call of <see cref="ReadPastAsync"/> looks at: a few milliseconds.</summary>
    private const int MostPastRows = 2_000;

    private static readonly TimeSpan PastPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Slices, counted from the newest, whose connections are kept open between reads.</summary>
    private const int KeptSlices = 3;

    // A key's clock can be a little ahead of the creation time beside it: after a burst, or after the clock was set back.
    private static readonly long Slack = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    private static readonly Comparer<InboundPart> ByNumber =
        Comparer<InboundPart>.Create(static (left, right) => left.Number.CompareTo(right.Number));

    private readonly SemaphoreSlim _free = new(options.MaxReaders);

    public async ValueTask<Message?> FindAsync(MessageId id, CancellationToken cancellationToken) =>
        await FindAsync(id.Key, cancellationToken).ConfigureAwait(false) is { } message && message.Id == id ? message : null;

    public async ValueTask<Message?> FindAsync(long key, CancellationToken cancellationToken)
    {
        if (sequencer.MayBePending(key))
        {
            PendingRead pending = await sequencer.ReadAsync([key], cancellationToken).ConfigureAwait(false);
            if (pending.Messages is not null && pending.Messages.TryGetValue(key, out Message? message)) return message;
        }

        if (SliceCatalog.Find(catalog.Current, key) is not { } slice) return null;
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            using Lease lease = Rent(slice);
            return lease.Reader.Find(key);
        }
        finally
        {
            _free.Release();
        }
    }

    public async ValueTask<IReadOnlyList<Message>> FindManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken)
    {
        long[] lagging = [.. keys.Where(sequencer.MayBePending)];
        if (lagging.Length == 0) return await FindStoredAsync(keys, cancellationToken).ConfigureAwait(false);
        PendingRead pending = await sequencer.ReadAsync(lagging, cancellationToken).ConfigureAwait(false);
        if (pending.Messages is not { } copies) return await FindStoredAsync(keys, cancellationToken).ConfigureAwait(false);
        long[] others = [.. keys.Where(key => !copies.ContainsKey(key))];
        foreach (Message message in await FindStoredAsync(others, cancellationToken).ConfigureAwait(false)) copies[message.Id.Key] = message;
        return [.. keys.Select(key => copies.GetValueOrDefault(key)).OfType<Message>()];
    }

    private ValueTask<IReadOnlyList<Message>> FindStoredAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken)
    {
        return ReadStoredAsync(Find, cancellationToken);

        IReadOnlyList<Message> Find()
        {
            var messages = new List<Message>(keys.Count);
            Slice[] slices = catalog.Current;
            int next = 0;
            while (next < keys.Count)
            {
                // Keys of one file stand together, since they are in about the order in which they were made.
                if (SliceCatalog.Find(slices, keys[next]) is not { } slice)
                {
                    next++;
                    continue;
                }

                int first = next;
                while (next < keys.Count && keys[next] >= slice.FirstKey && keys[next] <= slice.LastKey) next++;
                using Lease lease = Rent(slice);
                lease.Reader.FindMany(keys, first, next, messages);
            }

            return messages;
        }
    }

    public ValueTask<MessagePage> ListAsync(MessageQuery query, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, 1000);
        return ReadAsync(() => List(query), cancellationToken);
    }

    public async ValueTask<long?> ReadPastAsync(
        long fromMicros, long beforeMicros, long afterKey, List<PastMessage> page, CancellationToken cancellationToken)
    {
        while (sequencer.Depth > IJournal.BackgroundDepth) await Task.Delay(PastPause, time, cancellationToken).ConfigureAwait(false);

        // What waits for the files now is in them for all calls that follow: they ask for what is past.
        return afterKey == 0
            ? await ReadAsync(Read, cancellationToken).ConfigureAwait(false)
            : await ReadStoredAsync(Read, cancellationToken).ConfigureAwait(false);

        long? Read()
        {
            long fromKey = Math.Max(afterKey + 1, MessageId.FirstKeyAt(Math.Max((fromMicros / Micros.PerMillisecond) - Slack, 0)));
            long beforeKey = MessageId.FirstKeyAt((beforeMicros / Micros.PerMillisecond) + 1 + Slack);
            foreach (Slice slice in catalog.Current)
            {
                if (slice.LastKey < fromKey) continue;
                if (slice.FirstKey >= beforeKey) break;
                using Lease lease = Rent(slice);

                // A file is left when nothing in it is left; the next call begins with the next.
                long end = Math.Min(beforeKey, slice.LastKey + 1);
                return lease.Reader.ReadPast(Math.Max(fromKey, slice.FirstKey), end, MostPastRows, fromMicros, beforeMicros, page) ?? slice.LastKey;
            }

            return null;
        }
    }

    public ValueTask<IReadOnlyList<Message>> ListOpenAsync(long afterKey, int limit, CancellationToken cancellationToken)
    {
        return ReadAsync(List, cancellationToken);

        IReadOnlyList<Message> List()
        {
            var messages = new List<Message>();
            foreach (Slice slice in catalog.Current)
            {
                if (slice.LastKey <= afterKey || slice.HasNothingOpen) continue;
                if (messages.Count >= limit) break;
                long writes = slice.Writes;
                using Lease lease = Rent(slice);
                lease.Reader.ListOpen(afterKey, limit - messages.Count, messages, out bool isEmpty);
                if (isEmpty) slice.NoteNothingOpen(writes);
            }

            return messages;
        }
    }

    public ValueTask<IReadOnlyList<Message>> ListOpenByValidityAsync(
        long afterMicros, long untilMicros, int limit, CancellationToken cancellationToken)
    {
        return ReadAsync(List, cancellationToken);

        IReadOnlyList<Message> List()
        {
            var messages = new List<Message>();
            foreach (Slice slice in catalog.Current)
            {
                if (slice.HasNothingOpen) continue;
                using Lease lease = Rent(slice);
                lease.Reader.ListOpenByValidity(afterMicros, untilMicros, limit, slice.OpenAbove, messages);
            }

            messages.Sort(static (left, right) => left.Head.ValidUntil != right.Head.ValidUntil
                ? left.Head.ValidUntil.CompareTo(right.Head.ValidUntil)
                : left.Id.Key.CompareTo(right.Id.Key));
            if (messages.Count > limit) messages.RemoveRange(limit, messages.Count - limit);
            return messages;
        }
    }

    public ValueTask<IReadOnlyList<InboundPart>> ListStalePartsAsync(long beforeMicros, int limit, CancellationToken cancellationToken)
    {
        return ReadAsync(List, cancellationToken);

        IReadOnlyList<InboundPart> List()
        {
            var keys = new SortedSet<string>(StringComparer.Ordinal);
            Slice[] slices = Array.FindAll(catalog.Current, static slice => slice.HasParts);
            foreach (Slice slice in slices)
            {
                using Lease lease = Rent(slice);
                lease.Reader.ListStalePartKeys(beforeMicros, limit, keys);
            }

            var parts = new List<InboundPart>();
            foreach (string key in keys)
            {
                if (parts.Count >= limit) break;
                int first = parts.Count;
                foreach (Slice slice in slices)
                {
                    using Lease lease = Rent(slice);
                    lease.Reader.ListParts(key, parts);
                }

                parts.Sort(first, parts.Count - first, ByNumber);
            }

            return parts;
        }
    }

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> ListMarksAsync(string prefix, CancellationToken cancellationToken)
    {
        return ReadAsync(List, cancellationToken);

        IReadOnlyList<KeyValuePair<string, long>> List()
        {
            // The newest slice that has a mark says what it is.
            var marks = new SortedDictionary<string, long>(StringComparer.Ordinal);
            foreach (Slice slice in catalog.Current)
            {
                using Lease lease = Rent(slice);
                lease.Reader.ListMarks(prefix, marks);
            }

            return [.. marks.Where(static mark => mark.Value != 0)];
        }
    }

    public ValueTask<JournalCounts> CountAsync(CancellationToken cancellationToken)
    {
        return ReadAsync(Count, cancellationToken);

        JournalCounts Count()
        {
            long parked = 0, orphans = 0, open = 0, bytes = LengthOf(CommitLog.PathOf(options.Directory));
            long parkedSince = time.GetUtcMicros() - Micros.From(options.ParkedFor);
            foreach (Slice slice in catalog.Current)
            {
                bytes += LengthOf(slice.Path) + LengthOf(slice.Path + "-wal");
                if (!slice.HasParked && !slice.HasOrphans && slice.HasNothingOpen) continue;
                long writes = slice.Writes;
                using Lease lease = Rent(slice);
                if (slice.HasParked) parked += lease.Reader.CountParked(parkedSince);
                if (slice.HasOrphans) orphans += lease.Reader.CountOrphans();
                if (slice.HasNothingOpen) continue;
                long count = lease.Reader.CountOpen();
                open += count;
                if (count == 0) slice.NoteNothingOpen(writes);
            }

            return new(parked, orphans, open, bytes);
        }
    }

    /// <summary>
    /// Reads the vendor ids that were in the files at start, newest file first, and hands each file's filter to the
    /// sequencer.
    /// </summary>
    public void ReadVendorIds(Slice[] slices, CancellationToken cancellationToken)
    {
        for (int i = slices.Length - 1; i >= 0; i--)
        {
            using Lease lease = Rent(slices[i]);
            slices[i].Ids.Stored = lease.Reader.ReadVendorIds(slices[i].Ids.StoredRuns, cancellationToken);
        }
    }

    public void Dispose()
    {
        foreach (Slice slice in catalog.Current) slice.Readers.Close();
        _free.Dispose();
    }

    private MessagePage List(MessageQuery query)
    {
        // One more than asked says whether there is another page.
        int most = query.Limit + 1;
        var messages = new List<Message>();
        long beforeKey = query.BeforeKey ?? long.MaxValue;
        if (query.CreatedBefore is { } before)
        {
            beforeKey = Math.Min(beforeKey, MessageId.FirstKeyAt(before / Micros.PerMillisecond + 1 + Slack));
        }
        long fromKey = query.CreatedFrom is { } from ? MessageId.FirstKeyAt(Math.Max(from / Micros.PerMillisecond - Slack, 0)) : 0;
        var search = new MessageSearch(query, time);
        Slice[] slices = catalog.Current;
        for (int i = slices.Length - 1; i >= 0 && beforeKey > fromKey; i--)
        {
            Slice slice = slices[i];
            if (slice.FirstKey >= beforeKey) continue;
            if (slice.LastKey < fromKey) break;
            using Lease lease = Rent(slice);
            long sliceFrom = Math.Max(slice.FirstKey, fromKey);
            beforeKey = lease.Reader.List(search, sliceFrom, Math.Min(beforeKey, slice.LastKey + 1), most, messages);
            if (messages.Count >= most)
            {
                messages.RemoveAt(messages.Count - 1);
                return new(messages, messages[^1].Id.Key);
            }

            bool isLast = beforeKey <= sliceFrom && (i == 0 || slices[i - 1].LastKey < fromKey);
            if (search.IsOver && !isLast) return new(messages, beforeKey);
        }

        return new(messages, null);
    }

    private async ValueTask<T> ReadAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        if (sequencer.HasPending) await sequencer.ReadAsync(null, cancellationToken).ConfigureAwait(false);
        return await ReadStoredAsync(read, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<T> ReadStoredAsync<T>(Func<T> read, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return read();
        }
        finally
        {
            _free.Release();
        }
    }

    private Lease Rent(Slice slice)
    {
        Slice[] slices = catalog.Current;
        bool keep = Array.IndexOf(slices, slice) >= slices.Length - KeptSlices;
        return new(slice, slice.Readers.Rent(slice.Path), keep);
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        return file.Exists ? file.Length : 0;
    }

    private readonly struct Lease(Slice slice, SliceReader reader, bool keep) : IDisposable
    {
        public SliceReader Reader => reader;

        public void Dispose() => slice.Readers.Return(reader, keep);
    }
}
