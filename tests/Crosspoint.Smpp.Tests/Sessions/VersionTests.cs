using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>The lower version of both sides is in use, and nothing goes out that the peer's version does not know.</summary>
public sealed class VersionTests
{
    private const string MixedTlvs = "0427 0001 02 0428 0001 05 060B 0002 0102 1401 0001 FF";

    [Theory]
    [InlineData((byte)0x34, (byte)0x50, (byte)0x34, (byte)0x34)]
    [InlineData((byte)0x50, (byte)0x34, (byte)0x34, (byte)0x50)]
    [InlineData((byte)0x50, (byte)0x50, (byte)0x50, (byte)0x50)]
    [InlineData((byte)0x50, (byte)0x51, (byte)0x50, (byte)0x50)]
    [InlineData((byte)0x50, (byte)0x35, (byte)0x34, (byte)0x50)]
    [InlineData((byte)0x50, (byte)0x03, (byte)0x33, null)]
    [InlineData((byte)0x33, (byte)0x34, (byte)0x33, null)]
    public async Task Server_OfAVersion_UsesTheLowerOneAndTellsItsOwn(byte own, byte offered, byte used, byte? told)
    {
        await using var server = new TestServer(Options(own));
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Pdu.Bind(CommandId.BindTransceiver, 1, version: offered));
        (PduHeader header, byte[] body) = await peer.ReadAsync();
        header.CommandStatus.ShouldBe(CommandStatus.Ok);
        BindResponse.TryRead(body, out BindResponse response).IsOk.ShouldBeTrue();
        response.ScInterfaceVersion.ShouldBe(told);
        SmppSession session = (await server.Handler.NextAsync(EventKind.Bound)).Session;
        session.InterfaceVersion.ShouldBe(used);
        session.PeerInterfaceVersion.ShouldBe(offered);
    }

    [Theory]
    [InlineData((byte)0x34, (byte)0x50, false, (byte)0x34)]
    [InlineData((byte)0x50, (byte)0x34, false, (byte)0x34)]
    [InlineData((byte)0x50, (byte)0x50, false, (byte)0x50)]
    [InlineData((byte)0x34, (byte)0x33, false, (byte)0x33)]
    [InlineData((byte)0x33, (byte)0x34, false, (byte)0x33)]
    [InlineData((byte)0x34, null, false, (byte)0x34)]
    [InlineData((byte)0x50, null, false, (byte)0x34)]
    [InlineData((byte)0x34, null, true, (byte)0x33)]
    public async Task Client_AtAVersion_UsesTheLowerOne(byte own, byte? told, bool strict, byte used)
    {
        var handler = new RecordingHandler();
        using Socket listener = RawPeer.Listen();
        await using var client = new SmppClient(Client(listener, own, strict), handler, new ManualTimeProvider(), NullLogger.Instance);
        client.Start();
        using RawPeer peer = await RawPeer.AcceptAsync(listener);
        (PduHeader bind, byte[] body) = await peer.ReadAsync();
        BindRequest.TryRead(body, out BindRequest request).IsOk.ShouldBeTrue();
        request.InterfaceVersion.ShouldBe(own);
        await peer.SendAsync(Accept(bind, told));
        SmppSession session = (await handler.NextAsync(EventKind.Bound)).Session;
        session.InterfaceVersion.ShouldBe(used);
        session.PeerTakesTlvs.ShouldBe(used > 0x33);

        session.TryReserve(1).ShouldBeTrue();
        session.Submit(new SubmitSm { ShortMessage = "x"u8, Tlvs = Hex.Bytes(MixedTlvs) }, "state").ShouldBe(SendResult.Sent);
        (_, byte[] sent) = await peer.ReadAsync();
        SubmitSm.TryRead(sent, out SubmitSm pdu).IsOk.ShouldBeTrue();
        Convert.ToHexString(pdu.Tlvs).ShouldBe(Expected(used));
    }

    [Theory]
    [InlineData((byte)0x33)]
    [InlineData((byte)0x34)]
    [InlineData((byte)0x50)]
    public async Task Bodies_OfTheCallersMaking_LoseWhatThePeerDoesNotKnow(byte version)
    {
        await using var server = new TestServer(Options(0x50));
        server.Handler.Answers = false;
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver, version);
        byte[] data = [.. Hex.Bytes("00 0500 416300 0101 343400 40 01 08"), .. Hex.Bytes(MixedTlvs)];
        session.Request(CommandId.DataSm, data, "state", useWindow: false).ShouldBe(SendResult.Sent);
        (_, byte[] sent) = await peer.ReadAsync();
        DataSm.TryRead(sent, out DataSm pdu).IsOk.ShouldBeTrue();
        Convert.ToHexString(pdu.Tlvs).ShouldBe(Expected(version));
        pdu.DataCoding.ShouldBe((byte)8);

        byte[] withText = [.. Hex.Bytes("00 0500 416300 0101 343400 40 01 08 0424 0001 78")];
        session.Request(CommandId.DataSm, withText, "state", useWindow: false)
            .ShouldBe(version == 0x33 ? SendResult.NotEncodable : SendResult.Sent);
        if (version > 0x33) await peer.ExpectAsync(CommandId.DataSm);

        await peer.SendAsync(Pdu.Of(CommandId.DataSm, 3));
        PduHeader request = (await server.Handler.NextAsync(EventKind.Request)).Header;
        session.RespondWithBody(request, CommandStatus.Ok, [.. "id\0"u8, .. Hex.Bytes(MixedTlvs)]);
        (_, byte[] answer) = await peer.ReadAsync();
        DataSmResp.TryRead(answer, out DataSmResp response).IsOk.ShouldBeTrue();
        response.MessageId.ToArray().ShouldBe("id"u8.ToArray());
        Convert.ToHexString(response.Tlvs).ShouldBe(Expected(version));
        peer.Dispose();
    }

    [Theory]
    [InlineData((byte)0x34, CommandStatus.InvalidDataCoding, CommandStatus.UnknownError)]
    [InlineData((byte)0x34, CommandStatus.ServiceTypeDenied, CommandStatus.InvalidServiceType)]
    [InlineData((byte)0x34, CommandStatus.ServiceTypeUnavailable, CommandStatus.SystemError)]
    [InlineData((byte)0x34, CommandStatus.InvalidDestinationAddressSubunit, CommandStatus.InvalidDestinationAddress)]
    [InlineData((byte)0x34, CommandStatus.Throttled, CommandStatus.Throttled)]
    [InlineData((byte)0x34, (CommandStatus)0x401, (CommandStatus)0x401)]
    [InlineData((byte)0x50, CommandStatus.InvalidDataCoding, CommandStatus.InvalidDataCoding)]
    public async Task Status_ThePeerDoesNotKnow_IsSaidInItsWords(byte version, CommandStatus status, CommandStatus expected)
    {
        await using var server = new TestServer(Options(0x50));
        server.Handler.Answers = false;
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver, version);
        await peer.SendAsync(Pdu.Of(CommandId.SubmitSm, 3));
        session.Respond((await server.Handler.NextAsync(EventKind.Request)).Header, status, default);
        await peer.ExpectAsync(CommandId.SubmitSmResp, expected);
        peer.Dispose();
    }

    [Fact]
    public void StatusesOfVersion50_AllHaveAWordOf34()
    {
        foreach (CommandStatus status in Enum.GetValues<CommandStatus>())
        {
            CommandStatus older = CommandStatuses.ForVersion(status, 0x34);
            ((uint)older).ShouldBeLessThan(0x100u);
            if ((uint)status < 0x100) older.ShouldBe(status);
            older.ShouldNotBe(status == CommandStatus.Ok ? CommandStatus.SystemError : CommandStatus.Ok);
            CommandStatuses.ForVersion(status, 0x50).ShouldBe(status);
        }
    }

    [Fact]
    public async Task CongestionState_WhenSet_GoesWithTheResponsesOf50Only()
    {
        await using var server = new TestServer(Options(0x50));
        (RawPeer old, _) = await server.BindAsync(CommandId.BindTransceiver, 0x34);
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver, 0x50);
        await peer.SendAsync(Pdu.Of(CommandId.SubmitSm, 3));
        (await peer.ReadAsync()).Body.ShouldBe("id-1\0"u8.ToArray());

        server.Server.CongestionState = 85;
        session.CongestionState.ShouldBe((byte)85);
        await peer.SendAsync(Pdu.Of(CommandId.SubmitSm, 4), Pdu.Of(CommandId.CancelSm, 5), Pdu.Of(CommandId.DeliverSm, 6));
        (await peer.ReadAsync()).Body.ShouldBe([.. "id-1\0"u8, .. Hex.Bytes("0428 0001 55")]);
        (await peer.ReadAsync()).Body.ShouldBe(Hex.Bytes("0428 0001 55"));
        (PduHeader refused, byte[] nothing) = await peer.ReadAsync();
        refused.CommandStatus.ShouldBe(CommandStatus.InvalidBindStatus);
        nothing.ShouldBeEmpty();
        await old.SendAsync(Pdu.Of(CommandId.SubmitSm, 4));
        (await old.ReadAsync()).Body.ShouldBe("id-1\0"u8.ToArray());

        (RawPeer later, SmppSession laterSession) = await server.BindAsync(CommandId.BindTransceiver, 0x50);
        laterSession.CongestionState.ShouldBe((byte)85);
        server.Server.CongestionState = null;
        laterSession.CongestionState.ShouldBeNull();
        Should.Throw<ArgumentOutOfRangeException>(() => server.Server.CongestionState = 101);
        Should.Throw<ArgumentOutOfRangeException>(() => session.CongestionState = 101);
        old.Dispose();
        peer.Dispose();
        later.Dispose();
    }

    [Fact]
    public async Task CongestionState_OfTheMessageCentre_IsKept()
    {
        var handler = new RecordingHandler();
        using Socket listener = RawPeer.Listen();
        await using var client = new SmppClient(
            Client(listener, 0x50, strict: false), handler, new ManualTimeProvider(), NullLogger.Instance);
        client.Start();
        using RawPeer peer = await RawPeer.AcceptAsync(listener);
        await peer.SendAsync(Accept((await peer.ReadAsync()).Header, 0x50));
        SmppSession session = (await handler.NextAsync(EventKind.Bound)).Session;
        session.PeerCongestionState.ShouldBeNull();
        foreach ((string tlv, byte expected) in new[] { ("0428 0001 5A", (byte)90), ("0428 0001 65", (byte)90), ("0428 0001 00", (byte)0) })
        {
            session.TryReserve(1).ShouldBeTrue();
            session.Submit(new SubmitSm { ShortMessage = "x"u8 }, "state").ShouldBe(SendResult.Sent);
            PduHeader submit = await peer.ExpectAsync(CommandId.SubmitSm);
            await peer.SendAsync(
                Pdu.Of(CommandId.SubmitSmResp, submit.SequenceNumber, CommandStatus.Ok, [.. "id\0"u8, .. Hex.Bytes(tlv)]));
            await handler.NextAsync(EventKind.Response);
            session.PeerCongestionState.ShouldBe(expected);
        }
    }

    private static string Expected(byte version) => version switch
    {
        0x50 => Convert.ToHexString(Hex.Bytes(MixedTlvs)),
        0x34 => Convert.ToHexString(Hex.Bytes("0427 0001 02 1401 0001 FF")),
        _ => "",
    };

    private static byte[] Accept(PduHeader bind, byte? version) => Pdu.Of(
        bind.CommandId.ToResponse(), bind.SequenceNumber, CommandStatus.Ok,
        [.. "smsc\0"u8, .. version is { } told ? new byte[] { 0x02, 0x10, 0x00, 0x01, told } : []]);

    private static SmppServerOptions Options(byte version) =>
        new() { Listen = new IPEndPoint(IPAddress.Loopback, 0), InterfaceVersion = version };

    private static SmppClientOptions Client(Socket listener, byte version, bool strict) => new()
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port,
        InterfaceVersion = version,
        StrictInterfaceVersion = strict,
    };
}
