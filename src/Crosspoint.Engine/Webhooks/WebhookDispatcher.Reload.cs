using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Fetches from the journal what found no room in memory.</summary>
public sealed partial class WebhookDispatcher
{
    private const int PageSize = 256;

    // Retries that wait in the journal are fetched this long before they are due, so that sweeps can be rare.
    private static readonly TimeSpan FetchAhead = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailedSweep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HomelessStep = TimeSpan.FromMilliseconds(100);

    // How often those that overflow are asked for room that others left: there may be very many of them.
    private static readonly long AskStep = TimeSpan.FromMilliseconds(100).Ticks;

    // A sweep for retries looks at everything since the oldest of them, so it may take a tenth of the time at most.
    private const int ParkedSweepShare = 10;

    /// <summary>Never-tried webhooks of endpoints that could not be given a place themselves.</summary>
    private readonly Backlog _homeless = new();

    /// <summary>Retries of all endpoints: they bind no order, so one range serves.</summary>
    private readonly Backlog _parked = new();

    private readonly HashSet<WebhookEndpoint> _overflowing = [];

    /// <summary>Those of <see cref="_overflowing"/> that were seen to have room.</summary>
    private readonly HashSet<WebhookEndpoint> _wanting = [];
    private readonly List<WebhookEndpoint> _sweptEndpoints = [];
    private readonly HashSet<(long Key, int EventNumber)> _leftMeanwhile = [];
    private bool _isReadingPage;
    private Task _sweep = Task.CompletedTask;
    private bool _isSweeping;
    private long _sweepNotBefore;
    private long _parkedNotBefore;
    private long _homelessNotBefore;
    private long _askAt;

    // Called under the lock whenever room may have come free.
    private void WakeSweep()
    {
        if (_isSweeping || !_isStarted || _isStopping || Now() < _sweepNotBefore || !WantsSweep()) return;
        _isSweeping = true;
        _sweep = Task.Run(SweepAsync);
    }

    // One place came free: of the endpoints only the one that had it can have room now that it had not. The others are asked at a tick.
    private void WakeSweepAfter(WebhookEndpoint endpoint)
    {
        if (!endpoint.Backlog.IsEmpty)
        {
            if (endpoint.IsDisabled || !HasRoomForBacklog(endpoint)) return;
            _wanting.Add(endpoint);
            WakeSweep();
        }
        else if (!_homeless.IsEmpty || !_parked.IsEmpty)
        {
            WakeSweep();
        }

        if (_freshRoom.Used + _retryRoom.Used == 0 && _overflowing.Count > 0) AskOverflowing();
    }

    private void AskOverflowing()
    {
        _askAt = Now() + AskStep;
        foreach (WebhookEndpoint endpoint in _overflowing)
        {
            if (HasRoomForBacklog(endpoint)) _wanting.Add(endpoint);
        }

        WakeSweep();
    }

    private bool WantsSweep() => _wanting.Count > 0 || WantsHomeless() || WantsParked();

    private bool HasRoomForBacklog(WebhookEndpoint endpoint) => endpoint.Fresh.Held < (_freshRoom.MostFor(endpoint.Fresh.Held) + 1) / 2;

    private bool WantsHomeless() => !_homeless.IsEmpty && Now() >= _homelessNotBefore;

    private bool WantsParked() => !_parked.IsEmpty && Now() >= _parkedNotBefore
        && _parked.Due <= _time.GetUtcMicros() + Micros.From(FetchAhead);

    private void ArmForSweep()
    {
        if (_isSweeping) return;
        if (!_homeless.IsEmpty && _homelessNotBefore > Now()) Arm(_homelessNotBefore);
        if (_parked.IsEmpty) return;
        long wait = _parked.Due - Micros.From(FetchAhead) - _time.GetUtcMicros();
        long due = Math.Max(Now() + TimeSpan.FromMicroseconds(Math.Max(0, wait)).Ticks, _parkedNotBefore);

        // Due, and there is no room: what makes room wakes the sweep.
        if (due > Now()) Arm(due);
    }

    private async Task SweepAsync()
    {
        while (true)
        {
            long started;
            long cursor;
            lock (_gate)
            {
                started = Now();
                if (_isStopping || !TryBeginSweep(out cursor))
                {
                    _isSweeping = false;
                    ArmForSweep();
                    return;
                }
            }

            bool isComplete = false;
            try
            {
                isComplete = await SweepFromAsync(cursor).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // Whatever keeps the journal from being read: nothing is forgotten, and it is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                if (!_stop.IsCancellationRequested) Log.SweepFailed(_logger, e);
            }

            lock (_gate)
            {
                _isReadingPage = false;
                EndSweep(isComplete, started);
                if (isComplete) continue;
                _isSweeping = false;
                _sweepNotBefore = Now() + AfterFailedSweep.Ticks;
                Arm(_sweepNotBefore);
                return;
            }
        }
    }

    private bool TryBeginSweep(out long cursor)
    {
        long from = long.MaxValue;
        if (WantsHomeless()) Begin(_homeless, ref from);
        if (WantsParked()) Begin(_parked, ref from);
        foreach (WebhookEndpoint endpoint in _wanting)
        {
            if (endpoint.IsDisabled || endpoint.Backlog.IsEmpty || !HasRoomForBacklog(endpoint)) continue;
            Begin(endpoint.Backlog, ref from);
            _sweptEndpoints.Add(endpoint);
        }

        _wanting.Clear();
        cursor = from - 1;
        return from != long.MaxValue;
    }

    private static void Begin(Backlog backlog, ref long from)
    {
        backlog.BeginSweep();
        from = Math.Min(from, backlog.From);
    }

    // Returns false when it was broken off.
    private async Task<bool> SweepFromAsync(long cursor)
    {
        while (true)
        {
            lock (_gate)
            {
                if (_isStopping) return false;
                _homeless.BeginPage(cursor);
                _parked.BeginPage(cursor);
                foreach (WebhookEndpoint endpoint in _sweptEndpoints) endpoint.Backlog.BeginPage(cursor);
                _leftMeanwhile.Clear();
                _isReadingPage = true;
            }

            IReadOnlyList<Message> page = await _journal.ListOpenAsync(cursor, PageSize, _stop.Token).ConfigureAwait(false);

            // It may show deliveries whose Enqueue is still to come. Taking them is safe: they leave memory when their record is told, and
            // commits are
            // told in their order, so that Enqueue finds them here.
            lock (_gate)
            {
                _isReadingPage = false;
                if (_isStopping) return false;
                foreach (Message message in page) Fetch(message);
                if (page.Count == 0) return true;
                cursor = page[^1].Id.Key;
                if (!NeedsPageAfter(cursor)) return true;
            }
        }
    }

    private bool NeedsPageAfter(long cursor)
    {
        if (_homeless.IsSwept && !_homeless.HasKept && !_homeless.IsPast(cursor)) return true;

        // Retries are looked for to the end: any of them may be due, and of an endpoint that has room.
        if (_parked.IsSwept && !_parked.IsPast(cursor)) return true;
        foreach (WebhookEndpoint endpoint in _sweptEndpoints)
        {
            if (!endpoint.Backlog.HasKept && !endpoint.Backlog.IsPast(cursor)) return true;
        }

        return false;
    }

    // Loads what may be loaded of one message, in order of events.
    private void Fetch(Message message)
    {
        if (!message.HasPendingDelivery) return;
        long key = message.Id.Key;
        TargetUrl target = FindTarget(message.Head);
        WebhookEndpoint? endpoint = FindEndpoint(target);
        if (endpoint is { IsDisabled: true })
        {
            // Whoever looked for it, it belongs to the endpoint alone now.
            endpoint.Backlog.Add(key, 0);
            return;
        }

        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            if (delivery.State != DeliveryState.Pending || IsInMemory(key, delivery.EventNumber)) continue;
            if (_leftMeanwhile.Contains((key, delivery.EventNumber))) continue;
            if (delivery.Tries > 0) FetchRetry(message, delivery, target, endpoint);
            else FetchFresh(message, delivery, target, endpoint);
            endpoint ??= FindEndpoint(target);
        }
    }

    private void FetchRetry(Message message, WebhookDelivery delivery, TargetUrl target, WebhookEndpoint? endpoint)
    {
        long key = message.Id.Key;
        bool isParked = _parked.IsSwept && _parked.Contains(key);

        // While an endpoint is disabled its retries are not kept apart.
        bool isInBacklog = endpoint is { Backlog.IsSwept: true } && endpoint.Backlog.Contains(key);
        if (!isParked && !isInBacklog) return;
        bool isDue = delivery.NextAt <= _time.GetUtcMicros() + Micros.From(FetchAhead);
        if (isDue && MakeRoom(endpoint, isRetry: true)) Add(WebhookJob.From(message, delivery), target, endpoint);
        else if (isParked) _parked.Keep(key, delivery.NextAt);
        else _parked.Add(key, delivery.NextAt);
    }

    private void FetchFresh(Message message, WebhookDelivery delivery, TargetUrl target, WebhookEndpoint? endpoint)
    {
        long key = message.Id.Key;
        if (endpoint is not null && endpoint.Backlog.IsSwept && endpoint.Backlog.Contains(key))
        {
            if (!endpoint.Backlog.HasKept && MakeRoom(endpoint, isRetry: false)) Add(WebhookJob.From(message, delivery), target, endpoint);
            else endpoint.Backlog.Keep(key, 0);
            return;
        }

        if (!_homeless.IsSwept || !_homeless.Contains(key)) return;
        bool isOpen = endpoint is null or { Backlog.IsEmpty: true };
        if (isOpen && MakeRoom(endpoint, isRetry: false)) Add(WebhookJob.From(message, delivery), target, endpoint);
        else if (endpoint is not null) Overflow(endpoint, key);
        else _homeless.Keep(key, 0);
    }

    private void EndSweep(bool isComplete, long started)
    {
        if (_homeless.IsSwept)
        {
            // More of them wait than there are places: not every place is worth a look into the journal.
            if (_homeless.HasKept) _homelessNotBefore = Now() + HomelessStep.Ticks;
            _homeless.EndSweep(isComplete);
        }

        if (_parked.IsSwept)
        {
            _parked.EndSweep(isComplete);
            long now = Now();
            _parkedNotBefore = now + Math.Max(FetchAhead.Ticks / 2, (now - started) * ParkedSweepShare);
        }

        foreach (WebhookEndpoint endpoint in _sweptEndpoints)
        {
            endpoint.Backlog.EndSweep(isComplete);
            if (!endpoint.Backlog.IsEmpty)
            {
                // What was kept found no room a moment ago: not every sweep is worth a further one.
                if (!endpoint.IsDisabled && !endpoint.Backlog.HasKept && HasRoomForBacklog(endpoint)) _wanting.Add(endpoint);
                continue;
            }

            _overflowing.Remove(endpoint);
            RetireIfIdle(endpoint);
        }

        _sweptEndpoints.Clear();
    }
}
