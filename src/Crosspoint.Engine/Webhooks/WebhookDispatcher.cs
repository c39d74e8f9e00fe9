using System.Diagnostics.Metrics;
using System.Net.Security;
using System.Runtime.InteropServices;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Tells applications what happened to their messages: at least once, with a stable id, in order within a message, each receiver on its
/// own.
/// The journal is the outbox; what is in memory is the part of it that is being worked on.
/// </summary>
/// <remarks>
/// Pending deliveries found at start are to be handed over before <see cref="Start"/>; from then on every one right after the commit that
/// made it.
/// A webhook leaves memory only when its last try is committed. One that finds no room stays in the journal and is fetched from there later
/// (see <see cref="Backlog"/>). The next event of a message waits until the earlier one is delivered, given up, or has failed its first
/// try.
/// </remarks>
public sealed partial class WebhookDispatcher : IAsyncDisposable
{
    private const int LeastInMemory = 16;

    // An endpoint at rest takes about 1 KB with its key: 100,000 that have something in the journal take 100 MB.
    private const int MostIdleEndpoints = 10_000;
    private const int MostEndpoints = 100_000;
    private const int MostCachedPlaces = 16_384;
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private readonly WebhookOptions _options;
    private readonly IJournal _journal;
    private readonly AccountDirectory _accounts;
    private readonly TimeProvider _time;
    private readonly ILogger<WebhookDispatcher> _logger;
    private readonly WebhookMetrics _metrics;
    private readonly WebhookClient _client;
    private readonly long _origin;
    private readonly ITimer _timer;
    private readonly WebhookRoom _freshRoom;
    private readonly WebhookRoom _retryRoom;
    private readonly WebhookPlaces _places;
    private volatile EndpointTable _table;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, PendingWebhook> _messages = [];
    private readonly Dictionary<EndpointKey, WebhookEndpoint> _endpoints = [];
    private readonly LinkedList<WebhookEndpoint> _idle = new();
    private readonly Dictionary<string, Dictionary<string, TargetPlace>> _targets = [];
    private readonly PriorityQueue<PendingWebhook, long> _waiting = new();
    private readonly PriorityQueue<WebhookEndpoint, long> _asleep = new();
    private readonly List<WebhookWorker> _running = [];
    private readonly Stack<WebhookWorker> _resting = new();
    private readonly TaskCompletionSource _quiet = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private string? _lastUrl;
    private int _cachedPlaces;
    private TargetUrl? _lastTarget;
    private int _unfinished;
    private long _armedFor = long.MaxValue;
    private bool _isStarted;
    private bool _isStopping;
    private bool _isDisposed;

    public WebhookDispatcher(
        WebhookOptions options,
        QueueOptions queues,
        AccountDirectory accounts,
        IJournal journal,
        IInboundReplySink replies,
        TimeProvider time,
        ILogger<WebhookDispatcher> logger,
        IMeterFactory meters)
        : this(options, queues, accounts, journal, replies, time, logger, meters, new HostResolver(time))
    {
    }

    internal WebhookDispatcher(
        WebhookOptions options,
        QueueOptions queues,
        AccountDirectory accounts,
        IJournal journal,
        IInboundReplySink replies,
        TimeProvider time,
        ILogger<WebhookDispatcher> logger,
        IMeterFactory meters,
        HostResolver resolver,
        SslClientAuthenticationOptions? tls = null)
    {
        _options = options;
        _journal = journal;
        _accounts = accounts;
        _table = new(accounts);
        _time = time;
        _logger = logger;
        _client = new(options, accounts, replies, time, resolver, tls);
        _metrics = new(meters, () => Waiting, () => Volatile.Read(ref _disabled));
        _origin = time.GetTimestamp();
        _timer = time.CreateTimer(
            static state => ((WebhookDispatcher)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Retries may wait for days: they have a quarter of the room, so that they never push out what has not been tried once.
        int room = Math.Max(LeastInMemory, queues.Webhooks);
        _retryRoom = new(room / 4);
        _freshRoom = new(room - _retryRoom.Capacity);
        int most = Math.Max(1, options.Concurrency);
        _places = new(most, Math.Clamp(options.ConcurrencyPerOrigin, 1, Math.Max(1, most / 4)));
    }

    /// <summary>Webhooks in memory that are neither delivered nor given up.</summary>
    public int Waiting => Volatile.Read(ref _unfinished);

    /// <summary>Connections to receivers that are open.</summary>
    internal int Connections => _client.Open;

    /// <summary>
    /// Takes over a webhook whose event is committed. Never blocks. One that is in memory already is not taken twice. After
    /// <see cref="StopAsync"/> nothing is taken: it stays pending in the journal.
    /// </summary>
    public void Enqueue(WebhookJob job)
    {
        lock (_gate)
        {
            if (_isStopping || IsInMemory(job.Head.Id.Key, job.EventNumber)) return;
            Admit(job);
        }
    }

    /// <summary>Begins to send.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_isStarted || _isStopping) return;
            _isStarted = true;
            foreach (WebhookEndpoint endpoint in _endpoints.Values) Pump(endpoint);
            WakeSweep();
        }
    }

    /// <summary>
    /// Starts nothing more and lets the tries that run come to their end, for at most 20 s or until the token is cancelled; then they are
    /// cut off, and
    /// do not count as tries. What is left stays pending in the journal.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _isStopping = true;
            if (_running.Count == 0) _quiet.TrySetResult();
        }

        await _stop.CancelAsync().ConfigureAwait(false);

        try
        {
            await _quiet.Task.WaitAsync(StopLimit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            CancelRunning();
            await _quiet.Task.ConfigureAwait(false);
        }

        await _sweep.ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
        }

        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _client.Dispose();
    }

    private void CancelRunning()
    {
        lock (_gate)
        {
            foreach (WebhookWorker worker in _running) worker.Abandon();
        }
    }

    private bool IsInMemory(long key, int eventNumber)
    {
        for (PendingWebhook? webhook = _messages.GetValueOrDefault(key); webhook is not null; webhook = webhook.NextOfMessage)
        {
            if (webhook.EventNumber == eventNumber) return true;
        }

        return false;
    }

    private void Admit(WebhookJob job)
    {
        long key = job.Head.Id.Key;
        TargetUrl target = FindTarget(job.Head);
        WebhookEndpoint? endpoint = FindEndpoint(target);
        if (endpoint is { IsDisabled: true })
        {
            endpoint.Backlog.Add(key, 0);
            return;
        }

        if (job.Tries > 0)
        {
            if (MakeRoom(endpoint, isRetry: true))
            {
                Add(job, target, endpoint);
                return;
            }

            _parked.Add(key, job.NextAt);
            ArmForSweep();
            return;
        }

        // An event whose earlier one may still be in the journal goes there too, so that it cannot overtake it.
        if (_homeless.Contains(key))
        {
            _homeless.Add(key, 0);
            return;
        }

        if (endpoint is not null && endpoint.Backlog.Contains(key))
        {
            endpoint.Backlog.Add(key, 0);
            return;
        }

        // Half of the endpoint's room is kept for what waits in the journal, while something does.
        bool mayTake = endpoint is not { Backlog.IsEmpty: false } || HasRoomForBacklog(endpoint);
        if (mayTake && MakeRoom(endpoint, isRetry: false)) Add(job, target, endpoint);
        else Overflow(endpoint, key);
    }

    private void Overflow(WebhookEndpoint? endpoint, long key)
    {
        if (endpoint is null)
        {
            _homeless.Add(key, 0);
            return;
        }

        if (endpoint.Backlog.IsEmpty)
        {
            _overflowing.Add(endpoint);
            Log.Overflowing(_logger, endpoint.Key.AccountSid, endpoint.Fresh.Held);
        }

        endpoint.Backlog.Add(key, 0);
    }

    // A free place, or one that is taken from the endpoint that has most.
    private bool MakeRoom(WebhookEndpoint? endpoint, bool isRetry)
    {
        WebhookRoom room = isRetry ? _retryRoom : _freshRoom;
        if (room.Free > 0) return true;
        int held = endpoint?.Share(isRetry).Held ?? 0;
        int share = room.ShareOf(held);
        if (held >= share || room.Largest() is not { } largest || largest.Held <= share) return false;

        // A little more than is needed, so that the next one in want need not look again.
        int keep = share - share / 8;
        PushOut(largest.Owner!, isRetry, largest.Held - keep);
        return room.Free > 0;
    }

    // Sends the last of an endpoint's queue back to the journal: nothing has been done for them since they were read or written there.
    private void PushOut(WebhookEndpoint endpoint, bool isRetry, int count)
    {
        int candidates = 0;
        foreach (PendingWebhook webhook in endpoint.Ready)
        {
            if (webhook.IsRetry == isRetry && webhook.IsRecorded) candidates++;
        }

        int stay = Math.Max(0, candidates - count);
        for (int left = endpoint.Ready.Count; left > 0; left--)
        {
            PendingWebhook webhook = endpoint.Ready.Dequeue();
            if (webhook.IsRetry != isRetry || !webhook.IsRecorded || --stay >= 0)
            {
                endpoint.Ready.Enqueue(webhook);
                continue;
            }

            // The later events that wait for this one go with it.
            PendingWebhook? next = webhook.NextOfMessage;
            SendBack(webhook);
            while (next is { Stage: WebhookStage.Blocked })
            {
                PendingWebhook blocked = next;
                next = next.NextOfMessage;
                SendBack(blocked);
            }
        }

        // What is left may be less than a batch.
        LineOrWake(endpoint, Now());
    }

    private void SendBack(PendingWebhook webhook)
    {
        Interlocked.Decrement(ref _unfinished);
        Forget(webhook);
        LeaveBehind(webhook);
    }

    // Out of memory: from here on it is in the journal alone, or done.
    private void Forget(PendingWebhook webhook)
    {
        Unlink(webhook);
        if (_isReadingPage) _leftMeanwhile.Add((webhook.Key, webhook.EventNumber));
        Count(webhook.Endpoint, webhook.IsRetry, -1);
    }

    private void Count(WebhookEndpoint endpoint, bool isRetry, int by)
    {
        if (isRetry) _retryRoom.Change(endpoint.Retries, by);
        else _freshRoom.Change(endpoint.Fresh, by);
    }

    private void Add(WebhookJob job, TargetUrl target, WebhookEndpoint? endpoint)
    {
        endpoint ??= NewEndpoint(target);
        if (endpoint.IdleNode is { } node)
        {
            _idle.Remove(node);
            endpoint.IdleNode = null;
        }

        var webhook = new PendingWebhook(job, target, endpoint);
        bool isBlocked = Link(webhook);
        Count(endpoint, webhook.IsRetry, 1);
        Interlocked.Increment(ref _unfinished);
        long wait = job.NextAt == 0 ? 0 : job.NextAt - _time.GetUtcMicros();
        if (wait > 0)
        {
            Wait(webhook, Now() + TimeSpan.FromMicroseconds(wait).Ticks);
        }
        else if (!isBlocked)
        {
            MakeReady(webhook);
            Pump(endpoint);
        }
    }

    // Null when it is not in memory. A disabled one always is: what belongs to it must not look like a stranger's.
    private WebhookEndpoint? FindEndpoint(TargetUrl target)
    {
        if (target.Place.Found is { IsRemoved: false } known) return known;
        if (_endpoints.TryGetValue(target.Endpoint, out WebhookEndpoint? found)) return target.Place.Found = found;
        bool isDisabled = target.Settings is { IsEnabled: false };
        if (!isDisabled && _disabled > 0 && _troubles.TryGetValue(target.Endpoint, out EndpointTrouble? trouble))
            isDisabled = trouble.Disabled != DisabledBecause.None;
        return isDisabled ? NewEndpoint(target) : null;
    }

    private WebhookEndpoint NewEndpoint(TargetUrl target)
    {
        WebhookEndpoint endpoint =
            _places.Add(target.Endpoint, target.Place.Origin, Math.Max(1, _options.ConcurrencyPerEndpoint), target.Settings);
        if (_troubles.TryGetValue(target.Endpoint, out EndpointTrouble? trouble))
        {
            endpoint.Trouble = trouble;
            endpoint.Disabled = trouble.Disabled;
        }

        if (target.Settings is { IsEnabled: false }) endpoint.Disabled = DisabledBecause.Configured;
        _endpoints.Add(target.Endpoint, endpoint);
        target.Place.Found = endpoint;
        return endpoint;
    }

    private void Remove(WebhookEndpoint endpoint)
    {
        endpoint.IsRemoved = true;
        _endpoints.Remove(endpoint.Key);
        _places.Remove(endpoint);
    }

    private TargetUrl FindTarget(MessageHead head)
    {
        // The next message is often the same application's.
        if (_lastTarget is not null && ReferenceEquals(_lastUrl, head.CallbackUrl) && _lastTarget.Endpoint.AccountSid == head.AccountSid)
            return _lastTarget;
        string url = head.CallbackUrl ?? "";
        Dictionary<string, TargetPlace>? places = CollectionsMarshal.GetValueRefOrAddDefault(_targets, head.AccountSid, out _) ??= [];
        ReadOnlySpan<char> text = WebhookTarget.PlaceOf(url);
        if (!places.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out TargetPlace? place))
        {
            place = TargetPlace.Parse(head.AccountSid, text.ToString(), _options);
            place.Settings = _table.Find(place.Endpoint);
            if (_cachedPlaces++ >= MostCachedPlaces) ForgetPlaces();
            places.Add(text.ToString(), place);
        }

        var target = TargetUrl.At(place, url);
        (_lastUrl, _lastTarget) = (head.CallbackUrl, target);
        return target;
    }

    private void ForgetPlaces()
    {
        foreach (Dictionary<string, TargetPlace> places in _targets.Values) places.Clear();
        _cachedPlaces = 1;
    }

    // Puts the webhook among those of its message, in order of events. True when an earlier one has not had its first try.
    private bool Link(PendingWebhook webhook)
    {
        ref PendingWebhook? first = ref CollectionsMarshal.GetValueRefOrAddDefault(_messages, webhook.Key, out _);
        if (first is null || first.EventNumber > webhook.EventNumber)
        {
            webhook.NextOfMessage = first;
            first = webhook;
            return false;
        }

        PendingWebhook before = first;
        bool isBlocked = !before.HasPassed;
        while (before.NextOfMessage is { } next && next.EventNumber < webhook.EventNumber)
        {
            before = next;
            isBlocked |= !before.HasPassed;
        }

        webhook.NextOfMessage = before.NextOfMessage;
        before.NextOfMessage = webhook;
        return isBlocked;
    }

    private void Unlink(PendingWebhook webhook)
    {
        PendingWebhook first = _messages[webhook.Key];
        if (first == webhook)
        {
            if (webhook.NextOfMessage is null) _messages.Remove(webhook.Key);
            else _messages[webhook.Key] = webhook.NextOfMessage;
            return;
        }

        while (first.NextOfMessage != webhook) first = first.NextOfMessage!;
        first.NextOfMessage = webhook.NextOfMessage;
    }
}
