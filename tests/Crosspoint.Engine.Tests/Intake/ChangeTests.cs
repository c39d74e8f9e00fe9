using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class ChangeTests
{
    [Fact]
    public async Task Cancel_Queued_IsCanceledAndNeverSent()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync("canceled");
        MessageHead other = await rig.SendAsync("other");

        ChangeResult result = await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None);
        ChangeResult again = await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None);
        carrier.Start();
        await rig.UntilAsync(other, MessageState.Sent);

        (result.Outcome, result.Message!.State).ShouldBe((ChangeOutcome.Done, MessageState.Canceled));
        again.Outcome.ShouldBe(ChangeOutcome.WrongState);
        carrier.Submits.Single().Text.ShouldBe("other");
        await rig.UntilAsync(() => rig.Gauge("crosspoint.dispatch.held") == 0);
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Cancel_AlreadyWithTheVendor_IsRefused()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await carrier.NextAsync();

        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
    }

    [Fact]
    public async Task Cancel_PartOfItWithTheVendor_IsRefused()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Part == 2) c.Refuse(s, CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(new string('x', 400));
        await rig.UntilAsync(head, message =>
            message.State == MessageState.Queued && message.Segments.Count(segment => segment.State == SegmentState.Sent) == 2);

        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
    }

    [Fact]
    public async Task Cancel_RacesWithTheAttempt_OneOfThemWinsNeverBoth()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { InFlightWindow = 2 })));
        await rig.BoundAsync();
        int canceled = 0;
        for (int round = 0; round < 20; round++)
        {
            IReadOnlyList<IntakeResult> sent = await rig.Gateway.Intake.SendBatchAsync(
                [.. Enumerable.Range(0, 20).Select(i => Rig.Request($"{round}.{i}"))], null, CancellationToken.None);
            ChangeResult[] results = await Task.WhenAll(
                sent.Select(result => rig.Gateway.Intake.CancelAsync(Rig.Account, result.Head!.Id, CancellationToken.None).AsTask()));
            for (int i = 0; i < results.Length; i++)
            {
                MessageHead head = sent[i].Head!;
                await rig.UntilAsync(head, results[i].Outcome == ChangeOutcome.Done ? MessageState.Canceled : MessageState.Sent);
                carrier.Submits.Count(submit => submit.Text == head.Body).ShouldBe(results[i].Outcome == ChangeOutcome.Done ? 0 : 1);
                canceled += results[i].Outcome == ChangeOutcome.Done ? 1 : 0;
            }
        }

        canceled.ShouldBeInRange(1, 399);
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].InFlight == 0 && rig.Gauge("crosspoint.dispatch.held") == 0);
    }

    [Fact]
    public async Task Redact_Sent_BodyIsGoneForGoodAndReceiptsStillCount()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync("secret");
        await rig.UntilAsync(head, MessageState.Sent);

        (await rig.Gateway.Intake.RedactAsync(Rig.Account, head.Id, CancellationToken.None)).Message!.Head.Body.ShouldBe("");
        (await rig.Gateway.Intake.RedactAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        await rig.RestartAsync();
        await rig.BoundAsync();
        await carrier.ReceiptAsync(carrier.Bound[0], carrier.IdOf(carrier.Submits[0]), "15551230001");

        Message message = await rig.UntilAsync(head, MessageState.Delivered);
        (message.Head.Body, message.IsRedacted, message.Events.Count(entry => entry.Kind == EventKind.Redacted)).ShouldBe(("", true, 1));
    }

    [Fact]
    public async Task RedactAndDelete_Queued_AreRefused()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync();

        (await rig.Gateway.Intake.RedactAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
        (await rig.Gateway.Intake.DeleteAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
    }

    [Fact]
    public async Task Delete_Sent_IsRefusedAndItsReceiptIsStillTold()
    {
        await using var carrier = new ScriptedCarrier();
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request() with { CallbackUrl = receiver.Url });
        await rig.UntilAsync(head, MessageState.Sent);

        (await rig.Gateway.Intake.DeleteAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
        await carrier.ReceiptAsync(carrier.Submits[0]);

        await rig.UntilAsync(head, message =>
            message.Deliveries.Count(delivery => delivery.State == DeliveryState.Delivered) == 2);
        receiver.Received.Last().Body.ShouldContain("message.delivered");
        (await rig.Gateway.Intake.DeleteAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
    }

    [Fact]
    public async Task Replay_EventWithoutWebhook_IsNotFound()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 500;
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync(Rig.Request() with { CallbackUrl = receiver.Url });
        await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None);
        int told = (await rig.FindAsync(head.Id)).Deliveries.Single().EventNumber;

        (await rig.Gateway.Intake.ReplayWebhookAsync(Rig.Account, head.Id, told + 1, CancellationToken.None)).Outcome
            .ShouldBe(ChangeOutcome.NotFound);
        (await rig.Gateway.Intake.ReplayWebhookAsync(Rig.Account, head.Id, told, CancellationToken.None)).Outcome
            .ShouldBe(ChangeOutcome.WrongState);
    }

    [Fact]
    public async Task ReplayMany_GivenUp_GoPageByPageAndOnlyThoseThatFit()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync();
        receiver.Status = 410;
        await using Rig rig = await Rig.StartAsync(carrier);
        var heads = new List<MessageHead>();
        for (int i = 0; i < 5; i++)
        {
            heads.Add(await rig.SendAsync(Rig.Request() with { CallbackUrl = $"{receiver.Url}?n={i}" }));
            await rig.Gateway.Intake.CancelAsync(Rig.Account, heads[i].Id, CancellationToken.None);
            await rig.UntilAsync(heads[i], message => message.Deliveries.Single().State == DeliveryState.Failed);
        }

        receiver.Status = 200;
        receiver.Received.Clear();
        var query = new ReplayQuery(DeliveryState.Failed, receiver.Url, null, null, null, 2);
        ReplayResult none = await ReplayAsync(query with { Endpoint = receiver.Url + "/other" });
        (none.Replayed, none.LookedAt, none.NextBeforeKey).ShouldBe((0, 5, null));
        (await ReplayAsync(query with { State = DeliveryState.Delivered })).Replayed.ShouldBe(0);
        (await ReplayAsync(query with { CreatedBefore = heads[0].CreatedAt })).Replayed.ShouldBe(0);
        (await ReplayAsync(query with { Message = heads[2].Id with { Tail = 1 } })).Outcome.ShouldBe(ChangeOutcome.NotFound);

        ReplayResult first = await ReplayAsync(query);
        (first.Replayed, first.LookedAt).ShouldBe((2, 2));
        await rig.UntilAsync(heads[3], message => message.Deliveries.Single().State == DeliveryState.Delivered);
        (await ReplayAsync(query with { Message = heads[0].Id })).Replayed.ShouldBe(1);
        ReplayResult second = await ReplayAsync(query with { BeforeKey = first.NextBeforeKey });
        second.Replayed.ShouldBe(2);
        foreach (MessageHead head in heads)
            await rig.UntilAsync(head, message => message.Deliveries.Single().State == DeliveryState.Delivered);
        receiver.Received.Select(hook => hook.Id[..34]).Order().ShouldBe(heads.Select(head => head.Id.ToString()).Order());

        rig.Journal.ExtraDepth = 10_000;
        (await ReplayAsync(query with { State = DeliveryState.Delivered })).ShouldBe(new(ChangeOutcome.Done, 0, 0, null, IsOverloaded: true));

        ValueTask<ReplayResult> ReplayAsync(ReplayQuery wish) => rig.Gateway.Intake.ReplayWebhooksAsync(Rig.Account, wish, CancellationToken.None);
    }

    [Fact]
    public async Task Delete_Final_IsGoneAndALateReceiptHarmsNothing()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        var input = new IdempotencyInput("key-1", [1]);
        MessageHead head = (await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None)).Head!;
        await rig.UntilAsync(head, MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0]);

        (await rig.Gateway.Intake.DeleteAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);

        (await rig.Gateway.Messages.FindAsync(head.Id, CancellationToken.None)).ShouldBeNull();
        (await rig.Gateway.Intake.DeleteAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.NotFound);
        (await carrier.ReceiptAsync(carrier.Submits[0])).ShouldBe(CommandStatus.Ok);
        (await rig.Gateway.Intake.SendAsync(Rig.Request(), input, CancellationToken.None)).Error.ShouldBe(IntakeError.IdempotencyConflict);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Change_MessageOfAnotherAccount_IsNotFound()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync();
        Accounts.Account stranger = Rig.Account with { Sid = "AC00000000000000000000000000000002" };

        (await rig.Gateway.Intake.CancelAsync(stranger, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.NotFound);
        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id with { Tail = head.Id.Tail ^ 1 }, CancellationToken.None)).Outcome
            .ShouldBe(ChangeOutcome.NotFound);
    }

    [Theory]
    [InlineData(StoreFailure.DiskFull, ChangeOutcome.StoreUnavailable)]
    [InlineData(StoreFailure.Unknown, ChangeOutcome.OutcomeUnknown)]
    public async Task Change_StoreFails_SaysSo(StoreFailure failure, ChangeOutcome outcome)
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync();
        rig.Journal.Refuse(failure);

        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(outcome);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Queued);
    }

    [Fact]
    public async Task Feedback_AskedFor_IsOnRecord()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync(Rig.Request() with { ProvideFeedback = true });
        MessageHead without = await rig.SendAsync();

        (await rig.Gateway.Intake.RecordFeedbackAsync(Rig.Account, head.Id, true, CancellationToken.None)).Message!.FeedbackConfirmed
            .ShouldBe(true);
        (await rig.Gateway.Intake.RecordFeedbackAsync(Rig.Account, without.Id, true, CancellationToken.None)).Outcome
            .ShouldBe(ChangeOutcome.WrongState);
    }
}
