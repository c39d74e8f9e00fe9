using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Queues, workers and times.</summary>
public sealed partial class WebhookDispatcher
{
    // How exactly a try's time limit is kept. One timer serves all tries that run.
    private static readonly long DeadlineStep = TimeSpan.FromMilliseconds(100).Ticks;
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(1);

    /// <summary>A worker's life: tries until its endpoint has nothing more for it. Never throws.</summary>
    internal async Task RunAsync(WebhookWorker worker)
    {
        // Once Complete has let the worker rest it may have work for another endpoint already, and be run a second time.
        bool goesOn = true;
        while (goesOn)
        {
            PendingWebhook webhook = worker.Current!;
            worker.BeginTry();
            TryOutcome outcome;
            long started = Now();
            try
            {
                outcome = worker.IsAbandoned
                    ? TryOutcome.Without(TryKind.Abandoned, "")
                    : await _client.TryAsync(webhook, worker).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A fault of ours counts as a failed try: the webhook must not be lost, nor the worker.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.TryFaulted(_logger, webhook.Id, e);
                outcome = TryOutcome.Without(TryKind.Broken, ErrorTexts.Internal);
            }

            DeliveryState state = DeliveryState.Pending;
            long due = Now();
            if (outcome.Kind != TryKind.Abandoned)
            {
                webhook.Tries++;
                state = RetryRules.Decide(
                    outcome,
                    webhook.Tries,
                    _options.RetrySchedule,
                    webhook.Target.Overrides,
                    Random.Shared.NextDouble(),
                    out TimeSpan wait);
                due += wait.Ticks;
                Record(webhook, outcome, state, wait, TimeSpan.FromTicks(Now() - started));
            }

            goesOn = Complete(worker, webhook, outcome, state, due);
        }
    }

    /// <summary>A try's record is on disk, or will never be.</summary>
    internal void OnRecorded(PendingWebhook webhook, StoreFailure? failure)
    {
        if (failure == StoreFailure.Rejected) Log.RecordRejected(_logger, webhook.Id);
        lock (_gate)
        {
            webhook.EndRecord();
            ReleaseIfDone(webhook);
        }
    }

    private void Record(PendingWebhook webhook, in TryOutcome outcome, DeliveryState state, TimeSpan wait, TimeSpan took)
    {
        long now = _time.GetUtcMicros();
        long nextAt = state == DeliveryState.Pending ? now + Micros.From(wait) : 0;
        int micros = (int)Math.Min(int.MaxValue, Micros.From(took));
        webhook.NextAt = nextAt;
        _metrics.Tried(outcome, state, took);
        string error = outcome.Error ?? "";
        if (state == DeliveryState.Failed) Log.GivenUp(_logger, webhook.Id, webhook.Job.Head.AccountSid, webhook.Tries, error);
        else if (state == DeliveryState.Pending) Log.TryFailed(_logger, webhook.Id, webhook.Tries, error);

        // Handed over before the next try can begin, so that the records of one webhook are applied in their order.
        webhook.BeginRecord();
        var record = new TryRecord(webhook.Tries, state, nextAt, now, outcome.Status, micros, outcome.Error);
        _journal.Enqueue(new RecordWebhookTry(this, webhook, record));
    }

    // Books the outcome and gives the worker its next webhook (true), or lets it rest.
    private bool Complete(WebhookWorker worker, PendingWebhook webhook, in TryOutcome outcome, DeliveryState state, long due)
    {
        lock (_gate)
        {
            WebhookEndpoint endpoint = webhook.Endpoint;
            long now = Now();
            if (outcome.Kind == TryKind.Abandoned)
            {
                webhook.Stage = WebhookStage.Blocked;
            }
            else
            {
                if (endpoint.Note(outcome, now))
                {
                    _paused.Enqueue(endpoint, endpoint.PausedUntil);
                    Arm(endpoint.PausedUntil);
                    TimeSpan pause = TimeSpan.FromTicks(endpoint.PausedUntil - now);
                    Log.Paused(_logger, endpoint.Key.AccountSid, outcome.Status, pause.TotalSeconds);
                }

                if (state == DeliveryState.Pending) Requeue(webhook, due);
                else Finish(webhook);
                Unblock(webhook.Key);
                ReleaseIfDone(webhook);
            }

            bool hasMore = endpoint.Running <= endpoint.Limit && endpoint.Ready.Count > 0 && now >= endpoint.PausedUntil;
            if (!_isStopping && hasMore && _places.MayKeep(endpoint))
            {
                Assign(worker, endpoint);
                Pump(endpoint);
                return true;
            }

            _places.Return(endpoint);
            Rest(worker);
            if (!_isStopping) Pump(endpoint);
            RetireIfIdle(endpoint);
            return false;
        }
    }

    private void Finish(PendingWebhook webhook)
    {
        webhook.Stage = WebhookStage.Finished;
        Interlocked.Decrement(ref _unfinished);
    }

    private void Requeue(PendingWebhook webhook, long due)
    {
        WebhookEndpoint endpoint = webhook.Endpoint;
        if (!webhook.IsRetry)
        {
            if (!MakeRoom(endpoint, isRetry: true))
            {
                Leave(webhook);
                return;
            }

            webhook.IsRetry = true;
            Count(endpoint, isRetry: false, -1);
            Count(endpoint, isRetry: true, 1);
        }
        else if (due - Now() > LongWait.Ticks && _retryRoom.Used > _retryRoom.Capacity / 2)
        {
            // Whoever waits for hours makes room for what is due.
            Leave(webhook);
            return;
        }

        Wait(webhook, due);
    }

    private void Leave(PendingWebhook webhook)
    {
        webhook.Stage = WebhookStage.Leaving;
        Interlocked.Decrement(ref _unfinished);
    }

    private void Wait(PendingWebhook webhook, long due)
    {
        if (due <= Now())
        {
            MakeReady(webhook);
            Pump(webhook.Endpoint);
            return;
        }

        webhook.Stage = WebhookStage.Waiting;
        _waiting.Enqueue(webhook, due);
        Arm(due);
    }

    private static void MakeReady(PendingWebhook webhook)
    {
        webhook.Stage = WebhookStage.Ready;
        webhook.Endpoint.Ready.Enqueue(webhook);
    }

    // The first blocked event of the message may go once everything before it has passed.
    private void Unblock(long key)
    {
        for (PendingWebhook? webhook = _messages.GetValueOrDefault(key); webhook is not null; webhook = webhook.NextOfMessage)
        {
            if (webhook.Stage == WebhookStage.Blocked)
            {
                MakeReady(webhook);
                Pump(webhook.Endpoint);
            }

            if (!webhook.HasPassed) return;
        }
    }

    // What is finished leaves memory when the journal says so too: until then a sweep must find it here.
    private void ReleaseIfDone(PendingWebhook webhook)
    {
        if (webhook.Stage is not (WebhookStage.Finished or WebhookStage.Leaving) || !webhook.IsRecorded) return;
        WebhookEndpoint endpoint = webhook.Endpoint;
        Forget(webhook);
        if (webhook.Stage == WebhookStage.Leaving)
        {
            _parked.Add(webhook.Key, webhook.NextAt);
            ArmForSweep();
        }

        RetireIfIdle(endpoint);
        WakeSweepAfter(endpoint);
    }

    private void RetireIfIdle(WebhookEndpoint endpoint)
    {
        if (endpoint.HasWork || endpoint.IdleNode is not null) return;
        if (!endpoint.Backlog.IsEmpty)
        {
            // A receiver that is known only for what it has in the journal: beyond a number of them they share one backlog.
            if (_endpoints.Count <= MostEndpoints || endpoint.Backlog.IsSwept) return;
            _homeless.Add(endpoint.Backlog);
            _overflowing.Remove(endpoint);
            Remove(endpoint);
            return;
        }

        endpoint.IdleNode = _idle.AddLast(endpoint);
        if (_idle.Count <= MostIdleEndpoints) return;
        WebhookEndpoint oldest = _idle.First!.Value;
        _idle.RemoveFirst();
        oldest.IdleNode = null;
        Remove(oldest);
    }

    // Puts the endpoint in line if it has something to try, and starts whatever there are places for.
    private void Pump(WebhookEndpoint endpoint)
    {
        if (!_isStarted || _isStopping) return;
        long now = Now();
        if (endpoint.MayStart(now)) _places.Line(endpoint);
        while (_places.TakeNext(now) is { } next)
        {
            if (!_resting.TryPop(out WebhookWorker? worker)) worker = new(this);
            worker.Slot = _running.Count;
            _running.Add(worker);
            Assign(worker, next);
            if (_running.Count == 1) Arm(now + DeadlineStep);
            ThreadPool.UnsafeQueueUserWorkItem(worker, preferLocal: false);
            if (next.MayStart(now)) _places.Line(next);
        }
    }

    private void Assign(WebhookWorker worker, WebhookEndpoint endpoint)
    {
        PendingWebhook webhook = endpoint.Ready.Dequeue();
        webhook.Stage = WebhookStage.Running;
        TimeSpan limit = webhook.Target.Overrides.Total;
        if (limit > _options.TotalTimeout) limit = _options.TotalTimeout;
        worker.Deadline = Now() + limit.Ticks;
        worker.Current = webhook;
    }

    private void Rest(WebhookWorker worker)
    {
        worker.Current = null;
        WebhookWorker last = _running[^1];
        _running[worker.Slot] = last;
        last.Slot = worker.Slot;
        _running.RemoveAt(_running.Count - 1);
        _resting.Push(worker);
        if (_isStopping && _running.Count == 0) _quiet.TrySetResult();
    }

    private void Tick()
    {
        lock (_gate)
        {
            _armedFor = long.MaxValue;
            if (_isDisposed) return;
            long now = Now();
            while (_waiting.TryPeek(out PendingWebhook? webhook, out long due) && due <= now)
            {
                _waiting.Dequeue();
                MakeReady(webhook);
                Pump(webhook.Endpoint);
            }

            while (_paused.TryPeek(out WebhookEndpoint? endpoint, out long due) && due <= now)
            {
                _paused.Dequeue();
                Pump(endpoint);
            }

            foreach (WebhookWorker worker in _running)
            {
                if (now >= worker.Deadline) worker.Cancel(worker.Number);
            }

            if (_waiting.TryPeek(out _, out long nextTry)) Arm(nextTry);
            if (_paused.TryPeek(out _, out long nextResume)) Arm(nextResume);
            if (_running.Count > 0) Arm(now + DeadlineStep);
            WakeSweep();
            ArmForSweep();
        }
    }

    private void Arm(long due)
    {
        if (due >= _armedFor || _isDisposed) return;
        _armedFor = due;
        _timer.Change(TimeSpan.FromTicks(Math.Max(0, due - Now())), Timeout.InfiniteTimeSpan);
    }

    // Ticks of the monotonic clock since this dispatcher was made.
    private long Now() => _time.GetElapsedTime(_origin).Ticks;

    private static partial class Log
    {
        [LoggerMessage(2400, LogLevel.Debug, "Webhook {Id}: try {Try} failed: {Error}")]
        public static partial void TryFailed(ILogger logger, string id, int @try, string error);

        [LoggerMessage(2401, LogLevel.Information, "Webhook {Id} of account {Account} given up after {Tries} tries: {Error}")]
        public static partial void GivenUp(ILogger logger, string id, string account, int tries, string error);

        [LoggerMessage(2402, LogLevel.Debug, "An endpoint of account {Account} answered {Status}: it is left alone for {Seconds:F0} s")]
        public static partial void Paused(ILogger logger, string account, int status, double seconds);

        [LoggerMessage(2403, LogLevel.Information, "Account {Account}: an endpoint has {Held} webhooks in memory, further ones wait in the journal")]
        public static partial void Overflowing(ILogger logger, string account, int held);

        [LoggerMessage(2404, LogLevel.Warning, "Webhooks cannot be fetched from the journal now")]
        public static partial void SweepFailed(ILogger logger, Exception? e);

        [LoggerMessage(2405, LogLevel.Error, "The journal refused the record of webhook {Id}: it will be sent again after a restart")]
        public static partial void RecordRejected(ILogger logger, string id);

        [LoggerMessage(2406, LogLevel.Error, "A try of webhook {Id} ended in a fault of the program")]
        public static partial void TryFaulted(ILogger logger, string id, Exception e);
    }
}
