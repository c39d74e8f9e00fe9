using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>The state machine as a message centre, against a scripted client.</summary>
public sealed class ServerStateTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CommandId.None, CommandId.SubmitSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.None, CommandId.DeliverSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.None, CommandId.QuerySm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.None, CommandId.Unbind, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.None, CommandId.EnquireLink, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.SubmitSm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.DataSm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.SubmitMulti, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.QuerySm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.CancelSm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.ReplaceSm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.DeliverSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.BindTransmitter, CommandId.EnquireLink, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.Unbind, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransmitter, CommandId.BindReceiver, CommandStatus.AlreadyBound)]
    [InlineData(CommandId.BindReceiver, CommandId.SubmitSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.BindReceiver, CommandId.SubmitMulti, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.BindReceiver, CommandId.DataSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.BindReceiver, CommandId.EnquireLink, CommandStatus.Ok)]
    [InlineData(CommandId.BindReceiver, CommandId.Unbind, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransceiver, CommandId.SubmitSm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransceiver, CommandId.DataSm, CommandStatus.Ok)]
    [InlineData(CommandId.BindTransceiver, CommandId.DeliverSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.BindTransceiver, CommandId.BindTransceiver, CommandStatus.AlreadyBound)]
    public async Task Request_InState_IsAnsweredInItsOwnResponse(CommandId bind, CommandId request, CommandStatus expected)
    {
        await using var server = new TestServer();
        RawPeer peer = bind == CommandId.None ? await server.ConnectAsync() : (await server.BindAsync(bind)).Peer;
        using (peer)
        {
            await peer.SendAsync(Pdu.Of(request, 0x806A179B));
            PduHeader header = await peer.ExpectAsync(request.ToResponse(), expected);
            header.SequenceNumber.ShouldBe(0x806A179B);
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x7FFFFFFFu)]
    [InlineData(0x80000000u)]
    [InlineData(0xFFFFFFFFu)]
    public async Task Request_AnySequenceNumber_IsEchoed(uint sequenceNumber)
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        await peer.SendAsync(Pdu.Of(CommandId.SubmitSm, sequenceNumber, CommandStatus.Ok, Pdu.SubmitBody()));
        (PduHeader header, byte[] body) = await peer.ReadAsync();
        header.SequenceNumber.ShouldBe(sequenceNumber);
        body.ShouldBe("id-1\0"u8.ToArray());
        peer.Dispose();
    }

    [Theory]
    [InlineData((CommandId)0x7777)]
    [InlineData((CommandId)0)]
    [InlineData(CommandId.BroadcastSm)]
    public async Task Request_NotServed_GetsGenericNackAndTheSessionLives(CommandId id)
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        await peer.SendAsync(Pdu.Of(id, 9), Pdu.Of(CommandId.EnquireLink, 10));
        (await peer.ExpectAsync(CommandId.GenericNack, CommandStatus.InvalidCommandId)).SequenceNumber.ShouldBe(9u);
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
        peer.Dispose();
    }

    [Fact]
    public async Task Request_TheHandlerDoesNotServe_GetsGenericNack()
    {
        await using var server = new TestServer();
        server.Handler.Answers = false;
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransmitter);
        await peer.SendAsync(Pdu.Of(CommandId.QuerySm, 9));
        session.Respond((await server.Handler.NextAsync(EventKind.Request)).Header, CommandStatus.InvalidCommandId, default);
        PduHeader header = await peer.ExpectAsync(CommandId.GenericNack, CommandStatus.InvalidCommandId);
        header.SequenceNumber.ShouldBe(9u);
        header.CommandLength.ShouldBe(16u);
        peer.Dispose();
    }

    [Fact]
    public async Task SubmitMulti_AnsweredWithAnId_SaysThatNoDestinationFailed()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        byte[] body = Hex.Bytes("00 0500 416300 02 01 0101 343400 02 6F707300 00 00 00 00 00 01 00 00 00 02 6869");
        await peer.SendAsync(Pdu.Of(CommandId.SubmitMulti, 5, CommandStatus.Ok, body));
        (await server.Handler.NextAsync(EventKind.Request)).Body.ShouldBe(body);
        (PduHeader header, byte[] answer) = await peer.ReadAsync();
        header.CommandId.ShouldBe(CommandId.SubmitMultiResp);
        SubmitMultiResp.TryRead(answer, out SubmitMultiResp response).IsOk.ShouldBeTrue();
        response.MessageId.ToArray().ShouldBe("id-1"u8.ToArray());
        answer.ShouldBe("id-1\0\0"u8.ToArray());
        peer.Dispose();
    }

    [Fact]
    public async Task Responses_ToNothing_AreIgnored()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        await peer.SendAsync(
            Pdu.Of(CommandId.DeliverSmResp, 77), Pdu.Of(CommandId.GenericNack, 0, CommandStatus.InvalidCommandId),
            Pdu.Of((CommandId)0x80007777, 5), Pdu.Of(CommandId.EnquireLinkResp, 123), Pdu.Of(CommandId.EnquireLink, 10));
        await peer.ExpectAsync(CommandId.EnquireLinkResp);
        peer.Dispose();
    }

    [Theory]
    [InlineData("0000000F 00000004 00000000 00000007", 7u)]
    [InlineData("F0000011 00000004 00000000 00000008", 8u)]
    [InlineData("00011171 00000004 00000000 00000009", 9u)]
    [InlineData("00000000", 0u)]
    public async Task Length_Impossible_GetsGenericNackAndTheEnd(string hex, uint sequenceNumber)
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        await peer.SendAsync(Hex.Bytes(hex));
        (await peer.ExpectAsync(CommandId.GenericNack, CommandStatus.InvalidCommandLength)).SequenceNumber.ShouldBe(sequenceNumber);
        await peer.ReadToEndAsync();
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.InvalidPdu);
        peer.Dispose();
    }

    [Theory]
    [InlineData("474554202F20485454502F312E310D0A486F73743A20610D0A0D0A")] // GET / HTTP/1.1
    [InlineData("16030100C8010000C403030000000000000000000000000000000000")] // a TLS hello
    [InlineData("00000401 00000009 00000000 00000001")] // longer than is allowed before the bind
    public async Task Stranger_AtThePort_IsCutAndOthersAreServed(string hex)
    {
        await using var server = new TestServer();
        using RawPeer stranger = await server.ConnectAsync();
        await stranger.SendAsync(Hex.Bytes(hex));
        await stranger.ReadToEndAsync();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        peer.Dispose();
    }

    [Fact]
    public async Task Pdus_SplitAtEveryOctet_AreAllAnswered()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        byte[] pdu = Pdu.Of(CommandId.SubmitSm, 1, CommandStatus.Ok, Pdu.SubmitBody());
        for (var cut = 1; cut < pdu.Length; cut++)
        {
            await peer.SendAsync(pdu[..cut]);
            await peer.SendAsync([.. pdu[cut..], .. Pdu.Of(CommandId.EnquireLink, 2)]);
            await peer.ExpectAsync(CommandId.SubmitSmResp);
            await peer.ExpectAsync(CommandId.EnquireLinkResp);
        }

        peer.Dispose();
    }

    [Fact]
    public async Task Pdus_AThousandInOneWrite_AreAnsweredOnceEachInOrder()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        byte[] body = Pdu.SubmitBody();
        IEnumerable<int> numbers = Enumerable.Range(1, 1000);
        await peer.SendAsync([.. numbers.Select(number => Pdu.Of(CommandId.SubmitSm, (uint)number, CommandStatus.Ok, body))]);
        for (uint number = 1; number <= 1000; number++)
        {
            (await peer.ExpectAsync(CommandId.SubmitSmResp)).SequenceNumber.ShouldBe(number);
        }

        peer.Dispose();
    }

    [Fact]
    public async Task Pdus_OfEverySizeInOneStream_ArriveAsTheyWereSent()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        var bodies = new List<byte[]>();
        for (var i = 0; i < 600; i++)
        {
            byte[] payload = new byte[i % 50 == 49 ? 20_000 + i : i];
            new Random(i).NextBytes(payload);
            bodies.Add([.. Pdu.SubmitBody(text: ""), 0x04, 0x24, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload]);
        }

        await peer.SendAsync([.. bodies.Select((body, i) => Pdu.Of(CommandId.SubmitSm, (uint)i + 1, CommandStatus.Ok, body))]);
        foreach (byte[] body in bodies) (await server.Handler.NextAsync(EventKind.Request)).Body.ShouldBe(body);
        peer.Dispose();
    }

    [Fact]
    public async Task EnquireLink_BehindRequestsThatNobodyAnswers_IsAnsweredAtOnce()
    {
        await using var server = new TestServer();
        server.Handler.Answers = false;
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        byte[] submit = Pdu.Of(CommandId.SubmitSm, 7, CommandStatus.Ok, Pdu.SubmitBody());
        await peer.SendAsync([.. Enumerable.Repeat(submit, 500), Pdu.Of(CommandId.EnquireLink, 8)]);
        (await peer.ExpectAsync(CommandId.EnquireLinkResp)).SequenceNumber.ShouldBe(8u);

        // The answer may come later and from any thread; an error is a header alone.
        SessionEvent request = await server.Handler.NextAsync(EventKind.Request);
        await Task.Run(() => session.Respond(request.Header, CommandStatus.MessageQueueFull, "ignored"u8), Token);
        (await peer.ExpectAsync(CommandId.SubmitSmResp, CommandStatus.MessageQueueFull)).CommandLength.ShouldBe(16u);
        peer.Dispose();
    }

    [Fact]
    public async Task Handler_ThatThrows_EndsItsSessionOnly()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        (RawPeer other, _) = await server.BindAsync(CommandId.BindTransceiver);
        server.Handler.Fails = true;
        await peer.SendAsync(Pdu.Of(CommandId.SubmitSm, 7, CommandStatus.Ok, Pdu.SubmitBody()));
        await peer.ReadToEndAsync();
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.Aborted);
        await other.SendAsync(Pdu.Of(CommandId.EnquireLink, 8));
        await other.ExpectAsync(CommandId.EnquireLinkResp);
        peer.Dispose();
        other.Dispose();
    }

    [Fact]
    public async Task Pdu_WithFullPayload_IsTakenAfterTheBind()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        byte[] body = [.. Pdu.SubmitBody(text: ""), .. Hex.Bytes("0424 FFFF"), .. new byte[65_535]];
        await peer.SendAsync(Pdu.Of(CommandId.SubmitSm, 3, CommandStatus.Ok, body));
        (await peer.ExpectAsync(CommandId.SubmitSmResp)).SequenceNumber.ShouldBe(3u);
        SessionEvent request = await server.Handler.NextAsync(EventKind.Request);
        SubmitSm.TryRead(request.Body, out SubmitSm pdu).IsOk.ShouldBeTrue();
        pdu.Text.Length.ShouldBe(65_535);
        peer.Dispose();
    }

    [Fact]
    public async Task Bind_Refused_IsAnsweredAndClosed()
    {
        await using var server = new TestServer();
        server.Handler.Decide = credentials => new BindDecision(
            credentials is { SystemId: "test", Password: "secret" } ? CommandStatus.BindFailed : CommandStatus.Ok, 0);
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Pdu.Bind(CommandId.BindTransmitter));
        await peer.ExpectAsync(CommandId.BindTransmitterResp, CommandStatus.BindFailed);
        await peer.ReadToEndAsync();
        server.Handler.TryNext(out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Bind_WithABrokenBody_IsRefusedAndMayBeTriedAgain()
    {
        await using var server = new TestServer();
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(
            Pdu.Of(CommandId.BindReceiver, 4, CommandStatus.Ok, "no end"u8.ToArray()), Pdu.Bind(CommandId.BindReceiver, 5));
        (await peer.ExpectAsync(CommandId.BindReceiverResp, CommandStatus.InvalidCommandLength)).SequenceNumber.ShouldBe(4u);
        (await peer.ExpectAsync(CommandId.BindReceiverResp)).SequenceNumber.ShouldBe(5u);
    }

    [Theory]
    [InlineData((byte)0x34, true)]
    [InlineData((byte)0x50, true)]
    [InlineData((byte)0x33, false)]
    [InlineData((byte)0x00, false)]
    public async Task Deliver_ToAnOldPeer_CarriesNoTlvs(byte version, bool tlvs)
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindReceiver, version);
        session.TryReserve(2).ShouldBeTrue();
        session.Deliver(new DeliverSm { ShortMessage = "x"u8, Tlvs = Hex.Bytes("0427 0001 02") }, "a").ShouldBe(SendResult.Sent);
        (_, byte[] body) = await peer.ReadAsync();
        DeliverSm.TryRead(body, out DeliverSm pdu).IsOk.ShouldBeTrue();
        pdu.Tlvs.IsEmpty.ShouldBe(!tlvs);
        session.Deliver(new DeliverSm { Tlvs = Hex.Bytes("0424 0001 61") }, "b").ShouldBe(tlvs ? SendResult.Sent : SendResult.NotEncodable);
        session.PeerInterfaceVersion.ShouldBe(version);
        peer.Dispose();
    }

    [Fact]
    public async Task Send_AgainstTheDirectionOfTheBind_IsNotSentAndFreesTheSlot()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransmitter);
        session.TryReserve(10).ShouldBeTrue();
        session.TryReserve(1).ShouldBeFalse();
        session.Deliver(new DeliverSm { ShortMessage = "x"u8 }, "state").ShouldBe(SendResult.NotSent);
        session.TryReserve(1).ShouldBeTrue();
        session.OutstandingCount.ShouldBe(0);
        peer.Dispose();
    }

    [Fact]
    public async Task Unbind_ByTheClient_IsAnsweredAndTheSessionEnds()
    {
        await using var server = new TestServer();
        (RawPeer peer, SmppSession session) = await server.BindAsync(CommandId.BindTransceiver);
        await peer.SendAsync(Pdu.Of(CommandId.Unbind, 2));
        await peer.ExpectAsync(CommandId.UnbindResp);
        session.State.ShouldBe(SmppSessionState.Unbound);
        session.TryReserve(1).ShouldBeFalse();
        peer.Close();
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.UnboundByPeer);
    }

    [Fact]
    public async Task Unbind_WithoutAClose_EndsAfterFiveSeconds()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        await peer.SendAsync(Pdu.Of(CommandId.Unbind, 2));
        await peer.ExpectAsync(CommandId.UnbindResp);
        await TestServer.AdvanceUntilAsync(server.Time, peer.ReadToEndAsync());
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.UnboundByPeer);
        peer.Dispose();
    }

    [Fact]
    public async Task Stop_WithABoundClient_UnbindsInOrder()
    {
        await using var server = new TestServer();
        (RawPeer peer, _) = await server.BindAsync(CommandId.BindTransceiver);
        Task stopping = server.Server.StopAsync(Token);
        PduHeader unbind = await peer.ExpectAsync(CommandId.Unbind);
        await peer.SendAsync(Pdu.Of(CommandId.UnbindResp, unbind.SequenceNumber));
        await peer.ReadToEndAsync();
        await stopping.WaitAsync(RawPeer.Patience, Token);
        SessionEvent closed = await server.Handler.NextAsync(EventKind.Closed);
        closed.Reason.ShouldBe(SmppCloseReason.ClosedByOwner);
        closed.Unanswered.ShouldBeEmpty();
        server.Server.Sessions.ShouldBeEmpty();
        peer.Dispose();
    }

    [Fact]
    public async Task Connections_AboveTheLimitOfAnAddress_AreClosed()
    {
        SmppServerOptions options = new() { Listen = TestServer.Options().Listen, MaxConnectionsPerAddress = 1 };
        await using var server = new TestServer(options);
        (RawPeer first, _) = await server.BindAsync(CommandId.BindTransceiver);
        using RawPeer second = await server.ConnectAsync();
        await second.ReadToEndAsync();
        first.Close();
        await server.Handler.NextAsync(EventKind.Closed);
    }
}
