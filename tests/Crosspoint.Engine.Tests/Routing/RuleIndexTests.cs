using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Matching;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>The index finds what a look at one rule after the other finds, whatever the plan.</summary>
public sealed class RuleIndexTests
{
    private static readonly string[] Numbers = ["+4915112345678", "+4915212345678", "+493012345678", "+12125550123", "+6581234567", "+33612345678", "+80012345678"];

    private readonly Random _random = new(20261121);
    private readonly RandomRules _rules = new(20261121);

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(700)]
    [InlineData(5_000)]
    public void Find_RandomPlansAndMessages_AgreesWithRuleAfterRule(int count)
    {
        int hits = 0;

        // In long plans rules ask for more, so that not the first ones match everything.
        _rules.MostConditions = count > 500 ? 7 : 3;
        int messages = count > 1_000 ? 40 : 150;
        for (int plan = 0; plan < (count > 1_000 ? 1 : count > 500 ? 3 : 12); plan++)
        {
            RoutingRule[] rules = [.. Enumerable.Range(0, count).Select(_rules.Next)];

            // Only what patterns find counts here, not how long a busy machine takes for it.
            var index = new RuleIndex(rules, TimeSpan.FromMinutes(1));
            var withoutTables = new RuleIndex(rules, TimeSpan.FromMinutes(1), mostTableWords: 0);
            for (int i = 0; i < messages; i++)
            {
                RouteRequest request = RandomRequest();
                int expected = Array.FindIndex(rules, rule => RuleMatcher.FirstFailure(rule, request, index.Bodies) is null);
                index.Find(request).ShouldBe(expected);
                withoutTables.Find(request).ShouldBe(expected);
                hits += expected >= 0 ? 1 : 0;
            }
        }

        // Plans of many rules must not all end at their first ones, nor small ones match nothing.
        hits.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Find_TheLastOfManyRules_IsFoundWithoutAllocating()
    {
        RoutingRule[] rules = [.. Enumerable.Range(0, RoutingPlan.MostRules).Select(static i => new RoutingRule
        {
            Name = $"r{i}",
            Match = new() { Accounts = [$"AC{i}"], Countries = ["DE"], Classes = [TrafficClass.Otp] },
        })];
        var index = new RuleIndex(rules, BodyPatterns.Limit);
        RouteRequest request = RouteRig.Request(change: static head => head with { AccountSid = $"AC{RoutingPlan.MostRules - 1}" });
        index.Find(request).ShouldBe(RoutingPlan.MostRules - 1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) index.Find(request);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Decide_ByRules_AllocatesNothing()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Price("a", 9_000).Price("b", 8_000).Quality("c", 0.9).Quality("a", 0.8)
            .Rule("time", ["a"], rule => rule with { Match = new() { Hours = [new(0, 60, RuleHours.EveryDay, "Europe/Berlin")], Tags = ["spring", "gold"] } })
            .Rule("blend", ["a", "b"], rule => rule with
            {
                Route = rule.Route! with { Choose = RouteStrategy.Blend, Shadows = ["c"], ShadowShare = 0.5, MarginAtLeast = 1 },
                Demands = RouteDemands.Sender | RouteDemands.Receipts,
            });
        rig.SellPrice = 20_000;
        RouteRequest request = RouteRig.Request();
        var buffer = new RankedCandidate[rig.Snapshot.BufferSize];
        RouteVerdict verdict = rig.Snapshot.Decide(request, default, buffer);
        (verdict.Rule, verdict.Count).ShouldBe((1, 3));

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) rig.Snapshot.Decide(request, default, buffer);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private RouteRequest RandomRequest() => RouteRig.Request(
        Numbers[_random.Next(Numbers.Length)],
        RandomRules.Networks[_random.Next(RandomRules.Networks.Length)],
        at: RouteRig.Now + (_random.NextInt64(7 * 24 * 60) * 60 * Micros.PerSecond),
        change: head => head with
        {
            AccountSid = RandomRules.Accounts[_random.Next(RandomRules.Accounts.Length)],
            From = ((string[])["ACME", "12345", "+12125550123", "someone"])[_random.Next(4)],
            Class = Enum.GetValues<TrafficClass>()[_random.Next(3)],
            SegmentCount = _random.Next(1, 7),
            Tags = _random.Next(3) == 0 ? [] : _rules.Some([.. RandomRules.Words, "other"]),
            Metadata = Metadata.TryCreate(
                [.. ((string[])["campaign", "tier", "region"]).Where(_ => _random.Next(2) == 0).Select(
                    name => new KeyValuePair<string, string>(name, RandomRules.Words[_random.Next(RandomRules.Words.Length)]))], out _)!,
            Body = ((string[])["Your code is 1234", "hello", "Your order", "2026"])[_random.Next(4)],
        });
}
