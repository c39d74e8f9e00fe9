using Crosspoint.Engine.Messages;

namespace Crosspoint.Storage.Sqlite;

/// <summary>Open messages, so that their next change needs no read; the least recently used leave first. The sequencer's own.</summary>
internal sealed class MessageCache(int capacity)
{
    private readonly Dictionary<long, LiveMessage> _messages = [];
    private readonly Dictionary<ulong, LiveCorrelation> _correlations = [];
    private LiveMessage? _oldest;
    private LiveMessage? _newest;

    public int Count => _messages.Count;

    public LiveMessage? Find(long key)
    {
        if (!_messages.TryGetValue(key, out LiveMessage? live)) return null;
        if (live != _newest)
        {
            Unlink(live);
            Link(live);
        }

        return live;
    }

    /// <summary>Like <see cref="Find"/>, without making it more recent.</summary>
    public LiveMessage? Peek(long key) => _messages.GetValueOrDefault(key);

    public LiveMessage Add(Message message, Slice slice)
    {
        var live = new LiveMessage(message, slice);
        _messages.Add(live.Key, live);
        Link(live);
        return live;
    }

    public void Remove(LiveMessage live)
    {
        if (!_messages.Remove(live.Key)) return;
        Unlink(live);
        for (LiveCorrelation? correlation = live.Correlations; correlation is not null; correlation = correlation.NextOfOwner)
        {
            Remove(correlation);
        }
        live.Correlations = null;
    }

    /// <summary>
    /// Lets the least recently used go until the bound holds, or until one is met that is not in its file yet. Not within a group.
    /// </summary>
    public void Trim()
    {
        while (_messages.Count > capacity && _oldest is { IsPending: false } oldest) Remove(oldest);
    }

    /// <summary>The newest with this id; the others follow it.</summary>
    public LiveCorrelation? FindCorrelation(ulong hash) => _correlations.GetValueOrDefault(hash);

    public LiveCorrelation AddCorrelation(ulong hash, LiveMessage owner, int segment)
    {
        var correlation = new LiveCorrelation(hash, owner, segment) { NextOfOwner = owner.Correlations };
        owner.Correlations = correlation;
        if (_correlations.TryGetValue(hash, out LiveCorrelation? newest))
        {
            correlation.NextOfId = newest;
            newest.PreviousOfId = correlation;
        }

        _correlations[hash] = correlation;
        return correlation;
    }

    private void Remove(LiveCorrelation correlation)
    {
        LiveCorrelation? newer = correlation.PreviousOfId;
        LiveCorrelation? older = correlation.NextOfId;
        if (newer is null && older is null)
        {
            _correlations.Remove(correlation.Hash);
            return;
        }

        if (older is not null) older.PreviousOfId = newer;
        if (newer is null) _correlations[correlation.Hash] = older!;
        else newer.NextOfId = older;

        // The one that left memory is still on disk, so those that stay no longer know the whole answer.
        _correlations[correlation.Hash].IsOnly = false;
    }

    private void Link(LiveMessage live)
    {
        live.Older = _newest;
        live.Newer = null;
        if (_newest is not null) _newest.Newer = live;
        _newest = live;
        _oldest ??= live;
    }

    private void Unlink(LiveMessage live)
    {
        if (live.Older is null) _oldest = live.Newer;
        else live.Older.Newer = live.Newer;
        if (live.Newer is null) _newest = live.Older;
        else live.Newer.Older = live.Older;
        live.Older = live.Newer = null;
    }
}
