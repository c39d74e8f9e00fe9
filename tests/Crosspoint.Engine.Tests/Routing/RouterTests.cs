using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;

namespace Crosspoint.Engine.Tests.Routing;

public sealed class RouterTests
{
    private readonly ConnectionUse[] _use = new ConnectionUse[3];
    private readonly Router _router;

    public RouterTests() => _router = new(new RoutingPlan(7, ["a", "b", "c"]), index => _use[index]);

    [Fact]
    public void Decide_AllUp_TakesTheFirstAndSaysWhy()
    {
        (RouteDecision decision, int chosen) = _router.Decide(null, null, null);

        chosen.ShouldBe(0);
        (decision.PlanRevision, decision.Rule).ShouldBe((7, "default"));
        decision.Candidates.ShouldBe(
            [new("a", CandidateCode.Chosen), new("b", CandidateCode.LaterInPlan), new("c", CandidateCode.LaterInPlan)]);
    }

    [Fact]
    public void Decide_FirstDown_TakesTheNext()
    {
        _use[0] = ConnectionUse.Down;
        (RouteDecision decision, int chosen) = _router.Decide(null, null, null);

        chosen.ShouldBe(1);
        Codes(decision).ShouldBe([CandidateCode.Down, CandidateCode.Chosen, CandidateCode.LaterInPlan]);
    }

    [Fact]
    public void Decide_UseChanges_DecisionFollows()
    {
        _router.Decide(null, null, null).Chosen.ShouldBe(0);
        _use[0] = ConnectionUse.Stopped;
        (RouteDecision second, int chosen) = _router.Decide(null, null, null);
        chosen.ShouldBe(1);
        Codes(second)[0].ShouldBe(CandidateCode.Stopped);
        _use[0] = ConnectionUse.Usable;

        (RouteDecision third, chosen) = _router.Decide(null, null, null);

        chosen.ShouldBe(0);
        Codes(third)[0].ShouldBe(CandidateCode.Chosen);
    }

    [Fact]
    public void Decide_NothingChanged_GivesTheSameDecisionWithoutAllocating()
    {
        RouteDecision first = _router.Decide(null, null, null).Decision;
        long before = GC.GetAllocatedBytesForCurrentThread();
        RouteDecision last = first;
        for (int i = 0; i < 1000; i++) last = _router.Decide(null, null, null).Decision;

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        last.ShouldBeSameAs(first);
    }

    [Fact]
    public void Decide_AllDown_WaitsForTheFirstThatDidNotRefuse()
    {
        Array.Fill(_use, ConnectionUse.Down);

        _router.Decide(null, null, null).Chosen.ShouldBe(0);
        (RouteDecision decision, int chosen) = _router.Decide(["a"], null, null);

        chosen.ShouldBe(1);
        Codes(decision).ShouldBe([CandidateCode.RefusedBefore, CandidateCode.Chosen, CandidateCode.Down]);
    }

    [Fact]
    public void Decide_AllRefused_NoneIsLeft()
    {
        (RouteDecision decision, int chosen) = _router.Decide(["c", "a", "b"], null, null);

        chosen.ShouldBe(-1);
        Codes(decision).ShouldAllBe(code => code == CandidateCode.RefusedBefore);
        _router.HasCandidate(["a", "b", "c"]).ShouldBeFalse();
        _router.HasCandidate(["a", "b"]).ShouldBeTrue();
    }

    [Fact]
    public void Decide_Pinned_WaitsForItsConnectionThoughOthersAreUp()
    {
        _use[1] = ConnectionUse.Down;
        (RouteDecision decision, int chosen) = _router.Decide(null, "b", null);

        chosen.ShouldBe(1);
        Codes(decision).ShouldBe([CandidateCode.HoldsOtherSegments, CandidateCode.Chosen, CandidateCode.HoldsOtherSegments]);
    }

    [Fact]
    public void Decide_PinnedToAConnectionThatIsGone_NoneIsLeft() => _router.Decide(null, "z", null).Chosen.ShouldBe(-1);

    [Fact]
    public void Decide_Preferred_TakesItWhileItLives()
    {
        (RouteDecision decision, int chosen) = _router.Decide(null, null, "c");
        chosen.ShouldBe(2);
        Codes(decision).ShouldBe([CandidateCode.TriedElsewhere, CandidateCode.TriedElsewhere, CandidateCode.Chosen]);
        _use[2] = ConnectionUse.Down;

        _router.Decide(null, null, "c").Chosen.ShouldBe(0);
    }

    [Fact]
    public void Decide_EmptyPlan_NoneIsLeft()
    {
        var router = new Router(new RoutingPlan(1, []), _ => ConnectionUse.Usable);

        router.Decide(null, null, null).Chosen.ShouldBe(-1);
    }

    private static CandidateCode[] Codes(RouteDecision decision) => [.. decision.Candidates.Select(candidate => candidate.Code)];
}
