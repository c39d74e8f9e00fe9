using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Vendors;

/// <summary>A carrier with two ends.</summary>
public sealed class FailOverTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hosts_FirstCannotBeBoundTo_SecondTakesTheTrafficUntilTheNextBind(bool isReachable)
    {
        await using var first = new ScriptedCarrier(isReachable) { BindAnswer = CommandStatus.SystemError };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await StartAsync(first, second);
        await rig.BoundAsync();

        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        second.Submits.Count.ShouldBe(1);
        HostOf(rig).ShouldBe($"127.0.0.1:{second.Port}");

        // The first is back: the session on the second goes on, and the next bind begins with the first.
        first.BindAnswer = CommandStatus.Ok;
        if (!isReachable) first.Start();
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        HostOf(rig).ShouldBe($"127.0.0.1:{second.Port}");
        second.DropSessions();
        await rig.UntilAsync(() => HostOf(rig) == $"127.0.0.1:{first.Port}");
        await rig.BoundAsync();
        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);
        first.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Hosts_AllDown_TriesKeepToTheBudgetTogether()
    {
        int binds = 0;
        await using var first = new ScriptedCarrier { BindAnswer = CommandStatus.SystemError };
        await using var second = new ScriptedCarrier { BindAnswer = CommandStatus.SystemError };
        first.BindSeen = second.BindSeen = () => Interlocked.Increment(ref binds);
        await using Rig rig = await StartAsync(first, second);

        await rig.UntilAsync(() => Volatile.Read(ref binds) == 20);
        await rig.PassAsync(TimeSpan.FromSeconds(10));

        Volatile.Read(ref binds).ShouldBe(20);
        rig.Gateway.Connections()[0].Sessions[0].LastError.ShouldNotBeNull().ShouldContain("127.0.0.1:");
    }

    [Fact]
    public async Task Pair_ReceiptsComeOnTheReceivers_AndMatch()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection(
            "a", carrier.Port, smpp => smpp with { Bind = SmppBindType.Transmitter, Sessions = 2, Receivers = 1 })));
        await rig.BoundAsync("a", 3);

        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await rig.UntilAsync(() => carrier.Bound.Count == 3);
        carrier.Submits[0].Session.State.ShouldBe(SmppSessionState.BoundTx);
        SmppSession receiver = carrier.Bound.Single(session => session.State == SmppSessionState.BoundRx);
        await carrier.ReceiptAsync(receiver, carrier.IdOf(carrier.Submits[0]), head.To);
        await rig.UntilAsync(head, MessageState.Delivered);

        // With its transmitters gone the connection is down, whatever its receivers do.
        carrier.BindAnswer = CommandStatus.SystemError;
        foreach (SmppSession session in carrier.Bound.Where(session => session.State == SmppSessionState.BoundTx)) session.Abort("the test says so");
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].Use == "down");
    }

    private static string HostOf(Rig rig) => rig.Gateway.Connections()[0].Sessions[0].Host;

    private static Task<Rig> StartAsync(ScriptedCarrier first, ScriptedCarrier second) => Rig.StartAsync(Rig.Options(Rig.Connection(
        "a", first.Port, smpp => smpp with { FurtherHosts = [new SmppHost("127.0.0.1", second.Port)] })));
}
