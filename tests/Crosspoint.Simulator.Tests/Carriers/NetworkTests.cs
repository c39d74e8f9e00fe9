using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Tests.Carriers;

public sealed class NetworkTests
{
    private const string Sick = "491710000001";
    private const string Well = "491520000001";

    private static readonly CarrierBehaviour Default = CarrierBehaviour.Default;

    [Fact]
    public async Task Errors_OfANetwork_RefuseItsRecipientsAlone()
    {
        await using TestSimulator simulator = await StartAsync(
            new NetworkBehaviour { Name = "26201", Prefixes = ["4917"], Errors = [new ErrorShare(CommandStatus.SubmitFailed, 1)] });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick);
        esme.Submit(to: Well);
        esme.Submit(to: "+" + Sick);

        (await esme.ResponsesAsync(3)).Select(static r => r.Status)
            .ShouldBe([CommandStatus.SubmitFailed, CommandStatus.Ok, CommandStatus.SubmitFailed]);
        simulator.Carrier.Networks["26201"].ShouldBe(new NetworkCounters { Submits = 2, Refused = 2 });
        simulator.Carrier.Counters.Delivered.ShouldBe(1);
    }

    [Fact]
    public async Task Prefixes_SeveralFit_TheLongestCounts()
    {
        await using TestSimulator simulator = await StartAsync(
            new NetworkBehaviour { Name = "all", Prefixes = ["49"], Errors = [new ErrorShare(CommandStatus.SystemError, 1)] },
            new NetworkBehaviour { Name = "one", Prefixes = ["49152", "49171"], Errors = [] });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick);
        esme.Submit(to: "491600000001");

        (await esme.ResponsesAsync(2)).Select(static r => r.Status).ShouldBe([CommandStatus.Ok, CommandStatus.SystemError]);
    }

    [Fact]
    public async Task ThrottleRate_OfANetwork_HasALimitOfItsOwn()
    {
        await using TestSimulator simulator = await StartAsync(
            new NetworkBehaviour { Name = "26201", Prefixes = ["4917"], ThrottleRate = 100 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        for (var i = 0; i < 20; i++) esme.Submit(to: Sick);
        for (var i = 0; i < 20; i++) esme.Submit(to: Well);

        IReadOnlyList<Response> responses = await esme.ResponsesAsync(40);
        responses.Take(20).Count(static r => r.Status == CommandStatus.Throttled).ShouldBe(10);
        responses.Skip(20).ShouldAllBe(static r => r.Status == CommandStatus.Ok);
    }

    [Fact]
    public async Task Stall_OfANetwork_ForgetsItsSubmissionsAndAnswersTheRest()
    {
        await using TestSimulator simulator = await StartAsync(new NetworkBehaviour { Name = "26201", Prefixes = ["4917"], Stall = true });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick, text: "lost");
        esme.Submit(to: Well, text: "answered");

        (await esme.ResponseAsync()).State.ShouldBe("answered");
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Networks["26201"].ShouldBe(new NetworkCounters { Submits = 1, Ignored = 1 });
        simulator.Carrier.Handsets.Messages(Sick).ShouldBeEmpty();
    }

    [Fact]
    public async Task Latency_OfANetwork_HoldsItsAnswersAlone()
    {
        await using TestSimulator simulator = await StartAsync(
            new NetworkBehaviour { Name = "26201", Prefixes = ["4917"], Latency = DurationDistribution.Fixed(TimeSpan.FromSeconds(3)) });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick, text: "slow", registeredDelivery: 0);
        esme.Submit(to: Well, text: "fast", registeredDelivery: 0);

        (await esme.ResponseAsync()).State.ShouldBe("fast");
        simulator.Time.Advance(TimeSpan.FromSeconds(3));
        (await esme.ResponseAsync()).State.ShouldBe("slow");
    }

    [Fact]
    public async Task NoResponse_OfANetwork_DeliversAndNeverAnswers()
    {
        await using TestSimulator simulator = await StartAsync(new NetworkBehaviour { Name = "26201", Prefixes = ["4917"], NoResponse = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick);
        await esme.QueryAsync();

        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Networks["26201"].ShouldBe(new NetworkCounters { Submits = 1, Accepted = 1, Unanswered = 1, Delivered = 1 });
    }

    [Fact]
    public async Task Receipts_Silent_GiveNoneWhileMessagesArrive()
    {
        await using TestSimulator simulator = await StartAsync(new NetworkBehaviour
        {
            Name = "26201",
            Prefixes = ["4917"],
            Receipts = new NetworkReceipts { Silent = true, Intermediate = 1 },
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        // 0x1D asks for everything: final, both acknowledgements of the handset, intermediate.
        esme.Submit(to: Sick, registeredDelivery: 0x1D);
        esme.Submit(to: Well);
        await esme.ResponsesAsync(2);
        simulator.Second();

        (await esme.DeliveryAsync()).Source.ShouldBe(Well);
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Handsets.Messages(Sick).Count.ShouldBe(1);
        simulator.Carrier.Networks["26201"].Delivered.ShouldBe(1);
        simulator.Carrier.Counters.ReceiptsMissing.ShouldBe(1);
    }

    [Fact]
    public async Task Receipts_Faked_SayDeliveredAtOnceWhileNothingArrives()
    {
        await using TestSimulator simulator = await StartAsync(new NetworkBehaviour
        {
            Name = "26201",
            Prefixes = ["4917"],
            Latency = DurationDistribution.Fixed(TimeSpan.FromMilliseconds(20)),
            Receipts = new NetworkReceipts { Faked = true, States = [new ReceiptState("UNDELIV", "021", 1)] },
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick);
        await esme.QueryAsync();
        simulator.Time.Advance(TimeSpan.FromMilliseconds(25));

        // After the answer, never before it.
        Response response = await esme.ResponseAsync();
        response.Status.ShouldBe(CommandStatus.Ok);
        Received receipt = await esme.DeliveryAsync();
        receipt.Text.ShouldContain("stat:DELIVRD err:000");
        receipt.Text.ShouldStartWith($"id:{response.MessageId} ");
        simulator.Carrier.Handsets.Messages(Sick).ShouldBeEmpty();
        simulator.Carrier.Networks["26201"].ShouldBe(new NetworkCounters { Submits = 1, Accepted = 1, Delivered = 0 });
        simulator.Carrier.Counters.Delivered.ShouldBe(0);
    }

    [Fact]
    public async Task Behaviour_OfTheCarrierChanged_NetworkFollowsInWhatItDoesNotSet()
    {
        await using TestSimulator simulator = await StartAsync(
            new NetworkBehaviour { Name = "26201", Prefixes = ["4917"], Receipts = new NetworkReceipts { Silent = true } });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(to: Sick);
        (await esme.ResponseAsync()).Status.ShouldBe(CommandStatus.Ok);
        simulator.Carrier.Behaviour = simulator.Carrier.Behaviour with { Errors = [new ErrorShare(CommandStatus.SystemError, 1)] };
        esme.Submit(to: Sick);

        (await esme.ResponseAsync()).Status.ShouldBe(CommandStatus.SystemError);
        // Counters go on over a change.
        simulator.Carrier.Networks["26201"].Submits.ShouldBe(2);
    }

    private static Task<TestSimulator> StartAsync(params NetworkBehaviour[] networks) =>
        TestSimulator.StartAsync(Default with { Networks = networks });
}
