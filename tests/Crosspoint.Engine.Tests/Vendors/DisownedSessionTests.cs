using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Tests.Vendors;

/// <summary>A carrier that has lost its side of the session, keeps the TCP connection up and refuses everything.</summary>
public sealed class DisownedSessionTests
{
    [Theory]
    [InlineData(CommandStatus.InvalidBindStatus)]
    [InlineData(CommandStatus.AlreadyBound)]
    [InlineData(CommandStatus.BindFailed)]
    [InlineData(CommandStatus.InvalidPassword)]
    [InlineData(CommandStatus.InvalidSystemId)]
    [InlineData(CommandStatus.InvalidSystemType)]
    public async Task Answer_AboutTheSession_BindsAgainAndTheMessageGoesThere(CommandStatus status)
    {
        SmppSession? lost = null;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if ((lost ??= s.Session) == s.Session) c.Refuse(s, status);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Count.ShouldBe(2, Rig.Describe(message));
        message.Attempts[0].CommandStatus.ShouldBe((uint)status);
        lost.ShouldNotBeNull().State.ShouldBe(SmppSessionState.Closed);
    }

    [Fact]
    public async Task Answer_AboutTheSession_WhatIsUnderWayIsAnsweredBeforeTheCut()
    {
        const int Messages = 5;
        List<CarrierSubmit> waiting = [];
        SmppSession? lost = null;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if ((lost ??= s.Session) == s.Session) waiting.Add(s);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int i = 0; i < Messages; i++) heads.Add(await rig.SendAsync(Rig.Request(to: $"+1555123000{i}")));
        for (int i = 0; i < Messages; i++) await carrier.NextAsync();

        carrier.Refuse(waiting[0], CommandStatus.InvalidBindStatus);
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].Use == "down");
        lost.ShouldNotBeNull().State.ShouldBe(SmppSessionState.BoundTrx);
        MessageHead later = await rig.SendAsync();
        for (int i = 1; i < Messages; i++) carrier.Refuse(waiting[i], CommandStatus.InvalidBindStatus);

        foreach (MessageHead head in heads)
        {
            Message message = await rig.UntilAsync(head, MessageState.Sent);
            message.IsPossibleDuplicate.ShouldBeFalse(Rig.Describe(message));
        }

        (await rig.UntilAsync(later, MessageState.Sent)).Attempts.Count.ShouldBe(1);
        waiting.Count.ShouldBe(Messages);
    }
}
