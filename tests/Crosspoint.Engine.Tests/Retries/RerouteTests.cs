using System.Text.Json;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Tests.Limits;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Tests.Retries;

/// <summary>Messages that a carrier took and could not deliver, and that a rule sends through another connection.</summary>
public sealed class RerouteTests
{
    private static readonly string ThreeParts = new('x', 400);

    private static readonly RetryRule Once = new()
    {
        Class = TrafficClass.Transactional,
        On = RetryKind.NegativeReceipt,
        Retry = RetryStep.Next,
        Attempts = 1,
        Until = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public async Task NegativeReceipt_RuleAllowsIt_GoesOutOnTheNextConnectionAndIsTold()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        using Rig.CounterReader counted = rig.Count("crosspoint.reroutes");
        using Rig.CounterReader doubles = rig.Count("crosspoint.possible_duplicates");
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV", "034");
        Message sent = await rig.UntilAsync(head, message => message is { State: MessageState.Sent, IsRerouted: true });
        await second.ReceiptAsync(second.Submits[0]);
        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Rerouted AttemptStarted Sent Delivered");
        MessageEvent entry = message.Events[3];
        (entry.State, entry.Connection, entry.Code, entry.Detail).ShouldBe((MessageState.Queued, "a", 5u, "034"));
        message.Attempts.Select(attempt => (attempt.Connection, attempt.Outcome)).ShouldBe([("a", AttemptOutcome.Rerouted), ("b", AttemptOutcome.Sent)]);
        message.Attempts[1].Decision.Candidates[0].Code.ShouldBe(CandidateCode.RefusedBefore);
        SegmentProgress lost = message.Superseded.ShouldHaveSingleItem().Segments.ShouldHaveSingleItem();
        (lost.VendorId, lost.ReceiptError, message.Superseded[0].Attempt).ShouldBe((first.IdOf(first.Submits[0]), "034", 1));
        sent.SentAt.ShouldBeGreaterThanOrEqualTo(entry.At);
        (message.ErrorCode, message.IsPossibleDuplicate, counted.Sum, doubles.Sum).ShouldBe((0, false, 1, 0));
        (first.Submits.Count, second.Submits.Count).ShouldBe((1, 1));
    }

    [Theory]
    [InlineData("EXPIRED", true)]
    [InlineData("UNDELIV", true)]
    [InlineData("REJECTD", true)]
    [InlineData("DELETED", false)]
    public async Task NegativeReceipt_OfEachState_IsReroutedUnlessItWasWithdrawn(string state, bool isRerouted)
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], state);

        await rig.UntilAsync(head, message => isRerouted ? message.State == MessageState.Sent : message.State == MessageState.Undelivered);
        second.Submits.Count.ShouldBe(isRerouted ? 1 : 0);
    }

    [Theory]
    [InlineData(TrafficClass.Otp)]
    [InlineData(TrafficClass.Marketing)]
    public async Task NegativeReceipt_ClassThatNoRuleNames_Ends(TrafficClass trafficClass)
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await rig.SendAsync(trafficClass: trafficClass);
        await rig.UntilAsync(head, MessageState.Sent);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Fact]
    public async Task NegativeReceipt_NoOtherCandidate_EndsAsWithoutTheRule()
    {
        await using var carrier = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([carrier], Once);
        MessageHead head = await SendAsync(rig);

        await carrier.ReceiptAsync(carrier.Submits[0], "REJECTD");

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.ErrorCode, message.IsRerouted).ShouldBe((MessageState.Undelivered, ErrorCodes.Filtered, false));
    }

    [Fact]
    public async Task NegativeReceipt_FromEveryConnection_EndsWithTheLastAndNeverGoesBack()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using var third = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using Rig rig = await RefusalRuleTests.StartAsync([first, third, second], Once with { Attempts = 5 });
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.UntilAsync(head, MessageState.Sent);
        await second.ReceiptAsync(second.Submits[0], "REJECTD");

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.ErrorCode).ShouldBe((MessageState.Undelivered, ErrorCodes.Filtered));
        message.Attempts.Select(attempt => attempt.Outcome).ShouldBe([AttemptOutcome.Rerouted, AttemptOutcome.NextCandidate, AttemptOutcome.Sent]);
        (first.Submits.Count, second.Submits.Count, third.Submits.Count).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task NegativeReceipt_MoreThanTheRuleAllows_Ends()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using var third = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second, third], Once);
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.UntilAsync(head, MessageState.Sent);
        await second.ReceiptAsync(second.Submits[0], "UNDELIV");

        await rig.UntilAsync(head, MessageState.Undelivered);
        third.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task NegativeReceipt_Again_IsADuplicate()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using var third = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second, third], Once with { Attempts = 5 });
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.UntilAsync(head, MessageState.Sent);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.Superseded.Count).ShouldBe((MessageState.Sent, 1));
        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Rerouted AttemptStarted Sent");
        third.Submits.ShouldBeEmpty();
    }

    [Fact]
    public async Task NegativeReceipt_TooLateForTheRule_Ends()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once with { Until = TimeSpan.FromSeconds(5) });
        MessageHead head = await SendAsync(rig);
        await rig.PassAsync(TimeSpan.FromSeconds(6));

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Fact]
    public async Task Rerouted_NextConnectionStaysDown_EndsAtTheRulesTimeWithTheReceiptsError()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(RefusalRuleTests.Options([first, second], Once with { Until = TimeSpan.FromSeconds(30) }));
        await rig.BoundAsync("a");
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "EXPIRED");
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Queued);
        (await rig.Gateway.Intake.CancelAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.WrongState);
        Message message = await rig.UntilAsync(head, MessageState.Undelivered);

        message.ErrorCode.ShouldBe(ErrorCodes.HandsetUnreachable);
        (message.Events[^1].Connection, message.Events[^1].Code, message.Events[^1].Detail).ShouldBe(("a", 3u, "no other connection took it"));
        message.Events[^1].At.ShouldBeGreaterThanOrEqualTo(head.CreatedAt + (30 * Micros.PerSecond));
        message.Events[^1].At.ShouldBeLessThan(head.CreatedAt + (33 * Micros.PerSecond));
    }

    [Fact]
    public async Task Rerouted_NextConnectionRefuses_EndsWithTheReceiptsError()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier { Script = static (c, s) => c.Refuse(s, CommandStatus.ReceiverRejected) };
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "EXPIRED");
        Message message = await rig.UntilAsync(head, MessageState.Undelivered);

        message.ErrorCode.ShouldBe(ErrorCodes.HandsetUnreachable);
        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Rerouted AttemptStarted AttemptRefused Undelivered");
    }

    [Theory]
    [InlineData("spring")]
    [InlineData("")]
    public async Task Rerouted_WhileItIsPausedAndThenCanceled_EndsWithTheReceiptsErrorAndIsNotSent(string batch)
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await rig.SendAsync(InSpring());
        await rig.UntilAsync(head, MessageState.Sent);
        (await rig.Gateway.PauseTrafficAsync(Rig.Account.Sid, batch)).Outcome.ShouldBe(ControlOutcome.Done);
        await first.ReceiptAsync(first.Submits[0], "EXPIRED");
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Rig.Account.Sid, batch).Held == 1);

        (await rig.Gateway.CancelTrafficAsync(Rig.Account.Sid, batch)).Outcome.ShouldBe(ControlOutcome.Done);
        Message message = await rig.UntilAsync(head, MessageState.Undelivered);
        await rig.UntilAsync(() => rig.Gateway.TrafficOf(Rig.Account.Sid, batch) is { IsCanceling: false, Held: 0, Canceled: 1 });
        await rig.PassAsync(TimeSpan.FromSeconds(2));

        (message.ErrorCode, message.Events[^1].Code).ShouldBe((ErrorCodes.HandsetUnreachable, 3u));
        message.Events[^1].Detail.ShouldBe(batch.Length == 0 ? "the account's queue was canceled" : "its batch was canceled");
        second.Submits.ShouldBeEmpty();
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
    }

    [Fact]
    public async Task NegativeReceipt_AfterItsBatchWasCanceled_Ends()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await rig.SendAsync(InSpring());
        await rig.UntilAsync(head, MessageState.Sent);
        await rig.Gateway.CancelTrafficAsync(Rig.Account.Sid, "spring");
        await rig.UntilAsync(() => !rig.Gateway.TrafficOf(Rig.Account.Sid, "spring").IsCanceling);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV", "034");

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.IsRerouted, message.Events[^1].Detail).ShouldBe((MessageState.Undelivered, false, "034"));
        second.Submits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("opens", MessageState.Sent)]
    [InlineData("late DELIVRD", MessageState.Delivered)]
    [InlineData("validity ends", MessageState.Undelivered)]
    public async Task Rerouted_InClosedHours_IsHeldAndComesToAnEnd(string then, MessageState end)
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();

        // It is 19:04 in Los Angeles when the rig starts.
        SendWindow window = SendWindowTableTests.Window(2 * 60, (19 * 60) + 10);
        RetryRule rule = Once with { Until = null, After = TimeSpan.FromSeconds(20) };
        await using Rig rig = await Rig.StartAsync(RefusalRuleTests.Options([first, second], rule) with { SendWindows = [window] });
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        DateTimeOffset start = rig.Clock.GetUtcNow();
        MessageHead head = await rig.SendAsync(
            Rig.Request(to: "+14155551234") with { ValiditySeconds = then == "validity ends" ? 600 : null });
        await rig.UntilAsync(head, MessageState.Sent);
        await first.ReceiptAsync(first.Submits[0], "EXPIRED");
        rig.Clock.SetWallClock(start.AddMinutes(7));

        Message held = await rig.UntilAsync(head, MessageState.Scheduled);
        held.Head.ValidUntil.ShouldBe(head.ValidUntil);
        second.Submits.ShouldBeEmpty();
        if (then == "opens") rig.Clock.SetWallClock(DateTimeOffset.UnixEpoch.AddMicroseconds(held.Head.SendAt));
        else if (then == "validity ends") rig.Clock.SetWallClock(start.AddMinutes(11));
        else await first.ReceiptAsync(first.Submits[0]);

        Message message = await rig.UntilAsync(head, end);
        message.ErrorCode.ShouldBe(end == MessageState.Undelivered ? ErrorCodes.HandsetUnreachable : 0);
        second.Submits.Count.ShouldBe(end == MessageState.Sent ? 1 : 0);
    }

    [Fact]
    public async Task Rerouted_AfterAWait_GoesThenAndTellsTheCarrierTheShorterValidity()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once with { After = TimeSpan.FromSeconds(20) });
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.PassAsync(TimeSpan.FromSeconds(15));
        second.Submits.ShouldBeEmpty();
        await rig.UntilAsync(() => second.Submits.Count == 1);

        Message message = await rig.UntilAsync(head, MessageState.Sent);
        message.Head.ValidUntil.ShouldBe(head.CreatedAt + Micros.From(TimeSpan.FromMinutes(10)));
        string.CompareOrdinal(second.Submits[0].Validity, first.Submits[0].Validity).ShouldBeLessThan(0);
    }

    [Fact]
    public async Task LateDelivered_WhileTheNewCopyWaits_WinsAndNothingMoreIsSent()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once with { After = TimeSpan.FromSeconds(20) });
        using Rig.CounterReader doubles = rig.Count("crosspoint.possible_duplicates");
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await first.ReceiptAsync(first.Submits[0]);
        Message message = await rig.FindAsync(head.Id);
        await rig.PassAsync(TimeSpan.FromSeconds(30));

        (message.State, message.ErrorCode, message.IsPossibleDuplicate).ShouldBe((MessageState.Delivered, 0, false));
        (second.Submits.Count, doubles.Sum).ShouldBe((0, 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LateDelivered_WhileTheNewCopyIsOut_WinsAndIsAPossibleDuplicate(bool isAnswered)
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        using Rig.CounterReader doubles = rig.Count("crosspoint.possible_duplicates");
        MessageHead head = await SendAsync(rig);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        if (isAnswered)
        {
            second.Accept(second.Submits[0]);
            await rig.UntilAsync(head, MessageState.Sent);
        }

        await first.ReceiptAsync(first.Submits[0]);
        Message delivered = await rig.FindAsync(head.Id);
        if (!isAnswered) second.Accept(second.Submits[0]);
        await rig.SettleAsync();
        await second.ReceiptAsync(second.Submits[0], "UNDELIV");

        (delivered.State, delivered.IsPossibleDuplicate, doubles.Sum).ShouldBe((MessageState.Delivered, true, 1));
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
    }

    [Fact]
    public async Task LateDelivered_WhenTheMessageHasEnded_IsNotedAlone()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.UntilAsync(head, MessageState.Sent);
        await second.ReceiptAsync(second.Submits[0], "REJECTD");
        await first.ReceiptAsync(first.Submits[0]);

        Message message = await rig.FindAsync(head.Id);
        (message.State, message.ErrorCode).ShouldBe((MessageState.Undelivered, ErrorCodes.Filtered));
        (message.Events[^1].Kind, message.Events[^1].Detail).ShouldBe((EventKind.ReceiptNoted, "of the copy before the re-route: DELIVRD"));
    }

    [Fact]
    public async Task Receipts_OfTwoConnectionsOfOneGroup_EachFindsItsOwnCopy()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        ConnectionOptions a = Rig.Connection("a", first.Port) with { Group = "one" };
        ConnectionOptions b = Rig.Connection("b", second.Port) with { Group = "one" };
        await using Rig rig = await Rig.StartAsync(Rig.Options(a, b) with { Retries = [Once] });
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        MessageHead head = await SendAsync(rig);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.UntilAsync(head, MessageState.Sent);

        // The old copy's word again, this time on the new copy's connection.
        await second.ReceiptAsync(second.Submits[0].Session, first.IdOf(first.Submits[0]), head.To, "UNDELIV");
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        await first.ReceiptAsync(first.Submits[0].Session, second.IdOf(second.Submits[0]), head.To);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task LongMessage_NoPartArrived_AllOfItGoesAnewWithAReferenceOfItsOwn()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig, ThreeParts);

        await first.ReceiptAsync(first.Submits[1], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 3);
        await rig.UntilAsync(head, MessageState.Sent);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await first.ReceiptAsync(first.Submits[2]);
        foreach (CarrierSubmit submit in second.Submits) await second.ReceiptAsync(submit);
        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        second.Submits.Select(submit => submit.Part).ShouldBe([1, 2, 3]);
        second.Submits[0].Reference.ShouldNotBe(first.Submits[0].Reference);
        message.Superseded.Single().Segments.Select(segment => segment.State).ShouldBe(
            [SegmentState.Undelivered, SegmentState.Undelivered, SegmentState.Delivered]);
        message.IsPossibleDuplicate.ShouldBeFalse();
    }

    [Fact]
    public async Task LongMessage_APartArrived_Ends()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig, ThreeParts);

        await first.ReceiptAsync(first.Submits[0]);
        await first.ReceiptAsync(first.Submits[1], "UNDELIV");

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Fact]
    public async Task LongMessage_WholeCopyArrivedAfterAll_Wins()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig, ThreeParts);
        await first.ReceiptAsync(first.Submits[1], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 3);
        await rig.UntilAsync(head, MessageState.Sent);

        await first.ReceiptAsync(first.Submits[0]);
        await first.ReceiptAsync(first.Submits[1]);
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sent);
        await first.ReceiptAsync(first.Submits[2]);

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public async Task LongMessage_ThePartArrivedAfterAllAndNobodyTakesTheNewCopy_EndsAsTheReceiptSaid()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier(isUp: false);
        await using Rig rig = await Rig.StartAsync(RefusalRuleTests.Options([first, second], Once with { Until = TimeSpan.FromSeconds(30) }));
        await rig.BoundAsync("a");
        MessageHead head = await SendAsync(rig, ThreeParts);
        await first.ReceiptAsync(first.Submits[0], "EXPIRED");
        await first.ReceiptAsync(first.Submits[0]);

        Message message = await rig.UntilAsync(head, MessageState.Undelivered);

        message.Superseded.Single().Lost.ShouldBeNull();
        (message.ErrorCode, message.Events[^1].Code).ShouldBe((ErrorCodes.HandsetUnreachable, 3u));
    }

    [Fact]
    public async Task LongMessage_ReceiptOvertakesTheAnswersToOtherParts_GoesWhenTheyAreThere()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(() => first.Submits.Count == 3);
        first.Accept(first.Submits[0]);
        await rig.UntilAsync(head, message => message.Segments[0].State == SegmentState.Sent);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Sending);
        first.Accept(first.Submits[1]);
        first.Accept(first.Submits[2]);
        await rig.UntilAsync(() => second.Submits.Count == 3);

        Rig.Timeline(await rig.UntilAsync(head, MessageState.Sent)).ShouldBe(
            "Accepted AttemptStarted ReceiptNoted Sent Rerouted AttemptStarted Sent");
    }

    [Fact]
    public async Task LongMessage_ReceiptOvertakesAnAnswerThatNeverComes_EndsWithoutANewCopy()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await rig.SendAsync(ThreeParts);
        await rig.UntilAsync(() => first.Submits.Count == 3);
        first.Accept(first.Submits[0]);
        await rig.UntilAsync(head, message => message.Segments[0].State == SegmentState.Sent);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");

        await rig.UntilAsync(head, MessageState.Undelivered);
        await rig.PassAsync(TimeSpan.FromSeconds(5));

        (first.Submits.Count, second.Submits.Count).ShouldBe((3, 0));
        rig.Gauge("crosspoint.dispatch.held").ShouldBe(0);
    }

    [Fact]
    public async Task NegativeReceipt_BeforeTheAnswer_GoesOutAfterIt()
    {
        await using var first = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await rig.SendAsync();
        CarrierSubmit submit = await first.NextAsync();
        await first.ReceiptAsync(submit, "UNDELIV");
        first.Accept(submit);

        await rig.UntilAsync(() => second.Submits.Count == 1);

        (await rig.UntilAsync(head, MessageState.Sent)).Attempts[0].Outcome.ShouldBe(AttemptOutcome.Rerouted);
    }

    [Fact]
    public async Task NegativeReceipt_ACopyWasNeverAnswered_IsForThePolicyOfUnknownOutcomes()
    {
        await using var first = new ScriptedCarrier
        {
            Script = static (c, s) =>
            {
                if (s.Number > 1) c.Accept(s);
            },
        };
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig);

        await first.ReceiptAsync(first.Submits[1], "UNDELIV");

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Fact]
    public async Task NegativeReceipt_TextWasRedacted_Ends()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig);
        (await rig.Gateway.Intake.RedactAsync(Rig.Account, head.Id, CancellationToken.None)).Outcome.ShouldBe(ChangeOutcome.Done);

        await first.ReceiptAsync(first.Submits[0], "UNDELIV");

        (await rig.FindAsync(head.Id)).State.ShouldBe(MessageState.Undelivered);
    }

    [Theory]
    [InlineData(false, "sent delivered")]
    [InlineData(true, "sent undelivered")]
    public async Task Rerouted_Application_IsToldOfTheEndAlone(bool failsAgain, string told)
    {
        await using WebhookReceiver receiver = await WebhookReceiver.StartAsync();
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier();
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        var submit = new SubmitDetails
        {
            Source = new(1, 1, "15550001000"),
            Destination = new(1, 1, "15551230001"),
            RegisteredDelivery = 0x11,
        };
        MessageHead head = await rig.SendAsync(Rig.Request() with { CallbackUrl = receiver.Url, SystemId = "demo", Submit = submit });
        await rig.UntilAsync(head, MessageState.Sent);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.UntilAsync(head, MessageState.Sent);
        await second.ReceiptAsync(second.Submits[0], failsAgain ? "REJECTD" : "DELIVRD");
        await rig.UntilAsync(() => receiver.Received.Count >= 2);
        await rig.PassAsync(TimeSpan.FromSeconds(10));

        string.Join(' ', receiver.Received.Select(hook => StatusOf(hook.Body))).ShouldBe(told);
        Message message = await rig.FindAsync(head.Id);
        message.BindDeliveries.Select(delivery => delivery.Status).ShouldBe(
            [MessageState.Sent, failsAgain ? MessageState.Undelivered : MessageState.Delivered]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task Kill_BetweenTheReceiptAndTheNewAttempt_GoesOutAsIfNothingHadHappened(int after)
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier(isUp: false);
        RetryRule rule = Once with { After = TimeSpan.FromSeconds(after) };
        await using Rig rig = await Rig.StartAsync(RefusalRuleTests.Options([first, second], rule));
        await rig.BoundAsync("a");
        MessageHead head = await SendAsync(rig);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.KillAsync();

        second.Start();
        await rig.RestartAsync();
        await rig.BoundAsync("a");
        await rig.BoundAsync("b");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        Message sent = await rig.UntilAsync(head, MessageState.Sent);

        // The carrier had its answer, and sends the receipt again all the same.
        await first.ReceiptAsync(first.Bound[0], first.IdOf(first.Submits[0]), head.To, "UNDELIV");
        await second.ReceiptAsync(second.Submits[0]);
        Message message = await rig.UntilAsync(head, MessageState.Delivered);

        (first.Submits.Count, second.Submits.Count, message.IsPossibleDuplicate).ShouldBe((1, 1, false));
        Rig.Timeline(message).ShouldBe("Accepted AttemptStarted Sent Rerouted AttemptStarted Sent Delivered");
        (sent.Attempts[1].StartedAt - sent.Events[3].At).ShouldBeGreaterThanOrEqualTo(after * 799 * Micros.PerMillisecond);
        message.Head.ValidUntil.ShouldBe(head.CreatedAt + Micros.From(TimeSpan.FromMinutes(10)));
    }

    [Fact]
    public async Task Kill_WhileTheNewCopyIsInFlight_IsAnUnknownOutcomeOfThatCopy()
    {
        await using var first = new ScriptedCarrier();
        await using var second = new ScriptedCarrier { Script = ScriptedCarrier.Ignore };
        await using Rig rig = await RefusalRuleTests.StartAsync([first, second], Once);
        MessageHead head = await SendAsync(rig);
        await first.ReceiptAsync(first.Submits[0], "UNDELIV");
        await rig.UntilAsync(() => second.Submits.Count == 1);
        await rig.KillAsync();

        second.Script = static (c, s) => c.Accept(s);
        await rig.RestartAsync();
        await rig.UntilAsync(() => second.Submits.Count == 2);
        Message message = await rig.UntilAsync(head, MessageState.Sent);

        first.Submits.Count.ShouldBe(1);
        message.IsPossibleDuplicate.ShouldBeTrue();
    }

    private static SendRequest InSpring() => Rig.Request() with { Metadata = Metadata.TryCreate([new("batch", "spring")], out _)! };

    private static async Task<MessageHead> SendAsync(Rig rig, string body = "Hello")
    {
        MessageHead head = await rig.SendAsync(body);
        await rig.UntilAsync(head, MessageState.Sent);
        return head;
    }

    private static string? StatusOf(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.GetProperty("data").GetProperty("status").GetString();
    }
}
