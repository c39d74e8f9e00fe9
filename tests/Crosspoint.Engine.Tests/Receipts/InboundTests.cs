using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Sms.Segments;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Receipts;

public sealed class InboundTests
{
    private const string Handset = "447700900123";
    private const string Ours = "15550001000";

    [Fact]
    public async Task Inbound_Single_IsStoredAndAnswered()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "Hello there"u8)).ShouldBe(CommandStatus.Ok);

        Message message = (await InboundAsync(rig)).Single();
        (message.State, message.Head.From, message.Head.To, message.Head.Body).ShouldBe(
            (MessageState.Received, "+447700900123", Rig.Number, "Hello there"));
        (message.Head.Connection, message.Head.AccountSid, message.ErrorCode).ShouldBe(("a", Rig.Account.Sid, 0));
    }

    [Fact]
    public async Task Inbound_SeveralParts_AnyOrderMakesOneMessage()
    {
        int[][] orders = [[1, 2, 3], [3, 2, 1], [2, 3, 1], [3, 1, 2]];
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        for (byte i = 0; i < orders.Length; i++)
        {
            foreach (int part in orders[i]) (await PartAsync(carrier, i, 3, part, $"({i}.{part})")).ShouldBe(CommandStatus.Ok);
        }

        IReadOnlyList<Message> messages = await InboundAsync(rig);
        messages.Select(message => message.Head.Body).Order(StringComparer.Ordinal).ShouldBe(
            Enumerable.Range(0, 4).Select(i => $"({i}.1)({i}.2)({i}.3)"));
        messages.ShouldAllBe(message => message.Head.SegmentCount == 3);
    }

    [Fact]
    public async Task Inbound_PartsRepeatedBeforeAndAfterTheLast_MakeOneMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        foreach (int part in new[] { 1, 1, 2, 1, 3 }) (await PartAsync(carrier, 9, 3, part)).ShouldBe(CommandStatus.Ok);
        foreach (int part in new[] { 3, 1, 2 }) (await PartAsync(carrier, 9, 3, part)).ShouldBe(CommandStatus.Ok);
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        await rig.PassAsync(TimeSpan.FromSeconds(3));

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("p1p2p3");
    }

    [Fact]
    public async Task Inbound_LastPartRepeatedInTheSameCommit_MakesOneMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        rig.Journal.Hold();

        Task<CommandStatus>[] answers = [.. new[] { 1, 2, 3, 3, 1 }.Select(part => PartAsync(carrier, 9, 3, part))];
        await rig.UntilAsync(() => rig.Journal.HeldCount >= 5);
        rig.Journal.Release();
        (await Task.WhenAll(answers)).ShouldAllBe(status => status == CommandStatus.Ok);
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        await rig.PassAsync(TimeSpan.FromSeconds(3));

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("p1p2p3");
    }

    [Fact]
    public async Task Inbound_LastPartRepeatedBeforeItsCommitIsTold_MakesOneMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await PartAsync(carrier, 9, 3, 1);
        await PartAsync(carrier, 9, 3, 2);

        Task<CommandStatus> last, again;
        using (rig.HoldCompletions())
        {
            last = PartAsync(carrier, 9, 3, 3);
            await rig.UntilAsync(async () => (await InboundAsync(rig)).Count == 1);
            again = PartAsync(carrier, 9, 3, 3);
            await rig.UntilAsync(() => rig.Journal.EnqueuedCount >= 5 && rig.Journal.QueueDepth == 0);
        }

        (await Task.WhenAll(last, again)).ShouldAllBe(status => status == CommandStatus.Ok);
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("p1p2p3");
    }

    [Fact]
    public async Task Inbound_SameReferenceFromTwoHandsets_AreTwoMessages()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        await PartAsync(carrier, 1, 2, 1, "a1", "447700900001");
        await PartAsync(carrier, 1, 2, 2, "b2", "447700900002");
        await PartAsync(carrier, 1, 2, 1, "b1", "447700900002");
        await PartAsync(carrier, 1, 2, 2, "a2", "447700900001");

        (await InboundAsync(rig)).Select(message => message.Head.Body).Order(StringComparer.Ordinal).ShouldBe(["a1a2", "b1b2"]);
    }

    [Fact]
    public async Task Inbound_PartsAcrossARestart_MakeOneMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await PartAsync(carrier, 1, 2, 2);

        await rig.RestartAsync();
        await rig.BoundAsync();
        await PartAsync(carrier, 1, 2, 1);

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("p1p2");
    }

    [Fact]
    public async Task Inbound_PartNeverCame_HandedOverWithAGapAfterTenMinutesAndOnlyOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await PartAsync(carrier, 1, 3, 1);
        await PartAsync(carrier, 1, 3, 3);
        rig.Clock.Advance(TimeSpan.FromMinutes(9));
        await rig.PassAsync(TimeSpan.FromSeconds(2));
        (await InboundAsync(rig)).ShouldBeEmpty();
        rig.Clock.Advance(TimeSpan.FromMinutes(1));

        await rig.UntilAsync(async () => (await InboundAsync(rig)).Count > 0);
        await rig.PassAsync(TimeSpan.FromSeconds(3));

        Message message = (await InboundAsync(rig)).Single();
        (message.Head.Body, message.ErrorCode, message.State).ShouldBe(
            ("p1[…]p3", ErrorCodes.InboundSegmentMissing, MessageState.Received));
    }

    [Fact]
    public async Task Inbound_PartNeverCameAndTheStoreIsSlow_IsHandedOverOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await PartAsync(carrier, 1, 2, 1);
        rig.Journal.Hold();
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        await rig.UntilAsync(() => rig.Journal.HeldCount > 0);
        await rig.PassAsync(TimeSpan.FromSeconds(4));

        rig.Journal.Release();
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("p1[…]");
    }

    [Fact]
    public async Task Inbound_LastPartArrivesAsItIsGivenUp_NoSecondMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await PartAsync(carrier, 1, 2, 1);
        rig.Journal.Hold();
        Task<CommandStatus> last = PartAsync(carrier, 1, 2, 2);
        await rig.UntilAsync(() => rig.Journal.HeldCount == 1);
        rig.Clock.Advance(TimeSpan.FromMinutes(11));
        await rig.UntilAsync(() => rig.Journal.HeldCount >= 2);

        rig.Journal.Release();
        await last;
        await rig.SettleAsync();

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("p1p2");
    }

    [Fact]
    public async Task Inbound_SarTlvs_MakeOneMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "two"u8, tlvs: Sar(0x1234, 2, 2));
        await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "one"u8, tlvs: Sar(0x1234, 2, 1));

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("onetwo");
    }

    [Fact]
    public async Task Inbound_PayloadOfAWholeLongText_IsOneMessage()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        byte[] area = new byte[600];
        var tlvs = new TlvWriter(area);
        byte[] text = new byte[500];
        Array.Fill(text, (byte)'x');
        tlvs.Add(TlvTag.MessagePayload, text);

        await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, default, tlvs: tlvs.Written);

        (await InboundAsync(rig)).Single().Head.Body.ShouldBe(new string('x', 500));
    }

    [Fact]
    public async Task Inbound_HeaderIndicatorWithoutAHeader_IsPlainTextAndSaidOnce()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        using Rig.CounterReader broken = rig.Count("crosspoint.inbound.broken_headers");

        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "zebra"u8, EsmClass.Udhi)).ShouldBe(CommandStatus.Ok);
        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "zebra"u8, EsmClass.Udhi)).ShouldBe(CommandStatus.Ok);

        (await InboundAsync(rig)).Select(message => message.Head.Body).ShouldBe(["zebra", "zebra"]);
        broken.Sum.ShouldBe(2);
        rig.Log.Of(2204).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Inbound_MorePartialMessagesThanAnAccountMayHave_OldestIsHandedOver()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        using Rig.CounterReader incomplete = rig.Count("crosspoint.inbound.incomplete");

        // A message that became whole counts no more, and one that has several parts counts once.
        await PartAsync(carrier, 1, 2, 1, "a", "447700900001");
        await PartAsync(carrier, 1, 2, 2, "b", "447700900001");
        await PartAsync(carrier, 1, 3, 1, "oldest", "447700900002");
        await PartAsync(carrier, 1, 3, 2, " of all", "447700900002");
        for (int sent = 1; sent < PartialMessages.MostPerAccount;)
        {
            int batch = Math.Min(500, PartialMessages.MostPerAccount - sent);
            int first = sent;
            await Task.WhenAll(Enumerable.Range(first, batch).Select(i => PartAsync(carrier, 1, 2, 1, from: $"4477011{i:00000}")));
            sent += batch;
        }

        await rig.SettleAsync();
        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("ab");
        await PartAsync(carrier, 1, 2, 1, from: "447700900003");
        await rig.UntilAsync(async () => (await InboundAsync(rig)).Count > 1);

        Message message = (await InboundAsync(rig))[0];
        (message.Head.Body, message.ErrorCode).ShouldBe(("oldest of all[…]", ErrorCodes.InboundSegmentMissing));
        await rig.SettleAsync();
        incomplete.Sum.ShouldBe(1);
        rig.Log.Of(2205).Count.ShouldBe(1);
        (await InboundAsync(rig)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Inbound_PartsOfANumberThatLeftTheConfiguration_BecomeOrphans()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        await PartAsync(carrier, 1, 3, 1);
        await PartAsync(carrier, 1, 3, 3);
        EngineOptions options = Rig.Options(Rig.Connection("a", carrier.Port));
        await rig.RestartAsync(options with { Accounts = [Rig.Account with { Numbers = [] }] });
        using Rig.CounterReader incomplete = rig.Count("crosspoint.inbound.incomplete");
        rig.Clock.Advance(TimeSpan.FromMinutes(11));

        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).Orphans == 2);
        await rig.PassAsync(TimeSpan.FromSeconds(3));

        (await rig.Gateway.Messages.ListStalePartsAsync(long.MaxValue, 10, CancellationToken.None)).ShouldBeEmpty();
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).Orphans.ShouldBe(2);
        (await InboundAsync(rig)).ShouldBeEmpty();
        incomplete.Sum.ShouldBe(1);
        rig.Log.Of(2206).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Received_JournalIsFarBehind_CarrierIsAskedToComeAgain()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        CarrierSubmit submit = await SubmittedAsync(rig, carrier);
        using Rig.CounterReader deferred = rig.Count("crosspoint.inbound.deferred");
        rig.Journal.ExtraDepth = 20_000;
        int before = rig.Journal.EnqueuedCount;

        (await carrier.ReceiptAsync(submit)).ShouldBe(CommandStatus.MessageQueueFull);
        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "Hello"u8)).ShouldBe(CommandStatus.MessageQueueFull);
        (await carrier.DeliverAsync(carrier.Bound[0], Handset, "15559999999", "Hello"u8)).ShouldBe(CommandStatus.MessageQueueFull);

        (rig.Journal.EnqueuedCount, deferred.Sum, rig.Log.Of(2203).Count).ShouldBe((before, 3L, 1));
        rig.Journal.ExtraDepth = 0;
        (await carrier.ReceiptAsync(submit)).ShouldBe(CommandStatus.Ok);
        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "Hello"u8)).ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Inbound_UnknownNumber_IsKeptAsAnOrphanAndAnswered()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        (await carrier.DeliverAsync(carrier.Bound[0], Handset, "15559999999", "Hello"u8)).ShouldBe(CommandStatus.Ok);

        (await InboundAsync(rig)).ShouldBeEmpty();
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).Orphans.ShouldBe(1);
    }

    [Fact]
    public async Task Inbound_StoreIsDown_CarrierIsAskedToComeAgain()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        rig.Journal.Refuse(StoreFailure.DiskFull);

        (await carrier.DeliverAsync(carrier.Bound[0], Handset, Ours, "Hello"u8)).ShouldBe(CommandStatus.ReceiverTemporaryError);
        (await PartAsync(carrier, 1, 2, 1)).ShouldBe(CommandStatus.ReceiverTemporaryError);
        (await carrier.DeliverAsync(carrier.Bound[0], Handset, "15559999999", "Hello"u8)).ShouldBe(CommandStatus.ReceiverTemporaryError);
        rig.Journal.Refuse(null);

        (await InboundAsync(rig)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Inbound_ByDataSm_IsTaken()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        byte[] area = new byte[64];
        var tlvs = new TlvWriter(area);
        tlvs.Add(TlvTag.MessagePayload, "by data sm"u8);
        var pdu = new DataSm
        {
            SourceAddr = new(1, 1, "447700900123"u8),
            DestinationAddr = new(1, 1, "15550001000"u8),
            Tlvs = tlvs.Written
        };
        byte[] body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        var answered = new TaskCompletionSource<CommandStatus>();

        carrier.Bound[0].Request(CommandId.DataSm, body, answered, useWindow: false).ShouldBe(SendResult.Sent);

        (await answered.Task.WaitAsync(Rig.Limit, TimeProvider.System, CancellationToken.None)).ShouldBe(CommandStatus.Ok);
        (await InboundAsync(rig)).Single().Head.Body.ShouldBe("by data sm");
    }

    private static async Task<CarrierSubmit> SubmittedAsync(Rig rig, ScriptedCarrier carrier)
    {
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        return carrier.Submits.Single();
    }

    private static Task<CommandStatus> PartAsync(
        ScriptedCarrier carrier, byte reference, byte total, int part, string? text = null, string from = Handset)
    {
        byte[] content = System.Text.Encoding.ASCII.GetBytes(text ?? $"p{part}");
        byte[] octets = new byte[UserDataHeaders.Concat8Length + content.Length];
        int header = UserDataHeaders.WriteConcat8(octets, reference, total, (byte)part);
        content.CopyTo(octets, header);
        return carrier.DeliverAsync(carrier.Bound[0], from, Ours, octets, EsmClass.Udhi);
    }

    private static byte[] Sar(ushort reference, byte total, byte part)
    {
        byte[] area = new byte[32];
        var tlvs = new TlvWriter(area);
        tlvs.Add(TlvTag.SarMsgRefNum, reference);
        tlvs.Add(TlvTag.SarTotalSegments, total);
        tlvs.Add(TlvTag.SarSegmentSeqnum, part);
        return tlvs.Written.ToArray();
    }

    private static async Task<IReadOnlyList<Message>> InboundAsync(Rig rig) =>
        (await rig.Gateway.Messages.ListAsync(new MessageQuery(Rig.Account.Sid, null, null, null, null, null, 1000),
            CancellationToken.None)).Messages;
}
