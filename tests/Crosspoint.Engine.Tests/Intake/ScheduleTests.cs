using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class ScheduleTests
{
    [Fact]
    public async Task SendAt_Later_GoesOutAtItsTimeAlsoAfterAKill()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        DateTimeOffset at = rig.Clock.GetUtcNow().AddMinutes(2);
        MessageHead head = await rig.SendAsync(Rig.Request("later") with { SendAt = at, ValiditySeconds = 60 });
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Scheduled);
        head.ValidUntil.ShouldBe(Micros.From(at) + (60 * Micros.PerSecond));

        await rig.RestartAsync();
        rig.Step = TimeSpan.FromSeconds(1);
        Message sent = await rig.UntilAsync(head, MessageState.Sent);

        sent.SentAt.ShouldBeInRange(Micros.From(at), Micros.From(at.AddSeconds(5)));
        sent.Events.Select(entry => entry.Kind).ShouldContain(EventKind.Released);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(-61)]
    [InlineData(35 * 24 * 3600 + 60)]
    public async Task SendAt_InThePastOrTooFarAhead_IsRefused(int seconds)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        IntakeResult result = await rig.Gateway.Intake.SendAsync(
            Rig.Request() with { SendAt = rig.Clock.GetUtcNow().AddSeconds(seconds) }, null, CancellationToken.None);
        result.Error.ShouldBe(IntakeError.ScheduleInvalid);
        result.Detail.ShouldContain("within the next 35 days");
    }

    [Fact]
    public async Task SendAt_OfThisMinute_MeansNow()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request() with { SendAt = rig.Clock.GetUtcNow().AddSeconds(-30) });
        head.SendAt.ShouldBe(0);
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Fact]
    public async Task Batch_OfGoodAndBadTimes_TakesTheGoodOnes()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        DateTimeOffset now = rig.Clock.GetUtcNow();
        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(
            [Rig.Request(), Rig.Request() with { SendAt = now.AddDays(-1) }, Rig.Request() with { SendAt = now.AddDays(1) }], null, CancellationToken.None);
        results.Select(result => result.Error).ShouldBe([IntakeError.None, IntakeError.ScheduleInvalid, IntakeError.None]);
        (await rig.FindAsync(results[2].Head!.Id)).State.ShouldBe(MessageState.Scheduled);
    }

    [Fact]
    public async Task Reschedule_ToNow_ItsOldTimeComesWhileItWaits_IsNotSentTwice()
    {
        await using var carrier = new ScriptedCarrier(isUp: false) { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 1 })));
        MessageHead head = await rig.SendAsync(
            Rig.Request(trafficClass: TrafficClass.Marketing) with { SendAt = rig.Clock.GetUtcNow().AddSeconds(5) });
        (await ChangeAsync(rig, head, null)).ShouldBe(ChangeOutcome.Done);
        await rig.PassAsync(TimeSpan.FromSeconds(6));

        // No copy is sent of its own after the first: the class waits for a late word.
        carrier.Start();
        await rig.UntilAsync(head, message => message.Events.Exists(entry => entry.Kind == EventKind.OutcomeUnknown));
        await rig.PassAsync(TimeSpan.FromSeconds(10));

        carrier.Submits.Count.ShouldBe(1);
        (await rig.FindAsync(head.Id)).Attempts.Count.ShouldBe(1);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
    }

    [Fact]
    public async Task Reschedule_Earlier_Later_AndNow_CountsFromTheLastWord()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        DateTimeOffset start = rig.Clock.GetUtcNow();
        MessageHead earlier = await rig.SendAsync(Rig.Request("earlier") with { SendAt = start.AddHours(5) });
        MessageHead later = await rig.SendAsync(Rig.Request("later") with { SendAt = start.AddSeconds(20) });
        MessageHead now = await rig.SendAsync(Rig.Request("now") with { SendAt = start.AddDays(5) });

        (await ChangeAsync(rig, earlier, start.AddSeconds(10))).ShouldBe(ChangeOutcome.Done);
        (await ChangeAsync(rig, later, start.AddSeconds(60))).ShouldBe(ChangeOutcome.Done);
        (await ChangeAsync(rig, now, null)).ShouldBe(ChangeOutcome.Done);
        await rig.UntilAsync(now, MessageState.Sent);
        await rig.UntilAsync(earlier, MessageState.Sent);
        rig.Clock.GetUtcNow().ShouldBeLessThan(start.AddSeconds(30));
        Message last = await rig.UntilAsync(later, MessageState.Sent);

        last.SentAt.ShouldBeGreaterThanOrEqualTo(Micros.From(start.AddSeconds(60)));
        last.Head.ValidUntil.ShouldBe(Micros.From(start.AddSeconds(60)) + (36_000 * Micros.PerSecond));
        carrier.Submits.Select(submit => submit.Text).ShouldBe(["now", "earlier", "later"]);
        (await ChangeAsync(rig, last.Head, null)).ShouldBe(ChangeOutcome.WrongState);
    }

    [Fact]
    public async Task Reschedule_OutOfRange_ChangesNothing()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        DateTimeOffset at = rig.Clock.GetUtcNow().AddDays(1);
        MessageHead head = await rig.SendAsync(Rig.Request() with { SendAt = at });
        (await ChangeAsync(rig, head, at.AddDays(40))).ShouldBe(ChangeOutcome.Invalid);
        (await ChangeAsync(rig, head, at.AddDays(-3))).ShouldBe(ChangeOutcome.Invalid);
        (await rig.FindAsync(head.Id)).Head.SendAt.ShouldBe(Micros.From(at));
    }

    [Fact]
    public async Task Cancel_AScheduledMessage_NeverGoesOut()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request("never") with { SendAt = rig.Clock.GetUtcNow().AddSeconds(20) });
        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        MessageHead after = await rig.SendAsync(Rig.Request("after") with { SendAt = rig.Clock.GetUtcNow().AddSeconds(30) });
        await rig.UntilAsync(after, MessageState.Sent);
        carrier.Submits.ShouldHaveSingleItem().Text.ShouldBe("after");
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Canceled);
    }

    private static async Task<ChangeOutcome> ChangeAsync(Rig rig, MessageHead head, DateTimeOffset? at) =>
        (await rig.Gateway.Intake.RescheduleAsync(Rig.Account, head.Id, at, CancellationToken.None)).Outcome;
}
