using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Sessions;

public sealed partial class SmppSession
{
    private readonly long _openedAt;
    private readonly List<OutstandingRequest> _timedOut = [];
    private Task _writerTask = Task.CompletedTask;
    private ITimer? _timer;
    private long _lastReceivedAt;
    private long _lastMessageAt;
    private long _partialSince;
    private long _writeStartedAt;
    private long _unboundAt;
    private long _probedAt;
    private bool _authenticating;
    private int _ticking;
    private int _closingForInactivity;
    private int _socketClosed;

    private bool IsBound => _state is SmppSessionState.BoundTx or SmppSessionState.BoundRx or SmppSessionState.BoundTrx;

    private void OnTick()
    {
        if (Interlocked.Exchange(ref _ticking, 1) == 1) return;
        try
        {
            long now = _time.GetTimestamp();
            if (CutIfOverdue(now)) return;
            if (IsBound)
            {
                WatchLink(now);
                WatchInactivity(now);
                WatchResponses(now);
            }
        }
#pragma warning disable CA1031 // A handler that throws ends its session, not the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(_logger, exception, Name);
            Cut(SmppCloseReason.Aborted, "the handler failed");
        }
        finally
        {
            Volatile.Write(ref _ticking, 0);
        }
    }

    private bool CutIfOverdue(long now)
    {
        if (IsBeforeBind(_state) && !Volatile.Read(ref _authenticating)
            && HasPassed(_openedAt, _settings.SessionInitTimeout, now))
        {
            Cut(SmppCloseReason.SessionInitTimeout, null);
            return true;
        }

        if (HasPassed(Volatile.Read(ref _partialSince), _settings.PartialPduTimeout, now))
        {
            Cut(SmppCloseReason.PartialPduTimeout, null);
            return true;
        }

        if (HasPassed(Volatile.Read(ref _writeStartedAt), _settings.WriteTimeout, now))
        {
            Cut(SmppCloseReason.WriteTimeout, null);
            return true;
        }

        if (HasPassed(Volatile.Read(ref _unboundAt), UnbindTimeout, now))
        {
            Cut(SmppCloseReason.UnboundByPeer, null);
            return true;
        }

        return false;
    }

    // Any PDU is a sign of life, an enquire_link_resp with a wrong number included.
    private void WatchLink(long now)
    {
        long received = Volatile.Read(ref _lastReceivedAt);
        if (_probedAt != 0 && received < _probedAt)
        {
            if (HasPassed(_probedAt, _settings.EnquireLinkTimeout, now)) Cut(SmppCloseReason.EnquireLinkTimeout, null);
            return;
        }

        _probedAt = 0;
        if (!HasPassed(Math.Max(1, received), _settings.EnquireLinkInterval, now)) return;
        bool wake;
        lock (_gate)
        {
            if (!IsBound) return;
            Append(CommandId.EnquireLink, CommandStatus.Ok, NextSequenceNumber(), default);
            wake = NeedsWake();
        }

        _probedAt = Math.Max(1, now);
        if (wake) _signal.Set(inline: false);
    }

    private void WatchInactivity(long now)
    {
        if (!HasPassed(Math.Max(1, Volatile.Read(ref _lastMessageAt)), _settings.InactivityTimeout, now)) return;
        if (Interlocked.Exchange(ref _closingForInactivity, 1) == 1) return;
        _ = CloseAsync(SmppCloseReason.InactivityTimeout, TimeSpan.Zero, CancellationToken.None);
    }

    private void WatchResponses(long now)
    {
        long before = now - (long)(_settings.ResponseTimeout.TotalSeconds * _time.TimestampFrequency);
        lock (_gate)
        {
            _expired.DropOld(_time, now);
            if (_outstanding is null || !_outstanding.HasOlder(before)) return;
        }

        // A handler that is busy is asked again at the next tick: the watch over the link must not wait for it.
        if (!_callbacks.TryEnter()) return;
        try
        {
            _batchThread = Environment.CurrentManagedThreadId;
            TellTimeouts(before, now);
        }
        finally
        {
            _batchThread = 0;
            _callbacks.Exit();
        }

        Flush();
    }

    private void TellTimeouts(long before, long now)
    {
        var freed = 0;
        lock (_gate)
        {
            var from = 0;
            while (_outstanding!.TryTakeOlder(before, ref from, out OutstandingRequest request))
            {
                _expired.Add(request, now);
                _timedOut.Add(request);
                if (request.UsesWindow) freed++;
            }

            if (_outstanding.Count == 0) _allAnswered?.TrySetResult();
        }

        if (freed > 0) Interlocked.Add(ref _free, freed);
        foreach (OutstandingRequest request in _timedOut) _handler.OnTimeout(this, request.State);
        _timedOut.Clear();
        if (freed > 0 && _accepting) _handler.OnWindowOpened(this);
    }

    private static bool IsBeforeBind(SmppSessionState state) => state is SmppSessionState.Open or SmppSessionState.Outbound;

    private bool HasPassed(long since, TimeSpan limit, long now) =>
        since != 0 && limit > TimeSpan.Zero && _time.GetElapsedTime(since, now) >= limit;
}
