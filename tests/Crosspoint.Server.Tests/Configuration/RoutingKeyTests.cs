using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>routing</c> and of <c>capabilities</c>: each reaches its option, or is refused by name.</summary>
public sealed class RoutingKeyTests
{
    private const string Sid = "AC00000000000000000000000000000001";

    [Fact]
    public void Parse_EveryMatch_ReachesItsCondition()
    {
        RoutingPlan plan = Read(
            $$"""
            rules:
              - name: all
                match:
                  account: {{Sid}}
                  class: [ otp, marketing ]
                  country: [ DE, unknown ]
                  network: [ 26201, 310-260, 604001, unknown ]
                  prefix: [ "+49151", "+1" ]
                  number_type: [ mobile, fixed_line_or_mobile ]
                  sender: [ ACME, "+1 555 000 1000" ]
                  sender_type: alphanumeric
                  campaign: [ spring ]
                  metadata: { tier: [ gold, silver ], region: "*" }
                  hours:
                    - { from: "22:00", to: "06:00", days: [ mon, tue ], zone: Europe/Berlin }
                  segments: [ 1, 3-4, 6- ]
                  tag: [ a, b ]
                  body: [ 'code \d+' ]
                  not: { country: FR, body: never, hours: { from: "00:00", to: "24:00", zone: UTC } }
                connections: [ a ]
            """);

        RuleMatch match = plan.Rules.Single().Match;
        match.Accounts.ShouldBe([Sid]);
        match.Classes.ShouldBe([TrafficClass.Otp, TrafficClass.Marketing]);
        match.Countries.ShouldBe(["DE", ""]);
        match.Networks.Select(network => network.ToString()).ShouldBe(["26201", "310260", "60401", ""], "604-001 is listed as 604-01");
        match.Prefixes.ShouldBe(["+49151", "+1"]);
        match.NumberTypes.ShouldBe([NumberType.Mobile, NumberType.FixedLineOrMobile]);
        match.Senders.ShouldBe(["ACME", "+15550001000"]);
        match.SenderTypes.ShouldBe([SenderKind.Alphanumeric]);
        match.Metadata.Select(one => $"{one.Name}={string.Join('/', one.Values)}").ShouldBe(["campaign=spring", "tier=gold/silver", "region="]);
        match.Hours.ShouldBe([new(22 * 60, 6 * 60, 0b11, "Europe/Berlin")]);
        match.Segments.ShouldBe([new(1, 1), new(3, 4), new(6, int.MaxValue)]);
        match.Tags.ShouldBe(["a", "b"]);
        match.Bodies.ShouldBe([@"code \d+"]);
        RuleMatch except = plan.Rules.Single().Except;
        except.Countries.ShouldBe(["FR"]);
        except.Bodies.ShouldBe(["never"]);
        except.Hours.ShouldBe([new(0, 1440, RuleHours.EveryDay, "UTC")]);
    }

    [Fact]
    public void Parse_EveryWayToChoose_ReachesItsOption()
    {
        RoutingPlan plan = Read(
            """
            lists:
              - { name: second, connections: [ b, a ], choose: best_quality, explore: 2%, quality_at_least: 90%, fallback: third }
              - { name: third, connections: [ a ] }
            registered_senders:
              - { country: SG, senders: [ ACME ] }
            rules:
              - name: blended
                connections: [ a, b ]
                choose: blend
                cost_weight: 2
                quality_weight: 3.5
                explore: 0.2
                quality_at_least: 0.95
                price_at_most: 0.0075
                margin_at_least: 0.001
                require: [ receipts, direct, licensed, sender ]
                shadow: { connections: [ c ], share: 1% }
                copy: { to: test-1, share: 0.25 }
                fallback: second
                attempts: 3
                within: 2m
              - { name: shared, match: { class: otp }, connections: [ a, b ], choose: split, shares: [ 70, 30 ], sticky: true, margin_at_least: 10% }
              - { name: closed, match: { country: CU }, deny: { code: 30450, reason: not served } }
            """);

        RoutingRule rule = plan.Rules[0];
        RouteList route = rule.Route.ShouldNotBeNull();
        (route.Choose, route.CostWeight, route.QualityWeight).ShouldBe((RouteStrategy.Blend, 2, 3.5));
        (route.QualityAtLeast, route.PriceAtMost, route.MarginAtLeast, route.MarginPercentAtLeast).ShouldBe((0.95, 7_500, 1_000, null));
        (route.Fallback, route.ShadowShare).ShouldBe(("second", 0.01));
        route.Shadows.ShouldBe(["c"]);
        rule.Demands.ShouldBe(RouteDemands.Receipts | RouteDemands.Direct | RouteDemands.Licensed | RouteDemands.Sender);
        (rule.MostAttempts, rule.Within, rule.CopyTo, rule.CopyShare).ShouldBe((3, TimeSpan.FromMinutes(2), "test-1", 0.25));
        RouteList shared = plan.Rules[1].Route.ShouldNotBeNull();
        (shared.Choose, shared.IsSticky, shared.MarginPercentAtLeast).ShouldBe((RouteStrategy.Split, true, 10));
        shared.Shares.ShouldBe([70, 30]);
        plan.Rules[2].Deny.ShouldBe(new RouteDenial(30450, "not served"));
        plan.Rules[2].Route.ShouldBeNull();
        plan.Lists.Select(list => (list.Name, list.Fallback)).ShouldBe([("second", "third"), ("third", null)]);
        plan.Lists[0].QualityAtLeast.ShouldBe(0.9);
        (route.Explore, plan.Lists[0].Explore, plan.Lists[1].Explore).ShouldBe((0.2, 0.02, 0));
        plan.SenderRules.Registered.ShouldBe([("SG", "ACME")]);
    }

    [Fact]
    public void Parse_Capabilities_ReachTheConnection()
    {
        IReadOnlyList<ConnectionOptions> connections = Load("").Config.ShouldNotBeNull().Engine.Connections;

        ConnectionCapabilities a = connections[0].Capabilities;
        (a.Receipts, a.Direct, a.Capacity, a.IsTest).ShouldBe((true, true, 250, false));
        a.Licensed.ShouldBe(["DE", "SG"]);
        a.SenderTypes.ShouldBe([SenderKind.LongCode, SenderKind.Alphanumeric]);
        connections[1].Capabilities.ShouldBe(ConnectionCapabilities.Default);
        connections[2].Capabilities.Receipts.ShouldBeFalse("it asks for no receipts");
        connections[3].Capabilities.IsTest.ShouldBeTrue();
    }

    [Theory]
    [InlineData("{ name: x, connections: [ aa ] }", "routing.rules[0].connections[0]", "which is no connection; did you mean 'a'?")]
    [InlineData("{ name: x, connections: [] }", "routing.rules[0].connections", "rule 'x' has no connections")]
    [InlineData("{ name: x }", "routing.rules[0].connections", "is missing")]
    [InlineData("{ name: default, connections: [ a ] }", "routing.rules[0].name", "each must be different")]
    [InlineData("{ name: x, connections: [ test-1 ] }", "routing.rules[0].connections", "rule 'x' names 'test-1', which is a test connection")]
    [InlineData("{ name: x, connections: [ a ], copy: { to: b, share: 1 } }", "routing.rules[0].copy", "no test connection")]
    [InlineData("{ name: x, connections: [ a ], copy: { to: test-1 } }", "routing.rules[0].copy.share", "is missing")]
    [InlineData("{ name: x, connections: [ a ], fallback: nowhere }", "routing.rules[0].fallback", "rule 'x' falls back to 'nowhere', which is no list")]
    [InlineData("{ name: x, connections: [ c ], require: receipts }", "routing.rules[0].require", "rule 'x' has no connection that meets")]
    [InlineData("{ name: x, match: { country: FR }, connections: [ a ], require: licensed }", "routing.rules[0].require", "rule 'x' has no connection that meets")]
    [InlineData("{ name: x, connections: [ a ], require: [ speed ] }", "routing.rules[0].require[0]", "expected one of: receipts, direct, licensed, sender")]
    [InlineData("{ name: x, connections: [ a ], choose: blend, cost_weight: 0, quality_weight: 0 }", "routing.rules[0].quality_weight", "rule 'x' weighs neither")]
    [InlineData("{ name: x, connections: [ a ], margin_at_least: 100% }", "routing.rules[0].margin_at_least", "rule 'x' wants the whole sell price")]
    [InlineData("{ name: x, connections: [ a ], choose: best_quality, explore: 21% }", "routing.rules[0].explore", "a part from 0 to 0.2, such as 0.05, or 0% to 20%")]
    [InlineData("{ name: x, connections: [ a ], choose: blend, explore: often }", "routing.rules[0].explore", "expected a part from 0 to 0.2")]
    [InlineData("{ name: x, connections: [ a ], choose: least_cost, explore: 2% }", "routing.rules[0].explore", "expected 'choose: best_quality' or 'choose: blend'")]
    [InlineData("{ name: x, explore: 2%, deny: { reason: no } }", "routing.rules[0].explore", "beside 'deny'")]
    [InlineData("{ name: x, connections: [ a ], quality_at_least: 1.5 }", "routing.rules[0].quality_at_least", "expected a part from 0 to 1")]
    [InlineData("{ name: x, connections: [ a ], price_at_most: -1 }", "routing.rules[0].price_at_most", "expected a number from 0")]
    [InlineData("{ name: x, connections: [ a ], shares: [ 1 ] }", "routing.rules[0].shares", "expected 'choose: split'")]
    [InlineData("{ name: x, connections: [ a, b ], choose: split, shares: [ 1 ] }", "routing.rules[0].shares", "1 shares for 2 connections")]
    [InlineData("{ name: x, connections: [ a ], choose: split, shares: [ 0 ] }", "routing.rules[0].shares", "all 0")]
    [InlineData("{ name: x, connections: [ a ], cost_weight: 2 }", "routing.rules[0].cost_weight", "expected 'choose: blend'")]
    [InlineData("{ name: x, connections: [ a ], deny: { reason: no } }", "routing.rules[0].connections", "beside 'deny'")]
    [InlineData("{ name: x, deny: { reason: no, code: 29999 } }", "routing.rules[0].deny.code", "no public error code")]
    [InlineData("{ name: x, deny: { code: 30450 } }", "routing.rules[0].deny.reason", "is missing")]
    [InlineData("{ name: x, connections: [ a ], attempts: 0 }", "routing.rules[0].attempts", "from 1 to 20")]
    [InlineData("{ name: x, connections: [ a ], within: 8d }", "routing.rules[0].within", "from 1s to 7d")]
    [InlineData("{ name: x, match: { country: Germany }, connections: [ a ] }", "routing.rules[0].match.country", "ISO 3166-1")]
    [InlineData("{ name: x, match: { network: 2620 }, connections: [ a ] }", "routing.rules[0].match.network", "MCC and MNC")]
    [InlineData("{ name: x, match: { body: '(a' }, connections: [ a ] }", "routing.rules[0].match", "rule 'x' is no pattern that can be taken")]
    [InlineData("{ name: x, match: { body: '(?=a)b' }, connections: [ a ] }", "routing.rules[0].match", "rule 'x' is no pattern that can be taken")]
    [InlineData("{ name: x, match: { body: '((a{90}){90}){90}' }, connections: [ a ] }", "routing.rules[0].match", "rule 'x' repeats too much")]
    [InlineData("{ name: x, match: { segments: 4-2 }, connections: [ a ] }", "routing.rules[0].match.segments", "from 1 to 255")]
    [InlineData("{ name: x, match: { hours: { from: '08:00', to: '08:00', zone: UTC } }, connections: [ a ] }", "routing.rules[0].match.hours.to", "the same as 'from'")]
    [InlineData("{ name: x, match: { hours: { from: '08:00', to: '09:00', zone: Berlin } }, connections: [ a ] }", "routing.rules[0].match.hours.zone", "tz database")]
    [InlineData("{ name: x, match: { metadata: { Tier: a } }, connections: [ a ] }", "routing.rules[0].match.metadata.Tier", "is no name of metadata")]
    [InlineData("{ name: x, match: { country: DE, not: { country: [ DE, FR ] } }, connections: [ a ] }", "routing.rules[0].match", "rule 'x' can match nothing: every country")]
    [InlineData("{ name: x, match: { land: DE }, connections: [ a ] }", "routing.rules[0].match.land", "is not a known key")]
    public void Parse_ABadRule_IsRefusedWithItsLineAndName(string rule, string key, string message)
    {
        ConfigResult result = Load($"  rules:\n    - {rule}\n");

        ConfigError error = result.Errors.ShouldHaveSingleItem();
        (error.Key, error.Line).ShouldBe((key, 33));
        error.Message.ShouldContain(message);
    }

    [Fact]
    public void Parse_WhatMayNotBeMeant_WarnsWithTheRule()
    {
        ConfigResult result = Load(
            """
              lists:
                - { name: one, connections: [ b ], fallback: two }
                - { name: two, connections: [ b ], fallback: one }
              rules:
                - { name: german, match: { country: [ DE, AT ] }, connections: [ a, b ] }
                - { name: codes, match: { country: DE, class: otp }, connections: [ a, b ] }
                - { name: lonely, match: { class: otp }, connections: [ a ] }
                - { name: circle, match: { class: marketing }, connections: [ a ], fallback: one }
            """);

        string[] warnings = [.. result.Config.ShouldNotBeNull().Warnings.Select(warning => $"{warning.Line} {warning.Key}: {warning.Message}")];
        warnings.ShouldBe(
        [
            "37 routing.rules[1].match: rule 'codes' is never reached: rule 'german' above it takes every message that it would",
            "38 routing.rules[2].connections: rule 'lonely' depends on 'a' alone: while it is down nothing goes out",
            "39 routing.rules[3].fallback: rule 'circle' falls back in a loop: list 'one' comes again after itself, and is tried once",
            "31 routing.default: the plan depends on 'a' alone: while it is down nothing goes out",
        ]);
    }

    [Fact]
    public void Parse_AnEmptyDefault_SaysWhereNothingGoes()
    {
        ConfigResult result = Load("  rules:\n    - { name: german, match: { country: DE }, connections: [ a, b ] }\n", "default: []");

        ConfigError warning = result.Config.ShouldNotBeNull().Warnings.ShouldHaveSingleItem();
        warning.Key.ShouldBe("routing.default");
        warning.Message.ShouldStartWith("the plan has no route to AC, AD, AE");
        warning.Message.ShouldEndWith("more countries: nothing matches there, and the default list is empty");
    }

    [Fact]
    public void Parse_ASenderFile_PutsItsRowsOverThoseThatCome()
    {
        using var file = new TemporaryFile("country,alphanumeric,numeric,short_code,source\nDE,no,yes,,our contract\n");
        SenderRules rules = Load($"  sender_rules: {file.Path}\n").Config.ShouldNotBeNull().Engine.Routing.SenderRules;
        rules.Find("DE").ShouldBe(new SenderRule("DE", SenderPermission.No, SenderPermission.Yes, SenderPermission.Unknown, "our contract"));
        rules.Find("US").ShouldNotBeNull();

        using var bad = new TemporaryFile("country,alphanumeric,numeric,short_code,source\nDE,maybe,yes,,x\nGermany,yes,,,x\n");
        Load($"  sender_rules: {bad.Path}\n").Errors.Select(error => error.Message).ShouldBe(
            ["line 2 of the file a permission is not known; expected yes, no, registered or nothing",
                "line 3 of the file 'Germany' is no country; expected an ISO 3166-1 code of two capitals, such as US"]);
        Load("  sender_rules: /nowhere.csv\n").Errors.Single().Message.ShouldContain("does not exist");
    }

    private static RoutingPlan Read(string routing)
    {
        ConfigResult result = Load(string.Join('\n', routing.Split('\n').Select(line => $"  {line}")));
        return result.Config.ShouldNotBeNull(string.Join('\n', result.Errors)).Engine.Routing;
    }

    private static ConfigResult Load(string routing, string listed = "default: [ a ]") => ConfigFile.Parse(
        $$"""
        accounts:
          - sid: {{Sid}}
            auth_token: 0123456789abcdef
        vendors:
          - name: v
            connections:
              - name: a
                capabilities:
                  receipts: true
                  direct: true
                  licensed: [ DE, SG ]
                  sender_types: [ long_code, alphanumeric ]
                  capacity: 250
                smpp: { host: h, port: 2775, system_id: s, password: p }
          - name: w
            connections:
              - name: b
                smpp: { host: h, port: 2775, system_id: s, password: p }
              - name: c
                smpp: { host: h, port: 2775, system_id: s, password: p, registered_delivery: none }
          - name: x
            connections:
              - name: test-1
                capabilities:
                  test: true
                smpp:
                  { host: h, port: 2775, system_id: s, password: p }


        routing:
          {{listed}}
        {{routing}}
        """,
        "test.yaml",
        ".");

    private sealed class TemporaryFile : IDisposable
    {
        public TemporaryFile(string text)
        {
            Path = System.IO.Path.GetTempFileName();
            File.WriteAllText(Path, text);
        }

        public string Path { get; }

        public void Dispose() => File.Delete(Path);
    }
}
