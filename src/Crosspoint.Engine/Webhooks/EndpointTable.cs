using Crosspoint.Engine.Accounts;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Finds the settings of a receiver: those of its very URL, else those of the longest prefix.</summary>
internal sealed class EndpointTable
{
    private readonly Dictionary<EndpointKey, WebhookEndpointSettings> _exact = [];
    private readonly Dictionary<string, List<WebhookEndpointSettings>> _prefixes = new(StringComparer.Ordinal);

    public EndpointTable(AccountDirectory accounts)
    {
        foreach (Account account in accounts.Accounts)
        {
            foreach (WebhookEndpointSettings settings in account.WebhookEndpoints) Add(account.Sid, settings);
        }

        foreach (List<WebhookEndpointSettings> prefixes in _prefixes.Values)
            prefixes.Sort(static (left, right) => right.Url.Length.CompareTo(left.Url.Length));
    }

    /// <summary>Those that are configured by their very URL.</summary>
    public IReadOnlyDictionary<EndpointKey, WebhookEndpointSettings> Exact => _exact;

    public WebhookEndpointSettings? Find(EndpointKey key)
    {
        if (_exact.TryGetValue(key, out WebhookEndpointSettings? found)) return found;
        if (!_prefixes.TryGetValue(key.AccountSid, out List<WebhookEndpointSettings>? prefixes)) return null;
        foreach (WebhookEndpointSettings settings in prefixes)
        {
            // The slash before the asterisk belongs to what must be there.
            if (key.Url.AsSpan().StartsWith(settings.Url.AsSpan(0, settings.Url.Length - 1))) return settings;
        }

        return null;
    }

    private void Add(string accountSid, WebhookEndpointSettings settings)
    {
        if (!settings.Url.EndsWith(WebhookEndpointSettings.PrefixEnd, StringComparison.Ordinal))
        {
            _exact[new(accountSid, settings.Url)] = settings;
            return;
        }

        if (!_prefixes.TryGetValue(accountSid, out List<WebhookEndpointSettings>? prefixes)) _prefixes.Add(accountSid, prefixes = []);
        prefixes.Add(settings);
    }
}
