using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Keeps dispatch within its memory. Up to a bound, accepted messages are held; beyond it they stay on disk alone, and are read back in the
/// order of their keys, which is the order of their commits, once half of the bound is free. One-time codes are held a quarter beyond the
/// bound, so that they do not queue behind a campaign on disk. What waits for a connection that is down gives its room up to traffic that
/// moves, and is read back when a connection comes up.
/// </summary>
internal sealed partial class Backlog(int bound, IJournal journal, Dispatcher dispatcher, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private const int PageSize = 1000;
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly HashSet<long> _held = [];
    private readonly CancellationTokenSource _stop = new();

    // While overflowing: every queued message with a key above _readUpTo that is not in _held is on disk alone; the last of them has the
    // key _lastLeft.
    private long _readUpTo;
    private long _lastLeft;

    // Keys between which messages were given up for the connection that they wait for; 0 for none.
    private long _shelvedFrom;
    private long _shelvedTo;
    private int _rewinds;
    private bool _isReading;
    private bool _isStopped;
    private volatile bool _isOverflowing;
    private Task _reading = Task.CompletedTask;

    public bool IsOverflowing => _isOverflowing;

    public int Held
    {
        get
        {
            lock (_gate) return _held.Count;
        }
    }

    /// <summary>
    /// Holds a message, or leaves it to the disk: then the answer is false and it comes back through the dispatcher later.
    /// </summary>
    public bool TryHold(OutboundWork work)
    {
        long key = work.Head.Id.Key;
        lock (_gate)
        {
            if (HasRoom(work)) return _held.Add(key);
        }

        if (!_isOverflowing) Shelve();
        lock (_gate)
        {
            if (HasRoom(work)) return _held.Add(key);
            if (!_isOverflowing)
            {
                _isOverflowing = true;
                _readUpTo = key - 1;
                Log.Overflowing(logger, bound);
            }

            _lastLeft = Math.Max(_lastLeft, key);
            if (key <= _readUpTo)
            {
                // Released or completed after messages that are younger: reading goes back to it.
                _readUpTo = key - 1;
                _rewinds++;
            }

            return false;
        }
    }

    // Under _gate.
    private bool HasRoom(OutboundWork work) => _held.Count < bound
        ? !_isOverflowing || work.Head.Class == TrafficClass.Otp
        : work.Head.Class == TrafficClass.Otp && _held.Count < bound + (bound / 4);

    public void Hold(OutboundWork work)
    {
        lock (_gate) _held.Add(work.Head.Id.Key);
    }

    public void Forget(OutboundWork work)
    {
        lock (_gate) _held.Remove(work.Head.Id.Key);
        Moved();
    }

    /// <summary>Messages have left, or wait for another connection now: there may be room to read back.</summary>
    public void Moved()
    {
        if (!_isOverflowing) return;
        bool isCrowded;
        lock (_gate)
        {
            if (_isReading) return;
            isCrowded = _held.Count > bound / 2;
        }

        if (isCrowded) Shelve();
        ReadBack();
    }

    /// <summary>A connection came up: what was given up for it is read back.</summary>
    public void Unshelve()
    {
        lock (_gate)
        {
            if (_shelvedFrom == 0) return;
            _readUpTo = _isOverflowing ? Math.Min(_readUpTo, _shelvedFrom - 1) : _shelvedFrom - 1;
            _lastLeft = Math.Max(_lastLeft, _shelvedTo);
            _shelvedFrom = _shelvedTo = 0;
            _rewinds++;
            _isOverflowing = true;
        }

        ReadBack();
    }

    public async ValueTask DisposeAsync()
    {
        Task reading;
        lock (_gate)
        {
            if (_isStopped) return;
            _isStopped = true;
            reading = _reading;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void ReadBack()
    {
        lock (_gate)
        {
            if (!_isOverflowing || _isReading || _held.Count > bound / 2 || _isStopped) return;
            _isReading = true;
            _reading = Task.Run(ReadBackAsync);
        }
    }

    /// <summary>Forgets what waits for connections that are down while others are up.</summary>
    private void Shelve()
    {
        List<OutboundWork> stuck = dispatcher.TakeStuck();
        if (stuck.Count == 0) return;
        bool isFirst;
        lock (_gate)
        {
            isFirst = _shelvedFrom == 0;
            foreach (OutboundWork work in stuck)
            {
                long key = work.Head.Id.Key;
                _held.Remove(key);
                _shelvedFrom = _shelvedFrom == 0 ? key : Math.Min(_shelvedFrom, key);
                _shelvedTo = Math.Max(_shelvedTo, key);
            }
        }

        if (isFirst) Log.Shelved(logger);

        // A connection that came up before the keys were noted did not see them.
        if (stuck.Exists(work => dispatcher.Decide(work).Lane is { Use: ConnectionUse.Usable })) Unshelve();
    }

    private async Task ReadBackAsync()
    {
        while (true)
        {
            try
            {
                while (await ReadPageAsync().ConfigureAwait(false))
                {
                }

                return;
            }
            catch (OperationCanceledException)
            {
                // Stopping: what was left on disk is found there at the next start.
                return;
            }
            catch (Exception e)
            {
                Log.ReadFailed(logger, e);
                await Task.Delay(RetryWait, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>
    /// Takes up one page; false when there is no room, or nothing is left. That end is decided under the lock, so that no message leaves
    /// unseen between it and the next call.
    /// </summary>
    private async Task<bool> ReadPageAsync()
    {
        long after, lastLeft;
        int limit, rewinds;
        if (Held >= bound) Shelve();
        lock (_gate)
        {
            limit = Math.Min(PageSize, bound - _held.Count);
            if (limit <= 0) return _isReading = false;
            (after, lastLeft, rewinds) = (_readUpTo, _lastLeft, _rewinds);
        }

        IReadOnlyList<Message> page = await journal.ListOpenAsync(after, limit, _stop.Token).ConfigureAwait(false);
        foreach (Message message in page)
        {
            bool isWaiting = !message.Head.IsInbound && message.State is MessageState.Accepted or MessageState.Queued;
            OutboundWork work = OutboundWork.From(message);
            lock (_gate)
            {
                // A connection came up meanwhile: reading starts again further back.
                if (_rewinds != rewinds) return true;
                _readUpTo = message.Id.Key;
                if (!isWaiting || !_held.Add(message.Id.Key)) continue;
            }

            dispatcher.Resume(work, TimeSpan.Zero);
        }

        lock (_gate)
        {
            // A full page may have more behind it. A short one has shown everything that was committed before the read: only what was
            // left to the disk since then can be missing.
            if (page.Count == limit || _lastLeft != lastLeft || _rewinds != rewinds) return true;
            _isOverflowing = false;
            Log.CaughtUp(logger);
            return _isReading = false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2011, LogLevel.Information, "More than {Bound} messages wait: the rest waits on disk alone")]
        public static partial void Overflowing(ILogger logger, int bound);

        [LoggerMessage(2012, LogLevel.Information, "The backlog on disk is read back")]
        public static partial void CaughtUp(ILogger logger);

        [LoggerMessage(2014, LogLevel.Information, "What waits for connections that are down waits on disk alone: there is no more room")]
        public static partial void Shelved(ILogger logger);

        [LoggerMessage(2013, LogLevel.Error, "Reading the backlog failed; it is tried again in a second")]
        public static partial void ReadFailed(ILogger logger, Exception exception);
    }
}
