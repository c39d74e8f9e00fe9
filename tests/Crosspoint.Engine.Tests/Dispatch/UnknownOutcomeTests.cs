using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class UnknownOutcomeTests
{
    [Theory]
    [InlineData(TrafficClass.Otp)]
    [InlineData(TrafficClass.Transactional)]
    public async Task Resend_CarrierNeverAnswered_IsSentAgainAndMarked(TrafficClass trafficClass)
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

        MessageHead head = await rig.SendAsync(trafficClass: trafficClass);
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        carrier.Submits.Count.ShouldBe(2);
        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted OutcomeUnknown AttemptStarted Sent");
        message.IsPossibleDuplicate.ShouldBeTrue();
        message.Attempts.Select(attempt => (attempt.Outcome, attempt.PossibleDuplicate)).ShouldBe(
            [(AttemptOutcome.Unknown, false), (AttemptOutcome.Sent, true)]);
        (message.Attempts[1].StartedAt - message.Attempts[0].EndedAt).ShouldBeGreaterThanOrEqualTo(2 * Micros.PerSecond);
        message.Events[3].Detail.ShouldBe("possible duplicate");
    }

    [Fact]
    public async Task Resend_ConnectionIsGone_GoesToTheNextCandidate()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");

        MessageHead head = await rig.SendAsync();
        await first.NextAsync();
        await first.StopAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        message.Attempts.Select(attempt => (attempt.Connection, attempt.Outcome)).ShouldBe(
            [("a", AttemptOutcome.Unknown), ("b", AttemptOutcome.Sent)]);
        message.IsPossibleDuplicate.ShouldBeTrue();
    }

    [Fact]
    public async Task Resend_ConnectionLives_PrefersItOverTheFirstOfThePlan()
    {
        await using var first = new ScriptedCarrier(isUp: false);
        await using var second = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number > 1) c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync();
        await second.NextAsync();
        first.Start();
        await rig.BoundAsync("a");

        Message message = await rig.UntilAsync(head, MessageState.Sent);

        first.Submits.ShouldBeEmpty();
        message.Attempts.Select(attempt => attempt.Connection).ShouldBe(["b", "b"]);
        message.Attempts[1].Decision.Candidates[0].ShouldBe(new RouteCandidate("a", CandidateCode.TriedElsewhere));
    }

    [Fact]
    public async Task Resend_LateAnswerBeforeTheSecondCopy_NoSecondCopyGoesOut()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        CarrierSubmit submit = await carrier.NextAsync();
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));

        carrier.Accept(submit);
        Message sent = await rig.UntilAsync(head, MessageState.Sent);
        await rig.PassAsync(TimeSpan.FromSeconds(4));

        carrier.Submits.Count.ShouldBe(1);
        sent.IsPossibleDuplicate.ShouldBeFalse();
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Resend_LateAnswerAfterTheSecondCopy_BothIdsLeadToTheMessage()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();
        CarrierSubmit first = await carrier.NextAsync();
        await rig.UntilAsync(() => carrier.Submits.Count == 2);
        CarrierSubmit second = await carrier.NextAsync();

        carrier.Accept(first);
        await rig.UntilAsync(head, MessageState.Sent);
        carrier.Accept(second);
        await rig.UntilAsync(() => rig.Gateway.Connections()[0].InFlight == 0);
        await carrier.ReceiptAsync(second, "UNDELIV", "001");
        await rig.UntilAsync(head, MessageState.Undelivered);
        await carrier.ReceiptAsync(first);

        Message message = await rig.UntilAsync(head, MessageState.Delivered);
        message.ErrorCode.ShouldBe(0);
    }

    [Fact]
    public async Task Wait_CarrierNeverAnswered_IsSentOnceAndEndsUnconfirmed()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { ReceiptGrace = TimeSpan.FromMinutes(1) })));
        await rig.BoundAsync();

        MessageHead head = await rig.SendAsync(Rig.Request(trafficClass: TrafficClass.Marketing) with { ValiditySeconds = 60 });
        await carrier.NextAsync();
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        rig.Clock.Advance(TimeSpan.FromSeconds(100));
        await rig.PassAsync(TimeSpan.FromSeconds(1));
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        rig.Clock.Advance(TimeSpan.FromSeconds(20));

        await rig.UntilAsync(head, MessageState.Unconfirmed);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Wait_LateAnswer_Wins()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(trafficClass: TrafficClass.Marketing);
        CarrierSubmit submit = await carrier.NextAsync();
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));

        carrier.Accept(submit);
        await rig.UntilAsync(head, MessageState.Sent);
        await carrier.ReceiptAsync(submit);

        await rig.UntilAsync(head, MessageState.Delivered);
    }

    [Fact]
    public async Task Wait_LateRefusal_GoesToTheNextCandidate()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(first, second);
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync(trafficClass: TrafficClass.Marketing);
        CarrierSubmit submit = await first.NextAsync();
        await rig.UntilAsync(head, message => message.Segments.Exists(segment => segment.State == SegmentState.Unknown));

        first.Refuse(submit, CommandStatus.ReceiverRejected);

        Message sent = await rig.UntilAsync(head, MessageState.Sent);
        sent.Attempts.Select(attempt => (attempt.Connection, attempt.Outcome)).ShouldBe(
            [("a", AttemptOutcome.NextCandidate), ("b", AttemptOutcome.Sent)]);
        sent.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task Fail_CarrierNeverAnswered_FailsAtOnceAndALateAnswerWins()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(Rig.Connection("a", carrier.Port) with { UnknownOtp = UnknownOutcomePolicy.Fail }));
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(trafficClass: TrafficClass.Otp);
        CarrierSubmit submit = await carrier.NextAsync();

        Message failed = await rig.UntilAsync(head, MessageState.Failed);
        failed.ErrorCode.ShouldBe(ErrorCodes.OutcomeUnknown);
        carrier.Accept(submit);
        Message sent = await rig.UntilAsync(head, MessageState.Sent);
        sent.ErrorCode.ShouldBe(0);
        await carrier.ReceiptAsync(submit);

        await rig.UntilAsync(head, MessageState.Delivered);
        carrier.Submits.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Resend_CarrierThatNeverAnswers_StopsAfterAFewCopies()
    {
        await using var carrier = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(trafficClass: TrafficClass.Otp);

        await rig.UntilAsync(() => carrier.Submits.Count == 5);
        await rig.PassAsync(TimeSpan.FromSeconds(10));

        carrier.Submits.Count.ShouldBe(5);
        Message message = await rig.FindAsync(head.Id);
        message.State.ShouldBe(MessageState.Sending);
        message.Events[^1].Detail.ShouldBe("policy wait");
        rig.Gateway.Connections()[0].InFlight.ShouldBe(0);
    }

    [Fact]
    public async Task Resend_ThrottledUntilTheValidityEnds_IsUnconfirmedAndALateAnswerWins()
    {
        await using var carrier = new ScriptedCarrier { Script = FirstUnansweredThen(CommandStatus.Throttled) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync(Rig.Request() with { ValiditySeconds = 20 });
        await rig.UntilAsync(head, message => message.State == MessageState.Queued);

        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
        Message ended = await rig.UntilAsync(head, message => MessageTransitions.IsFinal(message.State));

        ended.State.ShouldBe(MessageState.Unconfirmed, Rig.Describe(ended));
        carrier.Accept(carrier.Submits[0]);
        await rig.UntilAsync(head, MessageState.Sent);
        await carrier.ReceiptAsync(carrier.Submits[0]);
        await rig.UntilAsync(head, MessageState.Delivered);
    }

    [Fact]
    public async Task Resend_RefusedForGood_IsUnconfirmedBecauseTheFirstCopyMayHaveArrived()
    {
        await using var carrier = new ScriptedCarrier { Script = FirstUnansweredThen(CommandStatus.InvalidDestinationAddress) };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        MessageHead head = await rig.SendAsync();

        Message ended = await rig.UntilAsync(head, message => MessageTransitions.IsFinal(message.State));

        (ended.State, ended.ErrorCode).ShouldBe((MessageState.Unconfirmed, 0), Rig.Describe(ended));
        carrier.Accept(carrier.Submits[0]);
        await rig.UntilAsync(head, MessageState.Sent);
    }

    [Theory]
    [InlineData(SegmentMethod.Udh8)]
    [InlineData(SegmentMethod.Payload)]
    public async Task Resend_ThrottledThenMovedToAnotherConnection_KeepsTheMark(SegmentMethod method)
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number > 2) c.Refuse(s, CommandStatus.Throttled);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await Rig.StartAsync(
            Rig.Options(
                Rig.Connection("a", first.Port), Rig.Connection("b", second.Port, smpp => smpp with { SegmentMethod = method })));
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await rig.SendAsync(new string('x', 200));
        await rig.UntilAsync(head, message => message.State == MessageState.Queued);

        await first.StopAsync();
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        message.Attempts[^1].Connection.ShouldBe("b");
        message.Attempts[^1].PossibleDuplicate.ShouldBeTrue();
        message.IsPossibleDuplicate.ShouldBeTrue();
    }

    private static Action<ScriptedCarrier, CarrierSubmit> FirstUnansweredThen(CommandStatus status) => (c, s) =>
    {
        if (s.Number > 1) c.Refuse(s, status);
    };

    [Fact]
    public async Task Unknown_WholeWindowLost_NoMoreDoublesThanTheWindow()
    {
        var isStalled = true;
        await using var carrier = new ScriptedCarrier
        {
            Script = (c, s) =>
            {
                if (!Volatile.Read(ref isStalled)) c.Accept(s);
            },
        };
        await using Rig rig = await Rig.StartAsync(carrier);
        await rig.BoundAsync();
        var heads = new List<MessageHead>();
        for (int i = 0; i < 50; i++) heads.Add(await rig.SendAsync($"m{i}"));
        await rig.UntilAsync(() => carrier.Submits.Count == 10);
        Volatile.Write(ref isStalled, false);

        carrier.DropSessions();
        int duplicates = 0;
        foreach (MessageHead head in heads) duplicates += (await rig.UntilAsync(head, MessageState.Sent)).IsPossibleDuplicate ? 1 : 0;

        duplicates.ShouldBe(10);
        carrier.Submits.GroupBy(submit => submit.Text).Count(group => group.Count() > 1).ShouldBe(10);
        carrier.Submits.Count.ShouldBe(60);
    }
}
