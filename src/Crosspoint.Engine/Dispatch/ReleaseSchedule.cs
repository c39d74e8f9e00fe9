using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Messages that are to go out later, by their time: 16 octets each, as the rest of them stays in the journal. One timer, for the first.
/// </summary>
internal sealed class ReleaseSchedule : IAsyncDisposable
{
    // Wall time may step, so the timer looks again at least so often.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private const int MostAtOnce = 1_000;

    private readonly Lock _gate = new();
    private readonly PriorityQueue<long, long> _keys = new();
    private readonly Dispatcher _dispatcher;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private bool _isStopped;

    public ReleaseSchedule(Dispatcher dispatcher, TimeProvider time)
    {
        (_dispatcher, _time) = (dispatcher, time);
        _timer = time.CreateTimer(
            static state => ((ReleaseSchedule)state!).Release(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Releases a message at a time, in microseconds; at once when it has passed.</summary>
    public void Add(long key, long at)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            bool isFirst = !_keys.TryPeek(out _, out long first) || at < first;
            _keys.Enqueue(key, at);
            if (isFirst) Arm();
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
            _keys.Clear();
        }

        return _timer.DisposeAsync();
    }

    // Under _gate.
    private void Arm()
    {
        if (_isStopped || !_keys.TryPeek(out _, out long at)) return;
        var wait = TimeSpan.FromMicroseconds(Math.Max(0, at - _time.GetUtcMicros()));
        _timer.Change(wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private void Release()
    {
        lock (_gate)
        {
            long now = _time.GetUtcMicros();
            // When much falls due at once the journal must not be flooded, or intake would refuse new messages for it.
            if (_dispatcher.Journal.QueueDepth >= IJournal.BackgroundDepth)
            {
                _timer.Change(JournalPacing.DepthWait, Timeout.InfiniteTimeSpan);
                return;
            }

            for (int i = 0; i < MostAtOnce && !_isStopped && _keys.TryPeek(out long key, out long at) && at <= now; i++)
            {
                _keys.Dequeue();
                _dispatcher.Journal.Enqueue(new ReleaseMessage(_dispatcher, key));
            }

            Arm();
        }
    }
}
