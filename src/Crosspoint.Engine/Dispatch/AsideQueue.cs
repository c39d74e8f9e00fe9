using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// What stands aside of a lane's queue because of one network, in the order in which it would have gone: classes by their shares, accounts by weight, each
/// flow by the keys of its messages. They still wait in the flows that they were taken from. Not thread-safe: the lane's lock guards it.
/// </summary>
internal sealed class AsideQueue
{
    private readonly FairQueue[] _classes = [new(), new(), new()];
    private readonly ClassTurns _turns = new();

    // Flows that were next and wait for a limit: what is theirs would not go from the lane's queue either.
    private readonly List<Flow> _blocked = [];

    /// <summary>Messages that stand aside.</summary>
    public int Count { get; private set; }

    /// <summary>Messages that are back in the lane's queue, and have not gone from there.</summary>
    public int Returned { get; set; }

    public void Add(OutboundWork work, Flow from, int weight)
    {
        FairQueue queue = _classes[(int)from.Class];
        if (queue.Find(from.Account, from.Limits) is not { } own)
        {
            own = new Flow(from.Class, from.Account, from.Limits) { From = from };
            queue.Add(own, weight);
        }

        own.AddFirst(work);
        Count++;
        queue.Activate(own);
    }

    /// <summary>Takes out the work that is next, of a flow that may go; null when there is none.</summary>
    /// <param name="from">The flow that it was taken from.</param>
    public OutboundWork? Take(out Flow? from)
    {
        Unblock();
        while (_turns.Choose(_classes) is { } queue)
        {
            Flow own = queue.Peek();
            from = own.From!;
            if (from.IsBlocked)
            {
                queue.Skip();
                own.IsBlocked = true;
                _blocked.Add(own);
                continue;
            }

            OutboundWork work = own.Take();
            Count--;
            _turns.Count(own.Class);
            queue.Charge(work.Head.SegmentCount);
            if (own.InMemory == 0) queue.Remove(own);
            return work;
        }

        from = null;
        return null;
    }

    /// <summary>Takes out what goes elsewhere, the most urgent class first.</summary>
    public void Extract(Predicate<OutboundWork> goes, List<(OutboundWork Work, Flow From)> into)
    {
        var gone = new List<OutboundWork>();
        foreach (TrafficClass trafficClass in ClassTurns.Order)
        {
            FairQueue queue = _classes[(int)trafficClass];
            foreach (Flow own in queue.Flows.ToArray())
            {
                own.Extract(goes, gone);
                Count -= gone.Count;
                foreach (OutboundWork work in gone) into.Add((work, own.From!));
                gone.Clear();
                if (own.InMemory > 0) continue;
                _blocked.Remove(own);
                queue.Remove(own);
            }

            queue.Align();
        }
    }

    private void Unblock()
    {
        for (int i = _blocked.Count - 1; i >= 0; i--)
        {
            Flow own = _blocked[i];
            if (own.From!.IsBlocked) continue;
            _blocked.RemoveAt(i);
            own.IsBlocked = false;
            _classes[(int)own.Class].Activate(own);
        }
    }
}
