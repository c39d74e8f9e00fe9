using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// What waits for one connection: a fair queue of accounts for each class. The classes have shares (<see cref="ClassTurns"/>), so none waits for ever and a
/// code never waits for a campaign. Not thread-safe: its lane's lock guards it.
/// </summary>
/// <param name="limitsOf">The limits that a message counts in on this connection.</param>
/// <param name="weightOf">The share of an account beside others; 1 is usual.</param>
internal sealed class LaneQueue(DispatchRoom room, Func<MessageHead, LimitSet> limitsOf, Func<string, int> weightOf, TimeProvider time)
{
    private static readonly TimeSpan ShortestBlock = TimeSpan.FromMilliseconds(1);

    // Wall time may step, so a day's end is looked at again at least so often.
    private static readonly TimeSpan LongestBlock = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WorthMemory = TimeSpan.FromSeconds(5);

    private readonly FairQueue[] _classes = [new(), new(), new()];
    private readonly ClassTurns _turns = new();

    // Flows whose limits have no tokens, by the timestamp at which it is worth to look again.
    private readonly PriorityQueue<Flow, long> _blocked = new();

    // Flows that may go again and have nothing in memory.
    private readonly List<Flow> _unread = [];
    private readonly List<OutboundWork> _moved = [];

    /// <summary>See <see cref="LimitTable.VersionOf"/>.</summary>
    public Func<string, int> LimitsVersionOf { get; init; } = static _ => 0;

    /// <summary>Works in memory, in line.</summary>
    public int InMemory { get; private set; }

    /// <summary>Works that stand aside for their networks, in memory too.</summary>
    public int Aside { get; private set; }

    /// <summary>Messages that wait: in line, aside, or on disk.</summary>
    public long Waiting { get; private set; }

    /// <summary>The flows that have something, the most urgent class first.</summary>
    public IEnumerable<Flow> Flows() => ClassTurns.Order.SelectMany(FlowsOf);

    /// <summary>What waits, the most urgent class first; of one account, or of all.</summary>
    public List<QueueStatus> Statuses(string connection, string? accountSid)
    {
        var all = new List<QueueStatus>();
        foreach (Flow flow in Flows())
        {
            if (accountSid is not null && flow.Account != accountSid) continue;
            var limits = new List<QueueLimit>();
            foreach (LimitBucket bucket in flow.Limits.Buckets)
                limits.Add(new(bucket.Limit.Name, bucket.Key, bucket.Rate, bucket.Waiting, bucket.Limit.PerDay, bucket.Today ?? 0));
            all.Add(new(connection, flow.Class, flow.Account, flow.Waiting, flow.InMemory + flow.Aside, flow.Left.At(time), flow.IsBlocked, limits));
        }

        return all;
    }

    /// <summary>Adds a work behind the others of its flow; on disk when memory has no room for it.</summary>
    /// <param name="moves">The connection takes traffic.</param>
    /// <returns>The flow that it joined.</returns>
    public Flow Add(OutboundWork work, bool moves)
    {
        Flow flow = Join(work);
        if (work.IsAsOnRecord && (flow.HasMoreOnDisk || flow.IsBlockedLong || !room.MayHold(flow, moves)))
        {
            flow.OnDisk.Add(work.Head.Id.Key);
            flow.SegmentsOnDisk += work.Head.SegmentCount;
            room.Leave();
            return flow;
        }

        flow.Add(work);
        Hold(flow);
        return flow;
    }

    /// <summary>Puts a work back before all of its flow that never left the queue.</summary>
    public void AddFirst(OutboundWork work)
    {
        Flow flow = Join(work);
        flow.AddFirst(work);
        Hold(flow);
    }

    /// <summary>How long until a flow that is blocked may go on; null when none is.</summary>
    public TimeSpan? Unblocks => _blocked.TryPeek(out _, out long at) ? time.GetElapsedTime(time.GetTimestamp(), at) : null;

    /// <summary>The work that <see cref="Take"/> would give next, or null.</summary>
    /// <param name="flow">The flow of the work; null without one.</param>
    public OutboundWork? Peek(out Flow? flow)
    {
        Unblock();
        flow = _turns.Choose(_classes)?.Peek();
        return flow is not null && flow.TryPeek(out OutboundWork? work) ? work : null;
    }

    /// <summary>Lets the flow that <see cref="Peek(out Flow)"/> showed wait for its limits.</summary>
    public void Block(Flow flow, TimeSpan wait)
    {
        _classes[(int)flow.Class].Skip();
        if (flow.Returned > 0) ReturnAside(flow);
        flow.IsBlocked = true;
        flow.IsBlockedLong = wait > WorthMemory;
        if (flow.IsBlockedLong) SpillAll(flow);
        BlockAgain(flow, wait);
    }

    private void BlockAgain(Flow flow, TimeSpan wait)
    {
        if (wait < ShortestBlock) wait = ShortestBlock;
        if (wait > LongestBlock) wait = LongestBlock;
        _blocked.Enqueue(flow, time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency));
    }

    private void SpillAll(Flow flow)
    {
        int gone = flow.Spill(keep: 0);
        InMemory -= gone;
        room.Leave(gone);
    }

    /// <summary>Takes out the flows that may go again and are to be read.</summary>
    public Flow[] TakeUnread()
    {
        if (_unread.Count == 0) return [];
        Flow[] flows = [.. _unread];
        _unread.Clear();
        return flows;
    }

    /// <summary>Takes out the work that <see cref="Peek(out Flow)"/> showed.</summary>
    /// <param name="flow">The flow that it showed.</param>
    /// <param name="segments">What the work weighs in the account's share.</param>
    public OutboundWork Take(Flow flow, int segments)
    {
        OutboundWork work = flow.Take();
        Unmark(work, flow);
        _turns.Count(flow.Class);
        InMemory--;
        Leave(flow, 1, work.Head.SegmentCount);
        flow.Left.Count(time);
        _classes[(int)flow.Class].Charge(segments);
        ForgetIdle(flow);
        return work;
    }

    /// <summary>Lets the work that <see cref="Peek(out Flow)"/> showed stand aside. It has not left: it still waits in its flow.</summary>
    public void SetAside(Flow flow, AsideQueue aside)
    {
        OutboundWork work = flow.Take();
        Unmark(work, flow);
        InMemory--;
        _classes[(int)flow.Class].Charge(0);
        Put(work, flow, aside);
    }

    /// <summary>Takes back into line what is next of those that stand aside; false when none of them may go.</summary>
    public bool TakeBack(AsideQueue aside)
    {
        Unblock();
        if (aside.Take(out Flow? flow) is not { } work) return false;
        Aside--;
        flow!.Aside--;
        work.StoodAside = aside;
        aside.Returned++;
        flow.Returned++;
        flow.AddFirst(work);
        Hold(flow);
        return true;
    }

    /// <summary>Takes out what goes elsewhere of those that stand aside.</summary>
    public void Extract(AsideQueue aside, Predicate<OutboundWork> goes, List<OutboundWork> into)
    {
        var gone = new List<(OutboundWork Work, Flow From)>();
        aside.Extract(goes, gone);
        Aside -= gone.Count;
        foreach ((OutboundWork work, Flow from) in gone)
        {
            from.Aside--;
            Leave(from, 1, work.Head.SegmentCount);
            ForgetIdle(from);
            into.Add(work);
        }
    }

    private void Put(OutboundWork work, Flow flow, AsideQueue aside)
    {
        Aside++;
        flow.Aside++;
        aside.Add(work, flow, weightOf(flow.Account));
    }

    // What was taken back and cannot go after all makes room for others of its network.
    private void ReturnAside(Flow flow)
    {
        flow.ExtractReturned(static work => work.StoodAside is not null, _moved);
        foreach (OutboundWork work in _moved)
        {
            AsideQueue aside = work.StoodAside!;
            Unmark(work, flow);
            InMemory--;
            Put(work, flow, aside);
        }

        _moved.Clear();
    }

    private static void Unmark(OutboundWork work, Flow flow)
    {
        if (work.StoodAside is not { } aside) return;
        work.StoodAside = null;
        aside.Returned--;
        flow.Returned--;
    }

    /// <summary>Takes out what goes elsewhere of all that is in line, class by class.</summary>
    public List<OutboundWork> Extract(Predicate<OutboundWork> goes)
    {
        var all = new List<OutboundWork>();
        foreach (TrafficClass trafficClass in ClassTurns.Order)
        {
            foreach (Flow flow in FlowsOf(trafficClass))
            {
                int before = all.Count;
                flow.Extract(goes, all);
                long segments = 0;
                for (int i = before; i < all.Count; i++)
                {
                    segments += all[i].Head.SegmentCount;
                    Unmark(all[i], flow);
                }

                Leave(flow, all.Count - before, segments);
                ForgetIdle(flow);
            }

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

    /// <summary>What was read of a flow, in order: those that stay here join the queue.</summary>
    public void EndRead(Flow flow, List<OutboundWork> stay)
    {
        long segments = 0;
        foreach (OutboundWork work in stay)
        {
            flow.Add(work);
            segments += work.Head.SegmentCount;
        }

        Leave(flow, flow.Reading - stay.Count, flow.SegmentsBeingRead - segments);
        flow.EndRead();
        InMemory += stay.Count;
        if (flow.IsBlockedLong) SpillAll(flow);
        if (flow.InMemory > 0) _classes[(int)flow.Class].Activate(flow);
        ForgetIdle(flow);
    }

    /// <summary>What was to be read of a flow stays on disk, before the rest, or behind it.</summary>
    public void GiveUpRead(Flow flow, KeyList keys, bool behind)
    {
        long segments = flow.Reading == 0 ? 0 : flow.SegmentsBeingRead * keys.Count / flow.Reading;
        Leave(flow, flow.Reading - keys.Count, flow.SegmentsBeingRead - segments);
        flow.SegmentsOnDisk += segments;
        if (behind) flow.OnDisk.Append(keys);
        else flow.PutBack(keys);
        flow.EndRead();
        ForgetIdle(flow);
    }

    private Flow Join(OutboundWork work)
    {
        Flow flow = FlowOf(work);
        Waiting++;
        flow.Limits.Wait(work.Head.SegmentCount);
        return flow;
    }

    private void Leave(Flow flow, int works, long segments)
    {
        Waiting -= works;
        flow.Limits.Wait(-segments);
    }

    /// <summary>Weights of accounts have changed.</summary>
    public void Reweigh()
    {
        foreach (FairQueue queue in _classes) queue.Reweigh(weightOf);
    }

    /// <summary>Tokens came back: flows that wait for theirs look again.</summary>
    public void Recheck() => Unblock(everything: true);

    private void Unblock(bool everything = false)
    {
        List<(Flow Flow, TimeSpan Wait)>? closed = null;
        while (_blocked.TryPeek(out Flow? flow, out long at) && (everything || time.GetTimestamp() >= at))
        {
            _blocked.Dequeue();

            // What is on disk is not read for nothing. Under other limits than before it may go.
            if (flow.IsBlockedLong && flow.LimitsVersion == LimitsVersionOf(flow.Account) && flow.Limits.Closed is var wait && wait > WorthMemory)
            {
                (closed ??= []).Add((flow, wait));
                continue;
            }

            flow.IsBlocked = flow.IsBlockedLong = false;
            if (flow.InMemory > 0) _classes[(int)flow.Class].Activate(flow);
            else if (flow.HasMoreOnDisk) _unread.Add(flow);
            else ForgetIdle(flow);
        }

        if (closed is null) return;
        foreach ((Flow flow, TimeSpan wait) in closed) BlockAgain(flow, wait);
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
        int version = LimitsVersionOf(head.AccountSid);
        LimitSet limits = limitsOf(head);
        if (queue.Find(head.AccountSid, limits) is { } flow) return flow;
        flow = new Flow(head.Class, head.AccountSid, limits) { LimitsVersion = version };
        queue.Add(flow, weightOf(head.AccountSid));
        room.FlowBegan();
        return flow;
    }

    private void ForgetIdle(Flow flow)
    {
        if (!flow.IsIdle || flow.IsBlocked) return;
        _classes[(int)flow.Class].Remove(flow);
        room.FlowEnded();
    }
}
