using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Events;

/// <summary>One reader's way through the event log. Used by one task at a time.</summary>
public sealed class EventReader : IDisposable
{
    /// <summary>Most events of one read.</summary>
    public const int MostAtOnce = 256;

    private readonly EventFeed _feed;
    private readonly IEventLog _log;
    private readonly List<LoggedEvent> _events = new(MostAtOnce);
    private long _position;
    private TaskCompletionSource? _waiting;

    internal EventReader(EventFeed feed, IEventLog log, EventFilter filter, long after)
    {
        _feed = feed;
        _log = log;
        Filter = filter;
        _position = after;
    }

    public EventFilter Filter { get; }

    /// <summary>Everything up to it was read, or does not pass the filter.</summary>
    public long Position => Volatile.Read(ref _position);

    /// <summary>Retention went past the position before it was read: events are missing from here on.</summary>
    public bool IsTooOld => Position > 0 && Position + 1 < _log.FirstSequence;

    internal bool IsWaiting => _waiting is not null;

    /// <summary>
    /// The next events, at most <see cref="MostAtOnce"/>. None does not mean that there are no more: at the end
    /// <see cref="WaitAsync"/> waits, and else completes at once. The list is used again by the next read.
    /// </summary>
    public async ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(CancellationToken cancellationToken)
    {
        _events.Clear();
        long position = _position;
        if (_feed.TryRead(ref position, Filter, MostAtOnce, _events))
        {
            Volatile.Write(ref _position, position);
            return _events;
        }

        EventPage page = await _log.ReadAsync(new(position, Filter, MostAtOnce), cancellationToken).ConfigureAwait(false);
        Volatile.Write(ref _position, page.Position);
        return page.Events;
    }

    /// <summary>
    /// Completes when there is something after <see cref="Position"/>. Until it has completed nothing may be read; the position may move
    /// over events of other accounts meanwhile.
    /// </summary>
    public Task WaitAsync() => _feed.WaitAsync(this) ?? Task.CompletedTask;

    public void Dispose() => _feed.Close(this);

    internal Task BeginWaitAsync()
    {
        _waiting ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _waiting.Task;
    }

    internal void Wake()
    {
        TaskCompletionSource? waiting = _waiting;
        _waiting = null;
        waiting?.TrySetResult();
    }

    internal void Skip(long position)
    {
        if (position > _position) Volatile.Write(ref _position, position);
    }
}
