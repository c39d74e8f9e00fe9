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
    private const int LargestIdleQueue = 16;
    private long _deadlinesAt;
    private long _batches;

    /// <summary>A worker's life: tries until its endpoint has nothing more for it. Never throws.</summary>
    internal async Task RunAsync(WebhookWorker worker)
    {
        // Once Complete has let the worker rest it may have work for another endpoint already, and be run a second time.
        bool goesOn = true;
        while (goesOn)
        {
            worker.BeginTry();
            TryOutcome outcome;
            long started = Now();
            try
            {
                outcome = worker.IsAbandoned
                    ? TryOutcome.Without(TryKind.Abandoned, "")
                    : await _client.TryAsync(worker).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // A fault of ours counts as a failed try: the webhook must not be lost, nor the worker.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.TryFaulted(_logger, worker.Items[0].Id, e);
                outcome = TryOutcome.Without(TryKind.Broken, ErrorTexts.Internal);
            }

            DeliveryState state = DeliveryState.Pending;
            long due = Now();
            if (outcome.Kind != TryKind.Abandoned)
            {
                state = RetryRules.Decide(
                    outcome,
                    worker.Items[0].Tries + 1,
                    _options.RetrySchedule,
                    worker.Items[0].Target.Overrides,
                    Random.Shared.NextDouble(),
                    out TimeSpan wait);
                due += wait.Ticks;
                Record(worker, outcome, state, wait, TimeSpan.FromTicks(Now() - started));
            }

            goesOn = Complete(worker, outcome, state, due);
        }
    }

    /// <summary>A try's record is on disk, or will never be.</summary>
    internal void OnRecorded(PendingWebhook[] webhooks, StoreFailure? failure)
    {
        if (failure == StoreFailure.Rejected) Log.RecordRejected(_logger, webhooks[0].Id, webhooks.Length);
        lock (_gate)
        {
            foreach (PendingWebhook webhook in webhooks)
            {
                webhook.EndRecord();
                ReleaseIfDone(webhook);
            }
        }
    }

    private void Record(WebhookWorker worker, in TryOutcome outcome, DeliveryState state, TimeSpan wait, TimeSpan took)
    {
        PendingWebhook[] webhooks = [.. worker.Items];
        PendingWebhook first = webhooks[0];
        long now = _time.GetUtcMicros();
        long nextAt = state == DeliveryState.Pending ? now + Micros.From(wait) : 0;
        int tries = first.Tries + 1;

        // Handed over before the next try can begin, so that the records of one webhook are applied in their order.
        foreach (PendingWebhook webhook in webhooks)
        {
            webhook.Tries = tries;
            webhook.NextAt = nextAt;
            webhook.BeginRecord();
        }

        int micros = (int)Math.Min(int.MaxValue, Micros.From(took));
        _metrics.Tried(outcome, state, webhooks.Length, took);
        string error = outcome.Error ?? "";
        if (state == DeliveryState.Failed) Log.GivenUp(_logger, first.Id, webhooks.Length, first.Job.Head.AccountSid, tries, error);
        else if (state == DeliveryState.Pending) Log.TryFailed(_logger, first.Id, webhooks.Length, tries, error);
        var record = new TryRecord(tries, state, nextAt, now, outcome.Status, micros, outcome.Error);
        _journal.Enqueue(new RecordWebhookTry(this, webhooks, record));
    }

    // Books the outcome and gives the worker what is next (true), or lets it rest.
    private bool Complete(WebhookWorker worker, in TryOutcome outcome, DeliveryState state, long due)
    {
        lock (_gate)
        {
            WebhookEndpoint endpoint = worker.Items[0].Endpoint;
            long now = Now();
            if (outcome.Kind == TryKind.Abandoned)
            {
                foreach (PendingWebhook webhook in worker.Items) webhook.Stage = WebhookStage.Blocked;
            }
            else
            {
                if (endpoint.Note(outcome, now))
                {
                    TimeSpan pause = TimeSpan.FromTicks(endpoint.PausedUntil - now);
                    Log.Paused(_logger, endpoint.Key.AccountSid, outcome.Status, pause.TotalSeconds);
                }

                NoteHealth(endpoint, outcome);
                if (state == DeliveryState.Pending) Requeue(worker, due);
                else Finish(worker);
                foreach (PendingWebhook webhook in worker.Items) Unblock(webhook);
                foreach (PendingWebhook webhook in worker.Items) ReleaseIfDone(webhook);
            }

            if (!_isStopping && endpoint.MayGoOn(now) && _places.MayKeep(endpoint))
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

    private void Finish(WebhookWorker worker)
    {
        foreach (PendingWebhook webhook in worker.Items) webhook.Stage = WebhookStage.Finished;
        Interlocked.Add(ref _unfinished, -worker.Items.Count);
    }

    // What was sent together waits together, and is sent together again.
    private void Requeue(WebhookWorker worker, long due)
    {
        PendingWebhook? first = null;
        PendingWebhook? last = null;
        long number = worker.Items.Count > 1 ? ++_batches : 0;
        foreach (PendingWebhook webhook in worker.Items)
        {
            if (!MayWait(webhook, due)) continue;
            if (webhook.BatchNumber == 0) webhook.BatchNumber = number;
            if (last is null) first = webhook;
            else last.NextInBatch = webhook;
            last = webhook;
        }

        if (first is not null) Wait(first, due);
    }

    // Whether a failed one has room to wait for its next try in memory; else it goes back to the journal.
    private bool MayWait(PendingWebhook webhook, long due)
    {
        WebhookEndpoint endpoint = webhook.Endpoint;
        if (!webhook.IsRetry)
        {
            if (!MakeRoom(endpoint, isRetry: true))
            {
                Leave(webhook);
                return false;
            }

            webhook.IsRetry = true;
            Count(endpoint, isRetry: false, -1);
            Count(endpoint, isRetry: true, 1);
        }
        else if (due - Now() > LongWait.Ticks && _retryRoom.Used > _retryRoom.Capacity / 2)
        {
            // Whoever waits for hours makes room for what is due.
            Leave(webhook);
            return false;
        }

        return true;
    }

    private void Leave(PendingWebhook webhook)
    {
        webhook.Stage = WebhookStage.Leaving;
        Interlocked.Decrement(ref _unfinished);
    }

    /// <param name="first">The first of a batch, or one alone.</param>
    private void Wait(PendingWebhook first, long due)
    {
        if (due <= Now())
        {
            MakeReady(first);
            Pump(first.Endpoint);
            return;
        }

        for (PendingWebhook? webhook = first; webhook is not null; webhook = webhook.NextInBatch) webhook.Stage = WebhookStage.Waiting;
        _waiting.Enqueue(first, due);
        Arm(due);
    }

    private void MakeReady(PendingWebhook first)
    {
        WebhookEndpoint endpoint = first.Endpoint;
        long now = endpoint.FullBatch > 0 ? Now() : 0;
        PendingWebhook? next = first;
        while (next is not null)
        {
            PendingWebhook webhook = next;
            next = webhook.NextInBatch;
            webhook.NextInBatch = null;
            if (endpoint.IsDisabled)
            {
                SetAside(webhook);
                continue;
            }

            webhook.ReadyAt = now;
            webhook.Stage = WebhookStage.Ready;
            endpoint.Ready.Enqueue(webhook);
        }
    }

    // The first blocked event of the message may go once everything before it has passed.
    private void Unblock(PendingWebhook passed)
    {
        PendingWebhook? webhook = passed.NextOfMessage is null ? null : _messages.GetValueOrDefault(passed.Key);
        for (; webhook is not null; webhook = webhook.NextOfMessage)
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
        if (webhook.Stage == WebhookStage.Leaving) LeaveBehind(webhook);
        RetireIfIdle(endpoint);
        WakeSweepAfter(endpoint);
    }

    // Where a webhook that is in the journal alone is looked for.
    private void LeaveBehind(PendingWebhook webhook)
    {
        if (webhook.Endpoint.IsDisabled)
        {
            webhook.Endpoint.Backlog.Add(webhook.Key, 0);
        }
        else if (webhook.Tries > 0)
        {
            _parked.Add(webhook.Key, webhook.NextAt);
            ArmForSweep();
        }
        else
        {
            Overflow(webhook.Endpoint, webhook.Key);
        }
    }

    private void RetireIfIdle(WebhookEndpoint endpoint)
    {
        if (endpoint.HasWork || endpoint.IdleNode is not null || endpoint.IsRemoved) return;
        if (!endpoint.Backlog.IsEmpty)
        {
            // A receiver that is known only for what it has in the journal: beyond a number of them they share one backlog.
            if (_endpoints.Count <= MostEndpoints || endpoint.Backlog.IsSwept || endpoint.IsDisabled) return;
            _homeless.Add(endpoint.Backlog);
            _overflowing.Remove(endpoint);
            Remove(endpoint);
            return;
        }

        if (endpoint.Ready.Capacity > LargestIdleQueue) endpoint.Ready.TrimExcess();
        endpoint.IdleNode = _idle.AddLast(endpoint);
        if (_idle.Count <= MostIdleEndpoints) return;
        WebhookEndpoint oldest = _idle.First!.Value;
        _idle.RemoveFirst();
        oldest.IdleNode = null;
        if (oldest.Backlog.IsEmpty) Remove(oldest);
    }

    // Puts the endpoint in line if it has something to try, and starts whatever there are places for.
    private void Pump(WebhookEndpoint endpoint)
    {
        if (!_isStarted || _isStopping) return;
        long now = Now();
        LineOrWake(endpoint, now);
        while (_places.TakeNext(now) is { } next)
        {
            if (!_resting.TryPop(out WebhookWorker? worker)) worker = new(this);
            worker.Slot = _running.Count;
            _running.Add(worker);
            Assign(worker, next);
            if (_running.Count == 1) ArmDeadlines(now);
            ThreadPool.UnsafeQueueUserWorkItem(worker, preferLocal: false);
            LineOrWake(next, now);
        }
    }

    // An endpoint that waits for nothing but the time is looked after when it has come.
    private void LineOrWake(WebhookEndpoint endpoint, long now)
    {
        if (endpoint.Running >= endpoint.Limit || endpoint.Ready.Count == 0 || endpoint.IsDisabled) return;
        long at = endpoint.StartsAt();
        if (now >= at)
        {
            _places.Line(endpoint);
            return;
        }

        if (endpoint.WakesAt != 0 && endpoint.WakesAt <= at) return;
        endpoint.WakesAt = at;
        _asleep.Enqueue(endpoint, at);
        Arm(at);
    }

    private void Assign(WebhookWorker worker, WebhookEndpoint endpoint)
    {
        worker.Items.Clear();
        PendingWebhook first = endpoint.Ready.Dequeue();
        Take(worker, first);
        worker.IsBatch = endpoint.FullBatch > 0 && first.IsNative;
        if (worker.IsBatch) Gather(worker, first, endpoint);
        TimeSpan limit = first.Target.Overrides.Total;
        if (limit > _options.TotalTimeout) limit = _options.TotalTimeout;
        long now = Now();
        endpoint.CountRequest(now);
        worker.Deadline = now + limit.Ticks;
    }

    private static void Take(WebhookWorker worker, PendingWebhook webhook)
    {
        webhook.Stage = WebhookStage.Running;
        worker.Items.Add(webhook);
    }

    // Fills a batch up with what stands behind its first, as far as one try's fate can be theirs.
    private static void Gather(WebhookWorker worker, PendingWebhook first, WebhookEndpoint endpoint)
    {
        PendingWebhook last = first;
        while (worker.Items.Count < endpoint.FullBatch)
        {
            // The next event of the same message need not wait for this one to be answered if both go together.
            if (last.NextOfMessage is { Stage: WebhookStage.Blocked } later && CanJoin(first, later)) last = later;
            else if (endpoint.Ready.TryPeek(out PendingWebhook? next) && CanJoin(first, next)) last = endpoint.Ready.Dequeue();
            else return;
            Take(worker, last);
        }
    }

    private static bool CanJoin(PendingWebhook first, PendingWebhook next) =>
        next.Endpoint == first.Endpoint && next.IsNative && next.Tries == first.Tries && next.BatchNumber == first.BatchNumber
            && (ReferenceEquals(next.Target, first.Target) || next.Target.Overrides == first.Target.Overrides);

    private void Rest(WebhookWorker worker)
    {
        worker.Items.Clear();
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

            while (_asleep.TryPeek(out WebhookEndpoint? endpoint, out long due) && due <= now)
            {
                _asleep.Dequeue();
                if (endpoint.WakesAt == due) endpoint.WakesAt = 0;
                Pump(endpoint);
            }

            if (now >= _deadlinesAt) CheckDeadlines(now);
            if (_waiting.TryPeek(out _, out long nextTry)) Arm(nextTry);
            if (_asleep.TryPeek(out _, out long nextWake)) Arm(nextWake);
            if (_running.Count > 0) Arm(_deadlinesAt);
            if (now >= _askAt && _overflowing.Count > 0) AskOverflowing();
            else WakeSweep();
            ArmForSweep();
        }
    }

    private void ArmDeadlines(long now)
    {
        _deadlinesAt = now + DeadlineStep;
        Arm(_deadlinesAt);
    }

    private void CheckDeadlines(long now)
    {
        foreach (WebhookWorker worker in _running)
        {
            if (now >= worker.Deadline) worker.Cancel(worker.Number);
        }

        _deadlinesAt = now + DeadlineStep;
    }

    private void Arm(long due)
    {
        if (due >= _armedFor || _isDisposed) return;
        _armedFor = due;

        // The system's timers count in milliseconds and leave out the rest: without a least they would fire again and again until the time.
        _timer.Change(TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, due - Now())), Timeout.InfiniteTimeSpan);
    }

    // Ticks of the monotonic clock since this dispatcher was made.
    private long Now() => _time.GetElapsedTime(_origin).Ticks;

    private static partial class Log
    {
        [LoggerMessage(2400, LogLevel.Debug, "Webhook {Id}, first of {Count} in its request: try {Try} failed: {Error}")]
        public static partial void TryFailed(ILogger logger, string id, int count, int @try, string error);

        [LoggerMessage(2401, LogLevel.Information, "Webhook {Id}, first of {Count} in its request, of account {Account} given up after {Tries} tries: {Error}")]
        public static partial void GivenUp(ILogger logger, string id, int count, string account, int tries, string error);

        [LoggerMessage(2402, LogLevel.Debug, "An endpoint of account {Account} answered {Status}: it is left alone for {Seconds:F0} s")]
        public static partial void Paused(ILogger logger, string account, int status, double seconds);

        [LoggerMessage(2403, LogLevel.Information, "Account {Account}: an endpoint has {Held} webhooks in memory, further ones wait in the journal")]
        public static partial void Overflowing(ILogger logger, string account, int held);

        [LoggerMessage(2404, LogLevel.Warning, "Webhooks cannot be fetched from the journal now")]
        public static partial void SweepFailed(ILogger logger, Exception? e);

        [LoggerMessage(2405, LogLevel.Error, "The journal refused the record of webhook {Id}, first of {Count} in its request: sent again after a restart")]
        public static partial void RecordRejected(ILogger logger, string id, int count);

        [LoggerMessage(2407, LogLevel.Warning, "Endpoint {Endpoint} of account {Account} took nothing for {Days:F1} days and is disabled: its webhooks are kept, and sent when it is enabled. Last: {Error}")]
        public static partial void EndpointDisabled(ILogger logger, string endpoint, string account, double days, string error);

        [LoggerMessage(2408, LogLevel.Information, "{Count} endpoints are disabled from before: their webhooks are kept")]
        public static partial void StillDisabled(ILogger logger, int count);

        [LoggerMessage(2406, LogLevel.Error, "A try of webhook {Id} ended in a fault of the program")]
        public static partial void TryFaulted(ILogger logger, string id, Exception e);
    }
}
