using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Events;

/// <summary>
/// The event log with its newest part in memory: whoever reads at the end of it reads from there, at once after each commit; whoever is
/// further behind reads from the log. A reader costs its position, however slow it is. Thread-safe.
/// </summary>
public sealed class EventFeed(IEventLog log) : IThreadPoolWorkItem
{
    // Some tenths of a second under full load, about 5 MB: enough for a reader that keeps up never to touch the disk.
    private const int RecentEvents = 8_192;

    private readonly Lock _arrivals = new();
    private List<CommittedEvents> _arrived = [];
    private List<CommittedEvents> _taken = [];
    private int _arrivedEvents;
    private bool _isPumping;

    private readonly Lock _gate = new();
    private readonly List<EventReader> _readers = [];
    private readonly HashSet<string> _accounts = new(StringComparer.Ordinal);
    private LoggedEvent[] _recent = [];
    private long _recentFirst = 1;
    private long _recentLast;
    private long _followedFrom;

    /// <summary>The newest event; 0 while there is none.</summary>
    public long LastSequence => log.LastSequence;

    /// <summary>The oldest event that retention has not reached.</summary>
    public long FirstSequence => log.FirstSequence;

    /// <summary>Readers that are open.</summary>
    public int ReaderCount
    {
        get
        {
            lock (_gate) return _readers.Count;
        }
    }

    /// <summary>Begins to read after a position. Dispose to end.</summary>
    /// <param name="after">The last sequence that was seen; 0 for the beginning of the log, <see cref="LastSequence"/> for its end.</param>
    public EventReader Open(EventFilter filter, long after)
    {
        var reader = new EventReader(this, log, filter, after == 0 ? log.FirstSequence - 1 : after);
        lock (_gate)
        {
            _readers.Add(reader);
            if (_readers.Count == 1)
            {
                _recent = new LoggedEvent[RecentEvents];
                log.Follow(Arrive);

                // In this order: what is committed beyond this number arrives.
                _followedFrom = log.LastSequence;
            }
        }

        return reader;
    }

    /// <summary>Carries what arrived to the readers, off the thread that writes.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (true)
        {
            lock (_arrivals)
            {
                if (_arrived.Count == 0)
                {
                    _isPumping = false;
                    return;
                }

                (_arrived, _taken) = (_taken, _arrived);
                _arrivedEvents = 0;
            }

            lock (_gate)
            {
                if (_readers.Count > 0) Take();
            }

            _taken.Clear();
        }
    }

    internal void Close(EventReader reader)
    {
        lock (_gate)
        {
            if (!_readers.Remove(reader) || _readers.Count > 0) return;
            log.Follow(null);
            _recent = [];
            (_recentFirst, _recentLast) = (1, 0);
        }
    }

    /// <summary>
    /// Adds the next events that pass, from memory, and moves the position; false when memory does not hold what comes next.
    /// </summary>
    internal bool TryRead(ref long position, EventFilter filter, int most, List<LoggedEvent> events)
    {
        lock (_gate)
        {
            if (position + 1 < _recentFirst) return false;
            if (position >= _recentLast) return position >= _followedFrom;
            while (position < _recentLast && events.Count < most)
            {
                ref LoggedEvent next = ref _recent[++position % RecentEvents];
                if (filter.Passes(next)) events.Add(next);
            }

            return true;
        }
    }

    /// <summary>Registers a reader that has read everything; null when there is more already.</summary>
    internal Task? WaitAsync(EventReader reader)
    {
        lock (_gate)
        {
            return reader.Position >= Math.Max(_recentLast, _followedFrom) ? reader.BeginWaitAsync() : null;
        }
    }

    private void Arrive(CommittedEvents events)
    {
        lock (_arrivals)
        {
            _arrived.Add(events);
            _arrivedEvents += events.Events?.Length ?? 0;
            if (_arrivedEvents > RecentEvents && _arrived.Count > 1)
            {
                // The carrier is behind the writer by more than is kept: those who read go to the log.
                _arrived.Clear();
                _arrived.Add(events with { Events = null });
                _arrivedEvents = 0;
            }

            if (_isPumping) return;
            _isPumping = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Take()
    {
        bool isKnown = true;
        string? account = null;
        _accounts.Clear();
        foreach (CommittedEvents events in _taken)
        {
            if (events.Events is null)
            {
                isKnown = false;
                (_recentFirst, _recentLast) = (events.Last + 1, events.Last);
                continue;
            }

            if (events.First != _recentLast + 1) _recentFirst = events.First;
            foreach (LoggedEvent entry in events.Events)
            {
                _recent[entry.Sequence % RecentEvents] = entry;
                if (ReferenceEquals(account, entry.Head.AccountSid)) continue;
                account = entry.Head.AccountSid;
                _accounts.Add(account);
            }

            _recentLast = events.Last;
            _recentFirst = Math.Max(_recentFirst, _recentLast - RecentEvents + 1);
        }

        long first = _taken[0].First;
        foreach (EventReader reader in _readers)
        {
            if (!reader.IsWaiting) continue;
            bool isSpared = isKnown && reader.Position >= first - 1 && reader.Filter.AccountSid is { } sid && !_accounts.Contains(sid);
            if (isSpared) reader.Skip(_recentLast);
            else reader.Wake();
        }
    }
}
