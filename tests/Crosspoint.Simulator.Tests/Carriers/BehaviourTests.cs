using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Simulator.Tests.Carriers;

public sealed class BehaviourTests
{
    private static readonly CarrierBehaviour Default = CarrierBehaviour.Default;

    [Fact]
    public async Task Latency_Fixed_HoldsTheAnswerForThatLong()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default with { Latency = DurationDistribution.Fixed(TimeSpan.FromMilliseconds(250)) });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(registeredDelivery: 0);
        await esme.QueryAsync();
        simulator.Time.Advance(TimeSpan.FromMilliseconds(249));
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();

        simulator.Time.Advance(TimeSpan.FromMilliseconds(1));
        (await esme.ResponseAsync()).Status.ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Errors_WithShares_RefuseAboutThatShare()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with
        {
            Errors = [new ErrorShare(CommandStatus.MessageQueueFull, 0.2), new ErrorShare((CommandStatus)0x499, 0.1)],
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        for (var i = 0; i < 1000; i++) esme.Submit(registeredDelivery: 0);
        IReadOnlyList<Response> responses = await esme.ResponsesAsync(1000);

        responses.Count(static r => r.Status == CommandStatus.MessageQueueFull).ShouldBeInRange(150, 250);
        responses.Count(static r => r.Status == (CommandStatus)0x499).ShouldBeInRange(60, 140);
        simulator.Carrier.Counters.Accepted.ShouldBe(responses.Count(static r => r.Status == CommandStatus.Ok));
        simulator.Carrier.Counters.Refused.ShouldBe(1000 - simulator.Carrier.Counters.Accepted);
    }

    [Fact]
    public async Task Seed_SameTwice_GivesTheSameRun()
    {
        (await RunAsync()).ShouldBe(await RunAsync());

        static async Task<string> RunAsync()
        {
            await using TestSimulator simulator = await TestSimulator.StartAsync(
                Default with { Errors = [new ErrorShare(CommandStatus.MessageQueueFull, 0.5)] });
            await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
            for (var i = 0; i < 64; i++) esme.Submit(registeredDelivery: 0);
            return string.Concat((await esme.ResponsesAsync(64)).Select(static r => r.Status == CommandStatus.Ok ? '1' : '0'));
        }
    }

    [Theory]
    [InlineData(ErrorBody.None, 0)]
    [InlineData(ErrorBody.Empty, 1)]
    [InlineData(ErrorBody.Full, 5)]
    public async Task ErrorBody_EachForm_IsOnTheWire(ErrorBody form, int bytes)
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default with { ErrorBody = form, Errors = [new ErrorShare(CommandStatus.SystemError, 1)] });
        using RawEsme esme = await RawEsme.BindAsync(simulator.Carrier);
        await esme.SubmitAsync();

        (PduHeader header, byte[] body) = await esme.ReadAsync();
        header.CommandStatus.ShouldBe(CommandStatus.SystemError);
        body.Length.ShouldBe(bytes);
    }

    [Fact]
    public async Task ThrottleRate_Exceeded_AnswersThrottledUntilTimePasses()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with { ThrottleRate = 100 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        for (var i = 0; i < 50; i++) esme.Submit(registeredDelivery: 0);
        // The burst is a tenth of a second.
        (await esme.ResponsesAsync(50)).Count(static r => r.Status == CommandStatus.Ok).ShouldBe(10);

        simulator.Time.Advance(TimeSpan.FromMilliseconds(50));
        for (var i = 0; i < 50; i++) esme.Submit(registeredDelivery: 0);
        (await esme.ResponsesAsync(50)).Count(static r => r.Status == CommandStatus.Ok).ShouldBe(5);
        simulator.Carrier.Counters.Throttled.ShouldBe(85);
    }

    [Fact]
    public async Task NoResponse_AcceptsReportsAndNeverAnswers()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with { NoResponse = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.QueryAsync();
        simulator.Second();

        (await esme.DeliveryAsync()).Text.ShouldContain("stat:DELIVRD");
        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Counters.Unanswered.ShouldBe(1);
    }

    [Fact]
    public async Task RefuseAlphanumeric_RefusesNamesAlone()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with { RefuseAlphanumeric = true });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(from: "ACME", sourceTon: 5);
        esme.Submit();

        (await esme.ResponsesAsync(2)).Select(static r => r.Status).ShouldBe([CommandStatus.InvalidSourceAddress, CommandStatus.Ok]);
    }

    [Fact]
    public async Task Disconnect_Every_DropsTheConnectionAtThatAge()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default with { Disconnect = new DisconnectBehaviour { Every = TimeSpan.FromSeconds(5) } });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Time.Advance(TimeSpan.FromSeconds(4.8));
        await esme.QueryAsync();
        simulator.Time.Advance(TimeSpan.FromSeconds(0.3));

        await esme.ClosedAsync();
        simulator.Carrier.Counters.Disconnects.ShouldBe(1);
    }

    [Fact]
    public async Task Disconnect_AfterSubmits_LeavesTheLastUnanswered()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default with { Disconnect = new DisconnectBehaviour { AfterSubmits = 3 } });
        using RawEsme esme = await RawEsme.BindAsync(simulator.Carrier);
        for (var i = 0; i < 3; i++) await esme.SubmitAsync();

        (await esme.ReadAsync()).Header.CommandId.ShouldBe(CommandId.SubmitSmResp);
        (await esme.ReadAsync()).Header.CommandId.ShouldBe(CommandId.SubmitSmResp);
        await esme.ClosedAsync();
        simulator.Carrier.Counters.Accepted.ShouldBe(2);
        simulator.Carrier.Counters.Ignored.ShouldBe(1);
    }

    [Fact]
    public async Task Disconnect_Idle_DropsASilentCustomer()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default with { EnquireLink = TimeSpan.Zero, Disconnect = new DisconnectBehaviour { Idle = TimeSpan.FromSeconds(10) } });
        using RawEsme esme = await RawEsme.BindAsync(simulator.Carrier);
        simulator.Time.Advance(TimeSpan.FromSeconds(10.2));

        await esme.ClosedAsync();
        simulator.Carrier.Counters.Disconnects.ShouldBe(1);
    }

    [Fact]
    public async Task Disconnect_RefuseBinds_AnswersTheStatus()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with
        {
            Disconnect = new DisconnectBehaviour { RefuseBinds = true, BindStatus = CommandStatus.AlreadyBound },
        });

        (await TestEsme.BindRefusedAsync(simulator.Carrier)).ShouldBe(CommandStatus.AlreadyBound);
    }

    [Fact]
    public async Task Accounts_Given_LetOnlyThoseBind()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default, static o => o with { Accounts = [new CarrierAccount("cp", "secret")] });

        (await TestEsme.BindRefusedAsync(simulator.Carrier)).ShouldBe(CommandStatus.InvalidPassword);
        (await TestEsme.BindRefusedAsync(simulator.Carrier, "other")).ShouldBe(CommandStatus.InvalidSystemId);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier, password: "secret");
        simulator.Carrier.Sessions.ShouldContain(static s => s.SystemId == "cp" && s.State == "transceiver");
    }

    [Fact]
    public async Task MaxBinds_Reached_RefusesOneMoreUntilOneLeaves()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with { MaxBinds = 1 });
        TestEsme first = await TestEsme.BindAsync(simulator.Carrier);
        (await TestEsme.BindRefusedAsync(simulator.Carrier)).ShouldBe(CommandStatus.AlreadyBound);
        await first.DisposeAsync();

        await using TestEsme second = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Carrier.Counters.Binds.ShouldBe(2);
    }

    [Fact]
    public async Task Stall_On_AnswersNothingNotEvenEnquireLinkAndStaysConnected()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        using RawEsme esme = await RawEsme.BindAsync(simulator.Carrier);
        simulator.Carrier.Behaviour = Default with { Stall = true };
        await esme.SendAsync(CommandId.EnquireLink, []);
        await esme.SubmitAsync();
        // The submission is counted once it is read; only then may the stall end.
        await Until.TrueAsync(() => simulator.Carrier.Counters.Ignored == 1);
        simulator.Carrier.Behaviour = Default;
        await esme.SendAsync(CommandId.EnquireLink, []);

        // Sequence numbers: bind 1, enquire_link 2, submit_sm 3, enquire_link 4.
        (PduHeader header, _) = await esme.ReadAsync();
        header.CommandId.ShouldBe(CommandId.EnquireLinkResp);
        header.SequenceNumber.ShouldBe(4u);
    }

    [Fact]
    public async Task Stall_Ended_SendsTheReceiptsThatWaited()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Carrier.Behaviour = Default with { Stall = true };
        simulator.Second();
        simulator.Carrier.Pending.ShouldBe(1);
        simulator.Carrier.Behaviour = Default;

        (await esme.DeliveryAsync()).Text.ShouldContain("stat:DELIVRD");
    }

    [Fact]
    public async Task Garbage_Always_SendsBrokenPdusThatLeaveTheStreamIntact()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default with { Garbage = 1 });
        using RawEsme esme = await RawEsme.BindAsync(simulator.Carrier);
        const int Count = 60;
        for (var i = 0; i < Count; i++) await esme.SubmitAsync();

        var answers = 0;
        var kinds = new HashSet<CommandId>();
        var broken = 0;
        for (var i = 0; i < Count * 2; i++)
        {
            (PduHeader header, byte[] body) = await esme.ReadAsync();
            if (header.CommandId == CommandId.SubmitSmResp && header.SequenceNumber <= Count + 1) answers++;
            else kinds.Add(header.CommandId);
            if (header.CommandId == CommandId.DeliverSm && !Smpp.Pdus.DeliverSm.TryRead(body, out _).IsOk) broken++;
        }

        answers.ShouldBe(Count);
        kinds.ShouldBe(
            [(CommandId)0xFFF, CommandId.SubmitSmResp, CommandId.EnquireLinkResp,
             CommandId.GenericNack, CommandId.DeliverSm], ignoreOrder: true);
        broken.ShouldBeGreaterThan(0);
        simulator.Carrier.Counters.GarbageSent.ShouldBe(Count);
    }

    [Fact]
    public async Task EnquireLink_AfterSilence_ProbesAndThenCloses()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            Default with { EnquireLink = TimeSpan.FromSeconds(10), FirstSequence = 0x7FFF_FFFF });
        using RawEsme esme = await RawEsme.BindAsync(simulator.Carrier);
        simulator.Time.Advance(TimeSpan.FromSeconds(10.2));
        (PduHeader header, _) = await esme.ReadAsync();
        header.CommandId.ShouldBe(CommandId.EnquireLink);
        header.SequenceNumber.ShouldBe(0x7FFF_FFFFu);

        simulator.Time.Advance(TimeSpan.FromSeconds(10));
        await esme.ClosedAsync();
    }

    [Fact]
    public async Task Connection_WithoutBind_IsClosedAfterTenSeconds()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        using RawEsme esme = await RawEsme.ConnectAsync(simulator.Carrier);
        await Until.TrueAsync(() => simulator.Carrier.Sessions.Count == 1);
        simulator.Time.Advance(TimeSpan.FromSeconds(10.2));

        await esme.ClosedAsync();
    }

    [Fact]
    public async Task Stream_WithImpossibleLength_IsNackedAndClosed()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        using RawEsme esme = await RawEsme.ConnectAsync(simulator.Carrier);
        await esme.SendRawAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        (PduHeader header, _) = await esme.ReadAsync();
        header.CommandId.ShouldBe(CommandId.GenericNack);
        await esme.ClosedAsync();
    }

    [Fact]
    public async Task Requests_InTheWrongState_AreRefusedInTheirOwnResponse()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        using RawEsme esme = await RawEsme.ConnectAsync(simulator.Carrier);
        await esme.SubmitAsync();

        (PduHeader header, _) = await esme.ReadAsync();
        header.CommandId.ShouldBe(CommandId.SubmitSmResp);
        header.CommandStatus.ShouldBe(CommandStatus.InvalidBindStatus);
    }

    [Fact]
    public async Task StopListening_ThenStart_TakesBindsOnTheSamePort()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        await using TestEsme first = await TestEsme.BindAsync(simulator.Carrier);
        int port = simulator.Carrier.EndPoint.Port;
        simulator.Carrier.StopListening();
        await Should.ThrowAsync<System.Net.Sockets.SocketException>(() => RawEsme.ConnectAsync(simulator.Carrier));
        await first.QueryAsync();

        simulator.Carrier.StartListening();
        simulator.Carrier.EndPoint.Port.ShouldBe(port);
        await using TestEsme second = await TestEsme.BindAsync(simulator.Carrier, SmppBindType.Receiver);
    }

    [Fact]
    public async Task DisconnectAll_Bound_DropsEverybody()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);

        simulator.Carrier.DisconnectAll().ShouldBe(1);
        await esme.ClosedAsync();
    }
}
