namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// One receiver: account, origin and path. Has a queue, a limit of tries at once and a pause of its own. Guarded by the dispatcher's lock.
/// </summary>
internal sealed class WebhookEndpoint
{
    // A receiver that says "slow down" without saying for how long: a second, doubling to a minute.
    private const int LongestPauseSeconds = 60;
    private readonly int _mostAtOnce;
    private int _pauses;

    public WebhookEndpoint(EndpointKey key, WebhookOrigin origin, int mostAtOnce)
    {
        Key = key;
        Origin = origin;
        Limit = _mostAtOnce = mostAtOnce;
    }

    public EndpointKey Key { get; }

    public WebhookOrigin Origin { get; }

    /// <summary>Stands in line for a place (<see cref="WebhookPlaces"/>).</summary>
    public bool IsInLine { get; set; }

    public Queue<PendingWebhook> Ready { get; } = new();

    /// <summary>Tries at once. Halved by every sign of trouble, one more after every success.</summary>
    public int Limit { get; private set; }

    public int Running { get; set; }

    /// <summary>In memory and never tried.</summary>
    public int Fresh { get; set; }

    /// <summary>In memory and tried before.</summary>
    public int Retries { get; set; }

    /// <summary>Never-tried webhooks that found no room.</summary>
    public Backlog Backlog { get; } = new();

    /// <summary>Ticks of the dispatcher's clock; nothing is tried before.</summary>
    public long PausedUntil { get; private set; }

    /// <summary>Its place in the list of endpoints without work, or null.</summary>
    public LinkedListNode<WebhookEndpoint>? IdleNode { get; set; }

    public int Held(bool isRetry) => isRetry ? Retries : Fresh;

    public bool HasWork => Fresh + Retries + Running > 0;

    public bool MayStart(long now) => Running < Limit && Ready.Count > 0 && now >= PausedUntil;

    /// <summary>Takes note of a try's outcome. Returns true when the endpoint is paused by it.</summary>
    public bool Note(in TryOutcome outcome, long now)
    {
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
}

/// <summary>What makes an endpoint: the account, and the URL without query and fragment.</summary>
internal readonly record struct EndpointKey(string AccountSid, string Url);
