using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>Every strategy, floor and demand chooses, and the explanation says why.</summary>
public sealed class StrategyTests
{
    [Fact]
    public void Fixed_TakesTheFirstThatCan()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Rule("order", ["c", "b", "a"]).Use("c", ConnectionUse.Down).Price("b", 7_500).Quality("b", 0.975);

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Order.ShouldBe(["Its connections stand in a fixed order."]);
        Texts(told).ShouldBe(
        [
            "1. c: down.",
            "2. b: chosen: the first that can take it now (EUR 0.0075 a segment; delivers 97.5 %).",
            "3. a: later in the plan.",
        ]);
    }

    [Fact]
    public void LeastCost_TakesTheCheapestAndPutsThoseWithoutAPriceLast()
    {
        RouteRig rig = new RouteRig("a", "b", "c", "d").Rule("cheap", ["a", "b", "c", "d"], By(RouteStrategy.LeastCost))
            .Price("b", 8_000).Price("c", 6_500).Price("d", 8_000);

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Order.ShouldBe(["Its connections stand the cheapest first."]);
        Texts(told).ShouldBe(
        [
            "1. c: chosen: the cheapest (EUR 0.0065 a segment).",
            "2. b: usable, but dearer than the chosen one (EUR 0.008 a segment).",
            "3. d: usable, but dearer than the chosen one (EUR 0.008 a segment).",
            "4. a: usable, but its price for this destination is not known.",
        ]);
    }

    [Fact]
    public void BestQuality_GoesByDeliveryAndHealth()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Rule("best", ["a", "b", "c"], By(RouteStrategy.BestQuality))
            .Quality("a", 0.93).Quality("b", 0.98).Use("b", ConnectionUse.Usable, health: 0.5);

        // c was never measured, and counts as 90 %.
        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Order.ShouldBe(["Its connections stand the most likely to deliver first."]);
        Texts(told).ShouldBe(
        [
            "1. a: chosen: the most likely to deliver (delivers 93.0 %).",
            "2. c: usable, but less likely to deliver than the chosen one.",
            "3. b: usable, but less likely to deliver than the chosen one (delivers 98.0 %; health 50 %).",
        ]);
    }

    [Theory]
    [InlineData(1, 0, "cheap")]
    [InlineData(0, 1, "good")]
    [InlineData(1, 4, "good")]
    [InlineData(4, 1, "cheap")]
    public void Blend_WeighsPriceAndQuality(double cost, double quality, string chosen)
    {
        // Cheapness 1 and 0.8, quality 0.7 and 0.95.
        RouteRig rig = new RouteRig("cheap", "good")
            .Rule("blend", ["cheap", "good"], rule => rule with
            {
                Route = rule.Route! with { Choose = RouteStrategy.Blend, CostWeight = cost, QualityWeight = quality },
            })
            .Price("cheap", 8_000).Price("good", 10_000).Quality("cheap", 0.7).Quality("good", 0.95);

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Candidates[0].Connection.ShouldBe(chosen);
        told.Candidates[0].Reason.ShouldBe("chosen: the best by price and quality together");
        told.Candidates[1].Reason.ShouldBe("usable, but worse than the chosen one by price and quality together");
        told.Order.ShouldBe([$"Its connections stand by price and quality together, weighted {cost} to {quality}."]);
    }

    [Fact]
    public void Split_GivesEachItsShareAndMovesOnlyWhatMust()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Rule("shares", ["a", "b", "c"], rule => rule with
        {
            Route = rule.Route! with { Choose = RouteStrategy.Split, Shares = [70, 20, 10] },
        });
        const int Count = 20_000;
        string[] first = [.. Enumerable.Range(0, Count).Select(i => rig.Chosen(Drawn(i)))];

        Part(first, "a").ShouldBe(0.7, 0.015);
        Part(first, "b").ShouldBe(0.2, 0.015);
        Part(first, "c").ShouldBe(0.1, 0.015);

        // With b away its messages are shared by the others as they share the rest, and all others stay.
        rig.Use("b", ConnectionUse.Down);
        string[] second = [.. Enumerable.Range(0, Count).Select(i => rig.Chosen(Drawn(i)))];
        for (int i = 0; i < Count; i++)
        {
            if (first[i] != "b") second[i].ShouldBe(first[i]);
        }

        Part(second, "a").ShouldBe(0.875, 0.015);

        static RouteRequest Drawn(int i) => RouteRig.Request(draw: Mixed(i));
    }

    [Fact]
    public void Split_ByRecipient_StaysWithOne()
    {
        RouteRig sticky = new RouteRig("a", "b").Rule("shares", ["a", "b"], rule => rule with
        {
            Route = rule.Route! with { Choose = RouteStrategy.Split, IsSticky = true },
        });
        RouteRig loose = new RouteRig("a", "b").Rule("shares", ["a", "b"], By(RouteStrategy.Split));

        for (int recipient = 0; recipient < 20; recipient++)
        {
            string to = $"+49151123456{recipient:00}";
            Enumerable.Range(0, 50).Select(i => sticky.Chosen(RouteRig.Request(to, draw: Mixed(i)))).Distinct().Count().ShouldBe(1);
            Enumerable.Range(0, 50).Select(i => loose.Chosen(RouteRig.Request(to, draw: Mixed(i)))).Distinct().Count().ShouldBe(2);
        }

        string[] all = [.. Enumerable.Range(0, 4_000).Select(i => sticky.Chosen(RouteRig.Request($"+4915112{i:000000}")))];
        Part(all, "a").ShouldBe(0.5, 0.03);
        RouteExplanation told = sticky.Explain(RouteRig.Request());
        told.Order.ShouldBe(["Its connections stand by shares, the same for a recipient each time."]);
        told.Candidates.Select(one => one.Reason).ShouldBe(["chosen: the message falls into its share", "usable, but this message falls into the share of another"]);
    }

    [Fact]
    public void Split_WithoutShares_GoesByCapacity()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("shares", ["a", "b"], By(RouteStrategy.Split))
            .With("a", one => one with { Capacity = 300 }).With("b", one => one with { Capacity = 100 });

        Part([.. Enumerable.Range(0, 8_000).Select(i => rig.Chosen(RouteRig.Request(draw: Mixed(i))))], "a").ShouldBe(0.75, 0.02);
    }

    [Fact]
    public void Deny_EndsWithItsReason()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("blocked", [], rule => rule with
        {
            Route = null,
            Deny = new(30450, "fraud from this country"),
            Match = new() { Countries = ["DE"] },
        });

        RouteDecision decision = rig.Decide(RouteRig.Request());

        (decision.Rule, decision.Candidates.Count, decision.Facts!.DenyCode).ShouldBe(("blocked", 0, 30450));
        rig.Explain(RouteRig.Request()).Outcome.ShouldBe(
            "The message is not sent: rule 'blocked' denies it with error 30450, fraud from this country.");

        // What a connection holds a part of is not denied any more.
        rig.Chosen(RouteRig.Request(), new(null, "b", null)).ShouldBe("b");
    }

    [Fact]
    public void PriceAtMost_LeavesOutWhatIsDearerOrNotKnown()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Price("a", 9_000).Price("b", 8_000)
            .Rule("cheap", ["a", "c", "b"], rule => rule with { Route = rule.Route! with { PriceAtMost = 8_000 } });

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Order.ShouldBe(["Its connections stand in a fixed order, kept to price at most EUR 0.008."]);
        Texts(told).ShouldBe(
        [
            "1. a: left out: its price is above the ceiling of EUR 0.008 (EUR 0.009 a segment).",
            "2. c: left out: its price for this destination is not known, and the list has a limit for it.",
            "3. b: chosen: the first in the order (EUR 0.008 a segment).",
        ]);
    }

    [Fact]
    public void MarginAtLeast_GoesByTheSellPrice()
    {
        RouteRig rig = new RouteRig("a", "b").Price("a", 9_000).Price("b", 8_000)
            .Rule("margin", ["a", "b"], rule => rule with { Route = rule.Route! with { MarginAtLeast = 2_000 } })
            .Rule("percent", ["a"], rule => rule with { Route = rule.Route! with { MarginPercentAtLeast = 20 } });
        rig.SellPrice = 10_000;

        RouteExplanation told = rig.Explain(RouteRig.Request());
        told.Message.ShouldEndWith("; a segment sells for EUR 0.01.");
        Texts(told)[0].ShouldBe("1. a: left out: of the sell price EUR 0.001 would be left, and at least EUR 0.002 is asked for (EUR 0.009 a segment).");
        told.Outcome.ShouldBe("The message goes to 'b' by rule 'margin'.");

        rig.SellPrice = null;
        rig.Explain(RouteRig.Request()).Candidates[0].Reason.ShouldBe(
            "left out: a margin is asked for, and the account has no sell price for this destination");
    }

    [Theory]
    [InlineData(10, "a")]
    [InlineData(11, "b")]
    [InlineData(20, "b")]
    [InlineData(21, "")]
    public void MarginPercentAtLeast_IsOfTheSellPrice(double percent, string chosen)
    {
        RouteRig rig = new RouteRig("a", "b").Price("a", 9_000).Price("b", 8_000)
            .Rule("percent", ["a", "b"], rule => rule with { Route = rule.Route! with { MarginPercentAtLeast = percent } });
        rig.SellPrice = 10_000;

        rig.Chosen(RouteRig.Request()).ShouldBe(chosen);
    }

    [Fact]
    public void QualityAtLeast_LeavesOutWhatIsMeasuredBelow()
    {
        RouteRig rig = new RouteRig("a", "b").Quality("a", 0.8)
            .Rule("floor", ["a", "b"], rule => rule with { Route = rule.Route! with { QualityAtLeast = 0.95 } });

        // Of b nothing is known, which is held against nobody.
        RouteExplanation told = rig.Explain(RouteRig.Request());

        Texts(told).ShouldBe(
        [
            "1. a: left out: its quality is below the floor of 95.0 % (delivers 80.0 %).",
            "2. b: chosen: the first in the order.",
        ]);
        told.Outcome.ShouldBe("The message goes to 'b' by rule 'floor'.");
    }

    [Fact]
    public void Demands_LeaveOutWhatDoesNotMeetThem()
    {
        RouteRig rig = new RouteRig("a", "b", "c", "d", "e")
            .Rule("strict", ["a", "b", "c", "d", "e"], rule => rule with { Demands = RouteDemands.Receipts | RouteDemands.Direct | RouteDemands.Licensed })
            .With("a", one => one with { Receipts = false })
            .With("b", one => one with { Direct = false })
            .With("c", one => one with { Direct = true, Licensed = ["FR"] })
            .With("d", one => one with { Direct = true, Licensed = ["DE"], SenderTypes = [SenderKind.LongCode] })
            .With("e", one => one with { Direct = true, Licensed = ["DE"], SenderTypes = [SenderKind.LongCode, SenderKind.Alphanumeric] });

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Candidates.Select(one => one.Reason).ShouldBe(
        [
            "left out: the rule demands receipts, and it gives none",
            "left out: the rule demands a direct route, and it is none",
            "left out: the rule demands a path that is licensed in DE, and it has none",
            "left out: it does not carry senders of this type",
            "chosen: the first in the order",
        ]);
    }

    [Fact]
    public void DemandOfSender_GoesByWhatTheCountryTakes()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("lawful", ["b"], rule => rule with { Demands = RouteDemands.Sender });

        rig.Explain(RouteRig.Request("+12125550123")).Outcome.ShouldBe(
            "The message is not sent: rule 'lawful' denies it with error 21612, US takes no names as senders.");
        rig.Explain(RouteRig.Request("+6581234567")).Outcome.ShouldBe(
            "The message is not sent: rule 'lawful' denies it with error 30018, SG takes only registered senders of this kind, names as senders.");
        rig.Chosen(RouteRig.Request("+4915112345678")).ShouldBe("b");

        var registered = new RouteRig("a", "b") { SenderRules = SenderRules.Standard.With([], [("SG", "ACME")]), Rules = rig.Rules };
        registered.Chosen(RouteRig.Request("+6581234567")).ShouldBe("b");
        registered.Chosen(RouteRig.Request("+6581234567", change: head => head with { From = "OTHER" })).ShouldBe("");
    }

    [Fact]
    public void Fallback_IsTakenWhenNothingIsLeftBeforeIt()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Price("a", 9_000).Price("b", 9_000).Price("c", 9_500);
        rig.Lists =
        [
            new() { Name = "second", Connections = ["a", "b"], Fallback = "third" },
            new() { Name = "third", Connections = ["c"], Fallback = "second" },
        ];
        rig.Rule("chain", ["a"], rule => rule with { Route = rule.Route! with { PriceAtMost = 8_000, Fallback = "second" } }).Use("b", ConnectionUse.Down);

        RouteExplanation told = rig.Explain(RouteRig.Request());

        // What was too dear for the first list may be right for the second.
        Texts(told).ShouldBe(
        [
            "1. a: left out: its price is above the ceiling of EUR 0.008 (EUR 0.009 a segment).",
            "2. a: chosen: the first in the order, of fallback 'second' (EUR 0.009 a segment).",
            "3. b: down, of fallback 'second' (EUR 0.009 a segment).",
            "4. c: usable, in fallback 'third' (EUR 0.0095 a segment).",
        ]);
        told.Order.Count.ShouldBe(3);

        rig.Chosen(RouteRig.Request(), new(["a"], null, null)).ShouldBe("c");
        rig.Chosen(RouteRig.Request(), new(["a", "c"], null, null)).ShouldBe("b");
        rig.Chosen(RouteRig.Request(), new(["a", "b", "c"], null, null)).ShouldBe("");
    }

    [Fact]
    public void Shadow_GetsItsTrickleAndWhatNobodyElseCanTake()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Rule("warm", ["a"], rule => rule with { Route = rule.Route! with { Shadows = ["b", "c"], ShadowShare = 0.1 } });
        string[] all = [.. Enumerable.Range(0, 20_000).Select(i => rig.Chosen(RouteRig.Request(draw: Mixed(i))))];

        Part(all, "b").ShouldBe(0.05, 0.01);
        Part(all, "c").ShouldBe(0.05, 0.01);
        ulong turn = Mixed(Array.FindIndex(all, one => one == "b"));
        ulong none = Mixed(Array.FindIndex(all, one => one == "a"));
        rig.Explain(RouteRig.Request(draw: turn)).Candidates[0].Reason.ShouldBe("chosen: a shadow, which gets a share of the messages to stay in use");
        rig.Explain(RouteRig.Request(draw: none)).Candidates.Select(one => one.Reason)
            .ShouldBe(["chosen: the first in the order", "usable, but a shadow whose turn it was not", "usable, but a shadow whose turn it was not"]);
        rig.Use("a", ConnectionUse.Down);
        rig.Chosen(RouteRig.Request(draw: none)).ShouldBe("b");
    }

    [Fact]
    public void Copy_NamesTheTestRouteForItsShare()
    {
        RouteRig rig = new RouteRig("a", "test").With("test", one => one with { IsTest = true })
            .Rule("copied", ["a"], rule => rule with { CopyTo = "test", CopyShare = 0.25 });

        RouteDecision[] all = [.. Enumerable.Range(0, 8_000).Select(i => rig.Decide(RouteRig.Request(draw: Mixed(i))))];

        ((double)all.Count(one => one.Facts!.CopyTo == "test") / all.Length).ShouldBe(0.25, 0.02);
        all.ShouldAllBe(one => one.Candidates.Single().Connection == "a");
        int place = Array.FindIndex(all, one => one.Facts!.CopyTo is not null);
        rig.Explain(RouteRig.Request(draw: Mixed(place))).Outcome.ShouldBe(
            "The message goes to 'a' by rule 'copied'. A copy goes to the test route 'test'.");
    }

    [Fact]
    public void Explain_NoneUsable_SaysWhatIsWaitedFor()
    {
        RouteRig rig = new RouteRig("a", "b").Price("a", 9_000).Price("b", 8_000).Rule("all", ["a", "b"], By(RouteStrategy.LeastCost))
            .Use("a", ConnectionUse.Stopped).Use("b", ConnectionUse.Down);

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Outcome.ShouldBe("The message waits for 'b' by rule 'all': none can take it now.");
        told.Candidates.Select(static one => one.Reason).ShouldBe(["waited for: none can take the message now, and it is the first that may", "stopped"]);
    }

    [Fact]
    public void Explain_HeldByOne_SaysThatItMustTakeTheRest()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("all", ["a", "b"]);
        RouteHistory history = new(null, "b", null);

        RouteExplanation told = rig.Explain(RouteRig.Request(), history);
        told.Outcome.ShouldBe("The message goes to 'b' by rule 'all'.");
        told.Candidates.Select(static one => one.Reason).ShouldBe(
            ["not asked: another connection holds segments of this message", "chosen: it holds segments of this message, and must take the rest"]);

        rig.Use("b", ConnectionUse.Down);
        told = rig.Explain(RouteRig.Request(), history);
        told.Outcome.ShouldBe("The message waits for 'b', which holds segments of it.");
        told.Candidates[1].Reason.ShouldBe("waited for: it cannot take the message now, and holds segments of it");
    }

    [Fact]
    public void Explain_PreferredAfterAnUnknownOutcome_SaysWhy()
    {
        RouteRig rig = new RouteRig("a", "b").Price("a", 8_000).Price("b", 9_000).Rule("all", ["a", "b"], By(RouteStrategy.LeastCost));

        rig.Explain(RouteRig.Request(), new(null, null, "b")).Candidates.Select(static one => one.Reason).ShouldBe(
            ["usable, but a copy may have gone another way already", "chosen: a copy of this message may have gone there already"]);
    }

    [Fact]
    public void Choose_AListThatAsksForNeither_LooksUpNoPriceAndNoQuality()
    {
        RouteRig rig = new RouteRig("a", "b").Price("a", 8_000).Quality("a", 0.9).Quality("b", 0.8)
            .Rule("best", ["a", "b"], rule => By(RouteStrategy.BestQuality)(rule) with { Match = new() { Countries = ["FR"] } })
            .Rule("plain", ["a", "b"]);
        rig.SellPrice = 9_000;
        var router = new Router(rig.Snapshot);

        rig.Snapshot.Connections[router.Choose(RouteRig.Request(), default).Chosen].Name.ShouldBe("a");
        router.HasCandidate(RouteRig.Request(), ["a"]).ShouldBeTrue();
        rig.LookUps.ShouldBe(0);
        router.Choose(RouteRig.Request("+33612345678"), default);
        rig.LookUps.ShouldBe(2);

        // What is put on record tells all of it.
        router.Decide(RouteRig.Request(), default);
        rig.LookUps.ShouldBe(6);
    }

    [Fact]
    public void Choose_AChainOfManyLists_AllocatesNothing()
    {
        string[] names = [.. Enumerable.Range(0, 90).Select(static i => $"c{i}")];
        var rig = new RouteRig(names)
        {
            Lists =
            [
                .. Enumerable.Range(0, 30).Select(
                    i => new RouteList { Name = $"l{i}", Connections = names, PriceAtMost = 1, Fallback = i < 29 ? $"l{i + 1}" : null }),
            ],
        };
        rig.Rule("long", ["c0"], rule => rule with { Route = rule.Route! with { PriceAtMost = 1, Fallback = "l0" } });
        rig.Snapshot.BufferSize.ShouldBeGreaterThan(2_000);
        var router = new Router(rig.Snapshot);
        RouteRequest request = RouteRig.Request();
        int chosen = 0;
        long allocated = long.MaxValue;
        for (int round = 0; round < 50 && allocated != 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++) chosen = router.Choose(request, default).Chosen;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        (allocated, chosen).ShouldBe((0, -1));
    }

    [Fact]
    public void Explain_AsText_ReadsFromTheOutcomeOn()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("french", ["a"], rule => rule with { Match = new() { Countries = ["FR"] } }).Rule("all", ["b"]);

        rig.Explain(RouteRig.Request()).ToString().ReplaceLineEndings("\n").ShouldBe(
            $"""
            The message goes to 'b' by rule 'all'.
            It is otp, of account {RouteRig.AccountSid}, from ACME (alphanumeric) to +4915112345678: a mobile number in DE, network 26201, by the number's range.
            Rule 'all' matched: it takes every message.
            Rule 'french' did not match: it wants that country is FR, and it is DE.
            Its connections stand in a fixed order.
              1. b: chosen: the first in the order.

            """.ReplaceLineEndings("\n"));
    }

    private static Func<RoutingRule, RoutingRule> By(RouteStrategy strategy) => rule => rule with { Route = rule.Route! with { Choose = strategy } };

    private static double Part(string[] all, string one) => (double)all.Count(name => name == one) / all.Length;

    private static ulong Mixed(int i) => Shares.Mix((ulong)i);

    private static string[] Texts(RouteExplanation told) => [.. told.Candidates.Select(one => one.ToString())];
}
