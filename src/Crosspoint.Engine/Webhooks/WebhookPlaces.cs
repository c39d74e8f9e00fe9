using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// The bound on all tries that run at once, and who gets the next place: accounts by turns, in each account its origins by turns, in each
/// origin its endpoints by turns. Guarded by the dispatcher's lock.
/// </summary>
/// <remarks>
/// An account may have three times as many places as are free. So one account whose receivers all hang ends at three quarters of the
/// places, two at three sevenths each, and something is free for whoever comes next, without anybody being told in advance how many
/// accounts there will be.
/// </remarks>
internal sealed class WebhookPlaces(int most, int mostPerOrigin)
{
    private const int TimesWhatIsFree = 3;
    private readonly Dictionary<string, WebhookAccount> _accounts = new(StringComparer.Ordinal);
    private readonly Dictionary<(WebhookAccount Account, string Url), WebhookOrigin> _origins = [];
    private readonly Queue<WebhookAccount> _waiting = new();

    /// <summary>Tries that run.</summary>
    public int Taken { get; private set; }

    /// <summary>Makes an endpoint with its place among the others of its account and origin.</summary>
    public WebhookEndpoint Add(EndpointKey key, string origin, int mostAtOnce, WebhookEndpointSettings? settings = null)
    {
        if (!_accounts.TryGetValue(key.AccountSid, out WebhookAccount? account))
        {
            account = new();
            _accounts.Add(key.AccountSid, account);
        }

        if (!_origins.TryGetValue((account, origin), out WebhookOrigin? found))
        {
            found = new(account, origin);
            _origins.Add((account, origin), found);
        }

        found.Endpoints++;
        return new(key, found, mostAtOnce, settings);
    }

    /// <summary>Forgets an endpoint that has no work.</summary>
    public void Remove(WebhookEndpoint endpoint)
    {
        if (--endpoint.Origin.Endpoints == 0) _origins.Remove((endpoint.Origin.Account, endpoint.Origin.Url));
    }

    /// <summary>Puts an endpoint that has something to try in line, unless it stands there.</summary>
    public void Line(WebhookEndpoint endpoint)
    {
        if (!endpoint.IsInLine)
        {
            endpoint.IsInLine = true;
            endpoint.Origin.Waiting.Enqueue(endpoint);
        }

        Line(endpoint.Origin);
    }

    /// <summary>
    /// Gives the next free place away. Null when there is none for anybody in line. The endpoint's own line and limit must be looked at
    /// once more before the next call: it stands in line no longer.
    /// </summary>
    /// <param name="now">Ticks of the dispatcher's clock.</param>
    public WebhookEndpoint? TakeNext(long now)
    {
        for (int left = _waiting.Count; left > 0 && Taken < most; left--)
        {
            WebhookAccount account = _waiting.Dequeue();
            account.IsInLine = false;
            bool mayHave = account.Taken < TimesWhatIsFree * (most - Taken);
            WebhookEndpoint? endpoint = mayHave ? TakeFirst(account, now) : null;
            if (account.Waiting.Count > 0) Line(account);
            if (endpoint is null) continue;
            Taken++;
            account.Taken++;
            endpoint.Origin.Taken++;
            endpoint.Running++;
            return endpoint;
        }

        return null;
    }

    /// <summary>Whether nobody stands in line whom this endpoint's place could go to.</summary>
    public bool MayKeep(WebhookEndpoint endpoint) => _waiting.Count == 0 && endpoint.Origin.Waiting.Count == 0;

    /// <summary>A try of this endpoint ended.</summary>
    public void Return(WebhookEndpoint endpoint)
    {
        Taken--;
        endpoint.Origin.Account.Taken--;
        endpoint.Origin.Taken--;
        endpoint.Running--;
        if (endpoint.Origin.Waiting.Count > 0) Line(endpoint.Origin);
    }

    // The next endpoint of an account that may start. Those that may not any more (paused, or sent back to the journal) leave the line:
    // what makes them startable again puts them there again.
    private WebhookEndpoint? TakeFirst(WebhookAccount account, long now)
    {
        while (account.Waiting.TryDequeue(out WebhookOrigin? origin))
        {
            origin.IsInLine = false;
            WebhookEndpoint? found = null;
            while (found is null && origin.Taken < mostPerOrigin && origin.Waiting.TryDequeue(out WebhookEndpoint? endpoint))
            {
                endpoint.IsInLine = false;
                if (endpoint.MayStart(now)) found = endpoint;
            }

            if (found is null) continue;

            // Behind the others, if it has more to do.
            bool isFull = origin.Taken + 1 >= mostPerOrigin;
            if (origin.Waiting.Count > 0 && !isFull) LineQuietly(origin);
            return found;
        }

        return null;
    }

    private void Line(WebhookOrigin origin)
    {
        if (origin.Taken >= mostPerOrigin) return;
        LineQuietly(origin);
        Line(origin.Account);
    }

    private static void LineQuietly(WebhookOrigin origin)
    {
        if (origin.IsInLine) return;
        origin.IsInLine = true;
        origin.Account.Waiting.Enqueue(origin);
    }

    private void Line(WebhookAccount account)
    {
        if (account.IsInLine) return;
        account.IsInLine = true;
        _waiting.Enqueue(account);
    }
}

/// <summary>An account's tries, as <see cref="WebhookPlaces"/> sees them.</summary>
internal sealed class WebhookAccount
{
    public int Taken { get; set; }

    public bool IsInLine { get; set; }

    /// <summary>Origins that have an endpoint in line and a place of their own left.</summary>
    public Queue<WebhookOrigin> Waiting { get; } = new();
}

/// <summary>Scheme, host and port within an account: many paths on one host are one host.</summary>
internal sealed class WebhookOrigin(WebhookAccount account, string url)
{
    public WebhookAccount Account => account;

    public string Url => url;

    public int Endpoints { get; set; }

    public int Taken { get; set; }

    public bool IsInLine { get; set; }

    /// <summary>Endpoints that have something to try.</summary>
    public Queue<WebhookEndpoint> Waiting { get; } = new();
}
