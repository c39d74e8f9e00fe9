using Crosspoint.Engine.Limits;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// The flows of one class at one connection. Accounts share by weight, counted in segments (start-time fair queueing: each account has a
/// clock that runs slower the more it weighs, and the account whose clock is behind goes next). An account that was idle begins at the present time,
/// so it neither saves up nor pays for the past. Flows of one account take turns. Not thread-safe.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Member, double> _order = new();
    private double _now;

    /// <summary>No flow has something that may go now.</summary>
    public bool IsEmpty => _order.Count == 0;

    public IEnumerable<Flow> Flows => _members.Values.SelectMany(static member => member.Flows.Values);

    public Flow? Find(string account, LimitSet limits) => _members.GetValueOrDefault(account)?.Flows.GetValueOrDefault(limits);

    public void Add(Flow flow, int weight)
    {
        if (!_members.TryGetValue(flow.Account, out Member? member))
        {
            member = new Member(weight);
            _members.Add(flow.Account, member);
        }

        member.Flows.Add(flow.Limits, flow);
    }

    /// <summary>A flow has works that may go.</summary>
    public void Activate(Flow flow)
    {
        if (flow.IsInLine || flow.IsBlocked) return;
        flow.IsInLine = true;
        Member member = _members[flow.Account];
        member.Line.Enqueue(flow);
        if (member.Line.Count > 1) return;
        member.Clock = Math.Max(member.Clock, _now);
        _order.Enqueue(member, member.Clock);
    }

    /// <summary>The flow whose turn it is.</summary>
    public Flow Peek() => _order.Peek().Line.Peek();

    /// <summary>Counts segments on the flow that <see cref="Peek"/> showed, and lets the next one have its turn.</summary>
    public void Charge(int segments)
    {
        Member member = _order.Peek();
        _now = member.Clock;
        member.Clock += (double)segments / member.Weight;
        Flow flow = member.Line.Dequeue();
        flow.IsInLine = flow.InMemory > 0;
        if (flow.IsInLine) member.Line.Enqueue(flow);
        if (member.Line.Count > 0) _order.DequeueEnqueue(member, member.Clock);
        else _order.Dequeue();
    }

    /// <summary>Takes the flow that <see cref="Peek"/> showed out of line.</summary>
    public void Skip()
    {
        Member member = _order.Peek();
        member.Line.Dequeue().IsInLine = false;
        if (member.Line.Count == 0) _order.Dequeue();
    }

    /// <summary>Forgets a flow that is idle.</summary>
    public void Remove(Flow flow)
    {
        Member member = _members[flow.Account];
        member.Flows.Remove(flow.Limits);
        if (member.Flows.Count == 0) _members.Remove(flow.Account);
    }

    /// <summary>Works were taken out of flows, in whatever order: only flows that still have some stay in line.</summary>
    public void Align()
    {
        _order.Clear();
        foreach (Member member in _members.Values)
        {
            member.Line.Clear();
            foreach (Flow flow in member.Flows.Values)
            {
                flow.IsInLine = flow.InMemory > 0 && !flow.IsBlocked;
                if (flow.IsInLine) member.Line.Enqueue(flow);
            }

            if (member.Line.Count > 0) _order.Enqueue(member, member.Clock);
        }
    }

    /// <summary>Weights have changed: accounts pay by the new ones from now on.</summary>
    public void Reweigh(Func<string, int> weightOf)
    {
        foreach ((string account, Member member) in _members) member.Weight = weightOf(account);
    }

    private sealed class Member(int weight)
    {
        public int Weight { get; set; } = weight;

        public double Clock { get; set; }

        public Dictionary<LimitSet, Flow> Flows { get; } = new(1);

        /// <summary>The flows that have something that may go.</summary>
        public Queue<Flow> Line { get; } = new(1);
    }
}
