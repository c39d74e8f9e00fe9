using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using MessageState = Crosspoint.Smpp.Pdus.MessageState;

namespace Crosspoint.Server.Tests.SmppListener;

/// <summary>query_sm, cancel_sm, replace_sm, submit_multi, and operations that are not served.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task Query_ByAnotherAccountOrWithAnotherSource_FindsNothing()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit())).Id;
        using TestCustomer stranger = await rig.BindAsync("stranger");
        (await stranger.CallAsync(CommandId.QuerySm, TestCustomer.Query(id))).Status.ShouldBe(CommandStatus.QueryFailed);
        (await customer.CallAsync(CommandId.QuerySm, TestCustomer.Query(id, "15550009999"))).Status.ShouldBe(CommandStatus.QueryFailed);
        (await customer.CallAsync(CommandId.QuerySm, TestCustomer.Query("nonsense"))).Status.ShouldBe(CommandStatus.QueryFailed);
        (await customer.CallAsync(CommandId.QuerySm, TestCustomer.Query(id, "", 0))).Status.ShouldBe(CommandStatus.Ok);
        (await stranger.CallAsync(CommandId.CancelSm, TestCustomer.Cancel(id))).Status.ShouldBe(CommandStatus.InvalidMessageId);
        (await stranger.CallAsync(CommandId.ReplaceSm, TestCustomer.Replace(id, "x"))).Status.ShouldBe(CommandStatus.InvalidMessageId);
    }

    [Fact]
    public async Task Query_GivesTheFinalDateOnceItIsFinal()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        rig.Carrier.Delivers = false;
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit())).Id;
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 1);
        (await customer.QueryAsync(id)).ShouldBe(MessageState.Enroute);
        rig.Carrier.Receipt(rig.Carrier.Submits.Single().Id, "15557770001", "UNDELIV", "011");
        await customer.ReadDeliveryAsync();
        ReceivedPdu answer = await customer.CallAsync(CommandId.QuerySm, TestCustomer.Query(id));
        QuerySmResp.TryRead(answer.Body, out QuerySmResp response).IsOk.ShouldBeTrue();
        ((MessageState)response.State).ShouldBe(MessageState.Undeliverable);
        response.ErrorCode.ShouldBe((byte)11);
        SmppTime.TryParse(response.FinalDate, default, out DateTimeOffset final).ShouldBeTrue();
        (rig.Clock.GetUtcNow() - final).Duration().ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task Cancel_Pending_SaysDeleted_AndASecondTimeFails()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit(schedule: TestCustomer.InMinutes(5)))).Id;
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel(id, to: "15557770009"))).Status.ShouldBe(CommandStatus.CancelFailed);
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel(id))).Status.ShouldBe(CommandStatus.Ok);
        (await customer.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELETED"));
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel(id))).Status.ShouldBe(CommandStatus.CancelFailed);
        rig.Clock.Advance(TimeSpan.FromMinutes(10));
        await rig.Host.Gateway.Messages.CountAsync(CancellationToken.None);
        rig.Carrier.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancel_WithoutAnId_TakesAllOfTheAddressesAndServiceType()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string later = TestCustomer.InMinutes(5);
        string first = (await customer.SubmitAsync(TestCustomer.Submit(schedule: later, registered: 0))).Id;
        string second = (await customer.SubmitAsync(TestCustomer.Submit(schedule: later, registered: 0))).Id;
        string service = (await customer.SubmitAsync(TestCustomer.Submit(schedule: later, registered: 0, serviceType: "WAP"))).Id;
        string elsewhere = (await customer.SubmitAsync(TestCustomer.Submit(to: "15557770002", schedule: later, registered: 0))).Id;
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel("", to: "15557770001"))).Status.ShouldBe(CommandStatus.Ok);
        (await customer.QueryAsync(first)).ShouldBe(MessageState.Deleted);
        (await customer.QueryAsync(second)).ShouldBe(MessageState.Deleted);
        (await customer.QueryAsync(service)).ShouldBe(MessageState.Scheduled);
        (await customer.QueryAsync(elsewhere)).ShouldBe(MessageState.Scheduled);
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel("", to: "15557770001"))).Status.ShouldBe(CommandStatus.CancelFailed);
    }

    [Fact]
    public async Task Replace_Pending_SendsTheNewText_AndWhatIsSentCannotBeReplaced()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit(schedule: TestCustomer.InMinutes(5), registered: 0))).Id;
        string longer = new('n', 200);
        (await customer.CallAsync(CommandId.ReplaceSm, TestCustomer.Replace(id, longer))).Status.ShouldBe(CommandStatus.Ok);
        rig.Clock.Advance(TimeSpan.FromMinutes(5));
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 2);
        (await customer.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELIVRD"));
        (await rig.MessagesAsync()).Single().Head.Body.ShouldBe(longer);
        (await customer.CallAsync(CommandId.ReplaceSm, TestCustomer.Replace(id, "too late"))).Status.ShouldBe(CommandStatus.ReplaceFailed);
    }

    [Fact]
    public async Task ReplaceIfPresent_ReplacesWhatIsPending_ElseSendsAnew()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string later = TestCustomer.InMinutes(5);
        string id = (await customer.SubmitAsync(TestCustomer.Submit(text: "old", schedule: later, replace: 1))).Id;
        (await customer.SubmitAsync(TestCustomer.Submit(text: "new", schedule: later, replace: 1))).Id.ShouldBe(id);
        Message message = (await rig.MessagesAsync()).ShouldHaveSingleItem();
        message.Head.Body.ShouldBe("new");
    }

    [Fact]
    public async Task SubmitMulti_FansOut_NamesWhatFailed_AndOneIdStandsForAll()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        ReceivedPdu answer = await customer.CallAsync(CommandId.SubmitMulti, Multi("15557770001", "abc", "15557770002", "@list"));
        answer.Status.ShouldBe(CommandStatus.Ok);
        SubmitMultiResp.TryRead(answer.Body, out SubmitMultiResp response).IsOk.ShouldBeTrue();
        var failed = new List<(string, CommandStatus)>();
        foreach (UnsuccessfulDestination destination in response.Unsuccessful)
            failed.Add((Encoding.ASCII.GetString(destination.Address.Digits), destination.Status));
        failed.ShouldBe([("abc", CommandStatus.InvalidDestinationAddress), ("list", CommandStatus.InvalidDistributionListName)]);
        ReceivedDelivery[] receipts = [await customer.ReadDeliveryAsync(), await customer.ReadDeliveryAsync()];
        receipts.Select(receipt => receipt.From).Order().ShouldBe(["15557770001", "15557770002"]);
        receipts.ShouldAllBe(receipt => receipt.Receipt.Id == answer.Id && receipt.Receipt.State == "DELIVRD");
        (await customer.QueryAsync(answer.Id)).ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task SubmitMulti_QueriedAndCanceled_SpeaksOfAll()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        ReceivedPdu answer = await customer.CallAsync(
            CommandId.SubmitMulti, Multi(TestCustomer.InMinutes(5), "15557770001", "15557770002"));
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel(answer.Id, to: "15557770002"))).Status.ShouldBe(CommandStatus.Ok);
        (await customer.QueryAsync(answer.Id)).ShouldBe(MessageState.Scheduled);
        (await customer.CallAsync(CommandId.CancelSm, TestCustomer.Cancel(answer.Id))).Status.ShouldBe(CommandStatus.Ok);
        (await customer.QueryAsync(answer.Id)).ShouldBe(MessageState.Deleted);
    }

    [Fact]
    public async Task SubmitMulti_WithNoGoodDestination_IsRefused()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        (await customer.CallAsync(CommandId.SubmitMulti, Multi("abc", "@list"))).Status.ShouldBe(CommandStatus.InvalidDistributionListName);
        (await rig.MessagesAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(CommandId.BroadcastSm)]
    [InlineData(CommandId.QueryBroadcastSm)]
    [InlineData((CommandId)0x77)]
    public async Task Operation_ThatIsNotServed_IsNackedAndTheSessionLives(CommandId commandId)
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await TestCustomer.BindAsync(rig.EndPoint, version: 0x50);
        ReceivedPdu answer = await customer.CallAsync(commandId, []);
        answer.Header.CommandId.ShouldBe(CommandId.GenericNack);
        answer.Status.ShouldBe(CommandStatus.InvalidCommandId);
        (await customer.SubmitAsync(TestCustomer.Submit())).Status.ShouldBe(CommandStatus.Ok);
    }

    private static byte[] Multi(params string[] destinations) => Multi("", destinations);

    private static byte[] Multi(string scheduleOrFirst, params string[] destinations)
    {
        bool isSchedule = scheduleOrFirst.EndsWith('R');
        string[] all = isSchedule || scheduleOrFirst.Length == 0 ? destinations : [scheduleOrFirst, .. destinations];
        var writer = new MultiDestinationWriter(new byte[512]);
        foreach (string destination in all)
        {
            if (destination[0] == '@') writer.AddDistributionList(Encoding.ASCII.GetBytes(destination[1..])).ShouldBeTrue();
            else writer.Add(new SmppAddress(1, 1, Encoding.ASCII.GetBytes(destination))).ShouldBeTrue();
        }

        var pdu = new SubmitMulti
        {
            SourceAddr = new SmppAddress(1, 1, "15550001000"u8),
            Destinations = writer.Written,
            ScheduleDeliveryTime = Encoding.ASCII.GetBytes(isSchedule ? scheduleOrFirst : ""),
            RegisteredDelivery = 1,
            ShortMessage = "multi"u8,
        };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        return body;
    }
}
