using System.Net;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>Peers that mean no good, or are broken, beside those that ServerStateTests and TimerTests have.</summary>
public sealed class HostilePeerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peer_ThatSendsAnOctetASecond_IsCutByTheClockOfItsPdu(bool bound)
    {
        await using var server = new TestServer();
        using RawPeer peer = bound ? (await server.BindAsync(CommandId.BindTransceiver)).Peer : await server.ConnectAsync();
        byte[] pdu = Pdu.Of(CommandId.SubmitSm, 5, CommandStatus.Ok, Pdu.SubmitBody());
        Task end = peer.ReadToEndAsync();
        var sent = 0;
        try
        {
            for (; sent < pdu.Length && !end.IsCompleted; sent++)
            {
                await peer.SendAsync([pdu[sent]]);
                await TestServer.StepAsync(server.Time, end);
                await TestServer.StepAsync(server.Time, end);
            }
        }
        catch (System.Net.Sockets.SocketException) when (sent > 0)
        {
            // Cut while the next octet was on its way.
            await end;
        }

        await end.WaitAsync(RawPeer.Patience);
        sent.ShouldBeLessThan(pdu.Length, "the clock must not start again with each octet");
        if (bound) (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.PartialPduTimeout);
    }

    [Fact]
    public async Task Peers_AThousandBindsAtOnce_AreAllAnswered()
    {
        const int Peers = 1_000;
        await using var server = new TestServer(
            new SmppServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), MaxConnectionsPerAddress = Peers });
        RawPeer[] peers = await Task.WhenAll(Enumerable.Range(0, Peers).Select(_ => server.ConnectAsync()));
        await Task.WhenAll(peers.Select(peer => peer.SendAsync(Pdu.Bind(CommandId.BindTransceiver, 7))));
        PduHeader[] answers = await Task.WhenAll(peers.Select(peer => peer.ExpectAsync(CommandId.BindTransceiverResp)));
        answers.ShouldAllBe(header => header.SequenceNumber == 7);
        server.Server.Sessions.Count.ShouldBe(Peers);
        using RawPeer tooMany = await server.ConnectAsync();
        await tooMany.ReadToEndAsync();
        foreach (RawPeer peer in peers) peer.Dispose();
    }

    [Fact]
    public async Task Peer_ThatFloodsLinkProbesAndNeverReads_HoldsLittleMemory()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        byte[] flood = [.. Enumerable.Repeat(Pdu.Of(CommandId.EnquireLink, 1), 4096).SelectMany(pdu => pdu)];
        Task sending = Task.Run(async () =>
        {
            try
            {
                while (true) await peer.SendAsync(flood);
            }
            catch (System.Net.Sockets.SocketException)
            {
                return;
            }
        });
        await TestServer.AdvanceUntilAsync(server.Time, server.Handler.NextAsync(EventKind.Closed));
        await sending.WaitAsync(RawPeer.Patience);

        // What it could push stays in the buffers of the system: no more is read from a peer that does not take its answers.
        session.MostPendingBytes.ShouldBeInRange(1, 2 * 1024 * 1024);
        peer.Dispose();
    }

    [Fact]
    public async Task Peer_ThatSendsResponsesNeverAskedFor_LearnsNothingAndIsServed()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        CommandId[] responses = [.. Enum.GetValues<CommandId>().Where(id => id.IsResponse()), (CommandId)0x80007777, (CommandId)0xFFFFFFFF];
        foreach (CommandId response in responses)
        {
            await peer.SendAsync(
                Pdu.Of(response, 99, CommandStatus.Ok, 1, 2, 3), Pdu.Of(response, 0), Pdu.Of(response, uint.MaxValue, (CommandStatus)0x7FF),
                Pdu.Of(CommandId.EnquireLink, 10));
            (await peer.ExpectAsync(CommandId.EnquireLinkResp)).SequenceNumber.ShouldBe(10u, response.ToString());
        }

        session.State.ShouldBe(SmppSessionState.BoundTrx);
        session.FreeSlots.ShouldBe(session.WindowSize);
        peer.Dispose();
    }
}
