using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class ResendTests
{
    [Fact]
    public async Task Resend_OfAMessageThatFailed_SendsItOnceMoreAndNamesBoth()
    {
        bool refuses = true;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (refuses) c.Refuse(s, CommandStatus.InvalidDestinationAddress);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync("once more");
        await rig.UntilAsync(head, MessageState.Failed);
        refuses = false;

        IntakeResult result = await ResendAsync(rig, head.Id, byOperator: true);

        result.IsAccepted.ShouldBeTrue(result.Detail);
        result.Head!.ResendOf.ShouldBe(head.Id);
        (result.Head.To, result.Head.From, result.Head.Body).ShouldBe((head.To, head.From, head.Body));
        result.Head.ValidUntil.ShouldBeLessThanOrEqualTo(head.ValidUntil);
        await rig.UntilAsync(result.Head, MessageState.Sent);
        Message original = (await rig.Gateway.Messages.FindAsync(head.Id, CancellationToken.None))!;
        original.State.ShouldBe(MessageState.Failed);
        MessageEvent entry = original.Events[^1];
        (entry.Kind, entry.State, entry.Detail).ShouldBe((EventKind.Resent, MessageState.Failed, $"as {result.Head.Id} by the operator"));
        Message again = (await rig.Gateway.Messages.FindAsync(result.Head.Id, CancellationToken.None))!;
        again.Events[0].Detail.ShouldBe($"{head.Id} sent again by the operator");
        carrier.Submits.Select(static submit => submit.Text).ShouldBe(["once more", "once more"]);
    }

    [Fact]
    public async Task Resend_WithTheSameKey_SendsOnce_EvenWhereItWouldBeRefusedByNow()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.InvalidDestinationAddress) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync("once more");
        await rig.UntilAsync(head, MessageState.Failed);

        IntakeResult first = await ResendAsync(rig, head.Id, byOperator: false, key: "k");
        (await rig.Gateway.Intake.RedactAsync(head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);
        IntakeResult second = await ResendAsync(rig, head.Id, byOperator: false, key: "k");
        IntakeResult other = await ResendAsync(rig, head.Id, byOperator: false, key: "l");

        (second.Head!.Id, second.Replayed).ShouldBe((first.Head!.Id, true));
        (other.Error, other.Detail).ShouldBe((IntakeError.ResendRefused, "Its text was redacted."));
        Message original = (await rig.Gateway.Messages.FindAsync(head.Id, CancellationToken.None))!;
        original.Events.Count(static entry => entry.Kind == EventKind.Resent).ShouldBe(1);
        original.Events[^1].Detail.ShouldBe("by the operator");
    }

    [Fact]
    public async Task Resend_OfWhatHasNotFailed_IsRefusedWithTheReason()
    {
        await using var carrier = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(carrier);
        MessageHead head = await rig.SendAsync();

        (await ResendAsync(rig, head.Id, byOperator: true)).Detail.ShouldBe("It has not ended: its state is queued.");
        await rig.Gateway.Intake.CancelAsync(head.Id, CancellationToken.None);
        (await ResendAsync(rig, head.Id, byOperator: true)).Detail.ShouldBe("It was canceled.");
        (await ResendAsync(rig, new(1, 1), byOperator: true)).Error.ShouldBe(IntakeError.MessageNotFound);
    }

    [Theory]
    [InlineData(MessageState.Delivered, "It was delivered.")]
    [InlineData(MessageState.Unconfirmed, "It may have arrived: it is unconfirmed.")]
    [InlineData(MessageState.Expired, "Its validity is over.")]
    [InlineData(MessageState.Undelivered, null)]
    public void WhyNot_ByState(MessageState state, string? reason)
    {
        MessageHead head = new() { Id = new(1, 1), AccountSid = "AC1", From = "A", To = "+491", Body = "x", CreatedAt = 1, ValidUntil = 100 };
        Resending.WhyNot(Message.Restore(head, state, 1), 99)?.Detail.ShouldBe(reason);
        Resending.WhyNot(Message.Restore(head, state, 1), 99).HasValue.ShouldBe(reason is not null);
        Resending.WhyNot(Message.Restore(head, state, 1), 100)!.Value.Detail.ShouldBe(reason ?? "Its validity is over.");
        Resending.WhyNot(Message.Restore(head with { Direction = MessageDirection.Inbound }, state, 1), 1)!.Value.Detail.ShouldStartWith("It came in");
    }

    [Fact]
    public async Task FindByVendorId_FindsTheMessage_InEveryFormOfTheId()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        Message message = (await rig.Gateway.Messages.FindAsync(head.Id, CancellationToken.None))!;
        string vendorId = message.Segments[0].VendorId!;

        (await rig.Gateway.FindByVendorIdAsync(vendorId)).ShouldBe([head.Id.Key]);
        (await rig.Gateway.FindByVendorIdAsync($"00{vendorId.ToUpperInvariant()}")).ShouldBe([head.Id.Key]);
        (await rig.Gateway.FindByVendorIdAsync("no such id")).ShouldBe([]);
    }

    private static async Task<IntakeResult> ResendAsync(Rig rig, MessageId id, bool byOperator, string? key = null) => await rig.Gateway.Intake.ResendAsync(
        new(Rig.Account, id, byOperator, null, key is null ? null : new IdempotencyInput(key, [1, 2, 3])), CancellationToken.None);
}
