using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// What waits for one connection: a fair queue of accounts for each class. Out of 13 works 8 are one-time codes, 4 transactional and 1
/// marketing while all wait, so no class waits for ever and a code never waits for a campaign. Not thread-safe: its lane's lock guards it.
/// </summary>
/// <param name="weightOf">The share of an account beside others; 1 is usual.</param>
internal sealed class LaneQueue(DispatchRoom room, Func<string, int> weightOf)
{
    private static readonly TrafficClass[] Order = [TrafficClass.Otp, TrafficClass.Transactional, TrafficClass.Marketing];
    private static readonly int[] Shares = [4, 8, 1];

    private readonly FairQueue[] _classes = [new(), new(), new()];
    private readonly int[] _left = [.. Shares];
    private readonly long[] _waiting = new long[Shares.Length];

    /// <summary>Works in memory.</summary>
    public int InMemory { get; private set; }

    /// <summary>Messages that wait, in memory or on disk.</summary>
    public long Waiting => _waiting[0] + _waiting[1] + _waiting[2];

    /// <summary>Messages of a class that wait, in memory or on disk.</summary>
    public long WaitingOf(TrafficClass trafficClass) => _waiting[(int)trafficClass];

    /// <summary>The flows that have something, the most urgent class first.</summary>
    public IEnumerable<Flow> Flows() => Order.SelectMany(FlowsOf);

    /// <summary>Adds a work behind the others of its flow; on disk when memory has no room for it.</summary>
    /// <param name="moves">The connection takes traffic.</param>
    public void Add(OutboundWork work, bool moves)
    {
        Flow flow = FlowOf(work);
        _waiting[(int)flow.Class]++;
        if (work.IsAsOnRecord && (flow.HasMoreOnDisk || !room.MayHold(flow, moves)))
        {
            flow.OnDisk.Add(work.Head.Id.Key);
            room.Leave();
            return;
        }

        flow.Add(work);
        Hold(flow);
    }

    /// <summary>Puts a work back before all of its flow that never left the queue.</summary>
    public void AddFirst(OutboundWork work)
    {
        Flow flow = FlowOf(work);
        _waiting[(int)flow.Class]++;
        flow.AddFirst(work);
        Hold(flow);
    }

    /// <summary>The work that <see cref="Take"/> would give next, or null.</summary>
    public OutboundWork? Peek() => InMemory > 0 && Choose().Peek().TryPeek(out OutboundWork? work) ? work : null;

    /// <summary>Takes out the work that <see cref="Peek"/> showed. A flow that should be read back is told.</summary>
    /// <param name="segments">What it weighs in the account's share.</param>
    public OutboundWork Take(int segments, out Flow flow)
    {
        FairQueue queue = Choose();
        flow = queue.Peek();
        OutboundWork work = flow.Take();
        _left[(int)flow.Class]--;
        InMemory--;
        _waiting[(int)flow.Class]--;
        queue.Charge(segments);
        ForgetIdle(flow);
        return work;
    }

    /// <summary>Takes out what goes elsewhere of all that is in memory, class by class.</summary>
    public List<OutboundWork> Extract(Predicate<OutboundWork> goes)
    {
        var all = new List<OutboundWork>();
        foreach (TrafficClass trafficClass in Order)
        {
            int before = all.Count;
            foreach (Flow flow in FlowsOf(trafficClass))
            {
                flow.Extract(goes, all);
                ForgetIdle(flow);
            }

            _waiting[(int)trafficClass] -= all.Count - before;
            _classes[(int)trafficClass].Align();
        }

        InMemory -= all.Count;
        return all;
    }

    /// <summary>Lets what cannot move go to disk, but for a small share of each flow.</summary>
    public void Spill()
    {
        int keep = room.Share;
        foreach (Flow flow in Flows())
        {
            int gone = flow.Spill(keep);
            InMemory -= gone;
            room.Leave(gone);
        }

        foreach (FairQueue queue in _classes) queue.Align();
    }

    /// <summary>Takes the next keys of a flow out, to be read. None when nothing is on disk or a read is under way.</summary>
    public List<long> BeginRead(Flow flow, int most)
    {
        var keys = new List<long>();
        int count = Math.Min(flow.OnDisk.Count, most);
        for (int i = 0; i < count; i++) keys.Add(flow.OnDisk.Take());
        flow.Reading = count;
        flow.IsReading = count > 0;
        return keys;
    }

    /// <summary>What was read of a flow, in order: those that stay here join the queue.</summary>
    public void EndRead(Flow flow, List<OutboundWork> stay)
    {
        _waiting[(int)flow.Class] += stay.Count - flow.Reading;
        flow.Reading = 0;
        flow.IsReading = false;
        foreach (OutboundWork work in stay)
        {
            flow.Add(work);
            Hold(flow);
        }

        ForgetIdle(flow);
    }

    /// <summary>What was to be read of a flow stays on disk, before the rest, or behind it.</summary>
    public void GiveUpRead(Flow flow, KeyList keys, bool behind)
    {
        _waiting[(int)flow.Class] += keys.Count - flow.Reading;
        if (behind) flow.OnDisk.Append(keys);
        else flow.PutBack(keys);
        flow.Reading = 0;
        flow.IsReading = false;
        ForgetIdle(flow);
    }

    // A copy: flows come and go while they are gone through.
    private Flow[] FlowsOf(TrafficClass trafficClass) => [.. _classes[(int)trafficClass].Flows];

    private void Hold(Flow flow)
    {
        InMemory++;
        _classes[(int)flow.Class].Activate(flow);
    }

    private Flow FlowOf(OutboundWork work)
    {
        MessageHead head = work.Head;
        FairQueue queue = _classes[(int)head.Class];
        if (queue.TryFind(head.AccountSid, out Flow? flow)) return flow;
        flow = new Flow(head.Class, head.AccountSid);
        queue.Add(flow, weightOf(head.AccountSid));
        room.FlowBegan();
        return flow;
    }

    private void ForgetIdle(Flow flow)
    {
        if (!flow.IsIdle) return;
        _classes[(int)flow.Class].Remove(flow);
        room.FlowEnded();
    }

    private FairQueue Choose()
    {
        foreach (TrafficClass trafficClass in Order)
        {
            if (_left[(int)trafficClass] > 0 && !_classes[(int)trafficClass].IsEmpty) return _classes[(int)trafficClass];
        }

        // Every class that waits has used its share: a new round begins.
        Shares.CopyTo(_left.AsSpan());
        foreach (TrafficClass trafficClass in Order)
        {
            if (!_classes[(int)trafficClass].IsEmpty) return _classes[(int)trafficClass];
        }

        throw new InvalidOperationException("The queues are empty.");
    }
}
