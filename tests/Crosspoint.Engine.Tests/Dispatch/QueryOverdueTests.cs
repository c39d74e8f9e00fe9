using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using StateOfMessage = Crosspoint.Smpp.Pdus.MessageState;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class QueryOverdueTests
{
    private const byte Enroute = (byte)StateOfMessage.Enroute;
    private const byte Delivered = (byte)StateOfMessage.Delivered;

    [Fact]
    public async Task Overdue_CarrierSaysDelivered_IsDeliveredAndTheTimelineSaysHow()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (c, q) => c.AnswerQuery(q, Delivered) };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig);
        await OverdueAsync(rig);

        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Queried Delivered");
        message.Events[3].Detail.ShouldBe("DELIVRD");
        CarrierQuery query = carrier.Queries.Single();
        (query.MessageId, query.Source).ShouldBe((carrier.IdOf(carrier.Submits[0]), "1/1/15550001000"));
        message.Segments[0].ReceiptState.ShouldBe(Delivered);
    }

    [Fact]
    public async Task Overdue_CarrierSaysUndeliverable_IsUndeliveredWithItsError()
    {
        await using var carrier = new ScriptedCarrier
        {
            QueryScript = static (c, q) => c.AnswerQuery(q, (byte)StateOfMessage.Undeliverable, 27),
        };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig);
        await OverdueAsync(rig);

        Message message = await rig.UntilAsync(head, MessageState.Undelivered);

        (message.Segments[0].ReceiptError, message.ErrorCode).ShouldBe(
            ("27", DeliveryErrors.ForReceipt((byte)StateOfMessage.Undeliverable)));
    }

    [Theory]
    [InlineData(CommandStatus.Ok, "ENROUTE")]
    [InlineData(CommandStatus.QueryFailed, "ESME_RQUERYFAIL")]
    [InlineData(CommandStatus.InvalidMessageId, "ESME_RINVMSGID")]
    [InlineData(CommandStatus.InvalidCommandId, "ESME_RINVCMDID")]
    public async Task Overdue_AnswerSaysNothingFinal_IsUnconfirmed(CommandStatus status, string detail)
    {
        await using var carrier = new ScriptedCarrier
        {
            QueryScript = (c, q) =>
            {
                if (status == CommandStatus.Ok) c.AnswerQuery(q, Enroute);
                else q.Session.Respond(q.Header, status, default);
            },
        };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig);
        await OverdueAsync(rig);

        Message message = await rig.UntilAsync(head, MessageState.Unconfirmed);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Queried Unconfirmed");
        message.Events[3].Detail.ShouldBe(detail);
        carrier.Queries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Overdue_NoAnswer_IsUnconfirmedAndOthersAreNotAskedForAWhile()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (_, _) => { } };
        await using Rig rig = await StartAsync(carrier);
        MessageHead first = await SentAsync(rig);
        MessageHead second = await SentAsync(rig, validity: 75);
        rig.Clock.Advance(TimeSpan.FromSeconds(61));

        Message message = await rig.UntilAsync(first, MessageState.Unconfirmed);
        rig.Clock.Advance(TimeSpan.FromSeconds(10));
        Message unasked = await rig.UntilAsync(second, MessageState.Unconfirmed);

        message.Events[^2].Detail.ShouldBe("no answer");
        Rig.Timeline(unasked).ShouldBe("Accepted AttemptStarted Sent Unconfirmed");
        carrier.Queries.Count.ShouldBe(1);
        rig.Log.Of(2022).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Overdue_LongMessage_OnlySegmentsWithoutAFinalReceiptAreAskedFor()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (c, q) => c.AnswerQuery(q, Delivered) };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig, new string('x', 400));
        await carrier.ReceiptAsync(carrier.Submits[1]);
        await rig.SettleAsync();
        await OverdueAsync(rig);

        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        carrier.Queries.Select(query => query.MessageId).ShouldBe(
            [carrier.IdOf(carrier.Submits[0]), carrier.IdOf(carrier.Submits[2])], ignoreOrder: true);
        message.Events.Single(entry => entry.Kind == EventKind.Queried).Detail.ShouldBe("segment 1: DELIVRD, segment 3: DELIVRD");
    }

    [Fact]
    public async Task Overdue_ConnectionIsDown_WaitsForItAMinuteThenIsUnconfirmed()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig);
        await carrier.StopAsync();
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].Use == "down");
        await OverdueAsync(rig);
        await rig.PassAsync(TimeSpan.FromSeconds(3));
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        rig.Clock.Advance(QueryOverdue.Patience);

        Message message = await rig.UntilAsync(head, MessageState.Unconfirmed);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Unconfirmed");
    }

    [Fact]
    public async Task Overdue_KilledWhileAsking_IsAskedAgainAfterTheStart()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (_, _) => { } };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig);
        await OverdueAsync(rig);
        await rig.UntilAsync(() => carrier.Queries.Count == 1);
        carrier.QueryScript = static (c, q) => c.AnswerQuery(q, Delivered);
        await rig.RestartAsync();

        await rig.UntilAsync(head, MessageState.Delivered);

        carrier.Queries.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Overdue_StoppedWhileAsking_IsLeftForTheNextStart()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (_, _) => { } };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig);
        await OverdueAsync(rig);
        await rig.UntilAsync(() => carrier.Queries.Count == 1);

        Task stopping = rig.Gateway.StopAsync(CancellationToken.None);
        carrier.DropSessions();
        await stopping;
        await rig.SettleAsync();

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
    }

    [Fact]
    public async Task Overdue_ManyAtOnce_AreAskedAtABoundedPaceEachOnce()
    {
        const int Count = 250;
        await using var carrier = new ScriptedCarrier { QueryScript = static (c, q) => c.AnswerQuery(q, Delivered) };
        await using Rig rig = await StartAsync(carrier, smpp => smpp with { InFlightWindow = 100 });
        SendRequest[] requests = [.. Enumerable.Range(0, Count).Select(i => Rig.Request($"m{i}") with { ValiditySeconds = 60 })];
        IReadOnlyList<IntakeResult> accepted = await rig.Gateway.Intake.SendBatchAsync(requests, null, CancellationToken.None);
        foreach (IntakeResult result in accepted) await rig.UntilAsync(result.Head!, MessageState.Sent);
        rig.Step = TimeSpan.FromMilliseconds(500);
        rig.Clock.Advance(TimeSpan.FromSeconds(60));
        long started = rig.Clock.GetTimestamp();

        await rig.UntilAsync(() => carrier.Queries.Count == Count);
        TimeSpan took = rig.Clock.GetElapsedTime(started);
        foreach (IntakeResult result in accepted) await rig.UntilAsync(result.Head!, MessageState.Delivered);

        took.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds((Count / QueryOverdue.MostPerSecond) - 1));
        carrier.Queries.Select(query => query.MessageId).Distinct().Count().ShouldBe(Count);
    }

    [Fact]
    public async Task Overdue_ManyAtOnceAndTheConnectionHasARate_ATenthOfItIsAsked()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (c, q) => c.AnswerQuery(q, Delivered) };
        await using Rig rig = await StartAsync(carrier, smpp => smpp with { Rate = 20 });
        var heads = new List<MessageHead>();
        for (int i = 0; i < 10; i++) heads.Add(await SentAsync(rig));
        long started = rig.Clock.GetTimestamp();
        rig.Clock.Advance(TimeSpan.FromSeconds(61));

        foreach (MessageHead head in heads) await rig.UntilAsync(head, MessageState.Delivered);

        // The first may be asked while the clock passes the 60 s.
        rig.Clock.GetElapsedTime(started).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(64));
    }

    [Fact]
    public async Task Overdue_ClassWaits_IsNotAsked()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (c, q) => c.AnswerQuery(q, Delivered) };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await SentAsync(rig, trafficClass: TrafficClass.Marketing);
        await OverdueAsync(rig);

        await rig.UntilAsync(head, MessageState.Unconfirmed);

        carrier.Queries.ShouldBeEmpty();
    }

    [Fact]
    public async Task Overdue_Pair_TheTransmitterAsks()
    {
        await using var carrier = new ScriptedCarrier { QueryScript = static (c, q) => c.AnswerQuery(q, Delivered) };
        await using Rig rig = await StartAsync(carrier, smpp => smpp with { Bind = SmppBindType.Transmitter, Receivers = 1 }, sessions: 2);
        MessageHead head = await SentAsync(rig);
        await OverdueAsync(rig);

        await rig.UntilAsync(head, MessageState.Delivered);

        carrier.Queries.Single().Session.State.ShouldBe(SmppSessionState.BoundTx);
    }

    [Fact]
    public async Task Unknown_NoAnswerAndSoNoId_WaitsAndIsNotAsked()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await StartAsync(carrier);
        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 60 });
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));
        await OverdueAsync(rig);

        Message message = await rig.UntilAsync(head, MessageState.Unconfirmed);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted OutcomeUnknown Unconfirmed");
        message.Events[2].Detail.ShouldBe("policy query");
        (carrier.Submits.Count, carrier.Queries.Count).ShouldBe((1, 0));
    }

    private static async Task<Rig> StartAsync(
        ScriptedCarrier carrier, Func<SmppConnectionOptions, SmppConnectionOptions>? change = null, int sessions = 1)
    {
        ConnectionOptions connection = Rig.Connection("a", carrier.Port, change) with { UnknownTransactional = UnknownOutcomePolicy.Query };
        connection = connection with { Smpp = connection.Smpp with { ReceiptGrace = TimeSpan.FromSeconds(1) } };
        Rig rig = await Rig.StartAsync(Rig.Options(connection));
        await rig.BoundAsync("a", sessions);
        return rig;
    }

    private static async Task<MessageHead> SentAsync(
        Rig rig, string body = "Hello", TrafficClass trafficClass = TrafficClass.Transactional, int validity = 60)
    {
        MessageHead head = await rig.SendAsync(Rig.Request(body, trafficClass) with { ValiditySeconds = validity });
        await rig.UntilAsync(head, MessageState.Sent);
        return head;
    }

    private static async Task OverdueAsync(Rig rig)
    {
        rig.Clock.Advance(TimeSpan.FromSeconds(61));
        await rig.PassAsync(TimeSpan.FromSeconds(1));
    }
}
