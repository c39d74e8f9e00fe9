using System.Diagnostics.CodeAnalysis;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// What waits at one connection for one account in one class and under the same limits, in order. The first of it is in memory; when more waits than
/// <see cref="DispatchRoom"/> grants, the rest is its keys alone, and the messages are on disk. Guarded by the lane's lock.
/// </summary>
internal sealed class Flow(TrafficClass trafficClass, string account, LimitSet limits)
{
    private readonly Queue<OutboundWork> _works = new();

    // By key: what comes back together (a window that was throttled) goes out again in the order in which it was accepted.
    private readonly PriorityQueue<OutboundWork, long> _returned = new();

    public TrafficClass Class => trafficClass;

    public string Account => account;

    public LimitSet Limits => limits;

    /// <summary>See <see cref="LimitTable.VersionOf"/>: as of when <see cref="Limits"/> were those of its messages.</summary>
    public int LimitsVersion { get; set; }

    /// <summary>The flow of the lane's queue that its works come from, where it is one of those that stand aside; null otherwise.</summary>
    public Flow? From { get; init; }

    /// <summary>Works of it that stand aside for their networks.</summary>
    public int Aside { get; set; }

    /// <summary>Works of it that stood aside, and are back.</summary>
    public int Returned { get; set; }

    /// <summary>It has its place in the line of its class.</summary>
    public bool IsInLine { get; set; }

    /// <summary>A limit has no tokens for it.</summary>
    public bool IsBlocked { get; set; }

    /// <summary>A limit has none for it for so long that it is not worth to keep it in memory.</summary>
    public bool IsBlockedLong { get; set; }

    /// <summary>Segments of what is on disk, about: each page that is read is taken for the average.</summary>
    public long SegmentsOnDisk { get; set; }

    /// <summary>How fast it empties. A field: it is changed in place.</summary>
    public RecentRate Left;

    /// <summary>Waits behind everything that is in memory.</summary>
    public KeyList OnDisk { get; private set; } = new();

    /// <summary>Some of <see cref="OnDisk"/> has been taken out and is being read.</summary>
    public bool IsReading => Reading > 0;

    /// <summary>Keys that are being read.</summary>
    public int Reading { get; private set; }

    /// <summary>While its connection is down: keys that have not been looked at since another came up.</summary>
    public int LeftToMove { get; set; }

    /// <summary>Segments of what is being read, about.</summary>
    public long SegmentsBeingRead { get; private set; }

    public int InMemory => _works.Count + _returned.Count;

    public int Waiting => InMemory + Aside + Reading + OnDisk.Count;

    /// <summary>Nothing waits, and nothing is on its way here.</summary>
    public bool IsIdle => InMemory == 0 && Aside == 0 && OnDisk.Count == 0 && !IsReading;

    /// <summary>Whether a new work has to go behind others that are on disk.</summary>
    public bool HasMoreOnDisk => OnDisk.Count > 0 || IsReading;

    public void Add(OutboundWork work) => _works.Enqueue(work);

    /// <summary>Puts a work back before all that never left.</summary>
    public void AddFirst(OutboundWork work) => _returned.Enqueue(work, work.Head.Id.Key);

    public bool TryPeek([MaybeNullWhen(false)] out OutboundWork work) => _returned.TryPeek(out work, out _) || _works.TryPeek(out work);

    public OutboundWork Take() => _returned.Count > 0 ? _returned.Dequeue() : _works.Dequeue();

    /// <summary>Takes the next keys out, to be read. None when nothing is on disk.</summary>
    public List<long> BeginRead(int most)
    {
        int count = Math.Min(OnDisk.Count, most);
        var keys = new List<long>(count);
        if (count == 0) return keys;
        SegmentsBeingRead = SegmentsOnDisk * count / OnDisk.Count;
        SegmentsOnDisk -= SegmentsBeingRead;
        for (int i = 0; i < count; i++) keys.Add(OnDisk.Take());
        Reading = count;
        return keys;
    }

    /// <summary>What was being read has been dealt with.</summary>
    public void EndRead() => (Reading, SegmentsBeingRead) = (0, 0);

    /// <summary>Puts keys before the others on disk.</summary>
    public void PutBack(KeyList keys)
    {
        keys.Append(OnDisk);
        OnDisk = keys;
    }

    /// <summary>Takes out the works that go elsewhere; the others keep their order.</summary>
    public void Extract(Predicate<OutboundWork> goes, List<OutboundWork> into)
    {
        for (int left = _works.Count; left > 0; left--)
        {
            OutboundWork work = _works.Dequeue();
            if (goes(work)) into.Add(work);
            else _works.Enqueue(work);
        }

        ExtractReturned(goes, into);
    }

    /// <summary>The same of those alone that came back.</summary>
    public void ExtractReturned(Predicate<OutboundWork> goes, List<OutboundWork> into)
    {
        if (_returned.Count == 0) return;
        List<OutboundWork> returned = [];
        while (_returned.TryDequeue(out OutboundWork? work, out _)) returned.Add(work);
        foreach (OutboundWork work in returned)
        {
            if (goes(work)) into.Add(work);
            else AddFirst(work);
        }
    }

    /// <summary>
    /// Lets all but the first works go to disk, those apart of which memory knows what the journal does not: the connection that they hold to
    /// after an unknown outcome. Returns how many went.
    /// </summary>
    public int Spill(int keep)
    {
        if (_works.Count <= keep || IsReading) return 0;
        var kept = new Queue<OutboundWork>();
        var keys = new KeyList();
        foreach (OutboundWork work in _works)
        {
            if (kept.Count < keep || !work.IsAsOnRecord)
            {
                kept.Enqueue(work);
                continue;
            }

            keys.Add(work.Head.Id.Key);
            SegmentsOnDisk += work.Head.SegmentCount;
        }

        _works.Clear();
        foreach (OutboundWork work in kept) _works.Enqueue(work);
        int gone = keys.Count;
        PutBack(keys);
        return gone;
    }
}
