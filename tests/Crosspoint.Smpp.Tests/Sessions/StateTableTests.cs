using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>
/// Every operation in every state, to both roles and from both, over sockets. The tables here are written from the standard, not taken
/// from the code.
/// </summary>
public sealed class StateTableTests
{
    private const CommandStatus Ok = CommandStatus.Ok;
    private const CommandStatus Wrong = CommandStatus.InvalidBindStatus;
    private const CommandStatus Again = CommandStatus.AlreadyBound;

    private static readonly CommandId[] Submissions =
    [
        CommandId.SubmitSm, CommandId.SubmitMulti, CommandId.QuerySm, CommandId.CancelSm, CommandId.ReplaceSm, CommandId.BroadcastSm,
        CommandId.QueryBroadcastSm, CommandId.CancelBroadcastSm,
    ];

    private static readonly CommandId[] Binds = [CommandId.BindReceiver, CommandId.BindTransmitter, CommandId.BindTransceiver];

    private static readonly CommandId[] Requests =
    [
        .. Binds, CommandId.Outbind, CommandId.Unbind, CommandId.EnquireLink, .. Submissions, CommandId.DataSm, CommandId.DeliverSm,
        CommandId.AlertNotification,
    ];

    public static TheoryData<SmppSessionState> ReachableStates { get; } =
    [
        SmppSessionState.Open, SmppSessionState.BoundTx, SmppSessionState.BoundRx, SmppSessionState.BoundTrx, SmppSessionState.Unbound,
        SmppSessionState.Outbound,
    ];

    [Theory]
    [MemberData(nameof(ReachableStates))]
    public async Task Requests_ToAMessageCentre_AreAnsweredByTheTable(SmppSessionState state)
    {
        await using var server = new TestServer(Options());
        foreach (CommandId request in Requests)
        {
            using RawPeer peer = await ToCentreAsync(server, state);
            await CheckAnswerAsync(peer, request, ExpectedOfCentre(request, state), $"{request} in {state}");
        }
    }

    [Theory]
    [MemberData(nameof(ReachableStates))]
    public async Task Requests_ToAnEsme_AreAnsweredByTheTable(SmppSessionState state)
    {
        foreach (CommandId request in Requests)
        {
            // An outbind that is waited for is answered with the bind: that is SmppOutbindListener's test.
            if (request == CommandId.Outbind && state == SmppSessionState.Open) continue;
            await using var esme = await EsmeInStateAsync(state);
            await CheckAnswerAsync(esme.Peer, request, ExpectedOfEsme(request, state), $"{request} in {state}");
        }
    }

    [Theory]
    [MemberData(nameof(ReachableStates))]
    public async Task Requests_OfAMessageCentre_LeaveOnlyWhenLegal(SmppSessionState state)
    {
        await using var server = new TestServer(Options());
        using RawPeer peer = await ToCentreAsync(server, state);
        SmppSession session = server.Server.Sessions.ShouldHaveSingleItem();
        foreach (CommandId request in Requests)
        {
            bool mayReceive = state is SmppSessionState.BoundRx or SmppSessionState.BoundTrx;
            bool legal = mayReceive && request is (CommandId.DeliverSm or CommandId.DataSm or CommandId.AlertNotification);
            session.Request(request, default, "x", useWindow: false)
                .ShouldBe(legal ? SendResult.Sent : SendResult.NotSent, $"{request} in {state}");
            if (legal) (await peer.ReadAsync()).Header.CommandId.ShouldBe(request);
        }
    }

    [Theory]
    [MemberData(nameof(ReachableStates))]
    public async Task Requests_OfAnEsme_LeaveOnlyWhenLegal(SmppSessionState state)
    {
        await using var esme = await EsmeInStateAsync(state);
        SmppSession? session = esme.Session;
        if (session is null) return;
        foreach (CommandId request in Requests)
        {
            bool maySend = state is SmppSessionState.BoundTx or SmppSessionState.BoundTrx;
            bool legal = maySend && (Submissions.Contains(request) || request == CommandId.DataSm);
            session.Request(request, default, "x", useWindow: false)
                .ShouldBe(legal ? SendResult.Sent : SendResult.NotSent, $"{request} in {state}");
            if (legal) (await esme.Peer.ReadAsync()).Header.CommandId.ShouldBe(request);
        }
    }

    [Theory]
    [InlineData((byte)0x34)]
    [InlineData((byte)0x33)]
    public async Task Broadcasts_BelowVersion50_AreUnknown(byte version)
    {
        await using var server = new TestServer(Options());
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver, version);
        await peer.SendAsync(Pdu.Of(CommandId.BroadcastSm, 9), Pdu.Of(CommandId.QueryBroadcastSm, 10));
        (await peer.ExpectAsync(CommandId.GenericNack, CommandStatus.InvalidCommandId)).SequenceNumber.ShouldBe(9u);
        (await peer.ExpectAsync(CommandId.GenericNack, CommandStatus.InvalidCommandId)).SequenceNumber.ShouldBe(10u);
        session.InterfaceVersion.ShouldBe(version);
        peer.Dispose();
    }

    [Fact]
    public async Task SecondBind_IsRefusedAndTheSessionStays()
    {
        await using var server = new TestServer(Options());
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransmitter);
        await peer.SendAsync(Pdu.Bind(CommandId.BindReceiver, 5), Pdu.Of(CommandId.SubmitSm, 6, Ok, Pdu.SubmitBody()));
        await peer.ExpectAsync(CommandId.BindReceiverResp, Again);
        await peer.ExpectAsync(CommandId.SubmitSmResp);
        session.State.ShouldBe(SmppSessionState.BoundTx);
        peer.Dispose();
    }

    // Null: no response exists.
    private static CommandStatus? ExpectedOfCentre(CommandId request, SmppSessionState state)
    {
        bool isBound = state is SmppSessionState.BoundTx or SmppSessionState.BoundRx or SmppSessionState.BoundTrx;
        if (request is CommandId.Outbind or CommandId.AlertNotification) return null;
        if (request == CommandId.EnquireLink) return Ok;
        if (request == CommandId.Unbind) return isBound || state == SmppSessionState.Unbound ? Ok : Wrong;
        if (Binds.Contains(request))
        {
            if (isBound) return Again;
            if (state == SmppSessionState.Outbound) return request == CommandId.BindTransmitter ? Wrong : Ok;
            return state == SmppSessionState.Open ? Ok : Wrong;
        }

        bool isSubmission = Submissions.Contains(request) || request == CommandId.DataSm;
        return isSubmission && state is (SmppSessionState.BoundTx or SmppSessionState.BoundTrx) ? Ok : Wrong;
    }

    private static CommandStatus? ExpectedOfEsme(CommandId request, SmppSessionState state)
    {
        bool isBound = state is SmppSessionState.BoundTx or SmppSessionState.BoundRx or SmppSessionState.BoundTrx;
        if (request is CommandId.Outbind or CommandId.AlertNotification) return null;
        if (request == CommandId.EnquireLink) return Ok;
        if (request == CommandId.Unbind) return isBound || state == SmppSessionState.Unbound ? Ok : Wrong;
        bool mayReceive = state is SmppSessionState.BoundRx or SmppSessionState.BoundTrx;
        return mayReceive && request is (CommandId.DeliverSm or CommandId.DataSm) ? Ok : Wrong;
    }

    // Behind the request goes an enquire_link: its answer shows that nothing came for the request, or nothing more.
    private static async Task CheckAnswerAsync(RawPeer peer, CommandId request, CommandStatus? expected, string where)
    {
        byte[] pdu = request.IsBind() ? Pdu.Bind(request, 77) : Pdu.Of(request, 77, Ok, request == CommandId.Outbind ? [0, 0] : []);
        await peer.SendAsync(pdu, Pdu.Of(CommandId.EnquireLink, 78));
        if (expected is { } status)
        {
            (PduHeader header, _) = await peer.ReadAsync();
            header.CommandId.ShouldBe(request.ToResponse(), where);
            header.CommandStatus.ShouldBe(status, where);
            header.SequenceNumber.ShouldBe(77u, where);
        }

        (PduHeader link, _) = await peer.ReadAsync();
        link.CommandId.ShouldBe(CommandId.EnquireLinkResp, where);
        link.SequenceNumber.ShouldBe(78u, where);
    }

    private static SmppServerOptions Options() => new() { Listen = TestServer.Options().Listen, InterfaceVersion = 0x50 };

    private static CommandId BindFor(SmppSessionState state) => state switch
    {
        SmppSessionState.BoundTx => CommandId.BindTransmitter,
        SmppSessionState.BoundRx => CommandId.BindReceiver,
        _ => CommandId.BindTransceiver,
    };

    private static async Task<RawPeer> ToCentreAsync(TestServer server, SmppSessionState state)
    {
        if (state == SmppSessionState.Open)
        {
            RawPeer open = await server.ConnectAsync();
            await open.SendAsync(Pdu.Of(CommandId.EnquireLink, 1));
            await open.ExpectAsync(CommandId.EnquireLinkResp);
            return open;
        }

        if (state == SmppSessionState.Outbound)
        {
            using Socket listener = RawPeer.Listen();
            var at = (IPEndPoint)listener.LocalEndPoint!;
            await server.Server.OutbindAsync("127.0.0.1", at.Port, "centre", "pw", CancellationToken.None);
            RawPeer called = await RawPeer.AcceptAsync(listener);
            (PduHeader outbind, byte[] body) = await called.ReadAsync();
            outbind.CommandId.ShouldBe(CommandId.Outbind);
            body.ShouldBe("centre\0pw\0"u8.ToArray());
            return called;
        }

        (RawPeer peer, _) = await server.BindAsync(BindFor(state), 0x50);
        if (state != SmppSessionState.Unbound) return peer;
        await peer.SendAsync(Pdu.Of(CommandId.Unbind, 2));
        await peer.ExpectAsync(CommandId.UnbindResp);
        return peer;
    }

    private static async Task<EsmeInState> EsmeInStateAsync(SmppSessionState state)
    {
        if (state == SmppSessionState.Outbound) return await EsmeInState.OutboundAsync();
        return await EsmeInState.ConnectedAsync(state);
    }

    /// <summary>Our ESME at a scripted message centre.</summary>
    private sealed class EsmeInState : IAsyncDisposable
    {
        private readonly ManualTimeProvider _time = new();
        private readonly RecordingHandler _handler = new();
        private SmppClient? _client;
        private SmppOutbindListener? _listener;

        public RawPeer Peer { get; private set; } = null!;

        public SmppSession? Session { get; private set; }

        public static async Task<EsmeInState> OutboundAsync()
        {
            var esme = new EsmeInState();
            esme._listener = new SmppOutbindListener(
                new SmppOutbindListenerOptions
                {
                    Listen = new IPEndPoint(IPAddress.Loopback, 0),
                    Bind = new SmppClientOptions { BindType = SmppBindType.Receiver, InterfaceVersion = 0x50 },
                },
                esme._handler, esme._time, NullLogger.Instance);
            esme._listener.Start();
            esme.Peer = await RawPeer.ConnectAsync(esme._listener.EndPoint);
            await esme.Peer.SendAsync(Pdu.Of(CommandId.Outbind, 1, Ok, 0, 0));
            await esme.Peer.ExpectAsync(CommandId.BindReceiver);
            esme.Session = esme._listener.Sessions.ShouldHaveSingleItem();
            return esme;
        }

        public static async Task<EsmeInState> ConnectedAsync(SmppSessionState state)
        {
            var esme = new EsmeInState();
            using Socket listener = RawPeer.Listen();
            esme._client = new SmppClient(
                new SmppClientOptions
                {
                    Host = "127.0.0.1",
                    Port = ((IPEndPoint)listener.LocalEndPoint!).Port,
                    InterfaceVersion = 0x50,
                    BindType = state switch
                    {
                        SmppSessionState.BoundTx => SmppBindType.Transmitter,
                        SmppSessionState.BoundRx => SmppBindType.Receiver,
                        _ => SmppBindType.Transceiver,
                    },
                },
                esme._handler, esme._time, NullLogger.Instance);
            esme._client.Start();
            esme.Peer = await RawPeer.AcceptAsync(listener);
            PduHeader bind = (await esme.Peer.ReadAsync()).Header;
            if (state == SmppSessionState.Open) return esme;
            await esme.Peer.SendAsync(
                Pdu.Of(bind.CommandId.ToResponse(), bind.SequenceNumber, Ok, [.. "smsc\0"u8, 0x02, 0x10, 0x00, 0x01, 0x50]));
            esme.Session = (await esme._handler.NextAsync(EventKind.Bound)).Session;
            if (state != SmppSessionState.Unbound) return esme;
            await esme.Peer.SendAsync(Pdu.Of(CommandId.Unbind, 2));
            await esme.Peer.ExpectAsync(CommandId.UnbindResp);
            return esme;
        }

        public async ValueTask DisposeAsync()
        {
            Peer.Dispose();
            if (_client is not null) await _client.DisposeAsync();
            if (_listener is not null) await _listener.DisposeAsync();
        }
    }
}
