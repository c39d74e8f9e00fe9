using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Tests.Routing;

public sealed class RouterTests
{
    private readonly ConnectionUse[] _use = new ConnectionUse[3];
    private readonly Router _router;

    public RouterTests() => _router = RouterOf(new RoutingPlan(7, ["a", "b", "c"]));

    [Fact]
    public void Decide_AllUp_TakesTheFirstAndSaysWhy()
    {
        (RouteDecision decision, int chosen) = Decide(null, null, null);

        chosen.ShouldBe(0);
        (decision.PlanRevision, decision.Rule).ShouldBe((7, "default"));
        decision.Candidates.ShouldBe(
            [new("a", CandidateCode.Chosen), new("b", CandidateCode.LaterInPlan), new("c", CandidateCode.LaterInPlan)]);
    }

    [Fact]
    public void Decide_FirstDown_TakesTheNext()
    {
        _use[0] = ConnectionUse.Down;
        (RouteDecision decision, int chosen) = Decide(null, null, null);

        chosen.ShouldBe(1);
        Codes(decision).ShouldBe([CandidateCode.Down, CandidateCode.Chosen, CandidateCode.LaterInPlan]);
    }

    [Fact]
    public void Decide_UseChanges_DecisionFollows()
    {
        Decide(null, null, null).Chosen.ShouldBe(0);
        _use[0] = ConnectionUse.Stopped;
        (RouteDecision second, int chosen) = Decide(null, null, null);
        chosen.ShouldBe(1);
        Codes(second)[0].ShouldBe(CandidateCode.Stopped);
        _use[0] = ConnectionUse.Usable;

        (RouteDecision third, chosen) = Decide(null, null, null);

        chosen.ShouldBe(0);
        Codes(third)[0].ShouldBe(CandidateCode.Chosen);
    }

    [Fact]
    public void Decide_NothingChanged_GivesTheSameDecisionWithoutAllocating()
    {
        RouteDecision first = Decide(null, null, null).Decision;
        RouteDecision last = first;
        long allocated = long.MaxValue;

        // Code that is not optimized yet may box: until the runtime has compiled it anew.
        for (int round = 0; round < 200 && allocated != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++) last = Decide(null, null, null).Decision;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        allocated.ShouldBe(0);
        last.ShouldBeSameAs(first);
    }

    [Fact]
    public void Decide_AllDown_WaitsForTheFirstThatDidNotRefuse()
    {
        Array.Fill(_use, ConnectionUse.Down);

        Decide(null, null, null).Chosen.ShouldBe(0);
        (RouteDecision decision, int chosen) = Decide(["a"], null, null);

        chosen.ShouldBe(1);
        Codes(decision).ShouldBe([CandidateCode.RefusedBefore, CandidateCode.WaitedFor, CandidateCode.Down]);
    }

    [Fact]
    public void Decide_AllRefused_NoneIsLeft()
    {
        (RouteDecision decision, int chosen) = Decide(["c", "a", "b"], null, null);

        chosen.ShouldBe(-1);
        Codes(decision).ShouldAllBe(code => code == CandidateCode.RefusedBefore);
        _router.HasCandidate(default, ["a", "b", "c"]).ShouldBeFalse();
        _router.HasCandidate(default, ["a", "b"]).ShouldBeTrue();
    }

    [Fact]
    public void Decide_Pinned_WaitsForItsConnectionThoughOthersAreUp()
    {
        _use[1] = ConnectionUse.Down;
        (RouteDecision decision, int chosen) = Decide(null, "b", null);

        chosen.ShouldBe(1);
        Codes(decision).ShouldBe([CandidateCode.HoldsOtherSegments, CandidateCode.WaitedForToComplete, CandidateCode.HoldsOtherSegments]);
        _use[1] = ConnectionUse.Usable;
        Codes(Decide(null, "b", null).Decision)[1].ShouldBe(CandidateCode.ChosenToComplete);
    }

    [Fact]
    public void Decide_PinnedToAConnectionThatIsGone_NoneIsLeft() => Decide(null, "z", null).Chosen.ShouldBe(-1);

    [Fact]
    public void Decide_Preferred_TakesItWhileItLives()
    {
        (RouteDecision decision, int chosen) = Decide(null, null, "c");
        chosen.ShouldBe(2);
        Codes(decision).ShouldBe([CandidateCode.TriedElsewhere, CandidateCode.TriedElsewhere, CandidateCode.ChosenAgain]);
        _use[2] = ConnectionUse.Down;

        (decision, chosen) = Decide(null, null, "c");
        chosen.ShouldBe(0);
        Codes(decision).ShouldBe([CandidateCode.Chosen, CandidateCode.LaterInPlan, CandidateCode.Down]);
    }

    [Fact]
    public void Decide_EmptyPlan_NoneIsLeft()
    {
        RouterOf(new RoutingPlan(1, [])).Decide(default, default).Verdict.Chosen.ShouldBe(-1);
    }

    private (RouteDecision Decision, int Chosen) Decide(IReadOnlyList<string>? refusedBy, string? pinnedTo, string? prefer)
    {
        (RouteDecision decision, RouteVerdict verdict) = _router.Decide(default, new(refusedBy, pinnedTo, prefer));
        return (decision, verdict.Chosen);
    }

    private Router RouterOf(RoutingPlan plan) => new(new RoutingSnapshot(
        plan,
        [.. ((string[])["a", "b", "c"]).Select(static name => new RouteConnection(name, name, ConnectionCapabilities.Default))],
        new(),
        new Uses(_use)));

    private sealed class Uses(ConnectionUse[] all) : IConnectionUse
    {
        public ConnectionUse UseOf(int connection) => all[connection];

        public double HealthOf(int connection) => 1;
    }

    private static CandidateCode[] Codes(RouteDecision decision) => [.. decision.Candidates.Select(candidate => candidate.Code)];
}
