using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

/// <summary>What rules of the routing do to messages under way.</summary>
public sealed class RoutingRuleTests
{
    private const string German = "+4915112345678";

    [Fact]
    public async Task Rule_ThatMatches_TakesTheMessageAndIsOnRecord()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync([Rule("german", "b") with { Match = new() { Countries = ["DE"] } }], first, second);

        MessageHead matched = await rig.SendAsync(to: German);
        MessageHead other = await rig.SendAsync(to: "+33612345678");
        Message message = await rig.UntilAsync(matched, MessageState.Sent);
        await rig.UntilAsync(other, MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
        RouteDecision decision = message.Attempts.Single().Decision;
        (decision.Rule, decision.Facts!.Country, decision.Candidates.Single()).ShouldBe(("german", "DE", new RouteCandidate("b", CandidateCode.Chosen)));
        (await rig.FindAsync(other.Id)).Attempts.Single().Decision.Rule.ShouldBe("default");

        // What is on record is enough to say why.
        RouteExplainer.Explain(decision, message.Head, message.Attempts[0].StartedAt, rig.Gateway.Plan).Matched.ShouldBe("Rule 'german' matched: country is DE.");
    }

    [Fact]
    public async Task Rule_ThatDenies_EndsTheMessageWithItsCodeAndReason()
    {
        await using var carrier = new ScriptedCarrier();
        RoutingRule closed = new() { Name = "closed", Match = new() { Countries = ["DE"] }, Deny = new(ErrorCodes.DestinationBlocked, "not served") };
        await using Rig rig = await StartAsync([closed], carrier);

        MessageHead head = await rig.SendAsync(to: German);
        Message message = await rig.UntilAsync(head, MessageState.Failed);

        message.ErrorCode.ShouldBe(ErrorCodes.DestinationBlocked);
        message.Events[^1].Detail.ShouldBe("denied by rule 'closed': not served");
        message.Attempts.ShouldBeEmpty();
        message.Unrouted.ShouldNotBeNull().Facts!.DenyReason.ShouldBe("not served");
        carrier.Submits.ShouldBeEmpty();

        // It survives the process.
        await rig.RestartAsync();
        (await rig.FindAsync(head.Id)).Unrouted.ShouldNotBeNull().Rule.ShouldBe("closed");
    }

    [Fact]
    public async Task Rule_WithoutAConnectionThatMayTakeIt_FailsAndSaysWhyOfEach()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [Rule("strict", "a") with { Demands = RouteDemands.Licensed, Match = new() { Countries = ["DE"] } }], carrier);

        MessageHead head = await rig.SendAsync(to: German);
        Message message = await rig.UntilAsync(head, MessageState.Failed);

        message.Unrouted.ShouldNotBeNull().Candidates.ShouldBe([new("a", CandidateCode.NotLicensed)]);
        carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Fallback_AfterARefusal_TakesTheMessage()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier();
        var plan = new RoutingPlan(1, [])
        {
            Rules = [Rule("chain", "a") with { Route = new() { Connections = ["a"], Fallback = "backup" } }],
            Lists = [new() { Name = "backup", Connections = ["b"] }],
        };
        await using Rig rig = await StartAsync(plan, first, second);

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        message.Attempts.Select(attempt => attempt.Connection).ShouldBe(["a", "b"]);
        message.Attempts[1].Decision.Candidates.Select(one => (one.Connection, one.Code, one.List))
            .ShouldBe([("a", CandidateCode.RefusedBefore, 0), ("b", CandidateCode.Chosen, 1)]);
    }

    [Theory]
    [InlineData(CommandStatus.ReceiverRejected)]
    [InlineData(CommandStatus.SystemError)]
    public async Task Attempts_AsManyAsTheRuleAllows_EndTheMessage(CommandStatus status)
    {
        await using var first = new ScriptedCarrier { Script = (c, s) => c.Refuse(s, status) };
        await using var second = new ScriptedCarrier { Script = (c, s) => c.Refuse(s, status) };
        await using var third = new ScriptedCarrier();
        await using Rig rig = await StartAsync([Rule("two", "a", "b", "c") with { MostAttempts = 2 }], first, second, third);

        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Failed);

        message.Attempts.Count.ShouldBe(2);
        (first.Submits.Count + second.Submits.Count, third.Submits.Count).ShouldBe((2, 0));
        message.Events[^1].Code.ShouldBe((uint)status);
    }

    [Fact]
    public async Task Within_WhileNothingIsUp_ExpiresTheMessage()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        RoutingPlan plan = new(1, ["a"]) { Rules = [Rule("quick", "a") with { Match = new() { Classes = [TrafficClass.Otp] }, Within = TimeSpan.FromSeconds(30) }] };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port)) with { Routing = plan });

        MessageHead quick = await rig.SendAsync(trafficClass: TrafficClass.Otp);
        MessageHead slow = await rig.SendAsync();
        Message message = await rig.UntilAsync(quick, MessageState.Expired);

        (message.UpdatedAt - message.Head.CreatedAt).ShouldBeInRange(Micros.From(TimeSpan.FromSeconds(30)), Micros.From(TimeSpan.FromSeconds(40)));
        message.ErrorCode.ShouldBe(ErrorCodes.ValidityExpired);
        (await rig.FindAsync(slow.Id)).State.ShouldBe(MessageState.Queued);
    }

    [Fact]
    public async Task Attempts_UsedUpByAnUnknownOutcome_TheLateRefusalEndsTheMessage()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync([Rule("one", "a") with { MostAttempts = 1 }], carrier);
        MessageHead head = await rig.SendAsync();
        CarrierSubmit submit = await carrier.NextAsync();
        Message message = await rig.UntilAsync(head, static message => message.Segments.Exists(static segment => segment.State == SegmentState.Unknown));
        message.Events[^1].Detail.ShouldBe("policy wait");

        carrier.Refuse(submit, CommandStatus.ReceiverRejected);
        message = await rig.UntilAsync(head, MessageState.Failed);

        (carrier.Submits.Count, message.Attempts.Single().CommandStatus).ShouldBe((1, (uint)CommandStatus.ReceiverRejected));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempts_UsedUpByAnUnknownOutcome_NoneFollowsARestart(bool isOnRecord)
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync([Rule("one", "a") with { MostAttempts = 1 }], carrier);
        MessageHead head = await rig.SendAsync();
        await carrier.NextAsync();
        if (isOnRecord) await rig.UntilAsync(head, static message => message.Segments.Exists(static segment => segment.State == SegmentState.Unknown));

        await rig.KillAsync();
        await rig.RestartAsync();
        await rig.BoundAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        carrier.Submits.Count.ShouldBe(1);
        Message message = await rig.FindAsync(head.Id);
        (message.State, message.Attempts.Count).ShouldBe((MessageState.Sending, 1));
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
    }

    [Fact]
    public async Task Within_BesideACapByDay_EndsTheMessageThatTheCapHolds()
    {
        await using var carrier = new ScriptedCarrier();
        Limit cap = new() { Name = "days", Rate = 0, PerDay = 1, Zone = NodaTime.DateTimeZone.Utc, Over = LimitAnswer.Queue };
        RoutingPlan plan = new(1, ["a"]) { Rules = [Rule("quick", "a") with { Within = TimeSpan.FromHours(30) }] };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port)) with { Routing = plan, Limits = [cap] });
        await rig.BoundAsync();
        rig.Clock.SetWallClock(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);
        MessageHead held = await rig.SendAsync();
        MessageHead large = await rig.SendAsync(new string('x', 1_000));
        long end = large.CreatedAt + Micros.From(TimeSpan.FromHours(30));

        // The cap holds the long one over every midnight: it ends by its rule all the same, 18:00 on the day after.
        rig.Clock.SetWallClock(new DateTimeOffset(2026, 3, 2, 0, 0, 1, TimeSpan.Zero));
        await rig.UntilAsync(held, MessageState.Sent);
        rig.Clock.SetWallClock(new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));
        await rig.UntilAsync(large, message => message.Head.ValidUntil == end);
        rig.Clock.SetWallClock(new DateTimeOffset(2026, 3, 2, 18, 0, 10, TimeSpan.Zero));
        Message message = await rig.UntilAsync(large, MessageState.Expired);

        (message.Head.ValidUntil, message.Attempts.Count).ShouldBe((end, 0));
    }

    [Fact]
    public async Task Within_AfterTheMessageWasReplaced_StillHolds()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        RoutingPlan plan = new(1, ["a"]) { Rules = [Rule("quick", "a") with { Within = TimeSpan.FromSeconds(30) }] };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port)) with { Routing = plan });
        MessageHead head = await rig.SendAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        ChangeResult result = await rig.Gateway.Intake.ReplaceAsync(
            Rig.Account, head.Id, new Replacement("new", null, rig.Clock.GetUtcNow().AddHours(1), 0, null), CancellationToken.None);

        (result.Outcome, result.Message!.Head.ValidUntil).ShouldBe((ChangeOutcome.Done, head.CreatedAt + Micros.From(TimeSpan.FromSeconds(30))));
        await rig.UntilAsync(head, MessageState.Expired);
    }

    [Fact]
    public async Task Within_OfAMessageThatGetsAnotherTime_CountsFromThere()
    {
        await using var carrier = new ScriptedCarrier();
        RoutingPlan plan = new(1, ["a"]) { Rules = [Rule("quick", "a") with { Within = TimeSpan.FromSeconds(30) }] };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port)) with { Routing = plan });
        MessageHead head = await rig.SendAsync(Rig.Request() with { SendAt = rig.Clock.GetUtcNow().AddHours(1) });
        DateTimeOffset later = rig.Clock.GetUtcNow().AddHours(2);

        ChangeResult result = await rig.Gateway.Intake.RescheduleAsync(Rig.Account, head.Id, later, CancellationToken.None);

        result.Message!.Head.ValidUntil.ShouldBe(Micros.From(later.AddSeconds(30)));
    }

    [Fact]
    public async Task Within_AfterTheConnectionWasReplaced_StillHolds()
    {
        await using var before = new ScriptedCarrier(isUp: false);
        await using var after = new ScriptedCarrier(isUp: false);
        RoutingPlan plan = new(1, ["a"]) { Rules = [Rule("quick", "a") with { Within = TimeSpan.FromSeconds(60) }] };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", before.Port)) with { Routing = plan });
        MessageHead head = await rig.SendAsync();
        await rig.SettleAsync();

        rig.Gateway.ChangeConnection(Rig.Connection("a", after.Port), null).Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => rig.Gateway.Connections().Single().Queued == 1 && rig.Gateway.ConnectionOptions().Single().Smpp.Port == after.Port);
        Message message = await rig.UntilAsync(head, MessageState.Expired);
        after.Start();
        await rig.BoundAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        (message.UpdatedAt - message.Head.CreatedAt).ShouldBeInRange(Micros.From(TimeSpan.FromSeconds(60)), Micros.From(TimeSpan.FromSeconds(70)));
        (after.Submits.Count, rig.Gateway.Connections().Single().Queued).ShouldBe((0, 0));
    }

    [Fact]
    public async Task BodyPatterns_GivenUp_AreCountedOverChangesOfThePlan()
    {
        await using var carrier = new ScriptedCarrier();
        RoutingPlan plan = new(1, ["a"]) { Rules = [Rule("words", "a") with { Match = new() { Bodies = ["(a{1,20}x?){1,100}b"] } }] };
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port)) with
        {
            Routing = plan,
            RoutingSources = new() { BodyLimit = TimeSpan.FromTicks(1) },
        };
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync();
        rig.Gauge("crosspoint.routing.body_timeouts").ShouldBe(0);

        Message message = await rig.UntilAsync(await rig.SendAsync(new string('a', 1_600)), MessageState.Sent);

        message.Attempts.Single().Decision.Rule.ShouldBe("default");
        int counted = rig.Gauge("crosspoint.routing.body_timeouts");
        counted.ShouldBeGreaterThan(0);
        rig.Gateway.TakePlan(new(2, ["a"]));
        rig.Gauge("crosspoint.routing.body_timeouts").ShouldBe(counted);
    }

    [Fact]
    public async Task TakePlan_WhileMessagesWait_RoutesThemAnew()
    {
        await using var first = new ScriptedCarrier(isUp: false);
        await using var second = new ScriptedCarrier();
        EngineOptions options = Rig.Options(Rig.Connection("a", first.Port), Rig.Connection("b", second.Port));
        await using Rig rig = await Rig.StartAsync(options with { Routing = new(1, ["a"]) { Rules = [Rule("all", "a")] } });
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync();
        await rig.SettleAsync();
        rig.Gateway.Connections()[0].Queued.ShouldBe(1);

        rig.Gateway.TakePlan(new(2, ["a"]) { Rules = [Rule("all", "b")] }).Outcome.ShouldBe(ControlOutcome.Done);

        Message message = await rig.UntilAsync(head, MessageState.Sent);
        (message.Attempts.Single().Connection, message.Attempts[0].Decision.PlanRevision).ShouldBe(("b", 2));
    }

    [Fact]
    public async Task TakePlan_ThatNamesWhatIsNotThere_IsRefusedAndTheOldOneStays()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync([Rule("all", "a")], carrier);

        ControlResult result = rig.Gateway.TakePlan(new(2, ["a"]) { Rules = [Rule("all", "z")] });

        (result.Outcome, result.Detail).ShouldBe((ControlOutcome.Refused, "rule 'all' names 'z', which is no connection"));
        rig.Gateway.Plan.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task RemoveConnection_ThatARuleNames_IsRefused()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync([Rule("all", "b")], first, second);

        ControlResult result = rig.Gateway.RemoveConnection("b");

        (result.Outcome, result.Detail).ShouldBe((ControlOutcome.Refused, "connection 'b' is running; rule 'all' of the routing names it: take it out there first"));
    }

    [Fact]
    public async Task Split_OverConnections_KeepsItsShares()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(
            [Rule("shares", "a", "b") with { Route = new() { Connections = ["a", "b"], Choose = RouteStrategy.Split, Shares = [3, 1] } }], first, second);

        for (int i = 0; i < 400; i++) await rig.SendAsync();
        await rig.UntilAsync(() => first.Submits.Count + second.Submits.Count == 400);

        second.Submits.Count.ShouldBeInRange(60, 145);
    }

    [Fact]
    public async Task SenderTypes_OfAConnection_CountInTheDefaultListToo()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        ConnectionOptions names = Rig.Connection("a", first.Port) with
        {
            Capabilities = ConnectionCapabilities.Default with { SenderTypes = [Sms.Numbers.SenderKind.Alphanumeric] },
        };
        await using Rig rig = await Rig.StartAsync(Rig.Options(names, Rig.Connection("b", second.Port)));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        MessageHead number = await rig.SendAsync();
        MessageHead name = await rig.SendAsync(Rig.Request() with { From = "ACME" });
        await rig.UntilAsync(number, MessageState.Sent);
        await rig.UntilAsync(name, MessageState.Sent);

        (await rig.FindAsync(number.Id)).Attempts.Single().Connection.ShouldBe("b");
        (await rig.FindAsync(name.Id)).Attempts.Single().Connection.ShouldBe("a");
    }

    [Fact]
    public async Task Preview_OfARequest_SendsAndStoresNothing()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync([Rule("german", "a") with { Match = new() { Countries = ["DE"] } }], carrier);

        RoutePreview preview = rig.Gateway.Preview(Rig.Request(to: German), null);
        RoutePreview refused = rig.Gateway.Preview(Rig.Request(to: "nobody"), null);

        (preview.Decision!.Rule, preview.Refusal).ShouldBe(("german", null));
        refused.Refusal!.Value.Field.ShouldBe("to");
        refused.Decision.ShouldBeNull();
        await rig.SettleAsync();
        carrier.Submits.ShouldBeEmpty();
    }

    private static RoutingRule Rule(string name, params string[] connections) => new() { Name = name, Route = new() { Connections = connections } };

    private static Task<Rig> StartAsync(IReadOnlyList<RoutingRule> rules, params ScriptedCarrier[] carriers) =>
        StartAsync(new RoutingPlan(1, ["a"]) { Rules = rules }, carriers);

    private static async Task<Rig> StartAsync(RoutingPlan plan, params ScriptedCarrier[] carriers)
    {
        EngineOptions options = Rig.Options([.. carriers.Select((carrier, i) => Rig.Connection(Rig.NameOf(i), carrier.Port))]);
        Rig rig = await Rig.StartAsync(options with { Routing = plan });
        for (int i = 0; i < carriers.Length; i++) await rig.BoundAsync(Rig.NameOf(i));
        return rig;
    }
}
