using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class TrafficControlTests
{
    private const string Spring = "spring";

    private const string TooMany = "10000 batches of the account, or 100000 in all, are paused, paced or canceled, which is the most that can be: resume some.";

    private static string Sid => Rig.Account.Sid;

    [Fact]
    public async Task Pause_OfABatch_HoldsItAloneUntilItIsResumedAlsoAfterAKill()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        MessageHead[] held = await SendAllAsync(rig, 20, Spring);
        await rig.UntilAsync(await rig.SendAsync(InBatch("other", "summer")), MessageState.Sent);
        await rig.UntilAsync(await rig.SendAsync("none"), MessageState.Sent);
        rig.Gateway.TrafficOf(Sid, Spring).ShouldBe(new(Sid, Spring, TrafficState.Paused, 0, 20, false, 0));

        await rig.RestartAsync();
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync("after"), MessageState.Sent);
        rig.Gateway.TrafficOf(Sid, Spring).ShouldBe(new(Sid, Spring, TrafficState.Paused, 0, 20, false, 0));
        rig.Gateway.Batches(Sid, "", 10).ShouldHaveSingleItem().Batch.ShouldBe(Spring);
        carrier.Submits.Count.ShouldBe(3);
        foreach (MessageHead head in held) (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Queued);

        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        foreach (MessageHead head in held) await rig.UntilAsync(head, MessageState.Sent);
        carrier.Submits.Skip(3).Select(submit => submit.Text).ShouldBe(held.Select(head => head.Body));
        rig.Gateway.Batches(Sid, "", 10).ShouldBeEmpty();

        await rig.RestartAsync();
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync(InBatch("again", Spring)), MessageState.Sent);
    }

    [Fact]
    public async Task Pause_OfAnAccount_HoldsWhatIsQueuedAndWhatComesAndLetsWhatIsInFlightEnd()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 1 })));
        await rig.BoundAsync();
        MessageHead flying = await rig.SendAsync("flying");
        CarrierSubmit submit = await carrier.NextAsync();
        MessageHead[] queued = await SendAllAsync(rig, 5, batch: null);

        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, ""));
        carrier.Script = static (c, s) => c.Accept(s);
        carrier.Accept(submit);
        await rig.UntilAsync(flying, MessageState.Sent);
        MessageHead late = await rig.SendAsync("late");
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, "").Held == 6);
        carrier.Submits.Count.ShouldBe(1);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);

        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, ""));
        foreach (MessageHead head in queued.Append(late)) await rig.UntilAsync(head, MessageState.Sent);
    }

    [Fact]
    public async Task Pause_OfALongMessageThatHasBegun_LetsItsOtherPartsGo()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 1 })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(InBatch(new string('x', 400), Spring));
        CarrierSubmit first = await carrier.NextAsync();

        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        carrier.Accept(first);
        carrier.Refuse(await carrier.NextAsync(), CommandStatus.Throttled);
        carrier.Script = static (c, s) => c.Accept(s);
        await rig.UntilAsync(() => carrier.Submits.Count >= 3);
        foreach (CarrierSubmit submit in carrier.Submits.Skip(2)) carrier.Accept(submit);
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pause_OfAMessageWithACopyThatWasNeverAnswered_LetsItComeToItsEnd(bool isRestarted)
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number == 2) c.Refuse(s, CommandStatus.SystemError);
                else if (s.Number > 2) c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(InBatch("x", Spring));
        await rig.UntilAsync(head, message => message.State == MessageState.Queued && message.IsPossibleDuplicate);

        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        if (isRestarted) await rig.RestartAsync();

        await rig.UntilAsync(head, MessageState.Sent);
        carrier.Submits.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Pause_OfALongMessageThatGoesElsewhereWithAPartThatWasNeverAnswered_LetsItGo()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 1) c.Refuse(s, CommandStatus.ReceiverRejected);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync(InBatch(new string('x', 300), Spring));
        await rig.UntilAsync(() => first.Submits.Count == 2);
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));

        Message sent = await rig.UntilAsync(head, MessageState.Sent);

        (sent.IsPossibleDuplicate, second.Submits.Count).ShouldBe((true, 2));
    }

    [Fact]
    public async Task Pause_LongerThanTheValidity_EndsAsExpiredAndSendsNothing()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        MessageHead head = await rig.SendAsync(InBatch("short", Spring) with { ValiditySeconds = 5 });
        MessageHead longer = await rig.SendAsync(InBatch("long", Spring));
        await rig.UntilAsync(head, MessageState.Expired);

        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        await rig.UntilAsync(longer, MessageState.Sent);
        carrier.Submits.ShouldHaveSingleItem().Text.ShouldBe("long");
    }

    [Fact]
    public async Task Pause_WhileAnAttemptIsAboutToBegin_HoldsIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Rate = 1, Burst = 1 })));
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync("first"), MessageState.Sent);
        MessageHead queued = await rig.SendAsync(InBatch("queued", Spring));

        // Its attempt has left the queue, and is not on record yet.
        rig.Journal.Hold();
        await rig.UntilAsync(() => rig.Journal.HeldCount == 1);
        Task<ControlResult> pause = rig.Gateway.PauseTrafficAsync(Sid, Spring).AsTask();
        await rig.UntilAsync(() => rig.Journal.HeldCount == 2);
        rig.Journal.Release();
        (await pause).Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, Spring).Held == 1);
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        carrier.Submits.Count.ShouldBe(1);
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
        (await rig.FindAsync(queued.Id)).Attempts.ShouldBeEmpty();
        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        await rig.UntilAsync(queued, MessageState.Sent);
    }

    [Fact]
    public async Task Pause_WhileAMessageIsBeingAcceptedWithItsAttempt_HoldsIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        rig.Journal.Hold();
        Task<MessageHead> send = rig.SendAsync(InBatch("x", Spring));
        Task<ControlResult> pause = rig.Gateway.PauseTrafficAsync(Sid, Spring).AsTask();
        await rig.UntilAsync(() => rig.Journal.HeldCount == 2);
        rig.Journal.Release();
        (await pause).Outcome.ShouldBe(ControlOutcome.Done);
        MessageHead head = await send;
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, Spring).Held == 1);
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        carrier.Submits.ShouldBeEmpty();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Queued);
        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Fact]
    public async Task Pause_OfAScheduledMessage_HoldsItWhenItsTimeComes()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        MessageHead head = await rig.SendAsync(InBatch("later", Spring) with { SendAt = rig.Clock.GetUtcNow().AddSeconds(5) });
        await rig.UntilAsync(head, MessageState.Queued);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.ShouldBeEmpty();

        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Fact]
    public async Task Pause_ThatCannotBeStored_IsRefusedAndHoldsNothing()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        rig.Journal.Refuse(StoreFailure.DiskFull);
        (await rig.Gateway.PauseTrafficAsync(Sid, Spring)).Outcome.ShouldBe(ControlOutcome.StoreUnavailable);
        rig.Journal.Refuse(null);
        await rig.UntilAsync(await rig.SendAsync(InBatch("x", Spring)), MessageState.Sent);
    }

    [Fact]
    public async Task Pause_OfTenThousandBatches_HoldsKeysAloneAndNobodyElse()
    {
        const int Count = 10_000;
        await using var carrier = new ScriptedCarrier();
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port)) with { Queues = new() { DispatchMessages = 50 } };
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync();
        await Task.WhenAll(Enumerable.Range(0, Count).Select(i => OkAsync(rig.Gateway.PauseTrafficAsync(Sid, $"b{i}"))));
        for (int i = 0; i < Count; i += 500)
        {
            SendRequest[] requests = [.. Enumerable.Range(i, 500).Select(n => InBatch($"{n}", $"b{n}"))];
            (await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None)).ShouldAllBe(result => result.IsAccepted);
        }

        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
        rig.Gateway.Batches(Sid, "", Count + 1).Sum(status => status.Held).ShouldBe(Count);
        rig.Gateway.Queues(null).ShouldBeEmpty();
        await rig.UntilAsync(await rig.SendAsync("other"), MessageState.Sent);

        // More than these only by the operator's hand; other accounts have their own.
        ControlResult refused = await rig.Gateway.PauseTrafficAsync(Sid, "more");
        (refused.Outcome, refused.Detail).ShouldBe((ControlOutcome.Refused, TooMany));
        (await rig.Gateway.CancelTrafficAsync(Sid, "more")).Detail.ShouldBe(TooMany);
        (await rig.Gateway.PaceTrafficAsync(Sid, "more", 1)).Detail.ShouldBe(TooMany);
        await OkAsync(rig.Gateway.PauseTrafficAsync("AC00000000000000000000000000000002", "more"));
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, "more", byOperator: true));
        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, "more"));
        (await rig.Gateway.PauseTrafficAsync(Sid, "more")).Detail.ShouldBe(TooMany);

        await rig.RestartAsync();
        await rig.BoundAsync();
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, "b77"));
        await rig.UntilAsync(() => carrier.Submits.Count == 2);
        carrier.Submits[1].Text.ShouldBe("77");
        rig.Gateway.Batches(Sid, "", Count).Count.ShouldBe(Count - 1);
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, "more"));
    }

    [Fact]
    public async Task Pause_OfABacklogFarBeyondTheBound_LetsOthersThroughAndGoesOnWhole()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port)) with { Queues = new() { DispatchMessages = 50 } };
        await using Rig rig = await Rig.StartAsync(options);
        MessageHead[] held = await SendAllAsync(rig, 3_000, Spring);
        MessageHead other = await rig.SendAsync("other");

        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        carrier.Start();
        await rig.UntilAsync(other, MessageState.Sent);
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, Spring).Held == 3_000);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
        carrier.Submits.Count.ShouldBe(1);

        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        await rig.UntilAsync(() => carrier.Submits.Count >= 3_001);
        await rig.UntilAsync(() => rig.Gauge("crosspoint.dispatch.held") == 0);

        // About in their order: what is in memory already may go beside what is read back.
        carrier.Submits.Skip(1).Select(submit => submit.Text).ShouldBe(held.Select(head => head.Body), ignoreOrder: true);
    }

    [Fact]
    public async Task Pause_OfWhatExpiresForEver_KeepsFewKeys()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, Spring));
        for (int round = 0; round < 4; round++)
        {
            MessageHead[] heads = await SendAllAsync(rig, 6_000, Spring, validity: 1);
            rig.Step = TimeSpan.FromSeconds(1);
            await rig.UntilAsync(heads[^1], MessageState.Expired);
            await rig.UntilAsync(async () => (await rig.Gateway.Messages.ListOpenAsync(0, 1, CancellationToken.None)).Count == 0);
        }

        rig.Gateway.TrafficOf(Sid, Spring).Held.ShouldBeLessThan(20_000);
    }

    [Fact]
    public async Task Cancel_OfABatch_EndsAllOfItThatWaitsAndRefusesWhatComes()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port)) with { Queues = new() { DispatchMessages = 50 } };
        await using Rig rig = await Rig.StartAsync(options);
        MessageHead[] queued = await SendAllAsync(rig, 1_700, Spring);
        MessageHead other = await rig.SendAsync(InBatch("other", "summer"));
        MessageHead scheduled = await rig.SendAsync(InBatch("later", Spring) with { SendAt = rig.Clock.GetUtcNow().AddHours(1) });

        using Rig.CounterReader states = rig.Count("crosspoint.messages.states");
        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, Spring));
        IntakeResult refused = await rig.Gateway.Intake.SendAsync(InBatch("more", Spring), null, CancellationToken.None);
        (refused.Error, refused.Field).ShouldBe((IntakeError.BatchCanceled, "batch"));
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Sid, Spring).IsCanceling);

        rig.Gateway.TrafficOf(Sid, Spring).ShouldBe(new(Sid, Spring, TrafficState.Canceled, 0, 0, false, 1_701));
        states.Sum.ShouldBe(1_701);
        foreach (MessageHead head in queued.Append(scheduled)) (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Canceled);
        (await rig.FindAsync(queued[0].Id)).Events[^1].Detail.ShouldBe("its batch was canceled");
        carrier.Start();
        await rig.UntilAsync(other, MessageState.Sent);
        await rig.UntilAsync(() => rig.Gauge("crosspoint.dispatch.held") == 0);
        carrier.Submits.ShouldHaveSingleItem();

        await rig.RestartAsync();
        await rig.BoundAsync();
        rig.Gateway.TrafficOf(Sid, Spring).ShouldBe(new(Sid, Spring, TrafficState.Canceled, 0, 0, false, 1_701));
        (await rig.Gateway.Intake.SendAsync(InBatch("more", Spring), null, CancellationToken.None)).Error.ShouldBe(IntakeError.BatchCanceled);
        (await rig.Gateway.PauseTrafficAsync(Sid, Spring)).Outcome.ShouldBe(ControlOutcome.Refused);
        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, Spring));
        await rig.UntilAsync(await rig.SendAsync(InBatch("again", Spring)), MessageState.Sent);
    }

    [Fact]
    public async Task Cancel_KilledInTheMiddle_EndsTheRestAfterTheStartAndCountsAll()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead[] queued = await SendAllAsync(rig, 3 * QueueCanceler.StepSize, Spring);
        Task<ControlResult> cancel = rig.Gateway.CancelTrafficAsync(Sid, Spring).AsTask();
        (await cancel).Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, Spring).Canceled > 0);

        await rig.RestartAsync();
        carrier.Start();
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Sid, Spring).IsCanceling);
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync("other"), MessageState.Sent);

        foreach (MessageHead head in queued) (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Canceled);
        rig.Gateway.TrafficOf(Sid, Spring).Canceled.ShouldBe(queued.Length);
        carrier.Submits.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Cancel_OfManyMessages_GoesInStepsOfABoundedSize()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        await SendAllAsync(rig, 5 * QueueCanceler.StepSize, Spring);
        await rig.SettleAsync();
        int before = rig.Journal.EnqueuedCount;
        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, Spring));
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Sid, Spring).IsCanceling);

        // The cancel, five steps, its end, and what the sweeper does meanwhile.
        (rig.Journal.EnqueuedCount - before).ShouldBeInRange(7, 12);
    }

    [Fact]
    public async Task Cancel_WhoseEndCannotBeStoredAtOnce_EndsWhenItCan()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.SendAsync(InBatch("x", Spring));
        rig.Journal.ExtraDepth = IJournal.BackgroundDepth;
        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, Spring));
        rig.Journal.Refuse(StoreFailure.DiskFull);
        rig.Journal.ExtraDepth = 0;
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, Spring).Canceled == 1);
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        rig.Gateway.TrafficOf(Sid, Spring).IsCanceling.ShouldBeTrue();

        rig.Journal.Refuse(null);
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Sid, Spring).IsCanceling);
    }

    [Fact]
    public async Task Cancel_OfAnAccountsQueue_EndsWhatWaitsAndTakesWhatComes()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 1 })));
        await rig.BoundAsync();
        MessageHead flying = await rig.SendAsync("flying");
        CarrierSubmit submit = await carrier.NextAsync();
        MessageHead[] queued = await SendAllAsync(rig, 30, batch: null);

        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, ""));
        MessageHead later = await rig.SendAsync("later");
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Sid, "").IsCanceling);
        carrier.Script = static (c, s) => c.Accept(s);
        carrier.Accept(submit);
        await rig.UntilAsync(later, MessageState.Sent);

        (await rig.FindAsync(flying.Id)).State.ShouldBe(MessageState.Sent);
        foreach (MessageHead head in queued) (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Canceled);
        rig.Gateway.TrafficOf(Sid, "").ShouldBe(new(Sid, "", TrafficState.Running, 0, 0, false, 30));
        carrier.Submits.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Cancel_OfAPausedAccount_EndsWhatIsHeldAndStaysPaused()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, ""));
        MessageHead[] held = await SendAllAsync(rig, 10, Spring);
        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, ""));
        MessageHead later = await rig.SendAsync("later");
        foreach (MessageHead head in held) await rig.UntilAsync(head, MessageState.Canceled);
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Sid, "") is { IsCanceling: false, Held: 1 });

        await rig.RestartAsync();
        await rig.BoundAsync();
        rig.Gateway.TrafficOf(Sid, "").ShouldBe(new(Sid, "", TrafficState.Paused, 0, 1, false, 10));
        await OkAsync(rig.Gateway.ResumeTrafficAsync(Sid, ""));
        await rig.UntilAsync(later, MessageState.Sent);
        carrier.Submits.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Cancel_OfAMessageThatMayBeAtTheCarrier_LetsItComeToItsEnd()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(InBatch("x", Spring));
        await carrier.NextAsync();
        await rig.UntilAsync(head, message => message.Events.Exists(entry => entry.Kind == EventKind.OutcomeUnknown));

        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, Spring));
        carrier.Script = static (c, s) => c.Accept(s);
        Message sent = await rig.UntilAsync(head, MessageState.Sent);
        sent.IsPossibleDuplicate.ShouldBeTrue();
        rig.Gateway.TrafficOf(Sid, Spring).Canceled.ShouldBe(0);
    }

    [Fact]
    public async Task Rate_OfABatch_HoldsForWhatWaitsAndWhatComesOverAKillAndNotForOthers()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead[] waiting = await SendAllAsync(rig, 6, Spring);
        await OkAsync(rig.Gateway.PaceTrafficAsync(Sid, Spring, 2));
        MessageHead[] coming = await SendAllAsync(rig, 5, Spring);
        await rig.RestartAsync();
        rig.Gateway.TrafficOf(Sid, Spring).Rate.ShouldBe(2);
        carrier.Start();
        await rig.BoundAsync();
        long started = rig.Clock.GetTimestamp();
        await rig.UntilAsync(await rig.SendAsync("other"), MessageState.Sent);
        rig.Clock.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        QueueStatus queue = rig.Gateway.Queues(Sid).ShouldHaveSingleItem();
        (queue.Limits[0].Name, queue.Limits[0].Key, queue.Limits[0].Rate).ShouldBe(("batch", Spring, 2));

        foreach (MessageHead head in waiting.Concat(coming)) await rig.UntilAsync(head, MessageState.Sent);
        rig.Clock.GetElapsedTime(started).ShouldBeInRange(TimeSpan.FromSeconds(4.5), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task Rate_ChangedWhileMessagesWait_HoldsAtOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await OkAsync(rig.Gateway.PaceTrafficAsync(Sid, Spring, 0.001));
        MessageHead[] heads = await SendAllAsync(rig, 20, Spring);
        await rig.UntilAsync(() => carrier.Submits.Count == 1);
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        carrier.Submits.Count.ShouldBe(1);
        long started = rig.Clock.GetTimestamp();

        await OkAsync(rig.Gateway.PaceTrafficAsync(Sid, Spring, 10));
        await rig.UntilAsync(heads[10], MessageState.Sent);
        await OkAsync(rig.Gateway.PaceTrafficAsync(Sid, Spring, 0));
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        rig.Clock.GetElapsedTime(started).ShouldBeInRange(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(3));
        rig.Gateway.Batches(Sid, "", 10).ShouldBeEmpty();
    }

    [Fact]
    public async Task Canceled_OverSevenDays_IsForgotten()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await OkAsync(rig.Gateway.CancelTrafficAsync(Sid, Spring));
        await OkAsync(rig.Gateway.PauseTrafficAsync(Sid, "summer"));
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Sid, Spring).IsCanceling);
        rig.Clock.Advance(TrafficControls.CanceledFor + TimeSpan.FromHours(1));
        await rig.RestartAsync();
        rig.Gateway.Batches(Sid, "", 10).ShouldHaveSingleItem().Batch.ShouldBe("summer");
        (await rig.Gateway.Intake.SendAsync(InBatch("x", Spring), null, CancellationToken.None)).IsAccepted.ShouldBeTrue();
    }

    [Theory]
    [InlineData("spring sale")]
    [InlineData("..")]
    [InlineData("")]
    public async Task Send_OfABatchWithAnotherForm_IsRefused(string batch)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        IntakeResult result = await rig.Gateway.Intake.SendAsync(InBatch("x", batch), null, CancellationToken.None);
        (result.Error, result.Field).ShouldBe((IntakeError.BatchInvalid, "batch"));
    }

    private static SendRequest InBatch(string body, string batch) =>
        Rig.Request(body) with { Metadata = Metadata.TryCreate([new("batch", batch)], out _)! };

    private static async Task<MessageHead[]> SendAllAsync(Rig rig, int count, string? batch, int? validity = null)
    {
        var heads = new List<MessageHead>();
        for (int i = 0; i < count; i += 1_000)
        {
            SendRequest[] requests =
            [
                .. Enumerable.Range(i, Math.Min(1_000, count - i)).Select(n =>
                    (batch is null ? Rig.Request($"{n}") : InBatch($"{n}", batch)) with { ValiditySeconds = validity }),
            ];
            foreach (IntakeResult result in await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None))
                heads.Add(result.Head.ShouldNotBeNull(result.Detail));
        }

        return [.. heads];
    }

    private static async Task OkAsync(ValueTask<ControlResult> change)
    {
        ControlResult result = await change;
        result.Outcome.ShouldBe(ControlOutcome.Done, result.Detail);
    }
}
