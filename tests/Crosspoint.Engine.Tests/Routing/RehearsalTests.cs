using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Rehearsal;

namespace Crosspoint.Engine.Tests.Routing;

public sealed class RehearsalTests
{
    [Fact]
    public void Report_CheaperDraft_TellsWhatMovesAndWhatItSaves()
    {
        RouteRig rig = new RouteRig("north", "south").Price("north", 7_500).Price("south", 6_000).Quality("north", 0.95).Quality("south", 0.8)
            .Rule("all", ["north"]);
        var rehearsal = new RoutingRehearsal(rig.Snapshot, Plan(Rule("codes", ["south"], new() { Countries = ["DE"] }), Rule("rest", ["north"])));

        rehearsal.Add(RouteRig.Request(change: head => head with { SegmentCount = 3 }));
        rehearsal.Add(RouteRig.Request());
        rehearsal.Add(RouteRig.Request(to: "+33612345678", network: "20801"));
        RehearsalReport report = rehearsal.Report();

        (report.Messages, report.Segments, report.Moved, report.Currency).ShouldBe((3, 5, 2, "EUR"));
        (report.Before.Cost, report.After.Cost).ShouldBe(((Int128)(5 * 7_500), (Int128)((4 * 6_000) + 7_500)));
        report.Moves.ShouldBe([new("north", "south", 2, 4, 30_000, 24_000), new("north", "north", 1, 1, 7_500, 7_500)]);
        report.Countries.Select(static one => (one.Country, one.Messages, one.Moved, one.After.Cost)).ShouldBe([("DE", 2L, 2L, 24_000), ("FR", 1L, 0L, 7_500)]);
        (report.Before.Delivered, report.After.Delivered, report.Gain).ShouldBe((2.85, 2.55, -0.3), new Near());
        report.Actual.ShouldBeEmpty();
    }

    [Fact]
    public void Report_NoRouteDeniedAndUnpriced_AreCountedApart()
    {
        RouteRig rig = new RouteRig("north", "south").Price("north", 7_500).Rule("all", ["north"]);
        RoutingRule denied = new() { Name = "none", Match = new() { Countries = ["DE"] }, Deny = new(30450, "closed") };
        RoutingRule dear = Rule("dear", ["north"], new() { Countries = ["FR"] });
        dear = dear with { Route = dear.Route! with { PriceAtMost = 10 } };
        var rehearsal = new RoutingRehearsal(rig.Snapshot, Plan(denied, dear, Rule("rest", ["south"])));

        rehearsal.Add(RouteRig.Request());
        rehearsal.Add(RouteRig.Request(to: "+33612345678", network: "20801"));
        rehearsal.Add(RouteRig.Request(to: "+390612345678", network: "22201"));
        RehearsalReport report = rehearsal.Report();

        RehearsalSide after = report.After;
        (after.Routed, after.NoRoute, after.Denied, after.Unpriced, after.Unmeasured, after.Cost).ShouldBe((1L, 1L, 1L, 1L, 1L, 0));
        (report.Before.Routed, report.Before.Unpriced, report.Before.Cost).ShouldBe((3L, 0L, 22_500));
        report.Moves.Select(static move => move.To).ShouldBe(["(denied)", "(no route)", "south"], ignoreOrder: true);
        report.Moved.ShouldBe(3);
    }

    [Fact]
    public void Report_PlanInForceWithoutRules_KnowsPricesAllTheSame()
    {
        RouteRig rig = new RouteRig("north", "south").Price("north", 7_500).Price("south", 1_000);
        RoutingRule cheapest = Rule("all", []) with { Route = new() { Connections = ["north", "south"], Choose = RouteStrategy.LeastCost } };
        var rehearsal = new RoutingRehearsal(rig.Snapshot, Plan(cheapest));
        rehearsal.Add(RouteRig.Request());
        (rehearsal.Report().Before.Cost, rehearsal.Report().After.Cost).ShouldBe(((Int128)7_500, (Int128)1_000));
    }

    [Fact]
    public void Add_ConnectionDownOrUnwell_IsRehearsedAsWell()
    {
        RouteRig rig = new RouteRig("north", "south").Price("north", 1).Rule("all", ["north", "south"]).Use("north", ConnectionUse.Down, 0.1);
        var rehearsal = new RoutingRehearsal(rig.Snapshot, rig.Plan);
        rehearsal.Add(RouteRig.Request());
        rehearsal.Report().Moves.ShouldBe([new("north", "north", 1, 1, 1, 1)]);
    }

    [Fact]
    public void Add_RealMessage_KeepsItsPlaceInShares_AndTellsWhatBecameOfIt()
    {
        RouteRig rig = new RouteRig("north", "south").Price("north", 100).Price("south", 50).Rule("all", ["north"]);
        RoutingRule split = Rule("split", []) with { Route = new() { Connections = ["north", "south"], Choose = RouteStrategy.Split, Shares = [1, 1] } };
        RoutingPlan draft = Plan(split);
        var rehearsal = new RoutingRehearsal(rig.Snapshot, draft);
        var router = new Router(new(draft, rig.Connections, rig.Sources, rig));
        int north = 0;
        for (int i = 0; i < 200; i++)
        {
            MessageHead head = RouteRig.Head("+4915112345678") with { Id = new(i + 1, 0), CreatedAt = RouteRig.Now, Body = i == 0 ? "" : "text" };
            rehearsal.Add(head, i % 2 == 0 ? MessageState.Delivered : MessageState.Undelivered, i % 4 == 0 ? null : i == 1 ? "gone" : "north");
            if (router.Choose(RouteRequest.For(head, rig.Sources.DestinationOf(default), head.CreatedAt), default).Chosen == 0) north++;
        }

        RehearsalReport report = rehearsal.Report();
        report.Moves.First(static move => move.To == "north").Messages.ShouldBe(north);
        north.ShouldBeInRange(70, 130);
        report.Redacted.ShouldBe(1);
        report.Actual.ShouldBe([new("north", 149, 149, 50, 14_900, 0), new("", 50, 50, 50, 0, 0), new("gone", 1, 1, 0, 0, 1)]);
    }

    [Fact]
    public void Draft_NamesWhatIsNotThere_IsRefused()
    {
        RouteRig rig = new RouteRig("north").Rule("all", ["north"]);
        Should.Throw<ArgumentException>(() => new RoutingRehearsal(rig.Snapshot, Plan(Rule("x", ["west"])))).Message.ShouldContain("'west'");
    }

    [Fact]
    public void Error_GrowsWithWhatIsNotKnown_AndShrinksInPart_AsMessagesGrow()
    {
        double Relative(double error, int messages)
        {
            RouteRig rig = new RouteRig("north").Rule("all", ["north"]).Quality("north", 0.9, error: error);
            var rehearsal = new RoutingRehearsal(rig.Snapshot, rig.Plan);
            for (int i = 0; i < messages; i++) rehearsal.Add(RouteRig.Request(draw: (ulong)i));
            return rehearsal.Report().Before.Error / messages;
        }

        // Chance alone: 1.96 · √(0.9 · 0.1 / n).
        Relative(0, 100).ShouldBe(0.0588, 0.0001);
        Relative(0, 10_000).ShouldBe(0.00588, 0.00001);

        // With doubt about the connection, which is the same for all messages: it stays however many there are.
        Relative(0.02, 10_000).ShouldBe(Math.Sqrt((0.00588 * 0.00588) + (0.0392 * 0.0392)), 0.0001);
    }

    [Fact]
    public void Add_ManyMessages_AllocatesNothing()
    {
        RouteRig rig = new RouteRig("north", "south").Price("north", 7_500).Price("south", 6_000).Quality("north", 0.9).Rule("all", ["north", "south"]);
        var rehearsal = new RoutingRehearsal(rig.Snapshot, Plan(Rule("other", ["south", "north"])));
        RouteRequest request = RouteRig.Request();
        for (int i = 0; i < 1_000; i++) rehearsal.Add(request);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) rehearsal.Add(request);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static RoutingPlan Plan(params RoutingRule[] rules) => new(8, []) { Rules = rules };

    private static RoutingRule Rule(string name, string[] connections, RuleMatch? match = null) =>
        new() { Name = name, Match = match ?? RuleMatch.Any, Route = new() { Connections = connections } };

    private sealed class Near : IEqualityComparer<(double, double, double)>
    {
        public bool Equals((double, double, double) x, (double, double, double) y) =>
            Math.Abs(x.Item1 - y.Item1) < 1e-9 && Math.Abs(x.Item2 - y.Item2) < 1e-9 && Math.Abs(x.Item3 - y.Item3) < 1e-9;

        public int GetHashCode((double, double, double) obj) => 0;
    }
}
