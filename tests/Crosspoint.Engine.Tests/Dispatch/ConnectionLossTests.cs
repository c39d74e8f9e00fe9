using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class ConnectionLossTests
{
    [Fact]
    public async Task Down_AtStart_MessageGoesToTheNextCandidate()
    {
        await using var first = new ScriptedCarrier(isUp: false);
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("b");

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Single().Connection.ShouldBe("b");
        message.Attempts.Single().Decision.Candidates.ShouldBe([new("a", CandidateCode.Down), new("b", CandidateCode.Chosen)]);
    }

    [Fact]
    public async Task Down_AllOfThem_MessagesWaitAndGoOutWithTheFirstThatComes()
    {
        await using var first = new ScriptedCarrier(isUp: false);
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(first, second);
        var heads = new List<MessageHead>();
        for (int i = 0; i < 30; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        (await rig.FindAsync(heads[0].Id)).State.ShouldBe(MessageState.Queued);

        second.Start();
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        second.Submits.Select(submit => submit.Text).ShouldBe(heads.Select(head => head.Body));
    }

    [Fact]
    public async Task Up_PreferredComesBack_TrafficReturnsToIt()
    {
        await using var first = new ScriptedCarrier(isUp: false);
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("b");
        await rig.UntilAsync(await rig.SendAsync("one"), MessageState.Sent);
        first.Start();
        await rig.BoundAsync("a");

        await rig.UntilAsync(await rig.SendAsync("two"), MessageState.Sent);

        first.Submits.Single().Text.ShouldBe("two");
        second.Submits.Single().Text.ShouldBe("one");
    }

    [Fact]
    public async Task Lost_WithAQueueBehindIt_QueueMovesAtOnceAndOnlyTheWindowIsUnknown()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        var heads = new List<MessageHead>();
        for (int i = 0; i < 60; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.UntilAsync(() => first.Submits.Count == 10);
        rig.Step = TimeSpan.FromMilliseconds(5);
        long lost = rig.Clock.GetTimestamp();

        await first.StopAsync();
        for (int i = 10; i < 60; i++)
        {
            Message moved = await rig.UntilAsync(heads[i], MessageState.Sent);
            moved.IsPossibleDuplicate.ShouldBeFalse();
        }

        rig.Clock.GetElapsedTime(lost).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        rig.Step = TimeSpan.FromMilliseconds(50);
        for (int i = 0; i < 10; i++) (await rig.UntilAsync(heads[i], MessageState.Sent)).IsPossibleDuplicate.ShouldBeTrue();
        second.Submits.Select(submit => submit.Text).Order(StringComparer.Ordinal).ShouldBe(
            heads.Select(head => head.Body).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Unbound_ByThePeer_TrafficGoesOnOnTheNextBind()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead held = await rig.SendAsync("held", TrafficClass.Marketing);
        CarrierSubmit submit = await carrier.NextAsync();

        // An unbind on the wire while an answer is still owed.
        _ = submit.Session.CloseAsync(TimeSpan.Zero, CancellationToken.None);
        await rig.PassAsync(TimeSpan.FromMilliseconds(100));
        carrier.Script = static (c, s) => c.Accept(s);
        MessageHead next = await rig.SendAsync("next");
        Message message = await rig.UntilAsync(next, MessageState.Sent);

        message.Attempts.Count.ShouldBeLessThanOrEqualTo(2);
        (await rig.FindAsync(held.Id)).State.ShouldBe(MessageState.Sending);
    }

    [Fact]
    public async Task Sessions_Several_ShareTheLoadAndOneLossLeavesTheOthers()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Sessions = 3, InFlightWindow = 2 })));
        await rig.BoundAsync(sessions: 3);
        for (int i = 0; i < 10; i++) await rig.SendAsync($"m{i}", TrafficClass.Marketing);
        await rig.UntilAsync(() => carrier.Submits.Count == 6);
        await rig.SettleAsync();

        carrier.Submits.GroupBy(submit => submit.Session).Select(group => group.Count()).ShouldBe([2, 2, 2]);
        rig.Gateway.Connections()[0].InFlight.ShouldBe(6);
        carrier.Submits[0].Session.Abort("one is lost");
        await rig.UntilAsync(() => carrier.Submits.Count == 8);
        rig.Gateway.Connections()[0].Use.ShouldBe("usable");
    }
}
