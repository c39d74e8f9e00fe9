using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Server.Tests.SmppListener;

/// <summary>What customers submit: what is taken, what is refused and with which status, windows and rates.</summary>
public sealed class SubmitTests
{
    [Fact]
    public async Task Submit_Text_ReachesTheCarrierAndIsOnRecord()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit(text: "caf\x05"))).Id;
        await rig.UntilAsync(() => !rig.Carrier.Submits.IsEmpty);
        rig.Carrier.Submits.Single().To.ShouldBe("15557770001");
        Message message = (await rig.MessagesAsync()).ShouldHaveSingleItem();
        message.Head.Body.ShouldBe("café");
        message.Head.SystemId.ShouldBe("demo");
        id.ShouldBe((message.Id.Key << 8).ToString("x16"));
    }

    [Theory]
    [InlineData("uuid")]
    [InlineData("hex")]
    [InlineData("decimal")]
    public async Task Submit_EachFormOfIds_IsFoundAgain(string form)
    {
        await using ListenerRig rig = await ListenerRig.StartAsync($"message_ids: {form}");
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Submit())).Id;
        (await customer.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELIVRD"));
        (await customer.QueryAsync(id)).ShouldBe(Smpp.Pdus.MessageState.Delivered);
    }

    private static readonly (string What, byte[] Body, CommandStatus Expected)[] Refusals =
    [
        ("destination", TestCustomer.Submit(to: "abc"), CommandStatus.InvalidDestinationAddress),
        ("empty destination", TestCustomer.Submit(to: ""), CommandStatus.InvalidDestinationAddress),
        ("national destination", TestCustomer.Submit(toTon: 2), CommandStatus.InvalidDestinationTon),
        ("empty source", TestCustomer.Submit(from: ""), CommandStatus.InvalidSourceAddress),
        ("long name", TestCustomer.Submit(from: "NameThatIsTooLong", fromTon: 5), CommandStatus.InvalidSourceAddress),
        ("empty text", TestCustomer.Submit(text: ""), CommandStatus.InvalidMessageLength),
        ("half a character", TestCustomer.Submit(octets: [0, 65, 0], dataCoding: 8), CommandStatus.InvalidMessageLength),
        ("datagram", TestCustomer.Submit(esmClass: EsmClass.Datagram), CommandStatus.InvalidEsmClass),
        ("forward", TestCustomer.Submit(esmClass: EsmClass.Forward), CommandStatus.InvalidEsmClass),
        ("acknowledgement", TestCustomer.Submit(esmClass: EsmClass.DeliveryAcknowledgement), CommandStatus.InvalidEsmClass),
        ("reply path", TestCustomer.Submit(esmClass: EsmClass.ReplyPath), CommandStatus.InvalidEsmClass),
        ("ports", TestCustomer.Submit(esmClass: EsmClass.Udhi, octets: [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 65]), CommandStatus.InvalidEsmClass),
        ("broken header", TestCustomer.Submit(esmClass: EsmClass.Udhi, octets: [200, 1, 2]), CommandStatus.InvalidEsmClass),
        ("binary", TestCustomer.Submit(dataCoding: 4), CommandStatus.UnknownError),
        ("flash", TestCustomer.Submit(dataCoding: 0x10), CommandStatus.UnknownError),
        ("priority", TestCustomer.Submit(priority: 4), CommandStatus.InvalidPriorityFlag),
        ("handset's acknowledgement", TestCustomer.Submit(registered: 0x05), CommandStatus.InvalidRegisteredDelivery),
        ("replace flag", TestCustomer.Submit(replace: 2), CommandStatus.InvalidReplaceIfPresentFlag),
        ("canned message", TestCustomer.Submit(defaultId: 1), CommandStatus.InvalidDefaultMessageId),
        ("schedule", TestCustomer.Submit(schedule: "9999999999999999"), CommandStatus.InvalidScheduleTime),
        ("schedule too far", TestCustomer.Submit(schedule: "000100000000000R".Replace("0001", "0002")), CommandStatus.InvalidScheduleTime),
        ("validity", TestCustomer.Submit(validity: "000000000000000R"), CommandStatus.InvalidExpiryTime),
        ("validity too long", TestCustomer.Submit(validity: "000009000000000R"), CommandStatus.InvalidExpiryTime),
        ("validity before schedule", TestCustomer.Submit(schedule: TestCustomer.InMinutes(30), validity: TestCustomer.InMinutes(10)), CommandStatus.InvalidExpiryTime),
        ("sar without total", TestCustomer.Submit(tlvs: [0x02, 0x0C, 0, 2, 0, 1]), CommandStatus.MissingTlv),
        ("too long", TestCustomer.Submit(text: "", tlvs: Payload(1601)), CommandStatus.InvalidMessageLength),
        ("too long to replace anything", TestCustomer.Submit(text: "", replace: 1, tlvs: Payload(1601)), CommandStatus.InvalidMessageLength),
        ("nothing but a byte order mark", TestCustomer.Submit(octets: [0xFE, 0xFF], dataCoding: 8), CommandStatus.InvalidMessageLength),
        ("sar past total", TestCustomer.Submit(tlvs: [0x02, 0x0C, 0, 2, 0, 1, 0x02, 0x0E, 0, 1, 2, 0x02, 0x0F, 0, 1, 3]), CommandStatus.InvalidTlvValue),
    ];

    [Fact]
    public async Task Submit_WhatCannotBeDone_IsRefusedWithItsStatus()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        foreach ((string what, byte[] body, CommandStatus expected) in Refusals)
            (await customer.SubmitAsync(body)).Status.ShouldBe(expected, what);
        (await rig.MessagesAsync()).ShouldBeEmpty();

        // The session lives on.
        (await customer.SubmitAsync(TestCustomer.Submit())).Status.ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Submit_OverTheWindow_IsThrottledAndNothingIsLost()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync("in_flight_window: 5");
        using TestCustomer customer = await rig.BindAsync();
        const int Count = 200;
        var octets = new List<byte>();
        for (uint i = 1; i <= Count; i++)
        {
            byte[] body = TestCustomer.Submit(registered: 0);
            byte[] pdu = new byte[PduHeader.Bytes + body.Length];
            new PduHeader((uint)pdu.Length, CommandId.SubmitSm, CommandStatus.Ok, 1000 + i).Write(pdu);
            body.CopyTo(pdu, PduHeader.Bytes);
            octets.AddRange(pdu);
        }

        await customer.SendRawAsync([.. octets]);
        var answers = new Dictionary<uint, CommandStatus>();
        while (answers.Count < Count)
        {
            ReceivedPdu answer = await customer.ReadResponseAsync();
            answers.Add(answer.Header.SequenceNumber, answer.Status);
        }

        int accepted = answers.Values.Count(status => status == CommandStatus.Ok);
        accepted.ShouldBeGreaterThanOrEqualTo(5);
        answers.Values.Count(status => status == CommandStatus.Throttled).ShouldBe(Count - accepted);
        accepted.ShouldBeLessThan(Count);
        (await rig.MessagesAsync()).Count.ShouldBe(accepted);
    }

    [Fact]
    public async Task Submit_OverTheRate_IsThrottledOverAllSessions()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync("max_binds: 2, rate: 50, in_flight_window: 1000");
        using TestCustomer first = await rig.BindAsync();
        using TestCustomer second = await rig.BindAsync();
        int accepted = 0;
        for (int i = 0; i < 20; i++)
        {
            foreach (TestCustomer customer in (TestCustomer[])[first, second])
                accepted += (await customer.SubmitAsync(TestCustomer.Submit(registered: 0))).Status == CommandStatus.Ok ? 1 : 0;
        }

        // The clock stands still: a tenth of a second's worth, and no more.
        accepted.ShouldBe(5);
        rig.Clock.Advance(TimeSpan.FromSeconds(1));
        (await second.SubmitAsync(TestCustomer.Submit(registered: 0))).Status.ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Submit_PartsInAnyOrder_AreOneMessageWithAnIdForEach()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string second = (await customer.SubmitAsync(TestCustomer.Part(7, 3, 2, "two "))).Id;
        string third = (await customer.SubmitAsync(TestCustomer.Part(7, 3, 3, "three", registered: 0))).Id;
        (await customer.QueryAsync(second)).ShouldBe(Smpp.Pdus.MessageState.Accepted);
        string first = (await customer.SubmitAsync(TestCustomer.Part(7, 3, 1, "one "))).Id;
        string[] receipts = [(await customer.ReadDeliveryAsync()).Receipt.Id, (await customer.ReadDeliveryAsync()).Receipt.Id];
        receipts.Order().ShouldBe([first, second]);
        (await customer.QueryAsync(third)).ShouldBe(Smpp.Pdus.MessageState.Delivered);
        (await rig.MessagesAsync()).ShouldHaveSingleItem().Head.Body.ShouldBe("one two three");
        new[] { first, second, third }.Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task Submit_PartsBySar_InUcs2_CutInASurrogatePair_AreJoined()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        byte[] text = Encoding.BigEndianUnicode.GetBytes("smile \U0001F600!");
        int cut = text.Length - 4;
        (await customer.SubmitAsync(TestCustomer.Submit(octets: text[..cut], dataCoding: 8, tlvs: Sar(1)))).Status.ShouldBe(CommandStatus.Ok);
        (await customer.SubmitAsync(TestCustomer.Submit(octets: text[cut..], dataCoding: 8, tlvs: Sar(2)))).Status.ShouldBe(CommandStatus.Ok);
        (await rig.MessagesAsync()).ShouldHaveSingleItem().Head.Body.ShouldBe("smile \U0001F600!");

        static byte[] Sar(byte number) => [0x02, 0x0C, 0, 2, 0, 9, 0x02, 0x0E, 0, 1, 2, 0x02, 0x0F, 0, 1, number];
    }

    [Fact]
    public async Task Submit_PartThatIsSentAgain_KeepsItsId()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.SubmitAsync(TestCustomer.Part(7, 2, 1, "one "))).Id;
        using TestCustomer again = await rig.BindAsync();
        (await again.SubmitAsync(TestCustomer.Part(7, 2, 1, "one "))).Id.ShouldBe(id);
        await again.SubmitAsync(TestCustomer.Part(7, 2, 2, "two"));
        (await rig.MessagesAsync()).ShouldHaveSingleItem().Head.Body.ShouldBe("one two");
    }

    [Fact]
    public async Task Submit_ReferenceUsedAgainBeforeTheEnd_MakesTwoMessages()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 1, "a1 "));
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 1, "b1 "));
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 2, "a2"));
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 2, "b2"));
        (await rig.MessagesAsync()).Select(message => message.Head.Body).Order().ShouldBe(["a1 a2", "b1 b2"]);
    }

    [Fact]
    public async Task Submit_PartsOverARestart_AreJoined_AndThoseThatNeverComeFail()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        string lost, id;
        using (TestCustomer customer = await rig.BindAsync())
        {
            lost = (await customer.SubmitAsync(TestCustomer.Part(1, 2, 1, "alone"))).Id;
            id = (await customer.SubmitAsync(TestCustomer.Part(2, 2, 1, "one "))).Id;
        }

        await rig.RestartAsync();
        using TestCustomer later = await rig.BindAsync();
        await later.SubmitAsync(TestCustomer.Part(2, 2, 2, "two", registered: 0));
        (await later.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELIVRD"));
        await rig.UntilAsync(async () => (await rig.MessagesAsync()).Any(message => message.BindDeliveries.Count > 0 && !message.HasPendingDelivery));
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        (await rig.WhileTimePassesAsync(later.ReadDeliveryAsync())).Receipt.ShouldBe((lost, "REJECTD"));
        (await later.QueryAsync(lost)).ShouldBe(Smpp.Pdus.MessageState.Rejected);
    }

    [Fact]
    public async Task Submit_PartsThatAreTooLongTogether_AreRefusedAsTheyCome()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string text = new('x', 240);
        for (byte i = 1; i <= 6; i++)
            (await customer.SubmitAsync(TestCustomer.Part(7, 10, i, text))).Status.ShouldBe(CommandStatus.Ok);
        (await customer.SubmitAsync(TestCustomer.Part(7, 10, 7, text))).Status.ShouldBe(CommandStatus.InvalidMessageLength);
    }

    [Fact]
    public async Task Submit_ReferenceUsedAgainAfterALostPart_DoesNotMixTheTexts()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 1, "lost 1 "));
        rig.Clock.Advance(TimeSpan.FromSeconds(30));
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 1, "new 1 "));
        await customer.SubmitAsync(TestCustomer.Part(7, 2, 2, "new 2"));
        (await rig.MessagesAsync()).Select(message => message.Head.Body).Order().ShouldBe(["", "new 1 new 2"]);
    }

    [Fact]
    public async Task Submit_Payload_IsOneMessage()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string text = new('x', 1000);
        byte[] tlvs = [0x04, 0x24, 0x03, 0xE8, .. Encoding.ASCII.GetBytes(text)];
        string id = (await customer.SubmitAsync(TestCustomer.Submit(text: "", tlvs: tlvs))).Id;
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 7);
        (await customer.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELIVRD"));
        (await rig.MessagesAsync()).ShouldHaveSingleItem().Head.Body.ShouldBe(text);
    }

    [Fact]
    public async Task Submit_Scheduled_WaitsForItsTime_AlsoOverARestart()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        string id;
        using (TestCustomer customer = await rig.BindAsync())
        {
            id = (await customer.SubmitAsync(TestCustomer.Submit(schedule: TestCustomer.InMinutes(60), validity: TestCustomer.InMinutes(90)))).Id;
            (await customer.QueryAsync(id)).ShouldBe(Smpp.Pdus.MessageState.Scheduled);
        }

        await rig.RestartAsync();
        (await rig.MessagesAsync()).Single().State.ShouldBe(MessageState.Scheduled);
        rig.Carrier.Submits.ShouldBeEmpty();
        rig.Clock.Advance(TimeSpan.FromMinutes(60));
        await rig.UntilAsync(() => rig.Carrier.Submits.Count == 1);
        using TestCustomer later = await rig.BindAsync();
        (await later.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELIVRD"));
    }

    [Fact]
    public async Task Submit_Priority_ChoosesTheClass()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync("class: marketing, priority_class: { 2: otp, 3: transactional }");
        using TestCustomer customer = await rig.BindAsync();
        for (byte priority = 0; priority <= 3; priority++)
            (await customer.SubmitAsync(TestCustomer.Submit(text: $"p{priority}", priority: priority))).Status.ShouldBe(CommandStatus.Ok);
        (await rig.MessagesAsync()).OrderBy(message => message.Head.Body).Select(message => message.Head.Class).ShouldBe(
            [TrafficClass.Marketing, TrafficClass.Marketing, TrafficClass.Otp, TrafficClass.Transactional]);
    }

    [Fact]
    public async Task Submit_VendorTlv_BecomesMetadata_AndOneThatIsRequiredIsMissed()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync(
            listener: "tlvs: [ { tag: 0x1400, name: entity_id, required: true, max_length: 10 }, { tag: 0x1401, name: count, type: number } ]");
        using TestCustomer customer = await rig.BindAsync();
        (await customer.SubmitAsync(TestCustomer.Submit())).Status.ShouldBe(CommandStatus.MissingTlv);
        (await customer.SubmitAsync(TestCustomer.Submit(tlvs: [0x14, 0, 0, 11, .. new byte[11]]))).Status.ShouldBe(CommandStatus.InvalidTlvValue);
        byte[] tlvs = [0x14, 0, 0, 5, .. "1107\0"u8, 0x14, 1, 0, 2, 1, 2];
        (await customer.SubmitAsync(TestCustomer.Submit(tlvs: tlvs))).Status.ShouldBe(CommandStatus.Ok);
        (await rig.MessagesAsync()).ShouldHaveSingleItem().Head.Metadata.ShouldBe([new("entity_id", "1107"), new("count", "258")]);
    }

    [Fact]
    public async Task DataSm_IsTakenAsSubmitSm()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        using TestCustomer customer = await rig.BindAsync();
        string id = (await customer.CallAsync(CommandId.DataSm, Data())).Id;
        (await customer.ReadDeliveryAsync()).Receipt.ShouldBe((id, "DELIVRD"));
        (await rig.MessagesAsync()).ShouldHaveSingleItem().Head.ValiditySeconds.ShouldBe(600);

        static byte[] Data()
        {
            var pdu = new DataSm
            {
                SourceAddr = new SmppAddress(1, 1, "15550001000"u8),
                DestinationAddr = new SmppAddress(1, 1, "15557770001"u8),
                RegisteredDelivery = 1,
                Tlvs = [0x04, 0x24, 0, 4, .. "data"u8, 0, 0x17, 0, 4, 0, 0, 0x02, 0x58],
            };
            var body = new byte[pdu.BodyLength];
            pdu.TryWrite(body, out _).ShouldBeTrue();
            return body;
        }
    }

    private static byte[] Payload(int length) =>
        [0x04, 0x24, (byte)(length >> 8), (byte)length, .. Encoding.ASCII.GetBytes(new string('x', length))];
}
