using System.Buffers;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>Asks a snapshot, and keeps its answers as records. Thread-safe.</summary>
public sealed class Router(RoutingSnapshot snapshot)
{
    private RouteDecision? _fresh;

    public RoutingSnapshot Snapshot => snapshot;

    /// <summary>
    /// Where a message goes: the index of the connection to use or to wait for; -1 when none is left for it, or it is denied. Allocates
    /// nothing.
    /// </summary>
    public RouteVerdict Choose(in RouteRequest request, in RouteHistory history)
    {
        RankedCandidate[] buffer = ArrayPool<RankedCandidate>.Shared.Rent(snapshot.BufferSize);
        RouteVerdict verdict = snapshot.Decide(request, history, buffer, isRecorded: false);
        ArrayPool<RankedCandidate>.Shared.Return(buffer);
        return verdict;
    }

    /// <summary>The same with its record.</summary>
    public (RouteDecision Decision, RouteVerdict Verdict) Decide(in RouteRequest request, in RouteHistory history)
    {
        RankedCandidate[] buffer = ArrayPool<RankedCandidate>.Shared.Rent(snapshot.BufferSize);
        RouteVerdict verdict = snapshot.Decide(request, history, buffer);
        RouteDecision decision = Record(request, verdict, buffer.AsSpan(0, verdict.Count));
        ArrayPool<RankedCandidate>.Shared.Return(buffer);
        return (decision, verdict);
    }

    /// <summary>Whether a connection is left that has not refused the message for good.</summary>
    public bool HasCandidate(in RouteRequest request, IReadOnlyList<string>? refusedBy) =>
        Choose(request, new(refusedBy, null, null)).Chosen >= 0;

    private RouteDecision Record(in RouteRequest request, in RouteVerdict verdict, ReadOnlySpan<RankedCandidate> candidates)
    {
        // Without rules the same answer stands for many messages.
        bool hasRules = snapshot.Plan.Rules.Count > 0;
        RouteDecision? cached = hasRules ? null : Volatile.Read(ref _fresh);
        if (cached is not null && Matches(cached, request, candidates)) return cached;
        var list = new RouteCandidate[candidates.Length];
        for (int i = 0; i < list.Length; i++) list[i] = Record(request, candidates[i]);
        if (!hasRules)
        {
            var plain = new RouteDecision(snapshot.Plan.Revision, RoutingPlan.DefaultRule, list);
            Volatile.Write(ref _fresh, plain);
            return plain;
        }

        RoutingRule? rule = verdict.Rule < 0 ? null : snapshot.Plan.Rules[verdict.Rule];
        Destination destination = request.Destination;
        return new(snapshot.Plan.Revision, rule?.Name ?? RoutingPlan.DefaultRule, list)
        {
            Facts = new()
            {
                PlanMark = snapshot.Mark,
                Currency = snapshot.Sources.Rates?.Currency ?? "",
                Country = destination.Country,
                NumberType = destination.Type,
                Network = destination.Network.ToString(),
                Source = destination.Source,
                Conditions = rule is null ? 0 : rule.Match.Conditions | rule.Except.Conditions,
                SellPrice = verdict.SellPrice,
                CopyTo = verdict.CopyTo < 0 ? null : snapshot.Connections[verdict.CopyTo].Name,
                DenyCode = verdict.Denial?.Code ?? 0,
                DenyReason = verdict.Denial?.Reason,
            },
        };
    }

    // Without rules nothing is measured, and what a connection shows now has no say.
    private RouteCandidate Record(in RouteRequest request, in RankedCandidate candidate)
    {
        var plain = new RouteCandidate(snapshot.Connections[candidate.Connection].Name, candidate.Code);
        if (candidate.State != CellState.Healthy)
            plain = plain with { HealthNote = snapshot.Use.HealthOf(candidate.Connection, request.Destination, request.Head.Class).Note };
        if (snapshot.Plan.Rules.Count == 0) return plain;
        bool isAway = candidate.Code is CandidateCode.Down or CandidateCode.Stopped || candidate.Code.IsWaitedFor();
        return plain with
        {
            Price = candidate.Price,
            Quality = candidate.IsMeasured && candidate.Delivery is { } delivery ? PartsOf(delivery) : null,
            Drawn = candidate.Drawn is { } drawn ? PartsOf(drawn) : null,
            HealthLoss = isAway ? 0 : (int)Math.Round((1 - Math.Clamp(candidate.Health, 0, 1)) * 100),
            List = candidate.List,
            IsShadow = candidate.IsShadow,
        };
    }

    private static int PartsOf(double probability) => (int)Math.Round(Math.Clamp(probability, 0, 1) * 10_000);

    private bool Matches(RouteDecision decision, in RouteRequest request, ReadOnlySpan<RankedCandidate> candidates)
    {
        if (decision.Candidates.Count != candidates.Length) return false;
        for (int i = 0; i < candidates.Length; i++)
        {
            if (decision.Candidates[i] != Record(request, candidates[i])) return false;
        }

        return true;
    }
}
