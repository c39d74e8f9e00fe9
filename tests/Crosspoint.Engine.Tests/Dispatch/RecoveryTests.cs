using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class RecoveryTests
{
    private static readonly string ThreeParts = new('x', 400);

    [Fact]
    public async Task Restart_Queued_GoesOutOnceInOrder()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        var heads = new List<MessageHead>();
        for (int i = 0; i < 20; i++) heads.Add(await rig.SendAsync($"m{i}"));

        await rig.RestartAsync();
        carrier.Start();
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Select(submit => submit.Text).ShouldBe(heads.Select(head => head.Body));
    }

    [Fact]
    public async Task Restart_InFlightWithResend_IsSentAgainAndMarked()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await carrier.NextAsync();

        await rig.KillAsync();
        carrier.Script = static (c, s) => c.Accept(s);
        await rig.RestartAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Count.ShouldBe(2);
        message.IsPossibleDuplicate.ShouldBeTrue();
        message.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Unknown, AttemptOutcome.Sent]);
    }

    [Fact]
    public async Task Restart_AnswerWasOnTheWayToTheJournal_IsSentAgainAndMarked()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        CarrierSubmit submit = await carrier.NextAsync();
        rig.Journal.Cut();
        carrier.Accept(submit);
        await rig.PassAsync(TimeSpan.FromMilliseconds(100));

        carrier.Script = static (c, s) => c.Accept(s);
        await rig.RestartAsync();

        (await rig.UntilAsync(head, MessageState.Sent)).IsPossibleDuplicate.ShouldBeTrue();
    }

    [Fact]
    public async Task Restart_InFlightWithWait_IsNotSentAgain()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(trafficClass: TrafficClass.Marketing);
        await carrier.NextAsync();

        await rig.RestartAsync();
        await rig.BoundAsync();
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));
        await rig.PassAsync(TimeSpan.FromSeconds(4));

        carrier.Submits.Count.ShouldBe(1);
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
    }

    [Theory]
    [InlineData(TrafficClass.Marketing, 0)]
    [InlineData(TrafficClass.Transactional, 1)]
    public async Task Restart_ConnectionIsGone_TheClassDecides(TrafficClass trafficClass, int copies)
    {
        // One that was added at run time is not in the file.
        await using var gone = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var other = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(gone);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(trafficClass: trafficClass);
        await gone.NextAsync();

        await rig.RestartAsync(Rig.Options(Rig.Connection("b", other.Port)));
        await rig.BoundAsync("b");
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State is SegmentState.Unknown or SegmentState.Sent));
        await rig.PassAsync(TimeSpan.FromSeconds(4));

        other.Submits.Count.ShouldBe(copies);
        (await rig.FindAsync(head.Id)).IsPossibleDuplicate.ShouldBe(copies > 0);
    }

    [Fact]
    public async Task Restart_InFlightWithFail_Fails()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port) with { UnknownTransactional = UnknownOutcomePolicy.Fail }));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await carrier.NextAsync();

        await rig.RestartAsync();
        Message message = await rig.UntilAsync(head, MessageState.Failed);

        message.ErrorCode.ShouldBe(ErrorCodes.OutcomeUnknown);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Restart_SomePartsAccepted_TheRestGoesToTheSameConnection()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 1) c.Accept(s);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Sent));

        await rig.KillAsync();
        first.Script = static (c, s) => c.Accept(s);
        await rig.RestartAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        second.Submits.ShouldBeEmpty();
        first.Submits.Skip(3).Select(submit => submit.Part).ShouldBe([2, 3]);
        first.Submits.Select(submit => submit.Reference).Distinct().Count().ShouldBe(1);
        message.Segments.Select(segment => segment.PossibleDuplicate).ShouldBe([false, true, true]);
    }

    [Fact]
    public async Task Restart_PartsQueuedBeyondTheBound_StillGoToTheSameConnection()
    {
        await using var preferred = new ScriptedCarrier(isUp: false);
        await using var holder = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 2) c.Refuse(s, CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        EngineOptions options = Rig.Options(Rig.Connection("a", preferred.Port), Rig.Connection("b", holder.Port));
        await using Rig rig = await Rig.StartAsync(options);
        await rig.BoundAsync("b");
        MessageHead[] heads = [await rig.SendAsync(ThreeParts), await rig.SendAsync(ThreeParts), await rig.SendAsync(ThreeParts)];
        foreach (MessageHead head in heads)
        {
            await rig.UntilAsync(head, message =>
                message.State == MessageState.Queued && message.Segments.Count(segment => segment.State == SegmentState.Sent) == 2);
        }

        await rig.KillAsync();
        preferred.Start();
        holder.Script = static (c, s) => c.Accept(s);
        await rig.RestartAsync(options with { Queues = new QueueOptions { DispatchMessages = 2 } });
        await rig.BoundAsync("a");
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        preferred.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Restart_RefusedByOne_DoesNotGoThereAgain()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, message => message.Attempts.Count == 1 && message.State == MessageState.Queued);

        await rig.RestartAsync();
        await rig.BoundAsync("a");
        second.Start();
        await rig.UntilAsync(head, MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Restart_ConnectionIsGoneFromTheConfiguration_UnknownGoesElsewhereAndPartsEndUndelivered()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 1) c.Accept(s);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        MessageHead single = await rig.SendAsync();
        MessageHead parts = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(parts, message => message.Segments.Exists(segment => segment.State == SegmentState.Sent));

        await rig.RestartAsync(Rig.Options(Rig.Connection("b", second.Port)));
        (await rig.UntilAsync(single, MessageState.Sent)).Attempts[^1].Connection.ShouldBe("b");
        await rig.UntilAsync(parts, MessageState.Undelivered);

        second.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Restart_WebhooksPending_AreDeliveredOnceEach()
    {
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 503;
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request() with { CallbackUrl = receiver.Url });
        await rig.UntilAsync(head, MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0]);

        await rig.KillAsync();
        receiver.Status = 200;
        await rig.RestartAsync();
        await rig.UntilAsync(head, message => message.Deliveries.Count == 2 && !message.HasPendingDelivery);

        receiver.Received.Select(webhook => webhook.Id).Distinct().Count().ShouldBe(2);
        receiver.Received.Count(webhook => webhook.Body.Contains("delivered", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Restart_AcceptedButNeverAnsweredToTheCaller_IsOnRecord()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(
            [Rig.Request("a"), Rig.Request("b")], null, CancellationToken.None);

        await rig.RestartAsync();

        foreach (IntakeResult result in results) (await rig.FindAsync(result.Head!.Id)).State.ShouldBe(MessageState.Queued);
    }

    [Fact]
    public async Task Restart_KilledAgainAndAgainUnderLoad_NothingIsLostAndDoublesAreMarked()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Sessions = 2, InFlightWindow = 5 })));
        var accepted = new List<MessageHead>();
        for (int round = 0; round < 8; round++)
        {
            for (int batch = 0; batch < 5; batch++)
            {
                SendRequest[] requests = [.. Enumerable.Range(0, 20).Select(i => Rig.Request($"{round}.{batch}.{i}"))];
                IReadOnlyList<IntakeResult> results = await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
                accepted.AddRange(results.Select(result => result.Head!));
            }

            await rig.UntilAsync(() => carrier.Submits.Count > round * 60);
            await rig.RestartAsync();
        }

        foreach (MessageHead head in accepted) await rig.UntilAsync(head, MessageState.Sent);
        Dictionary<string, int> copies = carrier.Submits.CountBy(submit => submit.Text).ToDictionary();

        copies.Count.ShouldBe(800);
        int doubled = 0;
        foreach (MessageHead head in accepted)
        {
            Message message = await rig.FindAsync(head.Id);
            if (copies[head.Body] <= 1) continue;
            doubled += copies[head.Body] - 1;
            message.IsPossibleDuplicate.ShouldBeTrue(Rig.Describe(message));
        }

        doubled.ShouldBeLessThanOrEqualTo(8 * 2 * 5);
    }
}
