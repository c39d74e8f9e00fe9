using System.Text;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator.Tests.Carriers;

/// <summary>query_sm, cancel_sm and replace_sm.</summary>
public sealed class MessageControlTests
{
    private const string Phone = "447700900001";

    [Fact]
    public async Task Query_ReceiptNeverComes_TellsTheFinalState()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Missing = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string id = await SubmitAsync(esme);
        simulator.Second();

        (await StateAsync(esme, id)).ShouldBe(MessageState.Delivered);
        esme.IsQuiet.ShouldBeTrue();
    }

    [Fact]
    public async Task Query_EarlyReceipt_TheEndHasCome()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour { Early = 1 });
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.Submit();
        await esme.DeliveryAsync();

        (await StateAsync(esme, (await esme.ResponseAsync()).MessageId)).ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task Query_OfAnotherSourceOrAccountOrWithoutId_Fails()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        await using TestEsme other = await TestEsme.BindAsync(simulator.Carrier, systemId: "other");
        esme.Submit(from: "15550009999");
        string foreign = (await esme.ResponseAsync()).MessageId;
        string own = await SubmitAsync(esme);

        (await esme.QueryAsync(foreign)).Status.ShouldBe(CommandStatus.QueryFailed);
        (await other.QueryAsync(own)).Status.ShouldBe(CommandStatus.QueryFailed);
        (await esme.QueryAsync("")).Status.ShouldBe(CommandStatus.InvalidMessageId);
        (await esme.QueryAsync(own)).Status.ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Cancel_BeforeTheHandsetGotIt_DeletedReceiptAndNothingElse()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string id = await SubmitAsync(esme);

        (await CancelAsync(esme, id)).ShouldBe(CommandStatus.Ok);
        (await esme.DeliveryAsync()).Text.ShouldContain($"id:{id} sub:001 dlvrd:000 submit date:2601020304 done date:2601020304 stat:DELETED");
        (await StateAsync(esme, id)).ShouldBe(MessageState.Deleted);
        simulator.Host.Handsets.Messages(Phone).ShouldBeEmpty();
        (await CancelAsync(esme, id)).ShouldBe(CommandStatus.CancelFailed);
        simulator.Second();
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();
        simulator.Carrier.Counters.Cancels.ShouldBe(2);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Cancel_ReceiptOnlyWhereAFailureIsReported(byte registered, bool comes)
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string id = await SubmitAsync(esme, registered);

        (await CancelAsync(esme, id)).ShouldBe(CommandStatus.Ok);
        await esme.QueryAsync();

        esme.IsQuiet.ShouldBe(!comes);
    }

    [Fact]
    public async Task Cancel_AfterTheHandsetGotItOrUnknownOrOfAnotherSource_Fails()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string id = await SubmitAsync(esme, registered: 0);

        (await CancelAsync(esme, "77")).ShouldBe(CommandStatus.CancelFailed);
        (await CancelAsync(esme, id, from: "15550009999")).ShouldBe(CommandStatus.CancelFailed);
        simulator.Second();
        (await CancelAsync(esme, id)).ShouldBe(CommandStatus.CancelFailed);
        simulator.Host.Handsets.Messages(Phone).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Cancel_WithoutId_AllOfTheTwoAddresses()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string first = await SubmitAsync(esme, registered: 0);
        string second = await SubmitAsync(esme, registered: 0);
        esme.Submit(registeredDelivery: 0, to: "447700900002");
        string third = (await esme.ResponseAsync()).MessageId;

        (await CancelAsync(esme, "", to: Phone)).ShouldBe(CommandStatus.Ok);

        (await StateAsync(esme, first)).ShouldBe(MessageState.Deleted);
        (await StateAsync(esme, second)).ShouldBe(MessageState.Deleted);
        (await StateAsync(esme, third)).ShouldBe(MessageState.Enroute);
        (await CancelAsync(esme, "")).ShouldBe(CommandStatus.InvalidDestinationAddress);
    }

    [Fact]
    public async Task Cancel_OnePartOfThree_ThePhoneLacksIt()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        foreach (byte part in new byte[] { 1, 2, 3 }) esme.SubmitPart(part, 3, $"part {part} ");
        IReadOnlyList<Response> answers = await esme.ResponsesAsync(3);

        (await CancelAsync(esme, answers[1].MessageId)).ShouldBe(CommandStatus.Ok);

        var shown = simulator.Host.Handsets.Messages(Phone).Single();
        (shown.Text, shown.PartsReceived).ShouldBe(("part 1 part 3 ", 2));
    }

    [Fact]
    public async Task Replace_BeforeTheHandsetGotIt_ThePhoneAndTheReceiptHaveTheNewText()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string id = await SubmitAsync(esme, registered: 0);

        (await ReplaceAsync(esme, id, "second thoughts")).ShouldBe(CommandStatus.Ok);
        simulator.Host.Handsets.Messages(Phone).Single().Text.ShouldBe("second thoughts");
        (await StateAsync(esme, id)).ShouldBe(MessageState.Enroute);
        simulator.Second();

        Received receipt = await esme.DeliveryAsync();
        receipt.Text.ShouldStartWith($"id:{id} ");
        receipt.Text.ShouldContain("stat:DELIVRD");
        receipt.Text.ShouldEndWith("text:second thoughts");
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();
        (await ReplaceAsync(esme, id, "too late")).ShouldBe(CommandStatus.ReplaceFailed);
    }

    [Fact]
    public async Task Replace_ThenCancel_OneDeletedReceipt()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        string id = await SubmitAsync(esme);

        (await ReplaceAsync(esme, id, "second")).ShouldBe(CommandStatus.Ok);
        (await CancelAsync(esme, id)).ShouldBe(CommandStatus.Ok);

        (await esme.DeliveryAsync()).Text.ShouldEndWith("stat:DELETED err:000 text:second");
        simulator.Host.Handsets.Messages(Phone).ShouldBeEmpty();
        simulator.Second();
        await esme.QueryAsync();
        esme.IsQuiet.ShouldBeTrue();
    }

    [Fact]
    public async Task Replace_UnknownOrPartOfALongMessage_Fails()
    {
        await using TestSimulator simulator = await StartAsync(new ReceiptBehaviour());
        await using TestEsme esme = await TestEsme.BindAsync(simulator.Carrier);
        esme.SubmitPart(1, 2, "one");
        string part = (await esme.ResponseAsync()).MessageId;

        (await ReplaceAsync(esme, "77", "x")).ShouldBe(CommandStatus.ReplaceFailed);
        (await ReplaceAsync(esme, part, "x")).ShouldBe(CommandStatus.ReplaceFailed);
        (await ReplaceAsync(esme, "", "x")).ShouldBe(CommandStatus.InvalidMessageId);
        simulator.Carrier.Counters.Replaces.ShouldBe(3);
    }

    private static async Task<string> SubmitAsync(TestEsme esme, byte registered = 1)
    {
        esme.Submit(registeredDelivery: registered);
        return (await esme.ResponseAsync()).MessageId;
    }

    private static async Task<MessageState> StateAsync(TestEsme esme, string id)
    {
        QuerySmResp.TryRead((await esme.QueryAsync(id)).Body, out QuerySmResp answer).IsOk.ShouldBeTrue();
        return (MessageState)answer.State;
    }

    private static async Task<CommandStatus> CancelAsync(TestEsme esme, string id, string from = "15550001000", string to = "")
    {
        var pdu = new CancelSm
        {
            MessageId = Encoding.ASCII.GetBytes(id),
            SourceAddr = new SmppAddress(1, 1, Encoding.ASCII.GetBytes(from)),
            DestinationAddr = to.Length == 0 ? default : new SmppAddress(1, 1, Encoding.ASCII.GetBytes(to)),
        };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return await RequestAsync(esme, CommandId.CancelSm, body);
    }

    private static async Task<CommandStatus> ReplaceAsync(TestEsme esme, string id, string text)
    {
        var pdu = new ReplaceSm
        {
            MessageId = Encoding.ASCII.GetBytes(id),
            SourceAddr = new SmppAddress(1, 1, "15550001000"u8),
            RegisteredDelivery = 1,
            ShortMessage = Encoding.ASCII.GetBytes(text),
        };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return await RequestAsync(esme, CommandId.ReplaceSm, body);
    }

    // The receipt of a cancellation may stand before its answer.
    private static async Task<CommandStatus> RequestAsync(TestEsme esme, CommandId commandId, byte[] body)
    {
        esme.Request(commandId, body);
        while (true)
        {
            object next = await esme.NextAsync();
            if (next is Response response) return response.Status;
            esme.PutBack(next);
        }
    }

    private static Task<TestSimulator> StartAsync(ReceiptBehaviour receipts) =>
        TestSimulator.StartAsync(CarrierBehaviour.Default with { Receipts = receipts });
}
