using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>Every timer, on a clock that the test moves, over real sockets.</summary>
public sealed class TimerTests
{
    [Fact]
    public async Task SilentSocket_IsCutAfterSessionInit()
    {
        await using var server = new TestServer();
        using RawPeer peer = await server.ConnectAsync();
        await TestServer.AdvanceUntilAsync(server.Time, peer.ReadToEndAsync());
        server.Handler.TryNext(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task EnquireLinkBeforeTheBind_DoesNotLengthenSessionInit()
    {
        await using var server = new TestServer();
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Pdu.Of(CommandId.EnquireLink, 1));
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
        server.Time.Advance(TimeSpan.FromSeconds(9));
        await peer.SendAsync(Pdu.Of(CommandId.EnquireLink, 2));
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
        server.Time.Advance(TimeSpan.FromSeconds(2));
        await peer.ReadToEndAsync();
    }

    [Fact]
    public async Task PartialPdu_IsCutAfterItsTime()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        // The answer to the probe shows that the start of the next PDU, sent with it, has been read too.
        await peer.SendAsync([.. Pdu.Of(CommandId.EnquireLink, 1), 0, 0, 0, 16, 0]);
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
        await TestServer.AdvanceUntilAsync(server.Time, peer.ReadToEndAsync());
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.PartialPduTimeout);
        peer.Dispose();
    }

    [Fact]
    public async Task Idle_ProbesAndAnAnswerKeepsTheLink()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        for (var round = 0; round < 3; round++)
        {
            server.Time.Advance(TimeSpan.FromSeconds(31));
            PduHeader probe = await peer.ExpectAsync(CommandId.EnquireLink);
            // A wrong number in the answer is still a sign of life. The probe of ours after it shows that it was read.
            await peer.SendAsync(Pdu.Of(CommandId.EnquireLinkResp, probe.SequenceNumber + 5), Pdu.Of(CommandId.EnquireLink, 1));
            await peer.ExpectAsync(CommandId.EnquireLinkResp);
        }

        session.State.ShouldBe(SmppSessionState.BoundTrx);
        session.TryReserve(10).ShouldBeTrue();
        peer.Dispose();
    }

    [Fact]
    public async Task HalfOpenLink_IsFoundAndTheOutstandingRequestsAreReported()
    {
        await using var server = new TestServer(new SmppServerOptions
        {
            Listen = TestServer.Options().Listen,
            ResponseTimeout = TimeSpan.FromMinutes(5),
        });
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        session.TryReserve(2).ShouldBeTrue();
        session.Deliver(new DeliverSm { ShortMessage = "1"u8 }, "first").ShouldBe(SendResult.Sent);
        session.Deliver(new DeliverSm { ShortMessage = "2"u8 }, "second").ShouldBe(SendResult.Sent);
        server.Time.Advance(TimeSpan.FromSeconds(31));
        await peer.ExpectAsync(CommandId.DeliverSm);
        await peer.ExpectAsync(CommandId.DeliverSm);
        await peer.ExpectAsync(CommandId.EnquireLink);
        server.Time.Advance(TimeSpan.FromSeconds(11));
        SessionEvent closed = await server.Handler.NextAsync(EventKind.Closed);
        closed.Reason.ShouldBe(SmppCloseReason.EnquireLinkTimeout);
        closed.Unanswered.ShouldBe(["first", "second"], ignoreOrder: true);
        session.State.ShouldBe(SmppSessionState.Closed);
        session.Deliver(new DeliverSm(), "late").ShouldBe(SendResult.NotSent);
        peer.Dispose();
    }

    [Fact]
    public async Task Response_AfterItsTime_IsTakenAsLateAndOnlyOnce()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        session.TryReserve(10).ShouldBeTrue();
        session.Deliver(new DeliverSm { ShortMessage = "1"u8 }, "slow").ShouldBe(SendResult.Sent);
        PduHeader request = await peer.ExpectAsync(CommandId.DeliverSm);
        await TestServer.AdvanceUntilAsync(server.Time, server.Handler.NextAsync(EventKind.Timeout));
        session.OutstandingCount.ShouldBe(0);
        session.TryReserve(1).ShouldBeTrue();
        session.TryReserve(1).ShouldBeFalse();

        byte[] late = Pdu.Of(CommandId.DeliverSmResp, request.SequenceNumber, CommandStatus.Ok, 0);
        await peer.SendAsync(late, late, Pdu.Of(CommandId.EnquireLink, 9));
        SessionEvent response = await server.Handler.NextAsync(EventKind.Response);
        response.Late.ShouldBeTrue();
        response.State.ShouldBe("slow");
        session.TryReserve(1).ShouldBeFalse();
        peer.Close();
        SessionEvent closed = await server.Handler.NextAsync(EventKind.Closed);
        closed.Unanswered.ShouldBeEmpty();
        server.Handler.TryNext(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Inactivity_UnbindsInOrder()
    {
        await using var server = new TestServer(new SmppServerOptions
        {
            Listen = TestServer.Options().Listen,
            InactivityTimeout = TimeSpan.FromSeconds(20),
        });
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        server.Time.Advance(TimeSpan.FromSeconds(21));
        PduHeader unbind = await peer.ExpectAsync(CommandId.Unbind);
        await peer.SendAsync(Pdu.Of(CommandId.UnbindResp, unbind.SequenceNumber));
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.InactivityTimeout);
        peer.Dispose();
    }

    [Fact]
    public async Task PeerThatDoesNotRead_IsCutByTheWriteTimer()
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
        session.State.ShouldBe(SmppSessionState.Closed);
        peer.Dispose();
    }

    [Fact]
    public async Task Close_DrainsBeforeItUnbinds()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        session.TryReserve(1).ShouldBeTrue();
        session.Deliver(new DeliverSm { ShortMessage = "1"u8 }, "x").ShouldBe(SendResult.Sent);
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        session.TryReserve(1).ShouldBeFalse();
        PduHeader request = await peer.ExpectAsync(CommandId.DeliverSm);
        await peer.SendAsync(Pdu.Of(CommandId.DeliverSmResp, request.SequenceNumber, CommandStatus.Ok, 0));
        PduHeader unbind = await peer.ExpectAsync(CommandId.Unbind);
        (await server.Handler.NextAsync(EventKind.Response)).Late.ShouldBeFalse();
        await peer.SendAsync(Pdu.Of(CommandId.UnbindResp, unbind.SequenceNumber));
        await closing.WaitAsync(RawPeer.Patience);
        peer.Dispose();
    }

    [Fact]
    public async Task Close_WithoutAnswers_EndsAfterDrainAndUnbindTimes()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        session.TryReserve(1).ShouldBeTrue();
        session.Deliver(new DeliverSm { ShortMessage = "1"u8 }, "lost").ShouldBe(SendResult.Sent);
        Task closing = session.CloseAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
        await TestServer.AdvanceUntilAsync(server.Time, closing);
        SessionEvent closed = await server.Handler.NextAsync(EventKind.Closed);
        closed.Unanswered.ShouldBe(["lost"]);
        closed.Reason.ShouldBe(SmppCloseReason.ClosedByOwner);
        peer.Dispose();
    }
}
