using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>Every kind of condition decides, wanted and excepted, and the explanation says so.</summary>
public sealed class RuleMatchTests
{
    private const string OtherAccount = "AC00000000000000000000000000000002";

    private static readonly RuleHours Evening = new(20 * 60, 22 * 60, RuleHours.EveryDay, "Europe/Berlin");
    private static readonly RuleHours WeekdayNights = new(22 * 60, 6 * 60, 0b001_1111, "Europe/Berlin");

    /// <summary>A kind, a match that fits the rig's message, one that does not, and what the explanation says of both.</summary>
    public static TheoryData<string, RuleMatch, RuleMatch, string, string> Kinds => new()
    {
        { "account", new() { Accounts = [OtherAccount, RouteRig.AccountSid] }, new() { Accounts = [OtherAccount] },
            $"account is {OtherAccount} or {RouteRig.AccountSid}", $"account is {OtherAccount}, and it is {RouteRig.AccountSid}" },
        { "class", new() { Classes = [TrafficClass.Otp] }, new() { Classes = [TrafficClass.Marketing, TrafficClass.Transactional] },
            "class is otp", "class is marketing or transactional, and it is otp" },
        { "country", new() { Countries = ["AT", "DE"] }, new() { Countries = ["FR"] }, "country is AT or DE", "country is FR, and it is DE" },
        { "network", new() { Networks = [Net("26201"), Net("26202")] }, new() { Networks = [Net("26203"), NetworkId.Unknown] },
            "network is 26201 or 26202", "network is 26203 or unknown, and it is 26201" },
        { "prefix", new() { Prefixes = ["+49151"] }, new() { Prefixes = ["+49152", "+1"] },
            "number begins with +49151", "number begins with +49152 or +1, and it is +4915112345678" },
        { "number type", new() { NumberTypes = [NumberType.Mobile] }, new() { NumberTypes = [NumberType.FixedLine] },
            "number type is mobile", "number type is fixed_line, and it is mobile" },
        { "sender", new() { Senders = ["ACME"] }, new() { Senders = ["OTHER"] }, "sender is ACME", "sender is OTHER, and it is ACME" },
        { "sender type", new() { SenderTypes = [SenderKind.Alphanumeric] }, new() { SenderTypes = [SenderKind.ShortCode] },
            "sender type is alphanumeric", "sender type is short_code, and it is alphanumeric" },
        { "campaign", new() { Metadata = [new(MetadataMatch.Campaign, ["welcome"])] }, new() { Metadata = [new(MetadataMatch.Campaign, ["other"])] },
            "metadata 'campaign' is welcome", "metadata 'campaign' is other, and it is 'welcome'" },
        { "metadata", new() { Metadata = [new("tier", [])] }, new() { Metadata = [new("region", [])] },
            "metadata 'tier' is there", "metadata 'region' is there, and the message has none" },
        { "time", new() { Hours = [Evening] }, new() { Hours = [WeekdayNights] },
            "time is 20:00 to 22:00 (Europe/Berlin)",
            "time is Mon, Tue, Wed, Thu, Fri 22:00 to 06:00 (Europe/Berlin), and it was Sat 21:30 there" },
        { "segments", new() { Segments = [new(1, 2)] }, new() { Segments = [new(2, int.MaxValue)] },
            "number of segments is 1 to 2", "number of segments is 2 or more, and it is 1" },
        { "tag", new() { Tags = ["other", "gold"] }, new() { Tags = ["silver"] },
            "tags hold other or gold", "tags hold silver, and they are spring and gold" },
        { "body", new() { Bodies = [@"code is \d{4}"] }, new() { Bodies = ["^win "] },
            @"text fits /code is \d{4}/", "text fits /^win /, and it does not" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Match_EachKind_TakesWhatFitsAndNothingElse(string kind, RuleMatch fits, RuleMatch fails, string matched, string failed)
    {
        RouteRig rig = new RouteRig("a", "b", "c")
            .Rule("first", ["b"], rule => rule with { Match = fails })
            .Rule("second", ["c"], rule => rule with { Match = fits });

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Rule.ShouldBe("second", kind);
        told.Matched.ShouldBe($"Rule 'second' matched: {matched}.");
        told.NotMatched.ShouldBe([$"Rule 'first' did not match: it wants that {failed}."]);
        told.Outcome.ShouldBe("The message goes to 'c' by rule 'second'.");
    }

    [Fact]
    public void Metadata_ThatMayNotBeShown_IsNotTold()
    {
        RouteRig rig = new RouteRig("a", "b", "c").Rule("first", ["b"], static rule => rule with { Match = new() { Metadata = [new("tier", ["silver"])] } });
        RouteExplanation told = RouteExplainer.Explain(rig.Decide(RouteRig.Request()), RouteRig.Request().Head, RouteRig.Now, rig.Plan, withMetadata: false);
        told.NotMatched.ShouldBe(["Rule 'first' did not match: it wants that metadata 'tier' is silver, and what it is may not be shown."]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Except_EachKind_LeavesOutWhatFits(string kind, RuleMatch fits, RuleMatch fails, string matched, string failed)
    {
        _ = (matched, failed);
        RouteRig rig = new RouteRig("a", "b", "c")
            .Rule("first", ["b"], rule => rule with { Except = fits })
            .Rule("second", ["c"], rule => rule with { Except = fails });

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.Rule.ShouldBe("second", kind);
        told.NotMatched.Single().ShouldStartWith("Rule 'first' did not match: it wants that ");
        (told.NotMatched.Single().Contains(" not ", StringComparison.Ordinal)).ShouldBeTrue(told.NotMatched.Single());
    }

    [Fact]
    public void Match_SeveralKinds_AllMustFit()
    {
        RouteRig rig = new RouteRig("a", "b")
            .Rule("both", ["b"], rule => rule with { Match = new() { Countries = ["DE"], Classes = [TrafficClass.Marketing] } });

        rig.Explain(RouteRig.Request()).Rule.ShouldBe("default");
        rig.Explain(RouteRig.Request(change: head => head with { Class = TrafficClass.Marketing })).Rule.ShouldBe("both");
    }

    [Fact]
    public void Match_NestedPrefixes_TheLongerOneKnowsWhatTheShorterSays()
    {
        RouteRig rig = new RouteRig("a", "b", "c")
            .Rule("narrow", ["b"], rule => rule with { Match = new() { Prefixes = ["+4915"] }, Except = new() { Prefixes = ["+49151"] } })
            .Rule("wide", ["c"], rule => rule with { Match = new() { Prefixes = ["+49"] } });

        rig.Chosen(RouteRig.Request("+4915212345678")).ShouldBe("b");
        rig.Chosen(RouteRig.Request("+4915112345678")).ShouldBe("c");
        rig.Chosen(RouteRig.Request("+493012345678")).ShouldBe("c");
        rig.Chosen(RouteRig.Request("+33612345678")).ShouldBe("a");
    }

    [Fact]
    public void Match_HoursOverMidnightAndDays_GoByTheZone()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("nights", ["b"], rule => rule with { Match = new() { Hours = [WeekdayNights] } });

        // Friday, 22:30 in Berlin; Saturday, 05:30, of the hours that began on Friday; Saturday, 22:30.
        rig.Chosen(At(2026, 11, 20, 21, 30)).ShouldBe("b");
        rig.Chosen(At(2026, 11, 21, 4, 30)).ShouldBe("b");
        rig.Chosen(At(2026, 11, 21, 21, 30)).ShouldBe("a");

        // And back: what was found for a moment does not hold for another.
        rig.Chosen(At(2026, 11, 20, 21, 30)).ShouldBe("b");
        rig.Chosen(At(2026, 11, 20, 20, 59)).ShouldBe("a");
        rig.Chosen(At(2026, 11, 20, 21, 0)).ShouldBe("b");

        static RouteRequest At(int year, int month, int day, int hour, int minute) => RouteRig.Request(
            at: new DateTimeOffset(year, month, day, hour, minute, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * Micros.PerMillisecond);
    }

    [Fact]
    public void Match_ABodyThatTakesTooLong_PassesTheRuleOverBothWays()
    {
        RoutingRule wants = new() { Name = "wants", Match = new() { Bodies = ["(a|aa)+b"] }, Route = new() { Connections = ["b"] } };
        RoutingRule not = new() { Name = "not", Except = new() { Bodies = ["(a|aa)+b"] }, Route = new() { Connections = ["b"] } };
        var rig = new RouteRig("a", "b") { Rules = [wants, not] };
        var snapshot = new RoutingSnapshot(rig.Plan, rig.Connections, rig.Sources with { BodyLimit = TimeSpan.FromTicks(1) }, rig);
        RouteRequest request = RouteRig.Request(change: head => head with { Body = new string('a', 1_000_000) });

        snapshot.Match(request).ShouldBeNull();
        snapshot.BodyTimeouts.ShouldBe(1);
    }

    [Fact]
    public void Explain_ManyRulesAbove_TellsTheNearestAndCountsTheRest()
    {
        var rig = new RouteRig("a", "b");
        for (int i = 0; i < 30; i++) rig.Rule($"r{i}", ["b"], rule => rule with { Match = new() { Countries = ["FR"] } });

        RouteExplanation told = rig.Explain(RouteRig.Request());

        told.NotMatched.Count.ShouldBe(21);
        told.NotMatched[0].ShouldBe("10 more rules above these did not match.");
        told.NotMatched[^1].ShouldStartWith("Rule 'r29' did not match");
        told.Matched.ShouldBe("No rule matched, so the default list decides.");
    }

    [Fact]
    public void Explain_AfterThePlanHasChanged_SaysWhatIsStored()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("german", ["b"], rule => rule with { Match = new() { Countries = ["DE"], Classes = [TrafficClass.Otp] } });
        RouteRequest request = RouteRig.Request();
        RouteDecision decision = rig.Decide(request);
        rig.Rule("another", ["a"]);

        RouteExplanation told = RouteExplainer.Explain(decision, request.Head, request.At, rig.Plan);

        told.Matched.ShouldBe("Rule 'german' of revision 7 matched, by class and country; the plan has changed since.");
        told.NotMatched.ShouldBeEmpty();
        told.Message.ShouldBe($"It is otp, of account {RouteRig.AccountSid}, from ACME (alphanumeric) to +4915112345678: a mobile number in DE, network 26201, by the number's range.");
        told.Candidates.Single().Connection.ShouldBe("b");
    }

    [Fact]
    public void Explain_AfterTheTextWasRemoved_DoesNotPretendToKnow()
    {
        RouteRig rig = new RouteRig("a", "b").Rule("words", ["b"], rule => rule with { Match = new() { Bodies = ["never there"] } });
        RouteRequest request = RouteRig.Request();
        RouteDecision decision = rig.Decide(request);

        RouteExplanation told = RouteExplainer.Explain(decision, request.Head with { Body = "" }, request.At, rig.Plan);

        told.NotMatched.ShouldBe(["Rule 'words' did not match, as far as is known: it looks at the text, which was removed since."]);
    }

    private static NetworkId Net(string text)
    {
        NetworkId.TryParse(text, out NetworkId network).ShouldBeTrue();
        return network;
    }
}
