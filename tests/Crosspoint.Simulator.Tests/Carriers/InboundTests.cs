using System.Text;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Handsets;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Simulator.Tests.Carriers;

public sealed class InboundTests
{
    private static readonly string Long = string.Concat(Enumerable.Repeat("0123456789", 40));

    [Fact]
    public async Task SendInbound_Short_IsOneDeliverSmWithTypesOfNumber()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Carrier.SendInbound(new InboundMessage("+447700900001", "15550001000", "Hi @ £"))
            .ShouldBe(new InboundResult(InboundOutcome.Queued, 1));

        Received received = await esme.DeliveryAsync();
        received.Source.ShouldBe("447700900001");
        received.Destination.ShouldBe("15550001000");
        received.EsmClass.ShouldBe((byte)0);
        received.Octets.ShouldBe("Hi \0 \u0001"u8.ToArray());
        await esme.QueryAsync();
        simulator.Carrier.Counters.InboundTaken.ShouldBe(1);
    }

    [Fact]
    public async Task SendInbound_BeyondGsm_IsUcs2()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Carrier.SendInbound(new InboundMessage("+447700900001", "15550001000", "Привет"));

        Received received = await esme.DeliveryAsync();
        received.DataCoding.ShouldBe((byte)8);
        Encoding.BigEndianUnicode.GetString(received.Octets).ShouldBe("Привет");
    }

    [Theory]
    [InlineData(LongForm.Udh, 6, 0x40)]
    [InlineData(LongForm.Udh16, 7, 0x40)]
    [InlineData(LongForm.Sar, 0, 0)]
    public async Task SendInbound_Long_ComesInPartsInTheOrderAskedFor(LongForm form, int header, byte esmClass)
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        var message = new InboundMessage("+447700900001", "15550001000", Long) { LongAs = form, Parts = [3, 1, 2, 2] };
        simulator.Carrier.SendInbound(message).ShouldBe(new InboundResult(InboundOutcome.Queued, 4));

        var parts = new List<Received>();
        for (var i = 0; i < 4; i++) parts.Add(await esme.DeliveryAsync());
        parts.Select(part => Number(part, form)).ShouldBe([3, 1, 2, 2]);
        parts.ShouldAllBe(part => part.EsmClass == esmClass);
        string text = string.Concat(new[] { parts[1], parts[2], parts[0] }
            .Select(part => Encoding.ASCII.GetString(part.Octets.AsSpan(header))));
        text.ShouldBe(Long);
    }

    [Fact]
    public async Task SendInbound_LongAsPayload_IsOnePduWithMessagePayload()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Carrier.SendInbound(new InboundMessage("+447700900001", "15550001000", Long) { LongAs = LongForm.Payload });

        Received received = await esme.DeliveryAsync();
        received.ShortMessage.ShouldBeEmpty();
        received.Text.ShouldBe(Long);
    }

    [Fact]
    public async Task SendInbound_Impossible_SaysWhy()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        var message = new InboundMessage("+447700900001", "15550001000", "text");
        simulator.Carrier.SendInbound(message).Outcome.ShouldBe(InboundOutcome.NoCustomer);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);

        simulator.Carrier.SendInbound(message with { SystemId = "other" }).Outcome.ShouldBe(InboundOutcome.NoCustomer);
        simulator.Carrier.SendInbound(message with { Parts = [2] }).Outcome.ShouldBe(InboundOutcome.NoSuchPart);
        simulator.Carrier.SendInbound(message with { Text = new string('x', 40_000) }).Outcome.ShouldBe(InboundOutcome.TooLong);
    }

    [Fact]
    public async Task SendInbound_ToASystemId_GoesThere()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme first = await TestEsme.BindAsync(simulator.Carrier, systemId: "first");
        await using TestEsme second = await TestEsme.BindAsync(simulator.Carrier, systemId: "second");
        var message = new InboundMessage("+447700900001", "15550001000", "x") { SystemId = "second" };
        for (var i = 0; i < 4; i++) simulator.Carrier.SendInbound(message);

        for (var i = 0; i < 4; i++) await second.DeliveryAsync();
        await first.QueryAsync();
        first.IsQuiet.ShouldBeTrue();
    }

    [Fact]
    public async Task Inbound_Rate_SendsThatManyASecondFromTheLists()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default with
        {
            Inbound = new InboundBehaviour { Rate = 50, From = ["+441"], To = ["+1999"], Texts = ["generated"] },
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Time.Advance(TimeSpan.FromSeconds(2));
        simulator.Carrier.Behaviour = CarrierBehaviour.Default;
        simulator.Time.Advance(TimeSpan.FromSeconds(2));
        await esme.QueryAsync();

        var count = 0;
        while (!esme.IsQuiet)
        {
            Received received = await esme.DeliveryAsync();
            (received.Source, received.Destination, received.Text).ShouldBe(("441", "1999", "generated"));
            count++;
        }

        count.ShouldBeInRange(99, 100);
    }

    [Fact]
    public async Task Inbound_LongAndShuffled_BringsEveryPartOutOfOrder()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default with
        {
            Inbound = new InboundBehaviour { Rate = 100, Texts = ["some text"], LongShare = 1, Shuffled = true },
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        simulator.Time.Advance(TimeSpan.FromSeconds(1));
        simulator.Carrier.Behaviour = CarrierBehaviour.Default;
        await esme.QueryAsync();

        var messages = new Dictionary<byte, List<byte>>();
        while (!esme.IsQuiet)
        {
            byte[] octets = (await esme.DeliveryAsync()).Octets;
            octets[..3].ShouldBe([5, 0, 3]);
            if (!messages.TryGetValue(octets[3], out List<byte>? parts)) messages[octets[3]] = parts = [octets[4]];
            parts.Add(octets[5]);
        }

        messages.Count.ShouldBeGreaterThan(90);
        messages.Values.ShouldAllBe(static parts => parts.Count - 1 == parts[0] && parts.Skip(1).Distinct().Count() == parts[0]);
        messages.Values.ShouldContain(static parts => !parts.Skip(1).Order().SequenceEqual(parts.Skip(1)));
    }

    [Fact]
    public async Task HandsetReplies_RuleFits_TheHandsetAnswersAfterItsDelay()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default with
        {
            HandsetReplies =
            [
                new HandsetReply("reply stop", "STOP", 1, TimeSpan.FromSeconds(2)),
                new HandsetReply("never", "NO", 0, TimeSpan.Zero),
            ],
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit("Sale! Reply STOP to end", registeredDelivery: 0);
        esme.Submit("never", registeredDelivery: 0);
        esme.Submit("anything", registeredDelivery: 0);
        await esme.ResponsesAsync(3);
        simulator.Time.Advance(TimeSpan.FromSeconds(2.1));

        Received reply = await esme.DeliveryAsync();
        (reply.Source, reply.Destination, reply.Text).ShouldBe(("447700900001", "15550001000", "STOP"));
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();
    }

    [Fact]
    public async Task Handset_LongMessageOutOfOrder_ShowsTheWholeText()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.SubmitPart(2, 3, "two ");
        esme.SubmitPart(3, 3, "three");
        esme.SubmitPart(2, 3, "two ");
        await esme.ResponsesAsync(3);
        HandsetMessage partial = simulator.Host.Handsets.Messages("+447700900001").ShouldHaveSingleItem();
        (partial.IsComplete, partial.PartsReceived, partial.Text).ShouldBe((false, 2, "two three"));

        esme.SubmitPart(1, 3, "one ");
        await esme.ResponseAsync();
        HandsetMessage whole = simulator.Host.Handsets.Messages("447700900001").ShouldHaveSingleItem();
        (whole.IsComplete, whole.Parts, whole.Duplicates, whole.Text, whole.From).ShouldBe((true, 3, 1, "one two three", "15550001000"));
    }

    [Fact]
    public async Task Handset_SameReferenceAgain_IsAnotherMessage()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        foreach (string text in (string[])["first", "second"])
        {
            esme.SubmitPart(1, 2, text);
            esme.SubmitPart(2, 2, " end of " + text);
        }

        await esme.ResponsesAsync(4);
        simulator.Host.Handsets.Messages("447700900001").Select(static m => m.Text)
            .ShouldBe(["first end of first", "second end of second"]);
    }

    [Fact]
    public async Task Handset_OtherForms_AreDecoded()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(octets: Encoding.BigEndianUnicode.GetBytes("Привет"), dataCoding: 8);
        var body = new byte[256];
        var tlvs = new TlvWriter(new byte[128]);
        tlvs.Add(TlvTag.MessagePayload, "payload"u8);
        var data = new DataSm
        {
            SourceAddr = new SmppAddress(5, 0, "ACME"u8),
            DestinationAddr = new SmppAddress(1, 1, "447700900001"u8),
            Tlvs = tlvs.Written,
        };
        data.TryWrite(body, out int length);
        esme.Request(CommandId.DataSm, body[..length]);
        await esme.ResponsesAsync(2);

        simulator.Host.Handsets.Messages("447700900001").Select(static m => (m.From, m.Text))
            .ShouldBe([("15550001000", "Привет"), ("ACME", "payload")]);
    }

    [Fact]
    public async Task Handset_MessageNotDelivered_ShowsNothing()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default with
        {
            Receipts = new ReceiptBehaviour { States = [new ReceiptState("UNDELIV", "001", 1)] },
        });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();

        simulator.Host.Handsets.Messages("447700900001").ShouldBeEmpty();
    }

    [Fact]
    public void HandsetStore_Full_KeepsTheNewestMessagesAndNumbers()
    {
        var store = new HandsetStore(new HandsetOptions { Messages = 3, Numbers = 16 });
        for (var i = 0; i < 10; i++) Add(store, "441", "text " + i);
        store.Messages("441").Select(static m => m.Text).ShouldBe(["text 7", "text 8", "text 9"]);

        for (var i = 0; i < 1000; i++) Add(store, "44" + (1000 + i), "x");
        Enumerable.Range(0, 1000).Count(i => store.Messages("44" + (1000 + i)).Count > 0).ShouldBeInRange(1, 16);
        store.Messages("441999").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task TransmitterAlone_GetsNoInbound()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier, SmppBindType.Transmitter);
        simulator.Carrier.SendInbound(new InboundMessage("+447700900001", "15550001000", "x"));
        await esme.QueryAsync();

        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Pending.ShouldBe(1);
    }

    private static void Add(HandsetStore store, string number, string text)
    {
        var facts = new Simulator.Carriers.SubmitFacts
        {
            Source = new SmppAddress(1, 1, "1555"u8),
            Destination = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(number)),
            Text = Encoding.ASCII.GetBytes(text),
        };
        store.Add("north", default, facts, wantsText: false);
    }

    private static int Number(Received part, LongForm form) => form switch
    {
        LongForm.Udh => part.Octets[5],
        LongForm.Udh16 => part.Octets[6],
        _ => part.Tlv(TlvTag.SarSegmentSeqnum)![0],
    };
}
