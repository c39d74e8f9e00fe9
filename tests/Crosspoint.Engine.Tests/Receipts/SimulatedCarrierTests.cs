using System.Net;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Simulator;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Smpp.Codec;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Receipts;

/// <summary>The gateway against carriers that behave as carriers do, many messages at a time.</summary>
public sealed class SimulatedCarrierTests
{
    private const int Messages = 60;

    public static TheoryData<string, ReceiptBehaviour> Behaviours => new()
    {
        { "hex then decimal", Quick with { IdFormat = MessageIdFormat.Hex, ReceiptIdFormat = ReceiptIdFormat.Decimal } },
        { "decimal then hex", Quick with { ReceiptIdFormat = ReceiptIdFormat.HexUpper } },
        { "zero-padded", Quick with { IdFormat = MessageIdFormat.Hex, ReceiptIdFormat = ReceiptIdFormat.ZeroPadded } },
        { "uuid in capitals", Quick with { IdFormat = MessageIdFormat.Uuid, ReceiptIdFormat = ReceiptIdFormat.Upper } },
        { "before the answer", Quick with { Early = 1 } },
        { "twice", Quick with { Duplicate = 1 } },
        { "intermediate first", Quick with { Intermediate = 1 } },
        { "on another bind", Quick with { OtherBind = true } },
        { "TLVs alone", Quick with { Fields = ReceiptFields.TlvOnly } },
        { "id and stat alone", Quick with { Fields = ReceiptFields.Minimal } },
        { "reordered", Quick with { Fields = ReceiptFields.Reordered, DateDigits = 14 } },
        { "without dates", Quick with { Fields = ReceiptFields.NoDates } },
        { "by data_sm", Quick with { Via = ReceiptVia.DataSm } },
        { "unmarked", Quick with { Marked = false } },
        { "vendor TLVs", Quick with { VendorTlv = true } },
        { "everything odd", Quick with { IdFormat = MessageIdFormat.HexUpper, ReceiptIdFormat = ReceiptIdFormat.Lower, Early = 0.3,
            Duplicate = 0.3, Intermediate = 0.3, OtherBind = true } },
    };

    private static ReceiptBehaviour Quick => new() { Delay = DurationDistribution.Fixed(TimeSpan.FromMilliseconds(20)) };

    [Theory]
    [MemberData(nameof(Behaviours))]
    public async Task Receipts_InAnyForm_EveryMessageIsDelivered(string what, ReceiptBehaviour receipts)
    {
        await using SimulatorHost simulator = await StartAsync(new CarrierBehaviour { Receipts = receipts });
        await using Rig rig = await StartRigAsync(simulator);

        var heads = new List<MessageHead>();
        for (int i = 0; i < Messages; i++) heads.Add(
            await rig.SendAsync(i % 5 == 0 ? new string('x', 400) : $"{what} {i}", to: $"+1555123{i:0000}"));
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Delivered);

        CarrierCounters counters = simulator.Carriers[0].Counters;
        counters.Submits.ShouldBe(Messages + (Messages / 5 * 2));
        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts == 0);
    }

    [Theory]
    [InlineData(ReceiptParts.FirstPart)]
    [InlineData(ReceiptParts.LastPart)]
    public async Task Receipts_ForOnePartOnly_MessageIsNotCalledDelivered(ReceiptParts only)
    {
        await using SimulatorHost simulator = await StartAsync(new CarrierBehaviour { Receipts = Quick with { Only = only } });
        await using Rig rig = await StartRigAsync(simulator);

        MessageHead head = await rig.SendAsync(new string('x', 400));
        Message message = await rig.UntilAsync(
            head, candidate => candidate.Segments.Exists(segment => segment.State == SegmentState.Delivered));

        message.State.ShouldBe(MessageState.Sent);
    }

    [Fact]
    public async Task Errors_HalfOfThemTemporaryOrThrottled_NothingIsLost()
    {
        var behaviour = new CarrierBehaviour
        {
            Receipts = Quick,
            Errors = [new ErrorShare(CommandStatus.Throttled, 0.05), new ErrorShare(CommandStatus.SystemError, 0.1)],
            ErrorBody = ErrorBody.Full,
        };
        await using SimulatorHost simulator = await StartAsync(behaviour);
        await using Rig rig = await StartRigAsync(simulator);

        var heads = new List<MessageHead>();
        for (int i = 0; i < Messages; i++) heads.Add(await rig.SendAsync($"m{i}"));
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Delivered);

        simulator.Carriers[0].Counters.Accepted.ShouldBe(Messages);
    }

    [Fact]
    public async Task Faults_StallThenRecovery_EverythingArrives()
    {
        await using SimulatorHost simulator = await StartAsync(new CarrierBehaviour { Receipts = Quick });
        await using Rig rig = await StartRigAsync(simulator);
        SimulatedCarrier carrier = simulator.Carriers[0];
        carrier.Behaviour = carrier.Behaviour with { Stall = true };
        var heads = new List<MessageHead>();
        for (int i = 0; i < Messages; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.UntilAsync(() => carrier.Counters.Ignored > 0);

        carrier.Behaviour = carrier.Behaviour with { Stall = false };
        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Delivered);

        // Two sessions with a window of ten: what a stall can swallow at once.
        carrier.Counters.Accepted.ShouldBe(Messages);
    }

    [Fact]
    public async Task Faults_DisconnectsAndGarbage_EverythingArrivesAndCopiesAreMarked()
    {
        var behaviour = new CarrierBehaviour
        {
            Receipts = Quick,
            Disconnect = new DisconnectBehaviour { AfterSubmits = 15 },
            Garbage = 0.02
        };
        await using SimulatorHost simulator = await StartAsync(behaviour);
        await using Rig rig = await StartRigAsync(simulator);

        var heads = new List<MessageHead>();
        for (int i = 0; i < Messages; i++) heads.Add(await rig.SendAsync($"m{i}"));
        int marked = 0;
        foreach (MessageHead head in heads) marked += (await rig.UntilAsync(head, MessageState.Delivered)).IsPossibleDuplicate ? 1 : 0;

        simulator.Carriers[0].Counters.Disconnects.ShouldBeGreaterThan(0);
        (simulator.Carriers[0].Counters.Accepted - Messages).ShouldBeLessThanOrEqualTo(marked * 4);
    }

    [Fact]
    public async Task Inbound_ShuffledPartsFromHandsets_EachArrivesWholeOnce()
    {
        await using SimulatorHost simulator = await StartAsync(new CarrierBehaviour { Receipts = Quick });
        await using Rig rig = await StartRigAsync(simulator);
        for (int i = 0; i < 20; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 60).Select(n => $"{i:00}:{n:000} "));
            var message = new InboundMessage($"+4477009001{i:00}", Rig.Number, text)
            {
                Parts = [3, 1, 2, 2, 3],
                LongAs = i % 2 == 0
                ? LongForm.Udh : LongForm.Udh16
            };
            simulator.Carriers[0].SendInbound(message).Outcome.ShouldBe(InboundOutcome.Queued);
        }

        await rig.UntilAsync(() => simulator.Carriers[0].Counters.InboundTaken == 100);

        IReadOnlyList<Message> messages = (await rig.Gateway.Messages.ListAsync(new(Rig.Account.Sid, null, null, null, null, null, 100),
            CancellationToken.None)).Messages;
        messages.Count.ShouldBe(20);
        messages.ShouldAllBe(message => message.Head.Body.Length == 420 && message.Head.SegmentCount == 3);
    }

    private static Task<SimulatorHost> StartAsync(CarrierBehaviour behaviour) => SimulatorHost.StartAsync(
        new SimulatorOptions
        {
            Carriers = [new CarrierOptions { Name = "north", Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Behaviour = behaviour }]
        },
        TimeProvider.System,
        NullLoggerFactory.Instance,
        CancellationToken.None);

    private static async Task<Rig> StartRigAsync(SimulatorHost simulator)
    {
        Rig rig = await Rig.StartAsync(Rig.Options(
            Rig.Connection("a", simulator.Carriers[0].EndPoint.Port, smpp => smpp with { Sessions = 2, ReceiptsByText = true })));
        await rig.BoundAsync(sessions: 2);
        return rig;
    }
}
