using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Intake;

public sealed class ReplyTests
{
    [Fact]
    public async Task Reply_SeveralTexts_GoBackInOrderThoughTheAccountMaySendFromOwnNumbersOnly()
    {
        await using var carrier = new ScriptedCarrier();
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port));
        await using Rig rig = await Rig.StartAsync(
            options with { Accounts = [Rig.Account with { Senders = Accounts.SenderPolicy.Owned }] });
        await rig.BoundAsync();
        MessageHead inbound = await ReceiveAsync(rig, carrier);

        Sink(rig).Reply(inbound, ["one", "two", "three"]);
        await rig.UntilAsync(() => carrier.Submits.Count == 3);

        carrier.Submits.Select(submit => submit.Text).ShouldBe(["one", "two", "three"]);
        carrier.Submits.ShouldAllBe(submit => submit.From == "15550001000" && submit.To == "447700900123");
        IReadOnlyList<Message> replies = [.. (await ListAsync(rig)).Where(message => !message.Head.IsInbound)];
        replies.ShouldAllBe(
            message => message.Head.Direction == MessageDirection.OutboundReply && message.Head.AccountSid == inbound.AccountSid);
    }

    [Fact]
    public async Task Reply_CannotBeSent_IsNotedOnTheInboundMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead inbound = await ReceiveAsync(rig, carrier);

        Sink(rig).Reply(inbound, [new string('x', 1601)]);

        Message message = await rig.UntilAsync(
            inbound, candidate => candidate.Events.Exists(entry => entry.Kind == EventKind.ReplyIgnored));
        message.Events[^1].Detail!.ShouldContain("1601");
        carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task ReplyIgnored_Verb_IsNotedOnTheInboundMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead inbound = await ReceiveAsync(rig, carrier);

        Sink(rig).ReplyIgnored(inbound, "Redirect");

        Message message = await rig.UntilAsync(inbound, candidate => candidate.Events.Count == 2);
        (message.Events[1].Kind, message.Events[1].Detail, message.State).ShouldBe(
            (EventKind.ReplyIgnored, "Redirect", MessageState.Received));
    }

    private static IInboundReplySink Sink(Rig rig) => (IInboundReplySink)rig.Gateway.Intake;

    private static async Task<MessageHead> ReceiveAsync(Rig rig, ScriptedCarrier carrier)
    {
        await carrier.DeliverAsync(carrier.Bound[0], "447700900123", "15550001000", "Hello"u8);
        return (await ListAsync(rig)).Single().Head;
    }

    private static async Task<IReadOnlyList<Message>> ListAsync(Rig rig) =>
        (await rig.Gateway.Messages.ListAsync(new MessageQuery(Rig.Account.Sid, null, null, null, null, null, 100),
            CancellationToken.None)).Messages;
}
