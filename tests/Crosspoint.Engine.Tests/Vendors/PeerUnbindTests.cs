using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Vendors;

public sealed class PeerUnbindTests
{
    private static readonly byte[] BindAnswer = "peer\0"u8.ToArray();

    [Fact]
    public async Task Unbind_PeerKeepsTheLinkOpen_MessageWaitsAndNoAttemptIsBurnt()
    {
        using var carrier = new RawCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port)));
        await carrier.AcceptAsync(BindAnswer);
        await rig.BoundAsync();
        await carrier.WriteAsync(CommandId.Unbind, 7, []);
        (await carrier.ReadAsync()).Header.CommandId.ShouldBe(CommandId.UnbindResp);

        MessageHead head = await rig.SendAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(1));

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.Attempts.Count).ShouldBe((MessageState.Queued, 0), Rig.Describe(message));
    }

    [Fact]
    public async Task Unbind_PeerKeepsTheLinkOpen_TrafficGoesToTheNextConnectionAtOnce()
    {
        using var carrier = new RawCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port), Rig.Connection("b", second.Port)));
        await carrier.AcceptAsync(BindAnswer);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        rig.Step = TimeSpan.FromMilliseconds(5);
        await carrier.WriteAsync(CommandId.Unbind, 7, []);
        (await carrier.ReadAsync()).Header.CommandId.ShouldBe(CommandId.UnbindResp);
        long unbound = rig.Clock.GetTimestamp();

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Single().Connection.ShouldBe("b", Rig.Describe(message));
        rig.Clock.GetElapsedTime(unbound).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        rig.Gateway.Connections()[0].Use.ShouldBe("down");
    }
}
