using System.Collections.Concurrent;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// <see cref="WebhookTarget.TryCheck"/> for the callback URLs of requests, which mostly differ in their query alone: a place that passed once
/// costs one look-up from then on. Safe for use by many threads.
/// </summary>
public sealed class CallbackCheck
{
    private const int MostKnown = 1_024;

    private readonly WebhookOptions _options;
    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <param name="options">Which places may be called.</param>
    public CallbackCheck(WebhookOptions options)
    {
        _options = options;
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether this URL may be called.</summary>
    /// <param name="url">The callback URL of a request.</param>
    /// <param name="problem">What is wrong with it, for people; empty when nothing is.</param>
    public bool TryCheck(string url, out string problem)
    {
        problem = "";
        ReadOnlySpan<char> place = WebhookTarget.PlaceOf(url);
        if (_lookup.ContainsKey(place)) return true;
        if (!WebhookTarget.TryCheck(url, _options, out problem)) return false;
        if (_known.Count >= MostKnown) _known.Clear();
        _lookup.TryAdd(place, true);
        return true;
    }
}
