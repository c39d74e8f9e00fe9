using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class ControlTests
{
    [Fact]
    public async Task Pause_WithQueueAndInFlight_QueueGoesToTheNextCandidateAndEverythingIsSentOnce()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await BoundAsync(rig, "a", "b");
        List<MessageHead> heads = await SendAsync(rig, 40);
        await rig.UntilAsync(() => first.Submits.Count == 10);

        rig.Gateway.PauseConnection("a").Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => second.Submits.Count == 30);
        foreach (CarrierSubmit submit in first.Submits) first.Accept(submit);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        Status(rig, "a").Use.ShouldBe("paused");
        first.Bound.Count.ShouldBe(1);
        (await rig.SendAsync("later")).ShouldNotBeNull();
        await rig.UntilAsync(() => second.Submits.Count == 31);
        first.Submits.Count.ShouldBe(10);
        Texts(first, second).ShouldBe([.. Enumerable.Range(0, 40).Select(i => $"m{i}").Append("later")], ignoreOrder: true);

        rig.Gateway.ResumeConnection("a").Outcome.ShouldBe(ControlOutcome.Done);
        await rig.SendAsync("back");
        await rig.UntilAsync(() => first.Submits.Count == 11);
    }

    [Fact]
    public async Task Pause_OnlyConnection_MessagesWaitForItAndReceiptsStillCome()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await BoundAsync(rig, "a");
        MessageHead sent = await rig.SendAsync("sent");
        await rig.UntilAsync(sent, MessageState.Sent);
        rig.Gateway.PauseConnection("a").Outcome.ShouldBe(ControlOutcome.Done);

        MessageHead waiting = await rig.SendAsync("waiting");
        await carrier.ReceiptAsync(carrier.Submits[0]);
        await rig.UntilAsync(sent, MessageState.Delivered);
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        carrier.Submits.Count.ShouldBe(1);
        (await rig.FindAsync(waiting.Id)).State.ShouldBeOneOf(MessageState.Accepted, MessageState.Queued);
        rig.Gateway.ResumeConnection("a");
        await rig.UntilAsync(waiting, MessageState.Sent);
    }

    [Fact]
    public async Task Cap_SlowsTheConnection_AndCanBeTakenAway()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await BoundAsync(rig, "a");
        rig.Gateway.CapConnection("a", 1).Outcome.ShouldBe(ControlOutcome.Done);
        Status(rig, "a").RateCap.ShouldBe(1);
        await SendAsync(rig, 5);
        await rig.UntilAsync(() => carrier.Submits.Count >= 1);
        carrier.Submits.Count.ShouldBe(1);
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        carrier.Submits.Count.ShouldBeInRange(2, 4);

        rig.Gateway.CapConnection("a", 0).Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => carrier.Submits.Count == 5);
        Status(rig, "a").RateCap.ShouldBe(0);
        rig.Gateway.CapConnection("x", 1).Outcome.ShouldBe(ControlOutcome.NotFound);
    }

    [Fact]
    public async Task Drain_WaitsForAnswersThenUnbinds_RestartBindsAgain()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await BoundAsync(rig, "a", "b");
        List<MessageHead> heads = await SendAsync(rig, 20);
        await rig.UntilAsync(() => first.Submits.Count == 10);

        rig.Gateway.DrainConnection("a").Outcome.ShouldBe(ControlOutcome.Done);
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        Status(rig, "a").Use.ShouldBe("draining");
        rig.Gateway.PauseConnection("a").Outcome.ShouldBe(ControlOutcome.Refused);
        foreach (CarrierSubmit submit in first.Submits) first.Accept(submit);
        await rig.UntilAsync(() => Status(rig, "a").Use == "stopped");

        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        (first.Submits.Count, second.Submits.Count).ShouldBe((10, 10));
        Status(rig, "a").Sessions.ShouldAllBe(session => session.State != SmppClientState.Bound);
        first.Script = static (c, s) => c.Accept(s);
        await rig.UntilAsync(() => rig.Gateway.RestartConnection("a").Outcome == ControlOutcome.Done);
        await BoundAsync(rig, "a");
        await rig.SendAsync("again");
        await rig.UntilAsync(() => first.Submits.Count == 11);
    }

    [Fact]
    public async Task Stop_AnswersThatNeverCome_EndsAllTheSameAndNothingIsLost()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await BoundAsync(rig, "a", "b");
        List<MessageHead> heads = await SendAsync(rig, 20);
        await rig.UntilAsync(() => first.Submits.Count == 10);

        rig.Gateway.StopConnection("a").Outcome.ShouldBe(ControlOutcome.Done);

        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
        foreach (MessageHead head in heads)
            (await rig.FindAsync(head.Id)).IsPossibleDuplicate.ShouldBe(first.Submits.Any(submit => submit.Text == head.Body), head.Body);
        Status(rig, "a").ShouldSatisfyAllConditions(s => s.Use.ShouldBe("stopped"), s => s.InFlight.ShouldBe(0), s => s.Queued.ShouldBe(0));
    }

    [Fact]
    public async Task Stop_OnlyConnection_MessageWaitsForItsValidityOnly()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await BoundAsync(rig, "a");
        rig.Gateway.StopConnection("a").Outcome.ShouldBe(ControlOutcome.Done);
        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 60 });
        rig.Step = TimeSpan.FromSeconds(1);

        await rig.UntilAsync(head, MessageState.Expired);

        carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Add_AtTheFirstPlace_TakesTheTraffic()
    {
        await using var first = new ScriptedCarrier();
        await using var added = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first);
        await BoundAsync(rig, "a");

        rig.Gateway.AddConnection(Rig.Connection("n", added.Port), place: 1).Outcome.ShouldBe(ControlOutcome.Done);
        await BoundAsync(rig, "n");
        MessageHead head = await rig.SendAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        added.Submits.Count.ShouldBe(1);
        message.LastAttempt!.Decision.Candidates.Select(candidate => candidate.Connection).ShouldBe(["n", "a"]);
        (Status(rig, "n").Place, Status(rig, "a").Place, Status(rig, "n").IsChanged, Status(rig, "a").IsChanged).ShouldBe((1, 2, true, false));
        rig.Gateway.AddConnection(Rig.Connection("n", added.Port), null).Outcome.ShouldBe(ControlOutcome.Refused);
    }

    [Fact]
    public async Task Change_OtherCarrier_NewBindsComeUpBeforeTheOldDrain()
    {
        await using var before = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var after = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(before);
        await BoundAsync(rig, "a");
        List<MessageHead> heads = await SendAsync(rig, 30);
        await rig.UntilAsync(() => before.Submits.Count == 10);

        rig.Gateway.ChangeConnection(Rig.Connection("a", after.Port, smpp => smpp with { InFlightWindow = 3 }), null)
            .Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => after.Submits.Count == 20);
        foreach (CarrierSubmit submit in before.Submits) before.Accept(submit);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        before.Submits.Count.ShouldBe(10);
        (Status(rig, "a").IsChanged, Status(rig, "a").Window).ShouldBe((true, 3));
        rig.Gateway.Connections().Count.ShouldBe(1);
        Texts(before, after).ShouldBe([.. Enumerable.Range(0, 30).Select(i => $"m{i}")], ignoreOrder: true);
    }

    [Fact]
    public async Task Change_NewEndDoesNotAnswer_OldOneDrainsAfterTheLimitAndMessagesWait()
    {
        await using var before = new ScriptedCarrier();
        await using var after = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(before);
        await BoundAsync(rig, "a");
        rig.Gateway.ChangeConnection(Rig.Connection("a", after.Port), null).Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(await rig.SendAsync("still"), MessageState.Sent);
        before.Submits.Count.ShouldBe(1);
        await rig.UntilAsync(() => Status(rig, "a").IsChanged);

        MessageHead head = await rig.SendAsync("waits");
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        before.Submits.Count.ShouldBe(1);
        after.Start();

        await rig.UntilAsync(head, MessageState.Sent);
        after.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Remove_WithQueue_GoesElsewhere_TheLastIsRefused()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await BoundAsync(rig, "a", "b");
        List<MessageHead> heads = await SendAsync(rig, 20);
        await rig.UntilAsync(() => first.Submits.Count == 10);

        rig.Gateway.RemoveConnection("a").Outcome.ShouldBe(ControlOutcome.Done);
        foreach (CarrierSubmit submit in first.Submits) first.Accept(submit);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);

        (first.Submits.Count, second.Submits.Count).ShouldBe((10, 10));
        rig.Gateway.Connections().Select(connection => connection.Name).ShouldBe(["b"]);
        rig.Gateway.RemoveConnection("a").Outcome.ShouldBe(ControlOutcome.NotFound);
        rig.Gateway.RemoveConnection("b").Outcome.ShouldBe(ControlOutcome.Refused);
    }

    [Fact]
    public async Task Change_ThrottledConnection_KeepsTheLearnedRate()
    {
        int taken = 0;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (Interlocked.Increment(ref taken) > 30 && taken < 33) c.Refuse(s, Smpp.Codec.CommandStatus.Throttled);
                else c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await BoundAsync(rig, "a");
        rig.Step = TimeSpan.FromMilliseconds(10);
        List<MessageHead> heads = await SendAsync(rig, 60);
        await rig.UntilAsync(() => Status(rig, "a").LearnedRate > 0);

        rig.Gateway.ChangeConnection(Rig.Connection("a", carrier.Port), null).Outcome.ShouldBe(ControlOutcome.Done);
        await rig.UntilAsync(() => Status(rig, "a").IsChanged);

        Status(rig, "a").LearnedRate.ShouldBeGreaterThan(0);
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Sent);
    }

    private static async Task BoundAsync(Rig rig, params string[] names)
    {
        foreach (string name in names) await rig.BoundAsync(name);
    }

    private static async Task<List<MessageHead>> SendAsync(Rig rig, int count)
    {
        var heads = new List<MessageHead>();
        for (int i = 0; i < count; i++) heads.Add(await rig.SendAsync($"m{i}"));
        return heads;
    }

    private static ConnectionStatus Status(Rig rig, string name) => rig.Gateway.Connections().First(connection => connection.Name == name);

    private static List<string> Texts(params ScriptedCarrier[] carriers) =>
        [.. carriers.SelectMany(carrier => carrier.Submits).Select(submit => submit.Text)];
}
