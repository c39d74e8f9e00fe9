using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// One receiver: account, origin and path. Has a queue, a limit of tries at once, a rate and a pause of its own. Guarded by the
/// dispatcher's lock.
/// </summary>
internal sealed class WebhookEndpoint
{
    // A receiver that says "slow down" without saying for how long: a second, doubling to a minute.
    private const int LongestPauseSeconds = 60;

    // Of a rate, so much may be made up for at once: a tenth of a second is less than any receiver counts in.
    private const long RateSlack = TimeSpan.TicksPerSecond / 10;
    private readonly int _usualAtOnce;
    private int _mostAtOnce;
    private long _interval;
    private long _linger;
    private int _fullBatch;
    private int _pauses;
    private long _rateFrom;

    public WebhookEndpoint(EndpointKey key, WebhookOrigin origin, int mostAtOnce, WebhookEndpointSettings? settings = null)
    {
        Key = key;
        Origin = origin;
        _usualAtOnce = mostAtOnce;
        Fresh = new(this);
        Retries = new(this);
        Limit = int.MaxValue;
        Configure(settings);
    }

    public EndpointKey Key { get; }

    public WebhookOrigin Origin { get; }

    /// <summary>What is configured for it; null for nothing.</summary>
    public WebhookEndpointSettings? Settings { get; private set; }

    /// <summary>Where batches go, and what of them is signed and shown; null until the first.</summary>
    public Uri? BatchUri { get; set; }

    /// <summary>Native events of a POST at most; 0 when each goes alone, as it is.</summary>
    public int FullBatch => _fullBatch;

    /// <summary>Stands in line for a place (<see cref="WebhookPlaces"/>).</summary>
    public bool IsInLine { get; set; }

    public Queue<PendingWebhook> Ready { get; } = new();

    /// <summary>Tries at once. Halved by every sign of trouble, one more after every success.</summary>
    public int Limit { get; private set; }

    public int Running { get; set; }

    /// <summary>In memory and never tried.</summary>
    public WebhookShare Fresh { get; }

    /// <summary>In memory and tried before.</summary>
    public WebhookShare Retries { get; }

    /// <summary>Never-tried webhooks that found no room; of a disabled endpoint, all of them.</summary>
    public Backlog Backlog { get; } = new();

    /// <summary>Ticks of the dispatcher's clock; nothing is tried before.</summary>
    public long PausedUntil { get; private set; }

    /// <summary>Ticks at which the dispatcher looks after it by itself; 0 for no such time.</summary>
    public long WakesAt { get; set; }

    /// <summary>Why nothing is tried; None while it is enabled.</summary>
    public DisabledBecause Disabled { get; set; }

    public bool IsDisabled => Disabled != DisabledBecause.None;

    /// <summary>HTTP status of the last try that ended; 0 for none, or no answer.</summary>
    public int LastStatus { get; private set; }

    /// <summary>The dispatcher knows it no longer.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>Its place in the list of endpoints without work, or null.</summary>
    public LinkedListNode<WebhookEndpoint>? IdleNode { get; set; }

    /// <summary>Its requests have failed without an exception since then; null when the last did not.</summary>
    public EndpointTrouble? Trouble { get; set; }

    /// <summary>Goes by other settings from now on; what is under way ends by the old ones.</summary>
    public void Configure(WebhookEndpointSettings? settings)
    {
        Settings = settings;
        _mostAtOnce = settings is { Concurrency: > 0 } ? settings.Concurrency : _usualAtOnce;
        Limit = Math.Min(Limit, _mostAtOnce);
        _interval = settings is { Rate: > 0 } ? (long)(TimeSpan.TicksPerSecond / settings.Rate) : 0;
        _linger = settings?.Batch?.Wait.Ticks ?? 0;
        _fullBatch = settings?.Batch?.Events ?? 0;
    }

    public WebhookShare Share(bool isRetry) => isRetry ? Retries : Fresh;

    public bool HasWork => Fresh.Held + Retries.Held + Running > 0;

    /// <summary>Whether a further try may begin.</summary>
    public bool MayStart(long now) => Running < Limit && MayTry(now);

    /// <summary>Whether a try may begin in the place of one that ended.</summary>
    public bool MayGoOn(long now) => Running <= Limit && MayTry(now);

    /// <summary>
    /// Ticks from which the head of the queue may be tried, as far as time is what it waits for. There must be something in the queue.
    /// </summary>
    public long StartsAt()
    {
        long at = Math.Max(PausedUntil, _rateFrom);
        return IsLingering(out long until) ? Math.Max(at, until) : at;
    }

    /// <summary>Books a request of the rate.</summary>
    public void CountRequest(long now)
    {
        if (_interval > 0) _rateFrom = Math.Max(_rateFrom, now - RateSlack) + _interval;
    }

    /// <summary>Takes note of a try's outcome. Returns true when the endpoint is paused by it.</summary>
    public bool Note(in TryOutcome outcome, long now)
    {
        LastStatus = outcome.Status;
        switch (outcome.Kind)
        {
            case TryKind.Answered when outcome.Status is >= 200 and < 300:
                _pauses = 0;
                if (Limit < _mostAtOnce) Limit++;
                return false;
            case TryKind.Answered when outcome.Status is 429 or 502 or 504 || outcome.RetryAfter > TimeSpan.Zero:
                Limit = Math.Max(1, Limit / 2);

                // The other tries that were under way say the same thing about the same moment.
                if (now < PausedUntil && outcome.RetryAfter <= TimeSpan.Zero) return false;
                TimeSpan pause = outcome.RetryAfter > TimeSpan.Zero
                    ? outcome.RetryAfter
                    : TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, 1 << Math.Min(_pauses, 6)));
                _pauses++;
                PausedUntil = Math.Max(PausedUntil, now + pause.Ticks);
                return true;
            case TryKind.ConnectFailed or TryKind.TimedOut or TryKind.Broken:
                // Fewer sockets hang on a receiver that does not answer.
                Limit = Math.Max(1, Limit / 2);
                return false;
            default:
                return false;
        }
    }

    private bool MayTry(long now)
    {
        if (Ready.Count == 0 || IsDisabled || now < PausedUntil || now < _rateFrom) return false;
        return !IsLingering(out long until) || now >= until;
    }

    // The head of a batch waits for others, unless there are enough, or it has been tried before.
    private bool IsLingering(out long until)
    {
        until = 0;
        if (_linger == 0 || Ready.Count >= _fullBatch) return false;
        PendingWebhook first = Ready.Peek();
        if (!first.IsNative || first.Tries > 0) return false;
        until = first.ReadyAt + _linger;
        return true;
    }
}

/// <summary>What makes an endpoint: the account, and the URL without query and fragment.</summary>
internal readonly record struct EndpointKey(string AccountSid, string Url);
