using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Smpp.Tests.Sessions;

public sealed class OutbindTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Outbind_BetweenOurTwoSides_BindsAndCarriesMessages()
    {
        await using var server = new TestServer();
        var esme = new RecordingHandler();
        await using SmppOutbindListener listener = Listener(esme, new ManualTimeProvider());

        SmppSession centre = await server.Server.OutbindAsync("127.0.0.1", listener.EndPoint.Port, "centre", "pw", Token);
        SmppSession bound = (await server.Handler.NextAsync(EventKind.Bound)).Session;
        bound.ShouldBeSameAs(centre);
        centre.State.ShouldBe(SmppSessionState.BoundRx);
        centre.SystemId.ShouldBe("esme");
        SmppSession receiver = (await esme.NextAsync(EventKind.Bound)).Session;
        receiver.State.ShouldBe(SmppSessionState.BoundRx);
        receiver.SystemId.ShouldBe("Crosspoint");

        centre.TryReserve(1).ShouldBeTrue();
        centre.Deliver(new DeliverSm { ShortMessage = "hello"u8 }, "state").ShouldBe(SendResult.Sent);
        (await esme.NextAsync(EventKind.Request)).Header.CommandId.ShouldBe(CommandId.DeliverSm);
        (await server.Handler.NextAsync(EventKind.Response)).State.ShouldBe("state");

        await listener.StopAsync(Token);
        listener.Sessions.ShouldBeEmpty();
        (await esme.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.ClosedByOwner);
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.UnboundByPeer);
    }

    [Theory]
    [InlineData("centre\0wrong\0")]
    [InlineData("other\0pw\0")]
    [InlineData("centre\0pw")]
    [InlineData("")]
    public async Task Outbind_WithWrongCredentials_EndsWithoutAnAnswer(string body)
    {
        var esme = new RecordingHandler();
        await using SmppOutbindListener listener = Listener(esme, new ManualTimeProvider());
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(Pdu.Of(CommandId.Outbind, 1, CommandStatus.Ok, System.Text.Encoding.ASCII.GetBytes(body)));
        (await peer.CountToEndAsync()).ShouldBe(0);
        esme.TryNext(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Outbind_Twice_IsAnsweredWithOneBind()
    {
        await using SmppOutbindListener listener = Listener(new RecordingHandler(), new ManualTimeProvider());
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        byte[] outbind = Pdu.Of(CommandId.Outbind, 1, CommandStatus.Ok, "centre\0pw\0"u8.ToArray());
        await peer.SendAsync(outbind, outbind, Pdu.Of(CommandId.EnquireLink, 2));
        await peer.ExpectAsync(CommandId.BindReceiver);
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
    }

    [Fact]
    public async Task Caller_ThatSendsNoOutbind_IsCutAfterTheBindTime()
    {
        var time = new ManualTimeProvider();
        await using SmppOutbindListener listener = Listener(new RecordingHandler(), time);
        using RawPeer peer = await RawPeer.ConnectAsync(listener.EndPoint);
        await peer.SendAsync(Pdu.Of(CommandId.EnquireLink, 2));
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
        await TestServer.AdvanceUntilAsync(time, peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Callers_AboveTheLimit_AreClosed()
    {
        await using SmppOutbindListener listener = Listener(new RecordingHandler(), new ManualTimeProvider(), most: 1);
        using RawPeer first = await RawPeer.ConnectAsync(listener.EndPoint);
        await first.SendAsync(Pdu.Of(CommandId.EnquireLink, 2));
        await first.ExpectAsync(CommandId.EnquireLinkResp);
        using RawPeer second = await RawPeer.ConnectAsync(listener.EndPoint);
        await second.ReadToEndAsync();
    }

    [Fact]
    public async Task OutbindOfTheServer_WithoutABindInTime_IsCut()
    {
        await using var server = new TestServer();
        using Socket listener = RawPeer.Listen();
        int port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        SmppSession session = await server.Server.OutbindAsync("127.0.0.1", port, "centre", "pw", Token);
        session.State.ShouldBe(SmppSessionState.Outbound);
        using RawPeer peer = await RawPeer.AcceptAsync(listener);
        await peer.ExpectAsync(CommandId.Outbind);
        await TestServer.AdvanceUntilAsync(server.Time, peer.ReadToEndAsync());
        session.CloseReason.ShouldBe(SmppCloseReason.SessionInitTimeout);
    }

    [Fact]
    public async Task OutbindOfTheServer_WithNobodyThere_IsAnError()
    {
        await using var server = new TestServer();
        int port;
        using (Socket listener = RawPeer.Listen()) port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        await Should.ThrowAsync<SocketException>(() => server.Server.OutbindAsync("127.0.0.1", port, "centre", "pw", Token));
        server.Server.Sessions.ShouldBeEmpty();
        await server.Server.StopAsync(Token);
    }

    [Fact]
    public void Options_ThatCannotBe_AreRefused()
    {
        Should.Throw<ArgumentException>(() => Listener(new RecordingHandler(), new ManualTimeProvider(), bind: SmppBindType.Transmitter));
        Should.Throw<ArgumentException>(() => Listener(new RecordingHandler(), new ManualTimeProvider(), most: 0));
    }

    private static SmppOutbindListener Listener(
        RecordingHandler handler, ManualTimeProvider time, int most = 10, SmppBindType bind = SmppBindType.Receiver)
    {
        var listener = new SmppOutbindListener(
            new SmppOutbindListenerOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                SystemId = "centre",
                Password = "pw",
                MaxConnections = most,
                Bind = new SmppClientOptions { SystemId = "esme", Password = "secret", BindType = bind },
            },
            handler, time, NullLogger.Instance);
        listener.Start();
        return listener;
    }
}
