namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Works that wait for their time, on one timer. Durations come from timestamps, so a clock that is set does not move them.
/// </summary>
internal sealed class DelayQueue
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<OutboundWork, long> _works = new();
    private readonly TimeProvider _time;
    private readonly Action<OutboundWork> _release;
    private readonly ITimer _timer;
    private bool _isStopped;

    public DelayQueue(TimeProvider time, Action<OutboundWork> release)
    {
        _time = time;
        _release = release;
        _timer = time.CreateTimer(static state => ((DelayQueue)state!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(OutboundWork work, TimeSpan delay)
    {
        lock (_gate)
        {
            if (_isStopped) return;
            long due = _time.GetTimestamp() + (long)(delay.TotalSeconds * _time.TimestampFrequency);
            bool isNext = !_works.TryPeek(out _, out long next) || due < next;
            _works.Enqueue(work, due);
            if (isNext) _timer.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>What still waits stays in the journal as it is.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
            _works.Clear();
        }

        _timer.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            OutboundWork work;
            lock (_gate)
            {
                if (_isStopped || !_works.TryPeek(out OutboundWork? first, out long due)) return;
                TimeSpan left = _time.GetElapsedTime(_time.GetTimestamp(), due);
                if (left > TimeSpan.Zero)
                {
                    _timer.Change(left < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : left, Timeout.InfiniteTimeSpan);
                    return;
                }

                _works.Dequeue();
                work = first;
            }

            _release(work);
        }
    }
}
