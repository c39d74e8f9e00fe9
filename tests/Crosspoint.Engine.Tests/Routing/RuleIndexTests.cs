using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Matching;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>The index finds what a look at one rule after the other finds, whatever the plan.</summary>
public sealed class RuleIndexTests
{
    private static readonly string[] Accounts = ["AC1", "AC2", "AC3", "AC4"];
    private static readonly string[] Numbers = ["+4915112345678", "+4915212345678", "+493012345678", "+12125550123", "+6581234567", "+33612345678", "+80012345678"];
    private static readonly string[] Prefixes = ["+4", "+49", "+4915", "+49151", "+491511", "+1", "+1212", "+33", "+8", "+4915112345678"];
    private static readonly string[] Networks = ["", "26201", "26202", "310260", "310026"];
    private static readonly string[] Words = ["x", "y", "z", "w"];
    private static readonly string[] Patterns = ["code", "^Your", @"\d{4}$", "never"];

    private readonly Random _random = new(20261121);
    private int _mostConditions = 3;

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
        _mostConditions = count > 500 ? 7 : 3;
        int messages = count > 1_000 ? 40 : 150;
        for (int plan = 0; plan < (count > 1_000 ? 1 : count > 500 ? 3 : 12); plan++)
        {
            RoutingRule[] rules = [.. Enumerable.Range(0, count).Select(RandomRule)];

            // Only what patterns find counts here, not how long a busy machine takes for it.
            var index = new RuleIndex(rules, TimeSpan.FromMinutes(1));
            for (int i = 0; i < messages; i++)
            {
                RouteRequest request = RandomRequest();
                int expected = Array.FindIndex(rules, rule => RuleMatcher.FirstFailure(rule, request, index.Bodies) is null);
                index.Find(request).ShouldBe(expected);
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

    private RoutingRule RandomRule(int place) => new()
    {
        Name = $"r{place}",
        Match = RandomMatch(),
        Except = _random.Next(3) == 0 ? RandomMatch() : RuleMatch.Any,
    };

    // Few conditions, so that rules match; all kinds, so that none goes untried.
    private RuleMatch RandomMatch()
    {
        var match = new RuleMatch();
        for (int conditions = _random.Next(1, _mostConditions + 1); conditions > 0; conditions--)
        {
            match = _random.Next(14) switch
            {
                0 => match with { Accounts = Some(Accounts) },
                1 => match with { Classes = Some(Enum.GetValues<TrafficClass>()) },
                2 => match with { Countries = Some(["DE", "US", "SG", "FR", ""]) },
                3 => match with { Networks = Some([.. Networks.Select(Net)]) },
                4 => match with { Prefixes = Some(Prefixes) },
                5 => match with { NumberTypes = Some([NumberType.Mobile, NumberType.FixedLine, NumberType.FixedLineOrMobile, NumberType.TollFree]) },
                6 => match with { Senders = Some(["ACME", "12345", "+12125550123"]) },
                7 => match with { SenderTypes = Some(Enum.GetValues<SenderKind>()) },
                8 => match with { Metadata = [new(MetadataMatch.Campaign, _random.Next(3) == 0 ? [] : Some(Words))] },
                9 => match with { Metadata = [new("tier", _random.Next(3) == 0 ? [] : Some(Words)), new("region", Some(Words))] },
                10 => match with { Hours = [new(_random.Next(24) * 60, _random.Next(25) * 60, _random.Next(1, 128), "America/New_York")] },
                11 => match with { Segments = [new(_random.Next(1, 4), _random.Next(4) == 0 ? int.MaxValue : _random.Next(4, 6))] },
                12 => match with { Tags = Some(Words) },
                _ => match with { Bodies = Some(Patterns) },
            };
        }

        return match;
    }

    private RouteRequest RandomRequest() => RouteRig.Request(
        Numbers[_random.Next(Numbers.Length)],
        Networks[_random.Next(Networks.Length)],
        at: RouteRig.Now + (_random.NextInt64(7 * 24 * 60) * 60 * Micros.PerSecond),
        change: head => head with
        {
            AccountSid = Accounts[_random.Next(Accounts.Length)],
            From = ((string[])["ACME", "12345", "+12125550123", "someone"])[_random.Next(4)],
            Class = Enum.GetValues<TrafficClass>()[_random.Next(3)],
            SegmentCount = _random.Next(1, 7),
            Tags = _random.Next(3) == 0 ? [] : Some([.. Words, "other"]),
            Metadata = Metadata.TryCreate(
                [.. ((string[])["campaign", "tier", "region"]).Where(_ => _random.Next(2) == 0).Select(
                    name => new KeyValuePair<string, string>(name, Words[_random.Next(Words.Length)]))], out _)!,
            Body = ((string[])["Your code is 1234", "hello", "Your order", "2026"])[_random.Next(4)],
        });

    private T[] Some<T>(IReadOnlyList<T> all)
    {
        T[] some = [.. all.Where(_ => _random.Next(3) == 0)];
        return some.Length > 0 ? some : [all[_random.Next(all.Count)]];
    }

    private static NetworkId Net(string text) => NetworkId.TryParse(text, out NetworkId network) ? network : NetworkId.Unknown;
}
