using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>The client against a scripted message centre.</summary>
public sealed class ClientTests : IAsyncDisposable
{
    private readonly Socket _listener = RawPeer.Listen();
    private readonly ManualTimeProvider _time = new();
    private readonly RecordingHandler _handler = new();
    private SmppClient? _client;

    public async ValueTask DisposeAsync()
    {
        if (_client is not null) await _client.DisposeAsync();
        _listener.Dispose();
    }

    [Fact]
    public async Task Bind_Accepted_IsBoundWithThePeersNames()
    {
        (RawPeer peer, SmppSession session) = await BoundAsync();
        session.SystemId.ShouldBe("smsc");
        session.PeerInterfaceVersion.ShouldBe((byte)0x34);
        session.State.ShouldBe(SmppSessionState.BoundTrx);
        session.WindowSize.ShouldBe(4);
        peer.Dispose();
    }

    [Theory]
    [InlineData(SmppBindType.Transmitter, CommandId.BindTransmitter, SmppSessionState.BoundTx)]
    [InlineData(SmppBindType.Receiver, CommandId.BindReceiver, SmppSessionState.BoundRx)]
    public async Task Bind_OfEachType_UsesItsOperation(SmppBindType type, CommandId id, SmppSessionState state)
    {
        var options = new SmppClientOptions { Host = "127.0.0.1", Port = Port, BindType = type };
        (RawPeer peer, SmppSession session) = await BoundAsync(options, id);
        session.State.ShouldBe(state);
        await peer.SendAsync(Pdu.Of(CommandId.DeliverSm, 5, CommandStatus.Ok, Pdu.SubmitBody()));
        PduHeader answer = await peer.ExpectAsync(
            CommandId.DeliverSmResp, state == SmppSessionState.BoundRx ? CommandStatus.Ok : CommandStatus.InvalidBindStatus);
        answer.CommandLength.ShouldBe(state == SmppSessionState.BoundRx ? 17u : 16u);
        peer.Dispose();
    }

    [Theory]
    [InlineData(CommandId.DeliverSm, CommandStatus.Ok)]
    [InlineData(CommandId.DataSm, CommandStatus.Ok)]
    [InlineData(CommandId.EnquireLink, CommandStatus.Ok)]
    [InlineData(CommandId.Unbind, CommandStatus.Ok)]
    [InlineData(CommandId.SubmitSm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.QuerySm, CommandStatus.InvalidBindStatus)]
    [InlineData(CommandId.BindTransceiver, CommandStatus.InvalidBindStatus)]
    public async Task Request_OfTheMessageCentre_IsAnsweredInItsOwnResponse(CommandId request, CommandStatus expected)
    {
        (RawPeer peer, _) = await BoundAsync();
        await peer.SendAsync(Pdu.Of(request, 0));
        (await peer.ExpectAsync(request.ToResponse(), expected)).SequenceNumber.ShouldBe(0u);
        peer.Dispose();
    }

    [Fact]
    public async Task BindResponse_WithADeliverSmInTheSameSegment_HandlesBoth()
    {
        Start(Options());
        using RawPeer peer = await RawPeer.AcceptAsync(_listener);
        PduHeader bind = await peer.ExpectAsync(CommandId.BindTransceiver);
        await peer.SendAsync(
            Pdu.Of(CommandId.Outbind, 1, CommandStatus.Ok, "smsc\0pw\0"u8.ToArray()),
            Pdu.BindAccepted(CommandId.BindTransceiver, bind.SequenceNumber),
            Pdu.Of(CommandId.DeliverSm, 5, CommandStatus.Ok, Pdu.SubmitBody()),
            Pdu.Of(CommandId.AlertNotification, 6, CommandStatus.Ok, Hex.Bytes("0101 343400 0500 4100")));
        (PduHeader header, byte[] body) = await peer.ReadAsync();
        header.CommandId.ShouldBe(CommandId.DeliverSmResp);
        body.ShouldBe([0]);
        (await _handler.NextAsync(EventKind.Request)).Header.SequenceNumber.ShouldBe(5u);
        (await _handler.NextAsync(EventKind.Request)).Header.CommandId.ShouldBe(CommandId.AlertNotification);
    }

    [Fact]
    public async Task Submit_PartBySarToAnOldPeer_IsNotSentUnmarked()
    {
        Start(Options());
        using RawPeer peer = await RawPeer.AcceptAsync(_listener);
        PduHeader bind = await peer.ExpectAsync(CommandId.BindTransceiver);
        await peer.SendAsync(Pdu.Of(CommandId.BindTransceiverResp, bind.SequenceNumber, CommandStatus.Ok, Hex.Bytes("00 0210 0001 33")));
        SmppSession session = (await _handler.NextAsync(EventKind.Bound)).Session;
        session.PeerTakesTlvs.ShouldBeFalse();
        byte[] sar = Hex.Bytes("020C 0002 0001 020E 0001 02 020F 0001 01");

        session.TryReserve(2).ShouldBeTrue();
        var part = new SubmitSm { ShortMessage = "part"u8, Tlvs = sar };
        session.Submit(part, "part").ShouldBe(SendResult.NotEncodable);
        var whole = new SubmitSm { ShortMessage = "whole"u8, Tlvs = Hex.Bytes("0204 0002 0001") };
        session.Submit(whole, "whole").ShouldBe(SendResult.Sent);

        (_, byte[] body) = await peer.ReadAsync();
        SubmitSm.TryRead(body, out SubmitSm read).IsOk.ShouldBeTrue();
        read.ShortMessage.ToArray().ShouldBe("whole"u8.ToArray());
        read.Tlvs.Length.ShouldBe(0);
        session.FreeSlots.ShouldBe(3);
    }

    [Fact]
    public async Task Window_Full_TakesNoMoreUntilAResponse()
    {
        (RawPeer peer, SmppSession session) = await BoundAsync();
        session.TryReserve(5).ShouldBeFalse();
        for (var number = 0; number < 4; number++)
        {
            session.TryReserve(1).ShouldBeTrue();
            Submit(session, number).ShouldBe(SendResult.Sent);
        }

        session.TryReserve(1).ShouldBeFalse();
        session.OutstandingCount.ShouldBe(4);
        var sequence = new List<uint>();
        for (var number = 0; number < 4; number++) sequence.Add((await peer.ExpectAsync(CommandId.SubmitSm)).SequenceNumber);

        // Answers in another order, with one refusal and one nack: each finds its own request.
        await peer.SendAsync(
            Pdu.Of(CommandId.SubmitSmResp, sequence[2], CommandStatus.Ok, "c\0"u8.ToArray()),
            Pdu.Of(CommandId.SubmitSmResp, sequence[0], CommandStatus.Throttled),
            Pdu.Of(CommandId.GenericNack, sequence[3], CommandStatus.InvalidCommandId),
            Pdu.Of(CommandId.DeliverSmResp, sequence[1]));
        SessionEvent third = await _handler.NextAsync(EventKind.Response);
        third.State.ShouldBe(2);
        third.Body.ShouldBe("c\0"u8.ToArray());
        SessionEvent first = await _handler.NextAsync(EventKind.Response);
        first.State.ShouldBe(0);
        first.Header.CommandStatus.ShouldBe(CommandStatus.Throttled);
        SessionEvent last = await _handler.NextAsync(EventKind.Response);
        last.State.ShouldBe(3);
        last.Header.CommandId.ShouldBe(CommandId.GenericNack);
        await _handler.NextAsync(EventKind.WindowOpened);
        session.OutstandingCount.ShouldBe(1); // the response of another operation answers nothing
        session.TryReserve(3).ShouldBeTrue();
        session.TryReserve(1).ShouldBeFalse();
        peer.Dispose();
    }

    [Fact]
    public async Task SequenceNumbers_AtTheEndOfTheRange_StartAgainWithoutThoseOutstanding()
    {
        (RawPeer peer, SmppSession session) = await BoundAsync(Options(), CommandId.BindTransceiver, firstSequenceNumber: 0x7FFF_FFFE);
        session.TryReserve(3).ShouldBeTrue();
        var seen = new List<uint>();
        for (var number = 0; number < 3; number++)
        {
            Submit(session, number);
            seen.Add((await peer.ExpectAsync(CommandId.SubmitSm)).SequenceNumber);
        }

        seen.ShouldBe([0x7FFF_FFFFu, 1u, 2u]);
        peer.Dispose();
    }

    [Fact]
    public async Task ConnectionLost_ReportsUnansweredOnceAndBindsAgain()
    {
        (RawPeer peer, SmppSession session) = await BoundAsync();
        session.TryReserve(2).ShouldBeTrue();
        Submit(session, "a");
        Submit(session, "b");
        await peer.ExpectAsync(CommandId.SubmitSm);
        peer.Close();
        SessionEvent closed = await _handler.NextAsync(EventKind.Closed);
        closed.Unanswered.ShouldBe(["a", "b"], ignoreOrder: true);
        Task<RawPeer> again = RawPeer.AcceptAsync(_listener);
        await TestServer.AdvanceUntilAsync(_time, again);
        using RawPeer second = await again;
        PduHeader bind = await second.ExpectAsync(CommandId.BindTransceiver);
        await second.SendAsync(Pdu.BindAccepted(CommandId.BindTransceiver, bind.SequenceNumber));
        (await _handler.NextAsync(EventKind.Bound)).Session.ShouldNotBe(session);
    }

    [Fact]
    public async Task Unbind_OfTheMessageCentre_IsReportedOnceAndEndsSending()
    {
        (RawPeer peer, SmppSession session) = await BoundAsync();
        await peer.SendAsync(Pdu.Of(CommandId.Unbind, 1), Pdu.Of(CommandId.Unbind, 2));
        await peer.ExpectAsync(CommandId.UnbindResp);
        await peer.ExpectAsync(CommandId.UnbindResp);
        (await _handler.NextAsync(EventKind.Unbound)).Session.ShouldBe(session);
        session.TryReserve(1).ShouldBeFalse();
        _handler.TryNext(out SessionEvent? next).ShouldBeFalse(next?.ToString());
        peer.Dispose();
    }

    [Fact]
    public async Task Stop_WhileBound_UnbindsInOrder()
    {
        (RawPeer peer, _) = await BoundAsync();
        Task stopping = _client!.StopAsync(CancellationToken.None);
        PduHeader unbind = await peer.ExpectAsync(CommandId.Unbind);
        await peer.SendAsync(Pdu.Of(CommandId.UnbindResp, unbind.SequenceNumber));
        await stopping.WaitAsync(RawPeer.Patience);
        _client.State.ShouldBe(SmppClientState.Stopped);
        _client.Session.ShouldBeNull();
        peer.Dispose();
    }

    [Fact]
    public async Task Stop_AtTheMomentOfTheBind_UnbindsInOrder()
    {
        using var seen = new ManualResetEventSlim();
        Task stopping = Task.CompletedTask;
        _handler.WhenBound = () =>
        {
            stopping = _client!.StopAsync(CancellationToken.None);
            seen.Wait(RawPeer.Patience);
        };
        (RawPeer peer, _) = await BoundAsync();
        PduHeader unbind = await peer.ExpectAsync(CommandId.Unbind);
        seen.Set();
        await peer.SendAsync(Pdu.Of(CommandId.UnbindResp, unbind.SequenceNumber));
        await stopping.WaitAsync(RawPeer.Patience);
        _client!.State.ShouldBe(SmppClientState.Stopped);
        peer.Dispose();
    }

    [Fact]
    public async Task Refusals_OfTheCredentials_SuspendTheClient()
    {
        var states = new List<SmppClientState>();
        var suspended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _client = new SmppClient(Options(), _handler, _time, NullLogger.Instance) { Jitter = () => 0.5 };
        _client.StateChanged += (_, state) =>
        {
            states.Add(state);
            if (state == SmppClientState.Suspended) suspended.TrySetResult();
        };
        _client.Start();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Task<RawPeer> accepted = RawPeer.AcceptAsync(_listener);
            await TestServer.AdvanceUntilAsync(_time, accepted);
            using RawPeer peer = await accepted;
            PduHeader bind = await peer.ExpectAsync(CommandId.BindTransceiver);
            await peer.SendAsync(Pdu.Of(CommandId.BindTransceiverResp, bind.SequenceNumber, CommandStatus.InvalidPassword));
            await peer.ReadToEndAsync();
        }

        await suspended.Task.WaitAsync(RawPeer.Patience);
        _client.LastBindStatus.ShouldBe(CommandStatus.InvalidPassword);
        _client.LastError.ShouldNotBeNull().ShouldContain("ESME_RINVPASWD");
        Task<RawPeer> next = RawPeer.AcceptAsync(_listener);
        for (var minute = 0; minute < 60; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await TestServer.StepAsync(_time, next);
        }

        next.IsCompleted.ShouldBeFalse();
        _client.State.ShouldBe(SmppClientState.Suspended);
        states.Count(state => state == SmppClientState.Suspended).ShouldBe(1);
        await _client.StopAsync(CancellationToken.None);
        _client.State.ShouldBe(SmppClientState.Stopped);
    }

    [Fact]
    public async Task Refusals_OldSessionStillThere_ComeBackByTheUsualWaits()
    {
        _client = New(Options());
        _client.Jitter = () => 0.5;
        _client.Start();
        DateTimeOffset start = _time.GetUtcNow();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            Task<RawPeer> accepted = RawPeer.AcceptAsync(_listener);
            await TestServer.AdvanceUntilAsync(_time, accepted);
            using RawPeer peer = await accepted;
            PduHeader bind = await peer.ExpectAsync(CommandId.BindTransceiver);
            await peer.SendAsync(Pdu.Of(CommandId.BindTransceiverResp, bind.SequenceNumber, CommandStatus.BindFailed));
            await peer.ReadToEndAsync();
        }

        // 1, 2, 4 and 8 seconds, not the longest wait.
        (_time.GetUtcNow() - start).ShouldBeLessThan(TimeSpan.FromSeconds(30));
        Task<RawPeer> last = RawPeer.AcceptAsync(_listener);
        await TestServer.AdvanceUntilAsync(_time, last);
        using RawPeer taken = await last;
        PduHeader again = await taken.ExpectAsync(CommandId.BindTransceiver);
        await taken.SendAsync(Pdu.BindAccepted(CommandId.BindTransceiver, again.SequenceNumber));
        await _handler.NextAsync(EventKind.Bound);
    }

    [Fact]
    public async Task Refusals_OfSharedCredentials_CountTogetherAndThoseAtOnceAsOne()
    {
        var budget = new SmppBindBudget();
        var allSuspended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var suspended = 0;
        SmppClient[] clients = [.. Enumerable.Range(0, 3).Select(_ => New(Options(budget)))];
        try
        {
            foreach (SmppClient client in clients)
            {
                client.StateChanged += (_, state) =>
                {
                    if (state == SmppClientState.Suspended && Interlocked.Increment(ref suspended) == 3) allSuspended.TrySetResult();
                };
                client.Start();
            }

            var tries = 0;
            Task<RawPeer> accepted = RawPeer.AcceptAsync(_listener);
            while (true)
            {
                await TestServer.AdvanceUntilAsync(_time, Task.WhenAny(accepted, allSuspended.Task));
                if (allSuspended.Task.IsCompleted) break;
                using RawPeer peer = await accepted;
                PduHeader bind = await peer.ExpectAsync(CommandId.BindTransceiver);
                await peer.SendAsync(Pdu.Of(CommandId.BindTransceiverResp, bind.SequenceNumber, CommandStatus.InvalidSystemId));
                await peer.ReadToEndAsync();
                if (++tries == 3) Volatile.Read(ref suspended).ShouldBe(0, "a fault of a moment met all three");
                accepted = RawPeer.AcceptAsync(_listener);
            }

            tries.ShouldBeInRange(5, 9);
        }
        finally
        {
            foreach (SmppClient client in clients) await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Tries_ThatFail_WaitLongerEachTime()
    {
        var waits = System.Threading.Channels.Channel.CreateUnbounded<DateTimeOffset>();
        var free = RawPeer.Listen();
        int port = ((IPEndPoint)free.LocalEndPoint!).Port;
        free.Dispose();
        _client = New(new SmppClientOptions { Host = "127.0.0.1", Port = port });
        _client.Jitter = () => 0.5;
        _client.StateChanged += (_, state) =>
        {
            if (state == SmppClientState.Connecting) waits.Writer.TryWrite(_time.GetUtcNow()).ShouldBeTrue();
        };
        _client.Start();
        var at = new List<DateTimeOffset>();
        for (var attempt = 0; attempt < 9; attempt++)
        {
            Task<DateTimeOffset> next = waits.Reader.ReadAsync().AsTask();
            // The clock moves only while the client waits, so that a slow connect does not count as waiting.
            while (!next.IsCompleted)
            {
                if (_client.State == SmppClientState.WaitingToReconnect) await TestServer.StepAsync(_time, next);
                else await Task.Yield();
            }

            at.Add(await next);
        }

        double[] seconds = [.. at.Zip(at.Skip(1), (one, two) => Math.Round((two - one).TotalSeconds))];
        double[] expected = [1, 2, 4, 8, 16, 32, 60, 60];
        for (var i = 0; i < expected.Length; i++) seconds[i].ShouldBeInRange(expected[i], expected[i] + 1.5);
        _client.LastError.ShouldNotBeNull();
    }

    [Fact]
    public async Task Binds_LostAtOnce_AreAtMostTwentyAMinute()
    {
        _client = new SmppClient(
            new SmppClientOptions
            {
                Host = "127.0.0.1",
                Port = Port,
                ReconnectFirst = TimeSpan.FromMilliseconds(10),
                ReconnectMost = TimeSpan.FromMilliseconds(10),
            },
            _handler,
            _time,
            NullLogger.Instance);
        _client.Start();
        DateTimeOffset start = _time.GetUtcNow();
        for (var attempt = 0; attempt < 21; attempt++)
        {
            Task<RawPeer> accepted = RawPeer.AcceptAsync(_listener);
            await TestServer.AdvanceUntilAsync(_time, accepted);
            (await accepted).Close();
        }

        (_time.GetUtcNow() - start).ShouldBeGreaterThan(TimeSpan.FromSeconds(58));
    }

    [Fact]
    public async Task Binds_OfClientsWithOneBudget_AreAtMostTwentyAMinuteTogether()
    {
        var budget = new SmppBindBudget();
        SmppClient[] clients = [.. Enumerable.Range(0, 4).Select(_ => New(new SmppClientOptions
        {
            Host = "127.0.0.1",
            Port = Port,
            ReconnectFirst = TimeSpan.FromMilliseconds(10),
            ReconnectMost = TimeSpan.FromMilliseconds(10),
            BindBudget = budget,
        }))];
        try
        {
            foreach (SmppClient client in clients) client.Start();
            DateTimeOffset start = _time.GetUtcNow();
            for (var attempt = 0; attempt < 41; attempt++)
            {
                Task<RawPeer> accepted = RawPeer.AcceptAsync(_listener);
                await TestServer.AdvanceUntilAsync(_time, accepted);
                (await accepted).Close();
            }

            (_time.GetUtcNow() - start).ShouldBeGreaterThan(TimeSpan.FromSeconds(118));
        }
        finally
        {
            foreach (SmppClient client in clients) await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Bind_WithoutAnAnswer_IsGivenUp()
    {
        Start(Options());
        using RawPeer peer = await RawPeer.AcceptAsync(_listener);
        await peer.ExpectAsync(CommandId.BindTransceiver);
        await TestServer.AdvanceUntilAsync(_time, peer.ReadToEndAsync());
        _client!.Session.ShouldBeNull();
        _client.LastBindStatus.ShouldBeNull();
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByName()
    {
        Refused(new SmppClientOptions { Host = "a", Password = "too long a word" }).ShouldContain("Password");
        Refused(new SmppClientOptions { Host = "a", InFlightWindow = 0 }).ShouldContain("InFlightWindow");
        Refused(new SmppClientOptions()).ShouldContain("Host");

        string Refused(SmppClientOptions options) => Should.Throw<ArgumentException>(() => New(options)).Message;
    }

    private int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    private static SendResult Submit(SmppSession session, object state) =>
        session.Submit(new SubmitSm { DestinationAddr = new SmppAddress(1, 1, "447700900123"u8), ShortMessage = "hi"u8 }, state);

    private SmppClientOptions Options(SmppBindBudget? budget = null) => new()
    {
        Host = "127.0.0.1",
        Port = Port,
        SystemId = "test",
        Password = "secret",
        InFlightWindow = 4,
        BindBudget = budget,
    };

    private SmppClient New(SmppClientOptions options) => new(options, _handler, _time, NullLogger.Instance);

    private void Start(SmppClientOptions options, uint firstSequenceNumber = 1)
    {
        _client = New(options);
        _client.FirstSequenceNumber = firstSequenceNumber;
        _client.Start();
    }

    private Task<(RawPeer Peer, SmppSession Session)> BoundAsync() => BoundAsync(Options(), CommandId.BindTransceiver);

    private async Task<(RawPeer Peer, SmppSession Session)> BoundAsync(
        SmppClientOptions options, CommandId id, uint firstSequenceNumber = 1)
    {
        Start(options, firstSequenceNumber);
        RawPeer peer = await RawPeer.AcceptAsync(_listener);
        PduHeader bind = await peer.ExpectAsync(id);
        await peer.SendAsync(Pdu.BindAccepted(id, bind.SequenceNumber));
        return (peer, (await _handler.NextAsync(EventKind.Bound)).Session);
    }
}
