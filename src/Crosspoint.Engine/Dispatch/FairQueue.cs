using System.Diagnostics.CodeAnalysis;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// The flows of one class at one connection. Accounts share by weight, counted in segments (start-time fair queueing: each account has a
/// clock that runs slower the more it weighs, and the account whose clock is behind goes next). An account that was idle begins at the present time,
/// so it neither saves up nor pays for the past. Not thread-safe.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<string, Member> _members = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Member, double> _order = new();
    private double _now;

    public bool IsEmpty => _order.Count == 0;

    public IEnumerable<Flow> Flows => _members.Values.Select(static member => member.Flow);

    public bool TryFind(string account, [MaybeNullWhen(false)] out Flow flow)
    {
        bool found = _members.TryGetValue(account, out Member? member);
        flow = member?.Flow;
        return found;
    }

    public void Add(Flow flow, int weight) => _members.Add(flow.Account, new Member(flow, weight));

    /// <summary>A flow has works again.</summary>
    public void Activate(Flow flow)
    {
        Member member = _members[flow.Account];
        if (member.IsQueued) return;
        member.IsQueued = true;
        member.Clock = Math.Max(member.Clock, _now);
        _order.Enqueue(member, member.Clock);
    }

    /// <summary>The flow whose turn it is.</summary>
    public Flow Peek() => _order.Peek().Flow;

    /// <summary>Counts segments on the flow that <see cref="Peek"/> showed, and lets the next one have its turn.</summary>
    public void Charge(int segments)
    {
        Member member = _order.Peek();
        _now = member.Clock;
        member.Clock += (double)segments / member.Weight;
        if (member.Flow.InMemory > 0)
        {
            _order.DequeueEnqueue(member, member.Clock);
            return;
        }

        _order.Dequeue();
        member.IsQueued = false;
    }

    /// <summary>Forgets a flow that is idle.</summary>
    public void Remove(Flow flow) => _members.Remove(flow.Account);

    /// <summary>Works were taken out of flows, in whatever order: only flows that still have some stay in line.</summary>
    public void Align()
    {
        _order.Clear();
        foreach (Member member in _members.Values)
        {
            member.IsQueued = member.Flow.InMemory > 0;
            if (member.IsQueued) _order.Enqueue(member, member.Clock);
        }
    }

    private sealed class Member(Flow flow, int weight)
    {
        public Flow Flow => flow;

        public int Weight => weight;

        public double Clock { get; set; }

        public bool IsQueued { get; set; }
    }
}
