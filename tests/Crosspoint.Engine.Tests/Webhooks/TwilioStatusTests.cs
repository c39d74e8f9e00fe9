using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class TwilioStatusTests
{
    [Theory]
    [InlineData(MessageState.Scheduled, "scheduled")]
    [InlineData(MessageState.Accepted, "queued")]
    [InlineData(MessageState.Queued, "queued")]
    [InlineData(MessageState.Sending, "sending")]
    [InlineData(MessageState.Sent, "sent")]
    [InlineData(MessageState.Delivered, "delivered")]
    [InlineData(MessageState.Undelivered, "undelivered")]
    [InlineData(MessageState.Failed, "failed")]
    [InlineData(MessageState.Expired, "failed")]
    [InlineData(MessageState.Canceled, "canceled")]
    [InlineData(MessageState.Unconfirmed, "sent")]
    public void Of_OutboundState_IsTwiliosWord(MessageState state, string expected) =>
        TwilioStatus.Of(state, inbound: false).ShouldBe(expected);

    [Theory]
    [InlineData(MessageState.Receiving, "receiving")]
    [InlineData(MessageState.Received, "received")]
    public void Of_InboundState_IsTwiliosWord(MessageState state, string expected) =>
        TwilioStatus.Of(state, inbound: true).ShouldBe(expected);

    [Theory]
    [InlineData(CallbackForm.Twilio, MessageState.Unconfirmed, false)]
    [InlineData(CallbackForm.Twilio, MessageState.Sent, true)]
    [InlineData(CallbackForm.Native, MessageState.Unconfirmed, true)]
    [InlineData(CallbackForm.Native, MessageState.Sending, false)]
    public void CallsBack_StateOfAMessage_DependsOnTheForm(CallbackForm form, MessageState state, bool expected)
    {
        var options = new WebhookOptions { States = new HashSet<MessageState> { MessageState.Sent, MessageState.Unconfirmed } };
        var head = new MessageHead { Id = new(1, 1), AccountSid = "AC1", From = "a", To = "b", Body = "c", CallbackUrl = "https://x/", CallbackForm = form };
        options.CallsBack(head, state).ShouldBe(expected);
        options.CallsBack(head with { CallbackUrl = null }, state).ShouldBeFalse();
        options.CallsBack(head with { Direction = MessageDirection.Inbound }, MessageState.Received).ShouldBeTrue();
    }
}
