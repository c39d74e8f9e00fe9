namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// A bounded number of places in memory, shared by endpoints: whoever needs them may have all that are free; when none are, whoever has
/// less than
/// a fair share may push out the one that has most.
/// </summary>
internal sealed class WebhookRoom(int capacity)
{
    private int _used;
    private int _holders;

    public int Capacity => capacity;

    public int Used => _used;

    public int Free => capacity - _used;

    /// <summary>Places for each endpoint if all that have some had the same, one that holds <paramref name="held"/> among them.</summary>
    public int ShareOf(int held) => capacity / Math.Max(1, held > 0 ? _holders : _holders + 1);

    /// <summary>The most that an endpoint that holds <paramref name="held"/> could have now.</summary>
    public int MostFor(int held) => Math.Max(ShareOf(held), held + Math.Max(0, Free));

    /// <summary>Books a change of what one endpoint holds; returns what it holds then.</summary>
    public int Change(int held, int by)
    {
        _used += by;
        if (held == 0) _holders++;
        if (held + by == 0) _holders--;
        return held + by;
    }
}
