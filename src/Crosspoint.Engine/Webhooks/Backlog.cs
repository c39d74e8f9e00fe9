namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Remembers which messages have webhooks that are in the journal alone, as a range of keys, exactly enough that a sweep of the journal
/// forgets none: whatever leaves memory is inside the range until a sweep that began reading afterwards has met it.
/// </summary>
internal sealed class Backlog
{
    private const long None = long.MaxValue;
    private long _nextFrom = None;
    private long _nextDue = None;
    private long _keptFrom = None;
    private long _keptDue = None;
    private long _sweepTo;

    /// <summary>The lowest key.</summary>
    public long From { get; private set; } = None;

    public long To { get; private set; } = -1;

    /// <summary>Microseconds of wall time before which a sweep would bring nothing.</summary>
    public long Due { get; private set; } = None;

    public bool IsEmpty => From == None;

    public bool IsSwept { get; private set; }

    public bool Contains(long key) => key >= From && key <= To;

    /// <summary>A webhook of this message is in the journal alone from now on. Its state must be committed already.</summary>
    public void Add(long key, long due)
    {
        From = Math.Min(From, key);
        To = Math.Max(To, key);
        Due = Math.Min(Due, due);
        if (!IsSwept) return;
        _nextFrom = Math.Min(_nextFrom, key);
        _nextDue = Math.Min(_nextDue, due);
    }

    /// <summary>Takes over another backlog that is not being swept.</summary>
    public void Add(Backlog other)
    {
        if (other.IsEmpty) return;
        Add(other.From, other.Due);
        To = Math.Max(To, other.To);
    }

    public void BeginSweep()
    {
        IsSwept = true;
        _nextFrom = _nextDue = _keptFrom = _keptDue = None;
    }

    /// <summary>A page of the journal is about to be read that starts after this key.</summary>
    public void BeginPage(long afterKey)
    {
        // What was added before the read began is committed, so this page or a later one shows it, if its key is still ahead.
        _sweepTo = To;
        if (_nextFrom > afterKey) _nextFrom = _nextDue = None;
    }

    /// <summary>The sweep met a webhook of this message and could not load it.</summary>
    public void Keep(long key, long due)
    {
        _keptFrom = Math.Min(_keptFrom, key);
        _keptDue = Math.Min(_keptDue, due);
    }

    /// <summary>Whether the sweep kept something, so that nothing later may be loaded before it.</summary>
    public bool HasKept => _keptFrom != None;

    /// <summary>Whether the sweep needs no page after this key.</summary>
    public bool IsPast(long cursor) => cursor >= _sweepTo;

    /// <summary>Ends a sweep. When it was broken off, the range stays as it was.</summary>
    /// <param name="complete">Everything in the range was met, up to the end or up to the first that was kept.</param>
    public void EndSweep(bool complete)
    {
        IsSwept = false;
        if (!complete) return;
        From = Math.Min(_keptFrom, _nextFrom);
        Due = Math.Min(_keptDue, _nextDue);
        if (From == None) To = -1;
    }
}
