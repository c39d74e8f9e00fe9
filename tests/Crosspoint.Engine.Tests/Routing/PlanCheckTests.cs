using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Checking;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

public sealed class PlanCheckTests
{
    [Fact]
    public void Find_NothingWrong_FindsNothing()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("all", ["a", "b"]);

        PlanCheck.Find(rig.Plan with { Default = ["a", "b"] }, rig.Connections, rig.Sources).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Covered))]
    public void Find_ARuleBelowOneThatTakesAllOfIts_SaysItIsNeverReached(RuleMatch above, RuleMatch aboveNot, RuleMatch below, RuleMatch belowNot, bool isCovered)
    {
        RouteRig rig = new RouteRig("a", "b")
            .Rule("above", ["a", "b"], rule => rule with { Match = above, Except = aboveNot })
            .Rule("below", ["a", "b"], rule => rule with { Match = below, Except = belowNot });

        IEnumerable<PlanFinding> found = PlanCheck.Find(rig.Plan with { Default = ["a", "b"] }, rig.Connections, rig.Sources);

        found.Any(finding => finding is { Fault: PlanFault.Unreachable, Rule: 1, IsError: false }).ShouldBe(isCovered);
    }

    [Fact]
    public void Find_RandomPlans_SaysOfTheSameRulesAsALookAtEachPair_ThatTheyAreNeverReached()
    {
        var random = new RandomRules(7);
        int found = 0;
        for (int plan = 0; plan < 60; plan++)
        {
            random.MostConditions = (plan % 4) + 1;
            RoutingRule[] rules = [.. Enumerable.Range(0, 80).Select(place =>
            {
                RoutingRule rule = random.Next(place);

                // A first rule that takes everything would leave nothing to find out.
                return rule.Match.Conditions == 0 ? rule with { Match = new() { Tags = ["x"] } } : rule;
            })];
            var index = new CoverIndex(rules);
            for (int i = 0; i < rules.Length; i++)
            {
                int expected = Array.FindIndex(rules, 0, i, above => RuleCover.Covers(above, rules[i]));
                index.FindAbove(i).ShouldBe(expected);
                found += expected >= 0 ? 1 : 0;
            }
        }

        found.ShouldBeInRange(100, 4_000);
    }

    public static TheoryData<RuleMatch, RuleMatch, RuleMatch, RuleMatch, bool> Covered => new()
    {
        { RuleMatch.Any, RuleMatch.Any, RuleMatch.Any, RuleMatch.Any, true },
        { new() { Countries = ["DE", "AT"] }, RuleMatch.Any, new() { Countries = ["DE"], Classes = [TrafficClass.Otp] }, RuleMatch.Any, true },
        { new() { Countries = ["DE"] }, RuleMatch.Any, new() { Countries = ["DE", "AT"] }, RuleMatch.Any, false },
        { new() { Countries = ["DE"] }, RuleMatch.Any, RuleMatch.Any, RuleMatch.Any, false },
        { new() { Prefixes = ["+49"] }, RuleMatch.Any, new() { Prefixes = ["+49151", "+4930"] }, RuleMatch.Any, true },
        { new() { Prefixes = ["+49151"] }, RuleMatch.Any, new() { Prefixes = ["+49"] }, RuleMatch.Any, false },
        { RuleMatch.Any, new() { Classes = [TrafficClass.Otp] }, new() { Classes = [TrafficClass.Marketing] }, RuleMatch.Any, true },
        { RuleMatch.Any, new() { Classes = [TrafficClass.Otp] }, RuleMatch.Any, RuleMatch.Any, false },
        { RuleMatch.Any, new() { Tags = ["x"] }, RuleMatch.Any, new() { Tags = ["x", "y"] }, true },
        { RuleMatch.Any, new() { Tags = ["x"] }, new() { Tags = ["y"] }, RuleMatch.Any, false },
        { new() { Segments = [new(1, 5)] }, RuleMatch.Any, new() { Segments = [new(2, 3)] }, RuleMatch.Any, true },
        { new() { Metadata = [new("tier", [])] }, RuleMatch.Any, new() { Metadata = [new("tier", ["gold"])] }, RuleMatch.Any, true },
        { new() { Metadata = [new("tier", ["gold"])] }, RuleMatch.Any, new() { Metadata = [new("tier", [])] }, RuleMatch.Any, false },
    };

    [Fact]
    public void Find_PricesAskedForWhereThereAreNone_NamesTheConnections()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Price("b", 1)
            .Rule("cheap", ["a", "b", "c"], rule => rule with { Route = rule.Route! with { Choose = RouteStrategy.LeastCost } })
            .Rule("capped", ["a", "b"], rule => rule with { Match = new() { Countries = ["DE"] }, Route = rule.Route! with { PriceAtMost = 5 } });

        PlanFinding[] found = [.. PlanCheck.Find(rig.Plan with { Default = [] }, rig.Connections, rig.Sources).Where(one => one.Fault == PlanFault.NoRates)];

        found.Select(one => one.ToString()).ShouldBe(
        [
            "rule 'cheap' goes by prices, and a and c have no rate deck: last in every decision",
            "rule 'capped' goes by prices, and a has no rate deck: left out of every decision",
        ]);
    }

    [Fact]
    public void Find_CountriesWithoutARule_AreTold()
    {
        RouteRig rig = new RouteRig("a", "b").Rule(
            "most", ["a", "b"], rule => rule with { Except = new() { Countries = ["CU", "KP"] } });

        PlanCheck.Find(rig.Plan with { Default = [] }, rig.Connections, rig.Sources).Single().ToString()
            .ShouldBe("the plan has no route to CU and KP: nothing matches there, and the default list is empty");

        rig = new RouteRig("a", "b").Rule("codes", ["a", "b"], rule => rule with { Match = new() { Classes = [TrafficClass.Otp] } });
        PlanCheck.Find(rig.Plan with { Default = [] }, rig.Connections, rig.Sources).Single().Message
            .ShouldEndWith("more countries: every rule there wants more than the country, and the default list is empty");
    }

    [Fact]
    public void Find_OneVendorForAll_IsASinglePointOfFailure()
    {
        RouteConnection[] connections = [new("a", "v", ConnectionCapabilities.Default), new("b", "v", ConnectionCapabilities.Default)];
        var plan = new RoutingPlan(1, ["a", "b"]) { Rules = [new() { Name = "all", Route = new() { Connections = ["a", "b"] } }] };

        PlanCheck.Find(plan, connections, new()).Select(one => one.ToString())
            .ShouldBe(["rule 'all' depends on vendor 'v' alone", "the plan depends on vendor 'v' alone"]);
    }

    [Fact]
    public void SenderRules_ThatCome_HaveASourceForEachOfManyCountries()
    {
        SenderRule[] rows = [.. SenderRules.Standard.Rows];

        rows.Length.ShouldBeGreaterThan(100);
        rows.ShouldAllBe(row => row.Source.Length > 10);
        rows.Select(row => row.Country).Except(NumberPlan.Countries).ShouldBeEmpty();
        rows.ShouldContain(row => row.Alphanumeric == SenderPermission.Registered);
        SenderRules.Standard.Find("US")!.Alphanumeric.ShouldBe(SenderPermission.No);
        SenderRules.Standard.Check("ZZ", SenderKind.Alphanumeric, "ACME").ShouldBeNull("nothing is known of it");
        SenderRules.Standard.Check("US", null, "?").ShouldBeNull("what it is cannot be told");
    }
}
