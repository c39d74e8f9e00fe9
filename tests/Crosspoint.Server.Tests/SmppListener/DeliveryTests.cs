using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Server.Tests.SmppListener;

/// <summary>Receipts and inbound messages to customers: kept while they are away, again when they were not taken, each once otherwise.</summary>
public sealed class DeliveryTests
{
    [Theory]
    [InlineData(0x00, "DELIVRD", "")]
    [InlineData(0x00, "UNDELIV", "")]
    [InlineData(0x01, "DELIVRD", "DELIVRD")]
    [InlineData(0x01, "UNDELIV", "UNDELIV")]
    [InlineData(0x02, "DELIVRD", "")]
    [InlineData(0x02, "REJECTD", "REJECTD")]
    [InlineData(0x03, "DELIVRD", "DELIVRD")]
    [InlineData(0x03, "EXPIRED", "")]
    [InlineData(0x10, "DELIVRD", "ENROUTE")]
    [InlineData(0x11, "DELIVRD", "ENROUTE DELIVRD")]
    [InlineData(0x12, "DELIVRD", "ENROUTE")]
    public async Task Receipt_IsSentAsRegisteredDeliveryAsks(byte registered, string state, string expected)
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        rig.Carrier.Delivers = false;
        using TestCustomer customer = await rig.BindAsync();
        await customer.SubmitAsync(TestCustomer.Submit(registered: registered));
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 1);
        rig.Carrier.Receipt(rig.Carrier.Submits.Single().Id, "15557770001", state);

        // A message that asks for everything comes behind: what stands before it is all that the first one gave.
        await customer.SubmitAsync(TestCustomer.Submit(to: "15557770002"));
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 2);
        rig.Carrier.Receipt("2", "15557770002", "DELIVRD");
        var states = new List<string>();
        while (true)
        {
            ReceivedDelivery delivery = await customer.ReadDeliveryAsync();
            if (delivery.From == "15557770002") break;
            EsmClass.IsIntermediate(delivery.EsmClass).ShouldBe(delivery.Receipt.State == "ENROUTE");
            states.Add(delivery.Receipt.State);
        }

        string.Join(' ', states).ShouldBe(expected);
    }

    [Fact]
    public async Task Receipt_HasTheStandardTextAndTlvs()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        rig.Carrier.Delivers = false;
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit(text: "twenty characters and more", tlvs: [0x02, 0x04, 0, 2, 0x12, 0x34]))).Id;
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 1);
        rig.Carrier.Receipt("1", "15557770001", "UNDELIV", "011");
        ReceivedDelivery receipt = await customer.ReadDeliveryAsync();
        receipt.From.ShouldBe("15557770001");
        receipt.To.ShouldBe("15550001000");
        string date = rig.Clock.GetUtcNow().ToString("yyMMdd");
        receipt.Text.ShouldStartWith($"id:{id} sub:001 dlvrd:000 submit date:{date}");
        receipt.Text.ShouldEndWith("stat:UNDELIV err:011 text:twenty characters an");
        var tlvs = new TlvReader(receipt.Tlvs);
        tlvs.TryGetByte(TlvTag.MessageState, out byte state).ShouldBeTrue();
        state.ShouldBe((byte)5);
        tlvs.TryGet(TlvTag.NetworkErrorCode, out ReadOnlySpan<byte> error).ShouldBeTrue();
        error.ToArray().ShouldBe([3, 0, 11]);
        tlvs.TryGetUInt16(TlvTag.UserMessageReference, out ushort reference).ShouldBeTrue();
        reference.ShouldBe((ushort)0x1234);
    }

    [Fact]
    public async Task Receipts_OfACustomerThatIsAway_AreKeptOverARestartAndReplayedOnBind()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        var ids = new List<string>();
        using (TestCustomer customer = await TestCustomer.BindAsync(rig.EndPoint, bind: CommandId.BindTransmitter))
        {
            for (int i = 0; i < 1500; i++) ids.Add((await customer.SubmitAsync(TestCustomer.Submit(to: $"1555777{i:0000}"))).Id);
        }

        await rig.UntilAsync(async () => (await rig.MessagesAsync()).Count(message => message.State == MessageState.Delivered) == 1000);
        await rig.RestartAsync();
        using TestCustomer receiver = await TestCustomer.BindAsync(rig.EndPoint, bind: CommandId.BindReceiver);
        var got = new List<string>();
        while (got.Count < ids.Count) got.Add((await receiver.ReadDeliveryAsync()).Receipt.Id);
        got.ShouldBe(ids, ignoreOrder: true);

        // On record as delivered: a new start gives none of them again.
        await rig.UntilAsync(async () => (await rig.MessagesAsync()).All(message => !message.HasPendingDelivery));
        await rig.RestartAsync();
        using TestCustomer again = await rig.BindAsync();
        string last = (await again.SubmitAsync(TestCustomer.Submit())).Id;
        (await again.ReadDeliveryAsync()).Receipt.Id.ShouldBe(last);
    }

    [Fact]
    public async Task Receipt_ThatIsNotAnswered_ComesAgainOnAnotherBind()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        string id;
        using (TestCustomer silent = await rig.BindAsync())
        {
            silent.Answer = null;
            id = (await silent.SubmitAsync(TestCustomer.Submit())).Id;
            (await silent.ReadDeliveryAsync()).Receipt.Id.ShouldBe(id);
        }

        using TestCustomer next = await rig.BindAsync();
        (await rig.WhileTimePassesAsync(next.ReadDeliveryAsync())).Receipt.Id.ShouldBe(id);
    }

    [Fact]
    public async Task Receipt_RefusedForNow_ComesAgainLater_AndRefusedForGoodDoesNot()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        customer.Answer = CommandStatus.MessageQueueFull;
        string id = (await customer.SubmitAsync(TestCustomer.Submit())).Id;
        (await customer.ReadDeliveryAsync()).Receipt.Id.ShouldBe(id);
        customer.Answer = CommandStatus.ReceiverRejected;
        (await rig.WhileTimePassesAsync(customer.ReadDeliveryAsync())).Receipt.Id.ShouldBe(id);
        await rig.UntilAsync(async () => (await rig.MessagesAsync())[0].BindDeliveries[0].State == DeliveryState.Failed);
        BindDelivery delivery = (await rig.MessagesAsync())[0].BindDeliveries[0];
        delivery.LastStatus.ShouldBe((uint)CommandStatus.ReceiverRejected);
        delivery.Tries.ShouldBe(2);
    }

    [Fact]
    public async Task Receipt_AnsweredLateWithNotNow_ComesOnceMoreAndNotTwice()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        customer.Answer = null;
        await customer.SubmitAsync(TestCustomer.Submit());
        ReceivedDelivery first = await customer.ReadDeliveryAsync();
        Task<ReceivedDelivery> reading = customer.ReadDeliveryAsync();
        rig.Clock.Advance(TimeSpan.FromSeconds(31));
        ReceivedDelivery second = await rig.WhileTimePassesAsync(reading);
        second.SequenceNumber.ShouldNotBe(first.SequenceNumber);
        await customer.AnswerAsync(first, CommandStatus.Throttled);
        await customer.AnswerAsync(second, CommandStatus.Ok);
        await rig.UntilAsync(async () => !(await rig.MessagesAsync())[0].HasPendingDelivery);
        (await rig.MessagesAsync())[0].BindDeliveries.ShouldHaveSingleItem().Tries.ShouldBe(2);

        // The next receipt is that of the next message.
        string id = (await customer.SubmitAsync(TestCustomer.Submit())).Id;
        (await rig.WhileTimePassesAsync(customer.ReadDeliveryAsync())).Receipt.Id.ShouldBe(id);
    }

    [Fact]
    public async Task Receipts_ThatNobodyFetches_AreGivenUpAfterTheirTime()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using (TestCustomer sender = await TestCustomer.BindAsync(rig.EndPoint, bind: CommandId.BindTransmitter))
            await sender.SubmitAsync(TestCustomer.Submit());
        await rig.UntilAsync(async () => (await rig.MessagesAsync())[0].State == MessageState.Delivered);
        rig.Clock.Advance(TimeSpan.FromHours(71));
        (await rig.MessagesAsync())[0].HasPendingDelivery.ShouldBeTrue();
        rig.Clock.Advance(TimeSpan.FromHours(2));
        await rig.UntilAsync(async () => (await rig.MessagesAsync())[0].BindDeliveries[0].State == DeliveryState.Failed);
    }

    [Fact]
    public async Task Customer_ThatNeverAnswers_DelaysNobody_AndItsWindowIsKept()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync("max_binds: 1, in_flight_window: 1000, deliver_window: 3, message_ids: hex");
        using TestCustomer slow = await rig.BindAsync();
        slow.Answer = null;
        using TestCustomer quick = await rig.BindAsync("other");
        for (int i = 0; i < 20; i++) await slow.SubmitAsync(TestCustomer.Submit());
        for (int i = 0; i < 20; i++)
        {
            string id = (await quick.SubmitAsync(TestCustomer.Submit())).Id;
            (await quick.ReadDeliveryAsync()).Receipt.Id.ShouldBe(id);
        }

        // Three are on the way to the slow one and no more, until it answers one.
        ReceivedDelivery[] first = [await slow.ReadDeliveryAsync(), await slow.ReadDeliveryAsync(), await slow.ReadDeliveryAsync()];
        (await slow.CallAsync(CommandId.EnquireLink, [])).Status.ShouldBe(CommandStatus.Ok);
        await slow.AnswerAsync(first[0], CommandStatus.Ok);
        ReceivedDelivery fourth = await slow.ReadDeliveryAsync();
        first.Select(delivery => delivery.Receipt.Id).ShouldNotContain(fourth.Receipt.Id);
    }

    [Fact]
    public async Task Deliveries_AreSpreadOverTheReceivers()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer sender = await TestCustomer.BindAsync(rig.EndPoint, bind: CommandId.BindTransmitter);
        using TestCustomer one = await TestCustomer.BindAsync(rig.EndPoint, bind: CommandId.BindReceiver);
        using TestCustomer two = await TestCustomer.BindAsync(rig.EndPoint, bind: CommandId.BindReceiver);
        var ids = new List<string>();
        for (int i = 0; i < 10; i++) ids.Add((await sender.SubmitAsync(TestCustomer.Submit())).Id);
        var got = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            got.Add((await one.ReadDeliveryAsync()).Receipt.Id);
            got.Add((await two.ReadDeliveryAsync()).Receipt.Id);
        }

        got.ShouldBe(ids, ignoreOrder: true);
    }

    [Fact]
    public async Task Inbound_GoesToTheBindsOfTheNumber_LongOnesInParts()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        rig.Carrier.Deliver("447700900001", "15550001000", "STOP");
        ReceivedDelivery inbound = await customer.ReadDeliveryAsync();
        (inbound.From, inbound.To, inbound.Text, inbound.EsmClass).ShouldBe(("447700900001", "15550001000", "STOP", (byte)0));

        string text = new('a', 100);
        for (byte i = 1; i <= 2; i++) rig.Carrier.Deliver("447700900001", "15550001000", $"\x05\0\x03\x01\x02{(char)i}{text}", EsmClass.Udhi);
        ReceivedDelivery[] parts = [await customer.ReadDeliveryAsync(), await customer.ReadDeliveryAsync()];
        parts.ShouldAllBe(part => part.EsmClass == EsmClass.Udhi && part.Octets[0] == 5 && part.Octets[4] == 2);
        string.Concat(parts.OrderBy(part => part.Octets[5]).Select(part => Encoding.ASCII.GetString(part.Octets, 6, part.Octets.Length - 6)))
            .ShouldBe(text + text);
        parts[0].Octets[3].ShouldBe(parts[1].Octets[3]);
    }

    [Fact]
    public async Task Shutdown_AnswersWhatWasSubmittedAndUnbinds()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        for (int i = 0; i < 50; i++) await customer.SendAsync(CommandId.SubmitSm, TestCustomer.Submit(registered: 0));
        ReceivedPdu first = await customer.ReadResponseAsync();
        Task stop = rig.Host.StopAsync(CancellationToken.None);
        IReadOnlyList<ReceivedPdu> rest = await rig.WhileTimePassesAsync(customer.ReadToEndAsync());
        await rig.WhileTimePassesAsync(Done(stop));
        ReceivedPdu[] answers = [first, .. rest.Where(pdu => pdu.Header.CommandId == CommandId.SubmitSmResp)];
        answers.Length.ShouldBe(50);
        rest.ShouldContain(pdu => pdu.Header.CommandId == CommandId.Unbind);
        int accepted = answers.Count(answer => answer.Status == CommandStatus.Ok);
        await rig.RestartAsync();
        (await rig.MessagesAsync()).Count.ShouldBe(accepted);

        static async Task<bool> Done(Task task)
        {
            await task;
            return true;
        }
    }
}
