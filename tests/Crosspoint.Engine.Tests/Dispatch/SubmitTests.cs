using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class SubmitTests
{
    [Fact]
    public async Task Submit_CarrierAcceptsAndReports_TimelineIsAcceptedSentDelivered()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync();
        CarrierSubmit submit = await carrier.NextAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        (await carrier.ReceiptAsync(submit)).ShouldBe(Smpp.Codec.CommandStatus.Ok);
        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Delivered");
        message.Events.Select(entry => entry.Number).ShouldBe([1, 2, 3, 4]);
        message.Events.Select(entry => entry.State).ShouldBe(
            [MessageState.Queued, MessageState.Sending, MessageState.Sent, MessageState.Delivered]);
        message.Segments.Single().VendorId.ShouldBe(carrier.IdOf(submit));
        message.Attempts.Single().Outcome.ShouldBe(AttemptOutcome.Sent);
        message.ErrorCode.ShouldBe(0);
        (submit.From, submit.To, submit.Text, submit.Registered).ShouldBe(("15550001000", "15551230001", "Hello", (byte)1));
    }
}
