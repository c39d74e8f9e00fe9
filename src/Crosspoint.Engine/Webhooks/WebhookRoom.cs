using System.Numerics;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// A bounded number of places in memory, shared by endpoints: whoever needs them may have all that are free; when none are, whoever has
/// less than a fair share may push out one that has most.
/// </summary>
internal sealed class WebhookRoom
{
    // Of those that hold about as much, so many are compared: enough to find the very largest among few, and no walk among many.
    private const int MostLookedAt = 32;

    // By the power of two below what they hold, so that an endpoint moves seldom and the largest is found at once.
    private readonly List<WebhookShare>[] _levels = new List<WebhookShare>[32];
    private int _used;
    private int _holders;
    private int _next;

    public WebhookRoom(int capacity)
    {
        Capacity = capacity;
        for (int i = 0; i < _levels.Length; i++) _levels[i] = [];
    }

    public int Capacity { get; }

    public int Used => _used;

    public int Free => Capacity - _used;

    /// <summary>Places for each endpoint if all that have some had the same, one that holds <paramref name="held"/> among them.</summary>
    public int ShareOf(int held) => Capacity / Math.Max(1, held > 0 ? _holders : _holders + 1);

    /// <summary>The most that an endpoint that holds <paramref name="held"/> could have now.</summary>
    public int MostFor(int held) => Math.Max(ShareOf(held), held + Math.Max(0, Free));

    /// <summary>Books a change of what one endpoint holds.</summary>
    public void Change(WebhookShare share, int by)
    {
        int before = share.Held;
        int after = before + by;
        share.Held = after;
        _used += by;
        if (before == 0) _holders++;
        if (after == 0) _holders--;
        int from = before == 0 ? -1 : BitOperations.Log2((uint)before);
        int to = after == 0 ? -1 : BitOperations.Log2((uint)after);
        if (from == to) return;
        if (from >= 0) Remove(_levels[from], share);
        if (to < 0) return;
        share.Slot = _levels[to].Count;
        _levels[to].Add(share);
    }

    /// <summary>One that holds most, or nearly so: among many that hold about as much, any of them. Null when nobody holds any.</summary>
    public WebhookShare? Largest()
    {
        for (int level = _levels.Length - 1; level >= 0; level--)
        {
            List<WebhookShare> shares = _levels[level];
            if (shares.Count == 0) continue;
            WebhookShare? largest = null;
            int count = Math.Min(shares.Count, MostLookedAt);
            for (int i = 0; i < count; i++)
            {
                WebhookShare share = shares[(int)((uint)_next++ % (uint)shares.Count)];
                if (largest is null || share.Held > largest.Held) largest = share;
            }

            return largest;
        }

        return null;
    }

    private static void Remove(List<WebhookShare> level, WebhookShare share)
    {
        WebhookShare last = level[^1];
        level[share.Slot] = last;
        last.Slot = share.Slot;
        level.RemoveAt(level.Count - 1);
    }
}

/// <summary>What one endpoint holds of a room.</summary>
internal sealed class WebhookShare(WebhookEndpoint? owner)
{
    /// <summary>Null in tests of the room alone.</summary>
    public WebhookEndpoint? Owner => owner;

    public int Held { get; set; }

    /// <summary>Its place in its level; the room's.</summary>
    public int Slot { get; set; }
}
