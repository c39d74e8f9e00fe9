using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>What is not well on the recipient's network stands behind the others, whatever a list goes by.</summary>
public sealed class HealthRoutingTests
{
    private const string Note = "since 12:03:07: nothing answered for 1.2 s while 40 waited";

    private static readonly RouteHealth Suspended = new(CellState.Suspended, 0, 5) { Note = Note };

    [Theory]
    [InlineData(RouteStrategy.Fixed)]
    [InlineData(RouteStrategy.LeastCost)]
    [InlineData(RouteStrategy.BestQuality)]
    [InlineData(RouteStrategy.Blend)]
    [InlineData(RouteStrategy.Split)]
    public void Suspended_StandsBehindTheOthers_UnderEveryStrategy(RouteStrategy choose)
    {
        RouteRig rig = Rig(choose);
        Codes(rig.Decide(RouteRig.Request()))[0].ShouldBe(("a", CandidateCode.Chosen));

        rig.Cell("a", Suspended);
        RouteDecision decision = rig.Decide(RouteRig.Request());

        decision.Candidates[0].Code.ShouldBe(CandidateCode.Chosen);
        Codes(decision)[^1].ShouldBe(("a", CandidateCode.SuspendedHere));
        decision.Candidates[^1].HealthNote.ShouldBe(Note);
        new Router(rig.Snapshot).Choose(RouteRig.Request(), default).Chosen.ShouldBe(rig.Snapshot.PlaceOf(decision.Candidates[0].Connection));
    }

    [Fact]
    public void Suspended_OfTheRulesOwnList_StandsBehindAFallback()
    {
        RouteRig rig = new RouteRig("a", "b") { Lists = [new() { Name = "backup", Connections = ["b"] }] }
            .Rule("main", ["a"], rule => rule with { Route = rule.Route! with { Fallback = "backup" } });
        rig.Chosen(RouteRig.Request()).ShouldBe("a");
        rig.Cell("a", Suspended).Chosen(RouteRig.Request()).ShouldBe("b");
    }

    [Fact]
    public void AllSick_TheLeastSickIsTaken_AndNoMessageFails()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Rule("order", ["a", "b", "c"])
            .Cell("a", Suspended).Cell("b", new(CellState.Degraded, 0, 2.4)).Cell("c", new(CellState.Suspended, 0, 4));
        Codes(rig.Decide(RouteRig.Request())).ShouldBe(
            [("b", CandidateCode.ChosenThoughSick), ("c", CandidateCode.SuspendedHere), ("a", CandidateCode.SuspendedHere)]);

        // One that is down is no way out, however healthy its network.
        rig.Use("b", ConnectionUse.Down).Chosen(RouteRig.Request()).ShouldBe("c");
    }

    [Theory]
    [InlineData(CellState.Degraded, 0.1, CandidateCode.DegradedHere)]
    [InlineData(CellState.Recovering, 0.25, CandidateCode.RecoveringHere)]
    [InlineData(CellState.Probing, 0.01, CandidateCode.ProbingHere)]
    public void Share_OfTheMessagesGoesAsUsual_TheOthersElsewhere(CellState state, double share, CandidateCode withheld)
    {
        RouteRig rig = new RouteRig("a", "b").Rule("order", ["a", "b"]).Cell("a", new(state, share, 2) { Note = Note });
        int taken = 0;
        for (ulong draw = 1; draw <= 20_000; draw++)
        {
            RouteDecision decision = rig.Decide(RouteRig.Request(draw: draw * 0x9E37_79B9_7F4A_7C15));
            (string Name, CandidateCode Code)[] codes = Codes(decision);
            if (codes[0].Name == "a")
            {
                codes[0].Code.ShouldBe(state == CellState.Probing ? CandidateCode.ChosenToProbe : CandidateCode.Chosen);
                taken++;
            }
            else
            {
                codes.ShouldBe([("b", CandidateCode.Chosen), ("a", withheld)]);
            }
        }

        (taken / 20_000.0).ShouldBe(share, 0.01);
    }

    [Fact]
    public void Share_ThatGrows_KeepsTheMessagesThatItHad()
    {
        var small = new HashSet<ulong>();
        foreach (double share in (double[])[0.05, 0.25, 0.5])
        {
            RouteRig rig = new RouteRig("a", "b").Rule("order", ["a", "b"]).Cell("a", new(CellState.Recovering, share, 1));
            var now = new HashSet<ulong>();
            for (ulong draw = 1; draw <= 2_000; draw++)
            {
                if (rig.Chosen(RouteRig.Request(draw: draw)) == "a") now.Add(draw);
            }

            now.IsProperSupersetOf(small).ShouldBeTrue();
            small = now;
        }
    }

    [Fact]
    public void Pinned_KeepsItsConnection_PreferredLeavesOneThatIsLeftAlone()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("order", ["a", "b"]).Cell("a", Suspended);
        Codes(rig.Decide(RouteRig.Request(), new(null, "a", null))).ShouldBe([("b", CandidateCode.HoldsOtherSegments), ("a", CandidateCode.ChosenToComplete)]);
        Codes(rig.Decide(RouteRig.Request(), new(null, null, "a"))).ShouldBe([("b", CandidateCode.Chosen), ("a", CandidateCode.SuspendedHere)]);
        Codes(rig.Decide(RouteRig.Request(), new(["b"], null, null))).ShouldBe([("b", CandidateCode.RefusedBefore), ("a", CandidateCode.ChosenThoughSick)]);
        Codes(rig.Decide(RouteRig.Request(), new(["b"], null, "a"))).ShouldBe([("b", CandidateCode.RefusedBefore), ("a", CandidateCode.ChosenThoughSick)]);
    }

    [Theory]
    [InlineData(CellState.Degraded, 0, "a")]
    [InlineData(CellState.Recovering, 0, "a")]
    [InlineData(CellState.Probing, 0, "b")]
    [InlineData(CellState.Probing, 1, "a")]
    public void Preferred_ThatTakesSomeOfItsMessages_KeepsThoseThatItHad(CellState state, double share, string chosen)
    {
        RouteRig rig = new RouteRig("b", "a").Rule("order", ["b", "a"]).Cell("a", new(state, share, 2) { Note = Note });
        rig.Chosen(RouteRig.Request(), new(null, null, "a")).ShouldBe(chosen);
    }

    [Fact]
    public void Forbidden_IsLeftOut_EvenWhenItIsTheLast()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("order", ["a", "b"]).Cell("a", Suspended with { IsForbidden = true, IsOrder = true });
        Codes(rig.Decide(RouteRig.Request())).ShouldBe([("a", CandidateCode.ForbiddenHere), ("b", CandidateCode.Chosen)]);
        CandidateCode.ForbiddenHere.IsLeftOut().ShouldBeTrue();
        rig.Chosen(RouteRig.Request(), new(["b"], null, null)).ShouldBe("");

        // But what holds a part of a message gets the rest.
        rig.Chosen(RouteRig.Request(), new(null, "a", null)).ShouldBe("a");
    }

    [Fact]
    public void Shadow_ThatIsSick_HasNoTurn()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("order", ["a"], rule => rule with { Route = rule.Route! with { Shadows = ["b"], ShadowShare = 1 } });
        rig.Chosen(RouteRig.Request()).ShouldBe("b");
        rig.Cell("b", Suspended).Chosen(RouteRig.Request()).ShouldBe("a");
    }

    [Fact]
    public void WithoutRules_TheNetworkCountsAllTheSame_AndAnEmptyRequestIsDecidedAsEver()
    {
        RouteRig rig = new("a", "b");
        var snapshot = new RoutingSnapshot(new(1, ["a", "b"]), rig.Connections, rig.Sources, rig);
        snapshot.LooksAtMessages.ShouldBeFalse();
        rig.Cell("a", Suspended);
        snapshot.LooksAtMessages.ShouldBeTrue();
        (RouteDecision decision, _) = new Router(snapshot).Decide(RouteRig.Request(), default);
        Codes(decision).ShouldBe([("b", CandidateCode.Chosen), ("a", CandidateCode.SuspendedHere)]);
        decision.Candidates[1].HealthNote.ShouldBe(Note);
        new Router(snapshot).Choose(default, default).Chosen.ShouldBe(0);
    }

    [Fact]
    public void Explanation_SaysSinceWhenAndWhy_ToTheOperatorAlone()
    {
        RouteRig rig = Rig(RouteStrategy.LeastCost).Cell("a", Suspended);
        rig.Explain(RouteRig.Request()).Candidates.Select(static one => one.ToString()).ShouldBe(
        [
            "1. b: chosen: the first that can take it now (EUR 0.007 a segment; delivers 94.0 %).",
            "2. c: usable, but dearer than the chosen one (EUR 0.009 a segment; delivers 90.0 %).",
            $"3. a: suspended on this network {Note} (EUR 0.005 a segment; delivers 98.0 %).",
        ]);
        RouteExplainer.Explain(rig.Decide(RouteRig.Request()), RouteRig.Head("+4915112345678"), RouteRig.Now, rig.Plan, withPrices: false)
            .Candidates[2].Reason.ShouldBe("suspended on this network");

        rig.Cell("b", new(CellState.Suspended, 0, 6)).Cell("c", new(CellState.Suspended, 0, 7));
        rig.Explain(RouteRig.Request()).Candidates[0].Reason.ShouldBe(
            $"chosen: it is not well on this network, but no other that may take the message is better; not well there {Note}");
    }

    [Fact]
    public void Codes_HaveWordsEach() =>
        Enum.GetValues<CandidateCode>().Select(RouteExplainer.ReasonOf).ShouldAllBe(static words => words != "not taken");

    [Fact]
    public void Decision_WithANote_IsStoredWhole()
    {
        RouteRig rig = Rig(RouteStrategy.Fixed).Cell("a", Suspended);
        RouteDecision decision = rig.Decide(RouteRig.Request());
        Message message = Message.Create(RouteRig.Head("+4915112345678"), MessageState.Queued, EventKind.Accepted);
        message.Attempts.Add(new() { Number = 1, Connection = "b", StartedAt = 1, Decision = decision });
        var buffer = new MessageBuffer();
        MessageCodec.WriteProgress(message, buffer, 0);
        MessageCodec.ReadProgress(message.Head, buffer.Written).Attempts[0].Decision.Candidates.ShouldBe(decision.Candidates);
    }

    [Fact]
    public void Choose_SomeSick_AllocatesNothing()
    {
        RouteRig rig = Rig(RouteStrategy.Split).Cell("a", Suspended).Cell("b", new(CellState.Recovering, 0.5, 1));
        var router = new Router(rig.Snapshot);
        RouteRequest request = RouteRig.Request();
        for (int i = 0; i < 1_000; i++) router.Choose(request with { Draw = (ulong)i }, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) router.Choose(request with { Draw = (ulong)i }, default);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Snapshot_ManyCells_EachIsFoundAndNoOther_WithoutAllocation()
    {
        var keys = new List<KeyValuePair<FailoverKey, RouteHealth>>();
        for (int i = 1; i < 900; i += 2)
            keys.Add(new(FailoverKey.Of(new HealthCell("a", "US", NetworkId.FromCodes(310, i, 3), null)), new(CellState.Degraded, i / 1_000.0, 2)));
        var snapshot = new FailoverSnapshot(keys, []);
        PathHealth path = snapshot.Find("a").ShouldNotBeNull();
        snapshot.Find("b").ShouldBeNull();
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            int wrong = 0;
            for (int i = 1; i < 900; i++)
            {
                var destination = new Destination(default, "US", NumberType.Mobile, NetworkId.FromCodes(310, i, 3), NetworkSource.Range);
                double share = path.Find(destination, TrafficClass.Otp).Share;
                if (share != (i % 2 == 1 ? i / 1_000.0 : 1)) wrong++;
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            wrong.ShouldBe(0);
            if (round == 1) allocated.ShouldBe(0);
        }
    }

    // a is first in the order, the cheapest and the best, and has all but a thousandth of a split.
    private static RouteRig Rig(RouteStrategy choose) => new RouteRig("a", "b", "c")
        .Rule("rule", ["a", "b", "c"], rule => rule with
        {
            Route = rule.Route! with { Choose = choose, Shares = choose == RouteStrategy.Split ? [1_000_000, 1, 1] : [] },
        })
        .Price("a", 5_000).Price("b", 7_000).Price("c", 9_000).Quality("a", 0.98).Quality("b", 0.94).Quality("c", 0.90);

    private static (string Name, CandidateCode Code)[] Codes(RouteDecision decision) => [.. decision.Candidates.Select(static one => (one.Connection, one.Code))];
}
