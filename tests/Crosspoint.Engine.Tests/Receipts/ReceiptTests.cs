using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Receipts;

public sealed class ReceiptTests
{
    [Theory]
    [InlineData("12345", "12345")]
    [InlineData("3039", "12345")]
    [InlineData("12345", "3039")]
    [InlineData("b8be19", "00B8BE19")]
    [InlineData("0e999f21", "E999F21")]
    [InlineData("abc-DEF_1", "ABC-def_1")]
    [InlineData("0000012345", "12345")]
    [InlineData("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "F81D4FAE7DEC11D0A76500A0C91E6BF6")]
    [InlineData("9223372036854775807999", "1F3FFFFFFFFFFFFFFFF")]
    public async Task Receipt_IdWrittenInAnotherWay_IsMatched(string inAnswer, string inReceipt)
    {
        await using var carrier = new ScriptedCarrier { Script = (c, s) => c.Accept(s, inAnswer) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        (await carrier.ReceiptAsync(carrier.Submits[0].Session, inReceipt, "15551230001")).ShouldBe(CommandStatus.Ok);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task Receipt_BeforeTheAnswer_IsParkedAndMatchedWhenTheAnswerComes()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        CarrierSubmit submit = await carrier.NextAsync();

        (await carrier.ReceiptAsync(submit)).ShouldBe(CommandStatus.Ok);
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts.ShouldBe(1);
        carrier.Accept(submit);

        Message message = await rig.UntilAsync(head, MessageState.Delivered);
        message.SentAt.ShouldBeGreaterThan(0);
        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts == 0);
    }

    [Fact]
    public async Task Receipt_InTheSameSegmentAsItsAnswer_IsMatched()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                _ = c.ReceiptAsync(s);
                c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        for (int i = 0; i < 20; i++) await rig.UntilAsync(await rig.SendAsync($"m{i}"), MessageState.Delivered);
    }

    [Fact]
    public async Task Receipt_Twice_ChangesNothingAndIsAnswered()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0]);
        string before = Rig.Timeline(await rig.FindAsync(head.Id));

        for (int i = 0; i < 5; i++) (await carrier.ReceiptAsync(carrier.Submits[0])).ShouldBe(CommandStatus.Ok);

        Rig.Timeline(await rig.FindAsync(head.Id)).ShouldBe(before);
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts.ShouldBe(0);
    }

    [Fact]
    public async Task Receipt_OtherFinalAfterTheFinal_IsNotedAndIgnored()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0], "UNDELIV", "001");
        await carrier.ReceiptAsync(carrier.Submits[0]);

        Message message = await rig.FindAsync(head.Id);
        message.State.ShouldBe(MessageState.Undelivered);
        (message.Events[^1].Kind, message.Events[^1].Detail).ShouldBe((EventKind.ReceiptNoted, "after the final receipt: DELIVRD"));
    }

    [Fact]
    public async Task Receipt_UndeliveredThenDeliveredAfterTwoAttempts_DeliveredWins()
    {
        await using var carrier = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number > 1) c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[1], "UNDELIV", "001");
        await rig.UntilAsync(head, MessageState.Undelivered);
        await carrier.ReceiptAsync(carrier.Submits[1]);

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.ErrorCode).ShouldBe((MessageState.Delivered, 0));
    }

    [Theory]
    [InlineData("ENROUTE")]
    [InlineData("ACCEPTD")]
    [InlineData("UNKNOWN")]
    public async Task Receipt_IntermediateThenFinal_OnlyTheFinalMovesIt(string intermediate)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0], intermediate);
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0]);

        Message message = await rig.FindAsync(head.Id);
        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent ReceiptNoted Delivered");
    }

    [Theory]
    [InlineData(EsmClass.Intermediate)]
    [InlineData((byte)(EsmClass.Intermediate | EsmClass.Receipt))]
    public async Task Receipt_IntermediateByItsEsmClass_IsNoted(byte esmClass)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0], "ENROUTE", esmClass: esmClass);

        (await rig.FindAsync(head.Id)).Events[^1].Kind.ShouldBe(EventKind.ReceiptNoted);
    }

    [Fact]
    public async Task Receipt_ForAnotherHandset_IsNotMatchedAndKept()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        (await carrier.ReceiptAsync(
            carrier.Submits[0].Session, carrier.IdOf(carrier.Submits[0]), "15559998888")).ShouldBe(CommandStatus.Ok);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_IdUsedAgainForAnotherHandset_EachFindsItsOwn()
    {
        await using var carrier = new ScriptedCarrier { Script = static (c, s) => c.Accept(s, "77") };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead first = await rig.SendAsync(to: "+15551230001");
        await rig.UntilAsync(first, MessageState.Sent);
        MessageHead second = await rig.SendAsync(to: "+15551230002");
        await rig.UntilAsync(second, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0].Session, "77", "15551230001");

        (await rig.FindAsync(first.Id)).State.ShouldBe(MessageState.Delivered);
        (await rig.FindAsync(second.Id)).State.ShouldBe(MessageState.Sent);
    }

    [Theory]
    [InlineData("3e8", "1000", "1000", "4096")]
    [InlineData("1000", "4096", "3e8", "1000")]
    public async Task Receipt_FormIsTheIdOfAnotherHandset_EachFindsItsOwn(
        string firstId, string secondId, string firstReceipt, string secondReceipt)
    {
        await using var carrier = new ScriptedCarrier { Script = (c, s) => c.Accept(s, s.Number == 1 ? firstId : secondId) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead first = await rig.SendAsync(to: "+15551230001");
        await rig.UntilAsync(first, MessageState.Sent);
        MessageHead second = await rig.SendAsync(to: "+15551230002");
        await rig.UntilAsync(second, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0].Session, firstReceipt, "15551230001");
        (await rig.FindAsync(first.Id)).State.ShouldBe(MessageState.Delivered);
        (await rig.FindAsync(second.Id)).State.ShouldBe(MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[1].Session, secondReceipt, "15551230002");

        (await rig.FindAsync(second.Id)).State.ShouldBe(MessageState.Delivered);
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts.ShouldBe(0);
    }

    [Fact]
    public async Task Receipt_BeforeTheAnswerAndItsFormIsTheIdOfAnotherHandset_EachFindsItsOwn()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead first = await rig.SendAsync(to: "+15551230001");
        MessageHead second = await rig.SendAsync(to: "+15551230002");
        await rig.UntilAsync(() => carrier.Submits.Count == 2);
        CarrierSubmit[] submits = [.. carrier.Submits.OrderBy(submit => submit.To)];
        await carrier.ReceiptAsync(submits[0].Session, "1000", submits[0].To);
        await carrier.ReceiptAsync(submits[1].Session, "4096", submits[1].To);

        carrier.Accept(submits[1], "1000");
        await rig.UntilAsync(second, MessageState.Delivered);
        carrier.Accept(submits[0], "3e8");

        await rig.UntilAsync(first, MessageState.Delivered);
        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts == 0);
    }

    [Theory]
    [InlineData(VendorIdFormat.HexDec, "3e8", "1000", "1000", "4096")]
    [InlineData(VendorIdFormat.DecHex, "4096", "1000", "1000", "3E8")]
    [InlineData(VendorIdFormat.Same, "1000", "3e8", "1000", "03E8")]
    public async Task Receipt_FixedPairAndFormsOfEachOtherToOneNumber_EachFindsItsOwn(
        VendorIdFormat format, string firstId, string secondId, string firstReceipt, string secondReceipt)
    {
        await using var carrier = new ScriptedCarrier { Script = (c, s) => c.Accept(s, s.Number == 1 ? firstId : secondId) };
        await using Rig rig = await StartAsync(carrier, format);
        MessageHead first = await rig.SendAsync("first");
        await rig.UntilAsync(first, MessageState.Sent);
        MessageHead second = await rig.SendAsync("second");
        await rig.UntilAsync(second, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0].Session, firstReceipt, "15551230001");
        (await rig.FindAsync(first.Id)).State.ShouldBe(MessageState.Delivered);
        (await rig.FindAsync(second.Id)).State.ShouldBe(MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0].Session, secondReceipt, "15551230001");

        (await rig.FindAsync(second.Id)).State.ShouldBe(MessageState.Delivered);
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts.ShouldBe(0);
    }

    [Theory]
    [InlineData(VendorIdFormat.HexDec, "3e8", "1000", "1000", "4096")]
    [InlineData(VendorIdFormat.DecHex, "4096", "1000", "1000", "3E8")]
    [InlineData(VendorIdFormat.Same, "1000", "3e8", "1000", "03E8")]
    public async Task Receipt_FixedPairAndBeforeTheAnswersToOneNumber_EachFindsItsOwn(
        VendorIdFormat format, string firstId, string secondId, string firstReceipt, string secondReceipt)
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync(carrier, format);
        MessageHead first = await rig.SendAsync("first");
        MessageHead second = await rig.SendAsync("second");
        await rig.UntilAsync(() => carrier.Submits.Count == 2);
        CarrierSubmit[] submits = [.. carrier.Submits.OrderBy(submit => submit.Text, StringComparer.Ordinal)];
        await carrier.ReceiptAsync(submits[0].Session, firstReceipt, submits[0].To, "UNDELIV", "001");
        await carrier.ReceiptAsync(submits[1].Session, secondReceipt, submits[1].To);

        // The later one is answered first: its id is what the other's receipt says in another form.
        carrier.Accept(submits[1], secondId);
        Message message = await rig.UntilAsync(second, MessageState.Delivered);
        message.Events.Count(entry => entry.Kind is EventKind.ReceiptNoted or EventKind.Undelivered).ShouldBe(0);
        carrier.Accept(submits[0], firstId);

        await rig.UntilAsync(first, MessageState.Undelivered);
        await rig.UntilAsync(async () => (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts == 0);
    }

    [Theory]
    [InlineData(VendorIdFormat.HexDec, "3e8", "3e8")]
    [InlineData(VendorIdFormat.DecHex, "1000", "1000")]
    [InlineData(VendorIdFormat.Same, "3e8", "1000")]
    public async Task Receipt_FixedPairAndAnotherForm_IsParked(VendorIdFormat format, string inAnswer, string inReceipt)
    {
        await using var carrier = new ScriptedCarrier { Script = (c, s) => c.Accept(s, inAnswer) };
        await using Rig rig = await StartAsync(carrier, format);
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        (await carrier.ReceiptAsync(carrier.Submits[0].Session, inReceipt, "15551230001")).ShouldBe(CommandStatus.Ok);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).ParkedReceipts.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_SameIdFromAnotherCarrier_FindsItsOwnMessage()
    {
        await using var first = new ScriptedCarrier { Script = static (c, s) => c.Accept(s, "77") };
        await using var second = new ScriptedCarrier { Script = static (c, s) => c.Accept(s, "77") };
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead viaFirst = await rig.SendAsync();
        await rig.UntilAsync(viaFirst, MessageState.Sent);
        await first.StopAsync();
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].Use == "down");
        MessageHead viaSecond = await rig.SendAsync();
        await rig.UntilAsync(viaSecond, MessageState.Sent);

        await second.ReceiptAsync(second.Submits[0].Session, "77", "15551230001");

        (await rig.FindAsync(viaFirst.Id)).State.ShouldBe(MessageState.Sent);
        (await rig.FindAsync(viaSecond.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task Receipt_OnAnotherConnectionOfTheGroup_IsMatched()
    {
        await using var carrier = new ScriptedCarrier();
        await using var receiver = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(Rig.Options(
            Rig.Connection("a", carrier.Port, smpp => smpp with { Bind = SmppBindType.Transmitter }) with { Group = "north" },
            Rig.Connection("b", receiver.Port, smpp => smpp with { Bind = SmppBindType.Receiver }) with { Group = "north" }));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await receiver.ReceiptAsync(receiver.Bound[0], carrier.IdOf(carrier.Submits[0]), "15551230001");

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
        receiver.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task Receipt_AfterARestart_IsMatched()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        CarrierSubmit submit = carrier.Submits[0];

        await rig.RestartAsync();
        await rig.BoundAsync();
        await carrier.ReceiptAsync(carrier.Bound[0], carrier.IdOf(submit), submit.To);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task Receipt_TlvsAlone_IsMatched()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.DeliverAsync(carrier.Submits[0].Session, "15551230001", "15550001000", default, EsmClass.Receipt, ReceiptTlvs(
            carrier.IdOf(carrier.Submits[0]), 5));

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Fact]
    public async Task Receipt_TlvIdUnknownTextIdKnown_TextDecides()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        string text = $"id:{carrier.IdOf(carrier.Submits[0])} stat:DELIVRD";

        await carrier.DeliverAsync(carrier.Submits[0].Session, "15551230001", "15550001000", Encoding.ASCII.GetBytes(text),
            EsmClass.Receipt, ReceiptTlvs("internal-9", 2));

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Receipt_UnmarkedWithTheSwitch_IsAReceiptElseAMessage(bool isSwitched)
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ReceiptsByText = isSwitched })));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        await carrier.ReceiptAsync(carrier.Submits[0], esmClass: 0);

        (await rig.FindAsync(head.Id)).State.ShouldBe(isSwitched ? MessageState.Delivered : MessageState.Sent);
    }

    [Fact]
    public async Task Receipt_StoreIsDown_CarrierIsAskedToComeAgain()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        rig.Journal.Refuse(StoreFailure.DiskFull);

        (await carrier.ReceiptAsync(carrier.Submits[0])).ShouldBe(CommandStatus.ReceiverTemporaryError);
        rig.Journal.Refuse(null);
        (await carrier.ReceiptAsync(carrier.Submits[0])).ShouldBe(CommandStatus.Ok);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task Receipt_CommitIsSlow_AnswerWaitsForIt()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);
        rig.Journal.Hold();

        Task<CommandStatus> answer = carrier.ReceiptAsync(carrier.Submits[0]);
        await rig.UntilAsync(() => rig.Journal.HeldCount == 1);
        answer.IsCompleted.ShouldBeFalse();
        rig.Journal.Release();

        (await answer).ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Receipt_WithoutAnId_IsKeptAsAnOrphanAndAnswered()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();

        (await carrier.DeliverAsync(
            carrier.Bound[0], "15551230001", "15550001000", "what is this"u8, EsmClass.Receipt)).ShouldBe(CommandStatus.Ok);

        (await rig.Gateway.Messages.CountAsync(CancellationToken.None)).Orphans.ShouldBe(1);
    }

    [Fact]
    public async Task Receipt_IntermediateWithoutEnd_MessageStaysSmall()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        await rig.UntilAsync(head, MessageState.Sent);

        for (int i = 0; i < 300; i++) await carrier.ReceiptAsync(carrier.Submits[0], i % 2 == 0 ? "ENROUTE" : "ACCEPTD");
        await carrier.ReceiptAsync(carrier.Submits[0]);

        Message message = await rig.FindAsync(head.Id);
        message.State.ShouldBe(MessageState.Delivered);
        message.Events.Count.ShouldBeLessThanOrEqualTo(120);
    }

    private static async Task<Rig> StartAsync(ScriptedCarrier carrier, VendorIdFormat format)
    {
        Rig rig = await Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { MessageIdFormat = format })));
        await rig.BoundAsync();
        return rig;
    }

    private static byte[] ReceiptTlvs(string id, byte state)
    {
        byte[] area = new byte[96];
        var tlvs = new TlvWriter(area);
        tlvs.AddText(TlvTag.ReceiptedMessageId, Encoding.ASCII.GetBytes(id));
        tlvs.Add(TlvTag.MessageState, state);
        return tlvs.Written.ToArray();
    }
}
