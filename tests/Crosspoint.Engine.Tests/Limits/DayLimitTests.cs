using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using NodaTime;

namespace Crosspoint.Engine.Tests.Limits;

public sealed class DayLimitTests
{
    // The rig's clock starts on the evening before, at 22:04 in New York.
    private static readonly DateTimeOffset Midnight = new(2026, 1, 2, 5, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Queue_BeyondTheCap_HoldsUntilMidnightOverAKill()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(5)));
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int i = 0; i < 12; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.UntilAsync(() => carrier.Submits.Count == 5);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        QueueStatus queue = rig.Gateway.Queues(null).ShouldHaveSingleItem();
        (queue.Waiting, queue.IsHeldBack, queue.Limits[0].PerDay, queue.Limits[0].Today).ShouldBe((7, true, 5, 5));
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);

        await rig.RestartAsync();
        await rig.BoundAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(5);
        rig.Clock.SetWallClock(Midnight.AddSeconds(-20));
        await rig.PassAsync(TimeSpan.FromSeconds(15));
        carrier.Submits.Count.ShouldBe(5);
        await rig.UntilAsync(() => carrier.Submits.Count == 10);
        rig.Clock.GetUtcNow().ShouldBeGreaterThanOrEqualTo(Midnight);

        rig.Clock.SetWallClock(Midnight.AddDays(1).AddHours(-20));
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(10);
        carrier.Submits.Select(submit => submit.Text).ShouldBe(heads.Take(10).Select(head => head.Body));
        foreach (MessageHead head in heads.Skip(10)) (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Queued);
    }

    [Fact]
    public async Task Queue_UntilAMidnightBeyondTheDefaultValidity_HoldsWhatAskedForNone()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(1)));
        await rig.BoundAsync();
        rig.Clock.SetWallClock(Midnight.AddMinutes(1));
        await rig.UntilAsync(await rig.SendAsync("uses it up"), MessageState.Sent);
        MessageHead waits = await rig.SendAsync("waits");
        MessageHead asked = await rig.SendAsync(Rig.Request("asked") with { ValiditySeconds = 36_000 });

        rig.Clock.SetWallClock(Midnight.AddHours(10).AddMinutes(2));
        await rig.UntilAsync(asked, MessageState.Expired);
        Message held = await rig.UntilAsync(waits, message => message.Head.ValidUntil != waits.ValidUntil);
        held.Head.ValidUntil.ShouldBe(Micros.From(Midnight.AddHours(24 + 10)));
        (held.State, held.Events[^1].Kind, held.Events[^1].Detail).ShouldBe((MessageState.Queued, EventKind.Held, "for a cap by day"));

        await rig.RestartAsync();
        await rig.BoundAsync();
        rig.Clock.SetWallClock(Midnight.AddDays(1).AddSeconds(1));
        await rig.UntilAsync(waits, MessageState.Sent);
        carrier.Submits.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Queue_OverAMidnight_CountsTheDefaultValidityFromItAndForAWeekAtMost()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(5)));
        MessageHead head = await rig.SendAsync("x");
        MessageHead large = await rig.SendAsync(new string('x', 1_000));

        // The small one would have room in the new day; the large one never has any.
        rig.Clock.SetWallClock(Midnight.AddHours(9));
        await rig.UntilAsync(head, message => message.Head.ValidUntil == Micros.From(Midnight.AddHours(10)));
        rig.Clock.SetWallClock(Midnight.AddHours(10).AddSeconds(1));
        await rig.UntilAsync(head, MessageState.Expired);
        await rig.UntilAsync(large, message => message.Head.ValidUntil == Micros.From(Midnight.AddHours(24 + 10)));
        rig.Clock.SetWallClock(Midnight.AddDays(7).AddHours(-1));
        long last = large.CreatedAt + Micros.From(TimeSpan.FromHours((7 * 24) + 10));
        await rig.UntilAsync(large, message => message.Head.ValidUntil == last);
        rig.Clock.SetWallClock(Midnight.AddDays(7).AddHours(9));
        await rig.UntilAsync(large, MessageState.Expired);
    }

    [Theory]
    [InlineData(LimitAnswer.Throttle, IntakeError.Throttled)]
    [InlineData(LimitAnswer.Refuse, IntakeError.LimitReached)]
    public async Task Refuse_BeyondTheCap_CountsWhatIsAcceptedAlsoOverAKill(LimitAnswer over, IntakeError expected)
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(10) with { Over = over }));
        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(
            [.. Enumerable.Range(0, 7).Select(i => Rig.Request(new string('x', 200)))], null, CancellationToken.None);
        results.Select(result => result.Error).ShouldBe([0, 0, 0, 0, 0, expected, expected]);
        results[5].Detail.ShouldContain("The 10 segments a day of limit 'days' are used up until midnight in America/New_York");
        results[5].RetryAfter.ShouldBe(over == LimitAnswer.Throttle ? Midnight - rig.Clock.GetUtcNow() : TimeSpan.Zero);

        await rig.RestartAsync();
        (await SendAsync(rig)).Error.ShouldBe(expected);
        rig.Clock.SetWallClock(Midnight);
        for (int i = 0; i < 10; i++) (await SendAsync(rig)).IsAccepted.ShouldBeTrue();
        (await SendAsync(rig)).Error.ShouldBe(expected);
    }

    [Fact]
    public async Task Refuse_OfWhatIsNotStored_CountsNothing()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(3) with { Over = LimitAnswer.Refuse }));
        rig.Journal.Refuse(StoreFailure.DiskFull);
        for (int i = 0; i < 5; i++) (await SendAsync(rig)).Error.ShouldBe(IntakeError.StoreUnavailable);
        rig.Journal.Refuse(null);
        var key = new IdempotencyInput("key", new byte[32]);
        (await rig.Gateway.Intake.SendAsync(Rig.Request(), key, CancellationToken.None)).IsAccepted.ShouldBeTrue();
        (await rig.Gateway.Intake.SendAsync(Rig.Request(), key, CancellationToken.None)).Replayed.ShouldBeTrue();
        (await SendAsync(rig)).IsAccepted.ShouldBeTrue();
        (await SendAsync(rig)).IsAccepted.ShouldBeTrue();
        (await SendAsync(rig)).Error.ShouldBe(IntakeError.LimitReached);
    }

    [Fact]
    public async Task Refuse_OfARepeat_GivesTheFirstAnswerAndTakesNoNewKey()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(1) with { Over = LimitAnswer.Throttle }));
        IntakeResult first = await SendAsync("one", 1);
        first.IsAccepted.ShouldBeTrue();

        IntakeResult again = await SendAsync("one", 1);
        (again.Replayed, again.Head?.Id).ShouldBe((true, first.Head!.Id));
        (await SendAsync("one", 2)).Error.ShouldBe(IntakeError.IdempotencyConflict);
        IntakeResult other = await SendAsync("two", 1);
        (other.Error, other.RetryAfter).ShouldBe((IntakeError.Throttled, Midnight - rig.Clock.GetUtcNow()));

        rig.Clock.SetWallClock(Midnight);
        IntakeResult next = await SendAsync("two", 1);
        (next.IsAccepted, next.Replayed).ShouldBe((true, false));

        async Task<IntakeResult> SendAsync(string key, byte body) =>
            await rig.Gateway.Intake.SendAsync(Rig.Request(), new IdempotencyInput(key, [body]), CancellationToken.None);
    }

    [Fact]
    public async Task Refuse_OfARepeatedBatch_GivesTheFirstAnswers()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(2) with { Over = LimitAnswer.Refuse }));
        await rig.SendAsync();
        IReadOnlyList<IntakeResult> first = await SendAsync();
        first.Select(result => result.Error).ShouldBe([IntakeError.None, IntakeError.LimitReached]);

        IReadOnlyList<IntakeResult> again = await SendAsync();
        again.Select(result => (result.Error, result.Replayed)).ShouldBe([(IntakeError.None, true), (IntakeError.LimitReached, false)]);
        again[0].Head!.Id.ShouldBe(first[0].Head!.Id);

        // There would be room for the second by now, but it was not accepted under this key.
        rig.Clock.SetWallClock(Midnight);
        IReadOnlyList<IntakeResult> later = await SendAsync();
        (later[0].Replayed, later[1].Error).ShouldBe((true, IntakeError.IdempotencyConflict));

        async Task<IReadOnlyList<IntakeResult>> SendAsync() => await rig.Gateway.Intake.SendBatchAsync(
            [Rig.Request("a"), Rig.Request("b")], new IdempotencyInput("key", [1]), CancellationToken.None);
    }

    [Fact]
    public async Task Queue_OfWhatIsCanceledOrNotStored_CountsNothing()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(Options(carrier, PerDay(3)));
        MessageHead canceled = await rig.SendAsync("canceled");
        await rig.Gateway.Intake.CancelAsync(Rig.Account, canceled.Id, CancellationToken.None);
        MessageHead[] heads = [await rig.SendAsync("a"), await rig.SendAsync("b"), await rig.SendAsync("c")];
        rig.Journal.Refuse(StoreFailure.DiskFull);
        carrier.Start();
        await rig.BoundAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        rig.Journal.Refuse(null);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        // The count on disk is the same as that in memory.
        await rig.RestartAsync(Options(carrier, PerDay(4)));
        await rig.BoundAsync();
        MessageHead[] more = [await rig.SendAsync("d"), await rig.SendAsync("e")];
        await rig.UntilAsync(more[0], MessageState.Sent);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        (await rig.FindAsync(more[1].Id)).State.ShouldBe(MessageState.Queued);
    }

    [Fact]
    public async Task Queue_OfManySenders_KeepsNothingInMemoryAndHoldsNobodyElse()
    {
        await using var carrier = new ScriptedCarrier();
        EngineOptions options = Options(carrier, PerDay(1) with { Each = LimitEach.Sender, Class = TrafficClass.Marketing }) with
        {
            Queues = new() { DispatchMessages = 50 },
        };
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync();
        for (int round = 0; round < 3; round++)
        {
            SendRequest[] requests =
            [
                .. Enumerable.Range(0, 300).Select(i => Rig.Request($"{round}", TrafficClass.Marketing) with { From = $"+1555100{i:D4}" }),
            ];
            (await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None)).ShouldAllBe(result => result.IsAccepted);
        }

        await rig.UntilAsync(() => carrier.Submits.Count == 300);
        await rig.UntilAsync(() => rig.Gauge("crosspoint.dispatch.held") == 0);
        await rig.UntilAsync(await rig.SendAsync("other"), MessageState.Sent);
        rig.Clock.SetWallClock(Midnight);
        await rig.UntilAsync(() => carrier.Submits.Count == 601);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBe(601);
        carrier.Submits.GroupBy(submit => submit.From).Where(sender => sender.Count() != 2).ShouldHaveSingleItem().Key.ShouldEndWith("5550001000");
    }

    private static Limit PerDay(long cap) => new()
    {
        Name = "days",
        Rate = 0,
        PerDay = cap,
        Zone = DateTimeZoneProviders.Tzdb["America/New_York"],
        Over = LimitAnswer.Queue,
    };

    private static Task<IntakeResult> SendAsync(Rig rig) =>
        rig.Gateway.Intake.SendAsync(Rig.Request(), null, CancellationToken.None).AsTask();

    private static EngineOptions Options(ScriptedCarrier carrier, Limit limit) =>
        Rig.Options(Rig.Connection("a", carrier.Port)) with { Limits = [limit] };
}
