using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Routing;

/// <summary>What the router knows of a connection.</summary>
public enum ConnectionUse
{
    Usable,
    Down,
    Stopped,
}

/// <summary>
/// Ranks the plan's connections for a message. Works on snapshots only: the plan, and the use of each connection at the moment of the
/// question.
/// </summary>
public sealed class Router
{
    private readonly RoutingPlan _plan;
    private readonly Func<int, ConnectionUse> _useOf;
    private RouteDecision? _fresh;

    /// <param name="useOf">Use of the plan's n-th default connection.</param>
    public Router(RoutingPlan plan, Func<int, ConnectionUse> useOf) => (_plan, _useOf) = (plan, useOf);

    /// <summary>
    /// The decision for a message, and the index in the plan of the connection to use or to wait for; -1 when no connection is left for it.
    /// With no connection up, the message waits for the first that has not refused it.
    /// </summary>
    public (RouteDecision Decision, int Chosen) Decide(IReadOnlyList<string>? refusedBy, string? pinnedTo, string? prefer)
    {
        if (refusedBy is null && pinnedTo is null && prefer is null)
        {
            int chosen = Choose(null, null, null);
            RouteDecision? cached = Volatile.Read(ref _fresh);
            if (cached is not null && Matches(cached, chosen)) return (cached, chosen);
            RouteDecision made = Explain(null, null, null, chosen);
            Volatile.Write(ref _fresh, made);
            return (made, chosen);
        }

        int index = Choose(refusedBy, pinnedTo, prefer);
        return (Explain(refusedBy, pinnedTo, prefer, index), index);
    }

    /// <summary>Whether a connection is left that has not refused the message for good.</summary>
    public bool HasCandidate(IReadOnlyList<string>? refusedBy) => Choose(refusedBy, null, null) >= 0;

    private int Choose(IReadOnlyList<string>? refusedBy, string? pinnedTo, string? prefer)
    {
        int usable = -1;
        int waitFor = -1;
        for (int i = 0; i < _plan.Default.Count; i++)
        {
            string name = _plan.Default[i];
            if (pinnedTo is not null ? name != pinnedTo : IsRefused(refusedBy, name)) continue;
            if (_useOf(i) != ConnectionUse.Usable) waitFor = waitFor < 0 ? i : waitFor;
            else if (prefer is null || prefer == name) return i;
            else if (usable < 0) usable = i;
        }

        return usable >= 0 ? usable : waitFor;
    }

    private bool Matches(RouteDecision decision, int chosen)
    {
        for (int i = 0; i < decision.Candidates.Count; i++)
        {
            if (decision.Candidates[i].Code != Code(i, null, null, null, chosen)) return false;
        }

        return true;
    }

    private RouteDecision Explain(IReadOnlyList<string>? refusedBy, string? pinnedTo, string? prefer, int chosen)
    {
        var candidates = new RouteCandidate[_plan.Default.Count];
        for (int i = 0; i < candidates.Length; i++) candidates[i] = new(_plan.Default[i], Code(i, refusedBy, pinnedTo, prefer, chosen));
        return new(_plan.Revision, RoutingPlan.DefaultRule, candidates);
    }

    private CandidateCode Code(int index, IReadOnlyList<string>? refusedBy, string? pinnedTo, string? prefer, int chosen)
    {
        string name = _plan.Default[index];
        if (index == chosen) return CandidateCode.Chosen;
        if (IsRefused(refusedBy, name)) return CandidateCode.RefusedBefore;
        if (pinnedTo is not null) return CandidateCode.HoldsOtherSegments;
        return _useOf(index) switch
        {
            ConnectionUse.Down => CandidateCode.Down,
            ConnectionUse.Stopped => CandidateCode.Stopped,
            _ when prefer is not null && chosen >= 0 && _plan.Default[chosen] == prefer => CandidateCode.TriedElsewhere,
            _ => CandidateCode.LaterInPlan,
        };
    }

    private static bool IsRefused(IReadOnlyList<string>? refusedBy, string name)
    {
        if (refusedBy is null) return false;
        for (int i = 0; i < refusedBy.Count; i++)
        {
            if (refusedBy[i] == name) return true;
        }

        return false;
    }
}
