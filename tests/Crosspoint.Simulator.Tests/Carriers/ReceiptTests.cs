using System.Text.RegularExpressions;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Simulator.Tests.Carriers;

public sealed partial class ReceiptTests
{
    [Fact]
    public async Task Receipt_Standard_HasTextTlvsAndSwappedAddresses()
    {
        (Response response, Received receipt) = await OneAsync(new ReceiptBehaviour());

        receipt.Text.ShouldMatch(
            $"^id:{response.MessageId} sub:001 dlvrd:001 submit date:2601020304 done date:2601020304 stat:DELIVRD err:000 text:hello$");
        receipt.EsmClass.ShouldBe(EsmClass.Receipt);
        receipt.Source.ShouldBe("447700900001");
        receipt.Destination.ShouldBe("15550001000");
        receipt.Tlv(TlvTag.MessageState).ShouldBe([2]);
        receipt.Tlv(TlvTag.ReceiptedMessageId).ShouldBe([.. System.Text.Encoding.ASCII.GetBytes(response.MessageId), 0]);
        receipt.Tlv((TlvTag)0x1400).ShouldBeNull();
    }

    [Fact]
    public async Task Receipt_OfFailedMessage_SaysStateAndError()
    {
        (_, Received receipt) = await OneAsync(new ReceiptBehaviour { States = [new ReceiptState("UNDELIV", "021", 1)] });

        receipt.Text.ShouldContain("dlvrd:000");
        receipt.Text.ShouldContain("stat:UNDELIV err:021");
        receipt.Tlv(TlvTag.MessageState).ShouldBe([5]);
        receipt.Tlv(TlvTag.NetworkErrorCode).ShouldBe([3, 0, 21]);
    }

    [Theory]
    [InlineData(
        ReceiptFields.Reordered,
        "^stat:DELIVRD err:000 id:1000 done date:2601020304 submit date:2601020304 dlvrd:001 sub:001 Text:hello$", false)]
    [InlineData(ReceiptFields.TlvOnly, "^$", true)]
    [InlineData(
        ReceiptFields.NoTlv,
        "^id:1000 sub:001 dlvrd:001 submit date:2601020304 done date:2601020304 stat:DELIVRD err:000 text:hello$", false)]
    [InlineData(ReceiptFields.Minimal, "^id:1000 stat:DELIVRD$", false)]
    [InlineData(ReceiptFields.NoDates, "^id:1000 sub:001 dlvrd:001 stat:DELIVRD err:000 text:hello$", false)]
    public async Task Receipt_Fields_TakeTheirForm(ReceiptFields fields, string pattern, bool hasTlvs)
    {
        (_, Received receipt) = await OneAsync(new ReceiptBehaviour { Fields = fields });

        receipt.Text.ShouldMatch(pattern);
        (receipt.Tlv(TlvTag.ReceiptedMessageId) is not null).ShouldBe(hasTlvs);
    }

    [Theory]
    [InlineData(8, "26010203")]
    [InlineData(12, "260102030405")]
    [InlineData(14, "20260102030405")]
    public async Task Receipt_DateDigits_SetTheForm(int digits, string date)
    {
        (_, Received receipt) = await OneAsync(new ReceiptBehaviour { DateDigits = digits });

        receipt.Text.ShouldContain($"submit date:{date} ");
    }

    [Theory]
    [InlineData(MessageIdFormat.Decimal, ReceiptIdFormat.Same, 1000, "1000", "1000")]
    [InlineData(MessageIdFormat.Hex, ReceiptIdFormat.Decimal, 48879, "beef", "48879")]
    [InlineData(MessageIdFormat.HexUpper, ReceiptIdFormat.Lower, 48879, "BEEF", "beef")]
    [InlineData(MessageIdFormat.Hex, ReceiptIdFormat.Upper, 48879, "beef", "BEEF")]
    [InlineData(MessageIdFormat.Decimal, ReceiptIdFormat.Hex, 48879, "48879", "beef")]
    [InlineData(MessageIdFormat.Decimal, ReceiptIdFormat.HexUpper, 48879, "48879", "BEEF")]
    [InlineData(MessageIdFormat.Decimal, ReceiptIdFormat.ZeroPadded, 48879, "48879", "00000000000000048879")]
    public async Task Ids_OfResponseAndReceipt_TakeTheirForms(
        MessageIdFormat response, ReceiptIdFormat receipt, long first, string answered, string reported)
    {
        (Response submitted, Received delivered) = await OneAsync(
            new ReceiptBehaviour { IdFormat = response, ReceiptIdFormat = receipt }, options => options with { FirstId = first });

        submitted.MessageId.ShouldBe(answered);
        delivered.Text.ShouldStartWith($"id:{reported} ");
    }

    [Fact]
    public async Task Ids_AsUuid_AreVersion4AndTheSameInTheReceipt()
    {
        (Response response, Received receipt) = await OneAsync(new ReceiptBehaviour { IdFormat = MessageIdFormat.Uuid });

        response.MessageId.ShouldMatch("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
        receipt.Text.ShouldStartWith($"id:{response.MessageId} ");
    }

    [Fact]
    public async Task Ids_Wrapped_BeginAgain()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { IdWrap = 2 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        for (var i = 0; i < 3; i++) esme.Submit();

        (await esme.ResponsesAsync(3)).Select(static r => r.MessageId).ShouldBe(["1000", "1001", "1000"]);
    }

    [Fact]
    public async Task Receipt_Early_ComesBeforeTheResponse()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Early = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();

        Received receipt = await esme.DeliveryAsync();
        Response response = await esme.ResponseAsync();
        receipt.Text.ShouldStartWith($"id:{response.MessageId} ");
    }

    [Fact]
    public async Task Receipt_Duplicate_ComesTwiceAlike()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Duplicate = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Time.Advance(TimeSpan.FromSeconds(3));

        Received first = await esme.DeliveryAsync();
        Received second = await esme.DeliveryAsync();
        second.Body.ShouldBe(first.Body);
    }

    [Fact]
    public async Task Receipt_Missing_NeverComes()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Missing = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Time.Advance(TimeSpan.FromSeconds(20));
        await esme.QueryAsync();

        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Counters.ReceiptsMissing.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_Intermediate_ComesUnaskedWithEnroute()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Intermediate = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Second();

        Received enroute = await esme.DeliveryAsync();
        enroute.Text.ShouldContain("stat:ENROUTE");
        enroute.EsmClass.ShouldBe(EsmClass.Receipt);
        (await esme.DeliveryAsync()).Text.ShouldContain("stat:DELIVRD");
    }

    [Theory]
    [InlineData(0, "DELIVRD", "")]
    [InlineData(1, "DELIVRD", "04")]
    [InlineData(1, "UNDELIV", "04")]
    [InlineData(2, "DELIVRD", "")]
    [InlineData(2, "UNDELIV", "04")]
    [InlineData(3, "DELIVRD", "04")]
    [InlineData(3, "UNDELIV", "")]
    [InlineData(0x04, "DELIVRD", "08")]
    [InlineData(0x08, "DELIVRD", "10")]
    [InlineData(0x0D, "DELIVRD", "04,08,10")]
    [InlineData(0x0C, "UNDELIV", "")]
    [InlineData(0x10, "DELIVRD", "20")]
    [InlineData(0x11, "DELIVRD", "20,04")]
    public async Task RegisteredDelivery_EachBit_IsHonoured(byte asked, string state, string esmClasses)
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { States = [new ReceiptState(state, "001", 1)] });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(registeredDelivery: asked);
        await esme.ResponseAsync();
        simulator.Second();
        await esme.QueryAsync();

        var seen = new List<string>();
        while (!esme.IsQuiet) seen.Add((await esme.DeliveryAsync()).EsmClass.ToString("X2"));
        string.Join(',', seen).ShouldBe(esmClasses);
    }

    [Fact]
    public async Task Receipt_ViaDataSm_CarriesTheTextAsPayload()
    {
        (Response response, Received receipt) = await OneAsync(new ReceiptBehaviour { Via = ReceiptVia.DataSm });

        receipt.CommandId.ShouldBe(CommandId.DataSm);
        receipt.Text.ShouldStartWith($"id:{response.MessageId} ");
        receipt.EsmClass.ShouldBe(EsmClass.Receipt);
    }

    [Theory]
    [InlineData(ReceiptParts.All, "a,b,c")]
    [InlineData(ReceiptParts.FirstPart, "a")]
    [InlineData(ReceiptParts.LastPart, "c")]
    public async Task Receipt_Only_LimitsThePartsOfLongMessages(ReceiptParts only, string parts)
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Only = only });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.SubmitPart(1, 3, "a");
        esme.SubmitPart(2, 3, "b");
        esme.SubmitPart(3, 3, "c");
        await esme.ResponsesAsync(3);
        simulator.Second();
        await esme.QueryAsync();

        var texts = new List<string>();
        while (!esme.IsQuiet) texts.Add(TextField().Match((await esme.DeliveryAsync()).Text).Groups[1].Value);
        string.Join(',', texts).ShouldBe(parts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Receipt_OtherBind_ChoosesTheBind(bool otherBind)
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { OtherBind = otherBind });
        await using TestEsme first = await TestEsme.BindAsync(simulator.Carrier);
        await using TestEsme second = await TestEsme.BindAsync(simulator.Carrier);
        first.Submit();
        await first.ResponseAsync();
        simulator.Second();

        Received receipt = await (otherBind ? second : first).DeliveryAsync();
        receipt.Text.ShouldContain("stat:DELIVRD");
        (otherBind ? first : second).IsQuiet.ShouldBeTrue();
    }

    [Fact]
    public async Task Receipt_UnmarkedWithVendorTlv_HasEsmClassZeroAndTheTlv()
    {
        (_, Received receipt) = await OneAsync(new ReceiptBehaviour { Marked = false, VendorTlv = true });

        receipt.EsmClass.ShouldBe((byte)0);
        receipt.Tlv((TlvTag)0x1400).ShouldBe("carrier"u8.ToArray());
    }

    [Fact]
    public async Task Receipt_WhileNobodyReceives_WaitsForTheBind()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme transmitter = await TestEsme.BindAsync(simulator.Carrier, SmppBindType.Transmitter);
        transmitter.Submit();
        await transmitter.ResponseAsync();
        simulator.Second();
        simulator.Carrier.Pending.ShouldBe(1);

        await using TestEsme receiver = await TestEsme.BindAsync(simulator.Carrier, SmppBindType.Receiver);
        (await receiver.DeliveryAsync()).Text.ShouldContain("stat:DELIVRD");
    }

    [Fact]
    public async Task Receipt_MoreThanPendingKept_IsDroppedAndCounted()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(
            CarrierBehaviour.Default, static o => o with { PendingKept = 1 });
        await using TestEsme transmitter = await TestEsme.BindAsync(simulator.Carrier, SmppBindType.Transmitter);
        transmitter.Submit();
        transmitter.Submit();
        await transmitter.ResponsesAsync(2);
        simulator.Second();

        simulator.Carrier.Pending.ShouldBe(1);
        simulator.Carrier.Counters.DeliveriesDropped.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_RefusedForTheMoment_IsGivenAgain()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        var answers = new Queue<CommandStatus>([CommandStatus.ReceiverTemporaryError, CommandStatus.Ok]);
        esme.Answer = _ => answers.Dequeue();
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Second();
        Received first = await esme.DeliveryAsync();
        await esme.QueryAsync();
        simulator.Second();

        (await esme.DeliveryAsync()).Body.ShouldBe(first.Body);
        await esme.QueryAsync();
        simulator.Carrier.Counters.Redelivered.ShouldBe(1);
        simulator.Carrier.Counters.ReceiptsTaken.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_NotAnswered_IsGivenAgainAfterTheTimeoutUpToAttempts()
    {
        CarrierBehaviour behaviour = CarrierBehaviour.Default with
        {
            EnquireLink = TimeSpan.Zero,
            Redelivery = new RedeliveryBehaviour { Attempts = 2, Timeout = TimeSpan.FromSeconds(5), After = TimeSpan.FromSeconds(1) },
        };
        await using TestSimulator simulator = await TestSimulator.StartAsync(behaviour);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Answer = static _ => null;
        esme.Submit();
        await esme.ResponseAsync();
        simulator.Second();
        await esme.DeliveryAsync();
        simulator.Time.Advance(TimeSpan.FromSeconds(7));
        await esme.DeliveryAsync();
        simulator.Time.Advance(TimeSpan.FromSeconds(7));

        simulator.Carrier.Counters.Redelivered.ShouldBe(1);
        simulator.Carrier.Counters.DeliveriesDropped.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_UnansweredWhenTheBindEnds_GoesToTheNextBind()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        Received first;
        await using (TestEsme esme = await TestEsme.BindAsync(simulator.Carrier))
        {
            esme.Answer = static _ => null;
            esme.Submit();
            await esme.ResponseAsync();
            simulator.Second();
            first = await esme.DeliveryAsync();
        }

        await using TestEsme next = await TestEsme.BindAsync(simulator.Carrier);
        (await next.DeliveryAsync()).Body.ShouldBe(first.Body);
    }

    [Fact]
    public async Task Window_OfOne_KeepsOneDeliveryInFlight()
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default with { Window = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Answer = static _ => null;
        esme.Submit();
        esme.Submit();
        await esme.ResponsesAsync(2);
        simulator.Second();
        await esme.DeliveryAsync();
        await esme.QueryAsync();

        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Pending.ShouldBe(1);

        simulator.Carrier.Behaviour = simulator.Carrier.Behaviour with { Window = 2 };
        (await esme.DeliveryAsync()).Text.ShouldContain("id:1001");
    }

    [Fact]
    public async Task QuerySm_BeforeAndAfterDelivery_TellsTheState()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit(registeredDelivery: 0);
        string id = (await esme.ResponseAsync()).MessageId;

        State(await esme.QueryAsync(id)).ShouldBe((CommandStatus.Ok, MessageState.Enroute, ""));
        simulator.Second();
        State(await esme.QueryAsync(id)).ShouldBe((CommandStatus.Ok, MessageState.Delivered, "260102030406000+"));
        (await esme.QueryAsync("77")).Status.ShouldBe(CommandStatus.QueryFailed);
    }

    private static (CommandStatus Status, MessageState State, string Date) State(Response response)
    {
        QuerySmResp.TryRead(response.Body, out QuerySmResp answer);
        return (response.Status, (MessageState)answer.State, System.Text.Encoding.ASCII.GetString(answer.FinalDate));
    }

    private static Task<TestSimulator> StartAsync(ReceiptBehaviour receipts) =>
        TestSimulator.StartAsync(CarrierBehaviour.Default with { Receipts = receipts });

    private static async Task<(Response Response, Received Receipt)> OneAsync(
        ReceiptBehaviour receipts, Func<CarrierOptions, CarrierOptions>? change = null)
    {
        await using TestSimulator simulator = await TestSimulator.StartAsync(CarrierBehaviour.Default with { Receipts = receipts }, change);
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        Response response = await esme.ResponseAsync();
        simulator.Second();
        return (response, await esme.DeliveryAsync());
    }

    [GeneratedRegex("text:(.*)$")]
    private static partial Regex TextField();
}
