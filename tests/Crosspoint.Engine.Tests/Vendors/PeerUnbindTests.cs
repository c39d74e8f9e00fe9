using System.Net;
using System.Net.Sockets;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Vendors;

public sealed class PeerUnbindTests
{
    [Fact]
    public async Task Unbind_PeerKeepsTheLinkOpen_MessageWaitsAndNoAttemptIsBurnt()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", ((IPEndPoint)listener.LocalEndpoint).Port)));
        using TcpClient peer = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = peer.GetStream();
        PduHeader bind = await ReadAsync(stream);
        bind.CommandId.ShouldBe(CommandId.BindTransceiver);
        await WriteAsync(stream, CommandId.BindTransceiverResp, bind.SequenceNumber, "peer\0"u8.ToArray());
        await rig.BoundAsync();
        await WriteAsync(stream, CommandId.Unbind, 7, []);
        (await ReadAsync(stream)).CommandId.ShouldBe(CommandId.UnbindResp);

        MessageHead head = await rig.SendAsync();
        await rig.PassAsync(TimeSpan.FromSeconds(1));

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.Attempts.Count).ShouldBe((MessageState.Queued, 0), Rig.Describe(message));
    }

    [Fact]
    public async Task Unbind_PeerKeepsTheLinkOpen_TrafficGoesToTheNextConnectionAtOnce()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", ((IPEndPoint)listener.LocalEndpoint).Port), Rig.Connection("b", second.Port)));
        using TcpClient peer = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        NetworkStream stream = peer.GetStream();
        PduHeader bind = await ReadAsync(stream);
        await WriteAsync(stream, CommandId.BindTransceiverResp, bind.SequenceNumber, "peer\0"u8.ToArray());
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        rig.Step = TimeSpan.FromMilliseconds(5);
        await WriteAsync(stream, CommandId.Unbind, 7, []);
        (await ReadAsync(stream)).CommandId.ShouldBe(CommandId.UnbindResp);
        long unbound = rig.Clock.GetTimestamp();

        Message message = await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);

        message.Attempts.Single().Connection.ShouldBe("b", Rig.Describe(message));
        rig.Clock.GetElapsedTime(unbound).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        rig.Gateway.Connections()[0].Use.ShouldBe("down");
    }

    private static async Task<PduHeader> ReadAsync(NetworkStream stream)
    {
        byte[] octets = new byte[PduHeader.Bytes];
        await stream.ReadExactlyAsync(octets, TestContext.Current.CancellationToken);
        PduHeader.TryRead(octets, out PduHeader header).ShouldBeTrue();
        byte[] body = new byte[header.CommandLength - PduHeader.Bytes];
        await stream.ReadExactlyAsync(body, TestContext.Current.CancellationToken);
        return header;
    }

    private static async Task WriteAsync(NetworkStream stream, CommandId command, uint sequenceNumber, byte[] body)
    {
        byte[] octets = new byte[PduHeader.Bytes + body.Length];
        new PduHeader((uint)octets.Length, command, CommandStatus.Ok, sequenceNumber).Write(octets);
        body.CopyTo(octets, PduHeader.Bytes);
        await stream.WriteAsync(octets, TestContext.Current.CancellationToken);
    }
}
