using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Limits;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class SendWindowTests
{
    private const string NewYork = "+12125551234";
    private const string LosAngeles = "+14155551234";

    // The rig's clock starts at 03:04:05Z on 2 January 2026: 22:04 in New York, 19:04 in Los Angeles.
    private static readonly DateTimeOffset Morning = new(2026, 1, 2, 13, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset PacificEvening = new(2026, 1, 2, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Closed_IsScheduledForTheMorningAndGoesThenAlsoAfterAKill()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        MessageHead east = await rig.SendAsync(Marketing("east", NewYork));
        MessageHead west = await rig.SendAsync(Marketing("west", LosAngeles));
        MessageHead code = await rig.SendAsync("code", TrafficClass.Otp, NewYork);
        Message held = await rig.UntilAsync(east, MessageState.Scheduled);
        await rig.UntilAsync(west, MessageState.Sent);
        await rig.UntilAsync(code, MessageState.Sent);
        held.Head.SendAt.ShouldBe(Micros.From(Morning));
        held.Head.ValidUntil.ShouldBe(Micros.From(Morning.AddHours(10)));
        held.Events[^1].Kind.ShouldBe(EventKind.Held);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);

        await rig.RestartAsync();
        await rig.BoundAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        (await rig.FindAsync(east.Id)).State.ShouldBe(MessageState.Scheduled);
        rig.Clock.SetWallClock(Morning.AddSeconds(-10));
        await rig.PassAsync(TimeSpan.FromSeconds(8));
        carrier.Submits.Count.ShouldBe(2);
        Message sent = await rig.UntilAsync(east, MessageState.Sent);
        sent.SentAt.ShouldBeGreaterThanOrEqualTo(Micros.From(Morning));
        carrier.Submits.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Closed_UnderARuleThatLimitsTheTime_EndsSoLongAfterItOpens()
    {
        await using var carrier = new ScriptedCarrier();
        RoutingRule rule = new() { Name = "quick", Route = new() { Connections = ["a"] }, Within = TimeSpan.FromHours(1) };
        await using Rig rig = await Rig.StartAsync(Options(carrier) with { Routing = new(1, ["a"]) { Rules = [rule] } });
        await rig.BoundAsync();

        Message held = await rig.UntilAsync(await rig.SendAsync(Marketing("east", NewYork)), MessageState.Scheduled);

        (held.Head.SendAt, held.Head.ValidUntil).ShouldBe((Micros.From(Morning), Micros.From(Morning.AddHours(1))));
    }

    [Fact]
    public async Task Closes_WhileMessagesWait_HoldsThemToo()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        var heads = new List<MessageHead>();
        for (int i = 0; i < 50; i++) heads.Add(await rig.SendAsync(Marketing($"{i}", LosAngeles)));
        heads.ShouldAllBe(head => head.SendAt == 0);
        rig.Clock.SetWallClock(PacificEvening);
        MessageHead code = await rig.SendAsync("code", TrafficClass.Otp, LosAngeles);
        carrier.Start();
        await rig.UntilAsync(code, MessageState.Sent);

        foreach (MessageHead head in heads)
            (await rig.UntilAsync(head, MessageState.Scheduled)).Head.SendAt.ShouldBe(Micros.From(PacificEvening.AddHours(11)));
        carrier.Submits.ShouldHaveSingleItem();
        rig.Clock.SetWallClock(PacificEvening.AddHours(11));
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        carrier.Submits.Count.ShouldBe(51);
    }

    [Fact]
    public async Task Validity_ThatWasAskedFor_EndsAMessageThatIsHeld()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Marketing("short", NewYork) with { ValiditySeconds = 3600 });
        Message held = await rig.UntilAsync(head, MessageState.Scheduled);
        held.Head.ValidUntil.ShouldBe(head.ValidUntil);
        rig.Clock.SetWallClock(rig.Clock.GetUtcNow().AddHours(1));
        await rig.UntilAsync(head, MessageState.Expired);
        rig.Clock.SetWallClock(Morning.AddMinutes(1));
        await rig.PassAsync(TimeSpan.FromSeconds(31));
        carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task SendAt_InClosedHours_IsHeldAtItsTimeUntilTheyOpen()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Marketing("later", NewYork) with { SendAt = rig.Clock.GetUtcNow().AddSeconds(5) });
        Message held = await rig.UntilAsync(head, message => message.Events.Exists(entry => entry.Kind == EventKind.Held));
        (held.State, held.Head.SendAt).ShouldBe((MessageState.Scheduled, Micros.From(Morning)));
        (await rig.Gateway.Intake.RescheduleAsync(Rig.Account, head.Id, null, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        await rig.UntilAsync(head, message => message.Events.Count(entry => entry.Kind == EventKind.Held) == 2);
        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Closed_ForAMessageThatMayBeAtTheCarrier_LetsItComeToItsEnd()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        SendWindow window = SendWindowTableTests.Window(8 * 60, 21 * 60);
        await using Rig rig = await Rig.StartAsync(Options(carrier) with { SendWindows = [window] });
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync("x", TrafficClass.Transactional, LosAngeles);
        await carrier.NextAsync();
        await rig.UntilAsync(head, message => message.Events.Exists(entry => entry.Kind == EventKind.OutcomeUnknown));
        rig.Clock.SetWallClock(PacificEvening);
        carrier.Script = static (c, s) => c.Accept(s);
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Fact]
    public async Task Closed_BetweenTwoTries_LeavesTheRulesUntilAsItIs()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.SystemError) };
        SendWindow window = SendWindowTableTests.Window(8 * 60, (19 * 60) + 10);
        var rule = new RetryRule
        {
            On = RetryKind.Temporary,
            Retry = RetryStep.Same,
            After = TimeSpan.FromSeconds(20),
            Until = TimeSpan.FromMinutes(10),
        };
        await using Rig rig = await Rig.StartAsync(Options(carrier) with { SendWindows = [window], Retries = [rule] });
        await rig.BoundAsync();
        DateTimeOffset start = rig.Clock.GetUtcNow();
        MessageHead head = await rig.SendAsync("x", TrafficClass.Transactional, LosAngeles);
        await rig.UntilAsync(head, message => message.NotBefore > 0);
        rig.Clock.SetWallClock(start.AddMinutes(7));

        Message held = await rig.UntilAsync(head, MessageState.Scheduled);
        held.Head.ValidUntil.ShouldBe(head.CreatedAt + Micros.From(TimeSpan.FromMinutes(10)));
        (await rig.Gateway.Intake.RescheduleAsync(Rig.Account, head.Id, start.AddDays(1), CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);

        // Its attempt was on a connection that waits an hour for receipts: not for this one.
        rig.Clock.SetWallClock(start.AddMinutes(11));
        await rig.UntilAsync(head, MessageState.Expired);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Closes_WhileABacklogWaits_HoldsItInFewCommitsThatWaitForTheJournalAlsoAtAStart()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier));
        var heads = new List<MessageHead>();
        for (int i = 0; i < 4; i++)
        {
            SendRequest[] requests = [.. Enumerable.Range(0, 1_000).Select(n => Marketing($"{n}", LosAngeles))];
            heads.AddRange((await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None)).Select(result => result.Head!));
        }

        rig.Clock.SetWallClock(PacificEvening);
        rig.Journal.ExtraDepth = IJournal.BackgroundDepth;
        int before = rig.Journal.EnqueuedCount;
        carrier.Start();
        await rig.BoundAsync();
        await rig.UntilAsync(() => rig.Gauge("crosspoint.dispatch.held") == 0);
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        (await rig.FindAsync(heads[0].Id)).State.ShouldBe(MessageState.Queued);
        (rig.Journal.EnqueuedCount - before).ShouldBeLessThan(20);

        // The same at a start: nothing of it is on record yet.
        await rig.RestartAsync();
        await rig.BoundAsync();
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Scheduled);
        rig.Journal.EnqueuedCount.ShouldBeLessThan(40);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
        carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Never_IsHeldAndSaysWhy()
    {
        await using var carrier = new ScriptedCarrier();
        SendWindow window = SendWindowTableTests.Window(12 * 60, 13 * 60);
        await using Rig rig = await Rig.StartAsync(Options(carrier) with { SendWindows = [window] });
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Marketing("x", "+5215512345678"));
        Message held = await rig.UntilAsync(head, MessageState.Scheduled);
        held.Events[^1].Detail.ShouldBe("no time of the next days suits all time zones of the recipient");
        carrier.Submits.ShouldBeEmpty();
    }

    private static SendRequest Marketing(string body, string to) => Rig.Request(body, TrafficClass.Marketing, to);

    private static EngineOptions Options(ScriptedCarrier carrier) => Rig.Options(Rig.Connection("a", carrier.Port)) with
    {
        SendWindows = [SendWindowTableTests.Window(8 * 60, 21 * 60) with { Match = new Limit { Name = "day", Rate = 0, Class = TrafficClass.Marketing } }],
    };
}
