using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Dispatch;

/// <summary>What dispatch does with a message once a record is on disk.</summary>
internal enum FollowKind
{
    /// <summary>Nothing: other segments are still in flight.</summary>
    Nothing,

    /// <summary>The message has left dispatch.</summary>
    Finished,

    /// <summary>To the head of the same connection's queue.</summary>
    Again,

    /// <summary>To the same connection after a back-off.</summary>
    Later,

    /// <summary>To another connection.</summary>
    Elsewhere,

    /// <summary>Again after a short wait for a late answer, as a possible duplicate.</summary>
    Resend,
}

/// <param name="Tries">Refusals on the connection that count.</param>
/// <param name="At">When a rule allows the next try, in microseconds; 0 where none names a time.</param>
/// <param name="IsUncertain">Segments go elsewhere that the connection may have.</param>
internal readonly record struct Follow(
    FollowKind Kind, int SegmentsLeft = 0, bool HoldsSegments = false, int Tries = 0, long At = 0, bool IsUncertain = false);

/// <summary>Ends an attempt once all its segments have ended: the message's next state, and the next step.</summary>
internal static class Conclusion
{
    /// <summary>Looks at the message after a segment's end. Nothing while others of the attempt are in flight.</summary>
    public static Follow Of(Dispatcher dispatcher, Message message, ActiveAttempt active, long now, ref NoticeList notices)
    {
        var tally = Tally.Of(message, active.Lane.Options.Smpp.Statuses);
        if (tally.InFlight > 0) return default;
        Attempt? attempt = message.LastAttempt;
        if (attempt is null || attempt.Number != active.Attempt) return default;
        return Conclude(dispatcher, message, active, attempt, tally, now, ref notices);
    }

    /// <summary>
    /// A late answer may have been the last word that was missing. Where nothing is tried again by itself, late answers conclude the
    /// attempt as they would have in time.
    /// </summary>
    public static Follow AfterLateAnswer(Dispatcher dispatcher, Message message, ActiveAttempt active, long now, ref NoticeList notices)
    {
        var tally = Tally.Of(message, active.Lane.Options.Smpp.Statuses);
        if (tally.Accepted == message.Segments.Count)
        {
            MarkSent(message, active.Lane.Name, now, dispatcher.Notices, ref notices);
            return default;
        }

        Attempt? attempt = message.LastAttempt;
        if (attempt is null || attempt.Number != active.Attempt || tally.InFlight + tally.Unknown > 0) return default;
        return Awaits(dispatcher, message, active.Lane.Options) ? Conclude(dispatcher, message, active, attempt, tally, now, ref notices) : default;
    }

    /// <summary>Whether a message whose outcome is unknown just waits for a late word: no second copy of it is under way.</summary>
    public static bool Awaits(Dispatcher dispatcher, Message message, ConnectionOptions connection) =>
        message.State == MessageState.Sending && !Resends(dispatcher, message, connection);

    /// <summary>
    /// Whether an unknown outcome leads to another copy: the class's policy and the message's rule both allow it. A carrier that takes messages and
    /// never answers would else deliver one for hours, again and again. What is sent for tests is never sent twice.
    /// </summary>
    /// <param name="connection">Null when the configuration does not have it any more: then the class has its default policy.</param>
    public static bool Resends(Dispatcher dispatcher, Message message, ConnectionOptions? connection)
    {
        if (message.Head.IsCopy) return false;
        TrafficClass trafficClass = message.Head.Class;
        UnknownOutcomePolicy policy = connection?.UnknownPolicy(trafficClass) ?? ConnectionOptions.DefaultUnknownPolicy(trafficClass);
        if (policy != UnknownOutcomePolicy.Resend) return false;
        int unknown = 0;
        foreach (Attempt attempt in message.Attempts) unknown += attempt.Outcome == AttemptOutcome.Unknown ? 1 : 0;
        return unknown < SubmitPolicy.MostUnknown && dispatcher.MayTryAgain(message);
    }

    private static Follow Conclude(
        Dispatcher dispatcher, Message message, ActiveAttempt active, Attempt attempt, in Tally tally, long now, ref NoticeList notices)
    {
        attempt.EndedAt = now;
        attempt.CommandStatus = tally.PendingStatus;
        string connection = active.Lane.Name;
        Notices sink = dispatcher.Notices;

        // A refused segment takes the message elsewhere, and those without an answer with it: only where a second copy of them is allowed.
        bool mayCopy = tally.Unknown == 0 || Resends(dispatcher, message, active.Lane.Options);
        if (tally.Refused > 0 && mayCopy) return Refuse(dispatcher, message, active, attempt, tally, isOver: false, now, ref notices);
        if (tally.Unknown > 0) return HandleUnknown(dispatcher, message, active, attempt, tally, now, sink, ref notices);
        if (tally.Pending > 0)
        {
            if (tally.PendingStatus != 0) return Retry(dispatcher, message, active, attempt, tally, now, ref notices);
            attempt.Outcome = AttemptOutcome.NotSent;
            MessageEvent? entry = message.TryMove(
                MessageState.Queued, now, EventKind.Requeued, connection, detail: "not sent: the connection was lost, pausing or stopping");
            if (entry is not null) sink.Collect(ref notices, message, entry, stateChanged: true);
            return new(FollowKind.Again, tally.Pending, tally.Accepted > 0, message.Tries);
        }

        attempt.Outcome = AttemptOutcome.Sent;
        MarkSent(message, connection, now, sink, ref notices);
        return new(FollowKind.Finished);
    }

    /// <summary>Again on the same connection, unless that was tried often enough.</summary>
    private static Follow Retry(
        Dispatcher dispatcher, Message message, ActiveAttempt active, Attempt attempt, in Tally tally, long now, ref NoticeList notices)
    {
        RetryPlan plan = dispatcher.PlanAfter(message.Head, active, tally.PendingStatus);
        int tries = message.Tries + (plan.Counts ? 1 : 0);
        long at = now + Micros.From(plan.Wait(message.Id, tries));
        bool isOver = plan.EndsBefore(message.Head, at);
        if (isOver || (plan.Counts && tries > plan.Attempts) || !dispatcher.MayTryAgain(message))
            return Refuse(dispatcher, message, active, attempt, tally, isOver, now, ref notices);

        attempt.Outcome = AttemptOutcome.Retry;
        AttemptRules.PlanRetry(message, plan, tries, at > now ? at : 0);
        MessageEvent? entry = message.TryMove(
            MessageState.Queued, now, EventKind.AttemptRefused, active.Lane.Name, tally.PendingStatus);
        if (entry is not null) dispatcher.Notices.Collect(ref notices, message, entry, stateChanged: true);
        FollowKind kind = plan.HasUsualWait ? FollowKind.Later : FollowKind.Again;
        return new(kind, tally.Pending, tally.Accepted > 0, tries, message.NotBefore);
    }

    private static void MarkSent(Message message, string connection, long now, Notices sink, ref NoticeList notices)
    {
        if (message.SentAt == 0) message.SentAt = now;
        message.Tries = 0;
        int before = message.ErrorCode;
        message.ErrorCode = 0;
        MessageEvent? entry = message.TryMove(MessageState.Sent, now, EventKind.Sent, connection);
        if (entry is not null) sink.Collect(ref notices, message, entry, stateChanged: true);
        else message.ErrorCode = before;
    }

    private static Follow Refuse(
        Dispatcher dispatcher, Message message, ActiveAttempt active, Attempt attempt, Tally tally, bool isOver, long now,
        ref NoticeList notices)
    {
        uint status = attempt.CommandStatus;
        RetryPlan plan = default;
        RetryStep step = isOver ? RetryStep.None : RetryStep.Same;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (segment.State != SegmentState.Refused || step == RetryStep.None) continue;
            status = segment.CommandStatus;
            plan = dispatcher.PlanAfter(message.Head, active, status);
            step = plan.Step;
        }

        // Nothing was refused for good: the tries on this connection are used up.
        if (step == RetryStep.Same)
        {
            plan = dispatcher.PlanAfter(message.Head, active, status);
            step = plan.AfterLast;
        }

        attempt.CommandStatus = status;
        string connection = active.Lane.Name;
        long at = now;
        if (plan.Step == RetryStep.Next)
        {
            int moves = (active.Work.RefusedBy?.Count ?? 0) + 1;
            at += Micros.From(plan.Wait(message.Id, moves));
            if (moves > plan.Attempts) step = RetryStep.None;
        }

        if (tally.Accepted == 0 && step != RetryStep.None && !plan.EndsBefore(message.Head, at) && dispatcher.MayTryAgain(message)
            && dispatcher.HasOtherCandidate(active.Work, connection))
        {
            attempt.Outcome = AttemptOutcome.NextCandidate;
            AttemptRules.PlanRetry(message, plan, tries: 0, at > now ? at : 0);
            foreach (SegmentProgress segment in message.Segments)
            {
                if (segment.State == SegmentState.Refused) segment.State = SegmentState.Pending;
            }

            MessageEvent? moved = message.TryMove(MessageState.Queued, now, EventKind.AttemptRefused, connection, status);
            if (moved is not null) dispatcher.Notices.Collect(ref notices, message, moved, stateChanged: true);
            return new(FollowKind.Elsewhere, At: message.NotBefore, IsUncertain: tally.Unknown > 0);
        }

        // Failed says that no vendor has any of it, which an earlier copy without an answer forbids.
        bool anyUncertain = false;
        bool allUncertain = true;
        foreach (SegmentProgress segment in message.Segments)
        {
            anyUncertain |= segment.MayBeAtVendor;
            allUncertain &= segment.MayBeAtVendor;
        }

        attempt.Outcome = AttemptOutcome.Failed;
        if (message.IsRerouted && tally.Accepted == 0 && !anyUncertain)
        {
            MessageEvent refused = message.Note(now, EventKind.AttemptRefused, connection, status);
            dispatcher.Notices.Collect(ref notices, message, refused, stateChanged: false);
            AttemptRules.EndRerouted(message, now, dispatcher.Notices, ref notices);
            return new(FollowKind.Finished);
        }

        int before = message.ErrorCode;
        message.ErrorCode = allUncertain ? 0 : DeliveryErrors.ForCommandStatus(status);
        MessageEvent? entry = (tally.Accepted > 0 || anyUncertain, allUncertain) switch
        {
            (_, true) => message.TryMove(
                MessageState.Unconfirmed, now, EventKind.Unconfirmed, connection, status, "an earlier copy may have been taken"),
            (true, _) => message.TryMove(
                MessageState.Undelivered, now, EventKind.Undelivered, connection, status, "not all segments were accepted"),
            _ => message.TryMove(MessageState.Failed, now, EventKind.Failed, connection, status),
        };
        if (entry is not null) dispatcher.Notices.Collect(ref notices, message, entry, stateChanged: true);
        else message.ErrorCode = before;
        return new(FollowKind.Finished);
    }

    private static Follow HandleUnknown(
        Dispatcher dispatcher, Message message, ActiveAttempt active, Attempt attempt, Tally tally, long now, Notices sink, ref NoticeList notices)
    {
        attempt.Outcome = AttemptOutcome.Unknown;
        string connection = active.Lane.Name;
        UnknownOutcomePolicy policy = active.Lane.Options.UnknownPolicy(message.Head.Class);
        if (policy == UnknownOutcomePolicy.Resend && !Resends(dispatcher, message, active.Lane.Options)) policy = UnknownOutcomePolicy.Wait;
        sink.Collect(
            ref notices, message, message.Note(now, EventKind.OutcomeUnknown, connection, detail: PolicyName(policy)), stateChanged: false);
        switch (policy)
        {
            case UnknownOutcomePolicy.Resend:
                return new(FollowKind.Resend, tally.Unknown + tally.Pending, tally.Accepted > 0, message.Tries);
            case UnknownOutcomePolicy.Fail when tally.Accepted == 0:
                message.ErrorCode = ErrorCodes.OutcomeUnknown;
                MessageEvent? entry = message.TryMove(MessageState.Failed, now, EventKind.Failed, connection, detail: "outcome unknown");
                if (entry is not null) sink.Collect(ref notices, message, entry, stateChanged: true);
                return new(FollowKind.Finished);
            default:
                return new(FollowKind.Finished);
        }
    }

    private static string PolicyName(UnknownOutcomePolicy policy) => policy switch
    {
        UnknownOutcomePolicy.Resend => "policy resend",
        UnknownOutcomePolicy.Fail => "policy fail",
        UnknownOutcomePolicy.Query => "policy query",
        _ => "policy wait",
    };

    /// <param name="PendingStatus">Why segments are to be sent again: a refusal of the message before a "slow down"; 0 when none was
    /// answered.</param>
    private readonly record struct Tally(int Pending, int InFlight, int Accepted, int Refused, int Unknown, uint PendingStatus)
    {
        public static Tally Of(Message message, StatusPolicy statuses)
        {
            int pending = 0, inFlight = 0, accepted = 0, refused = 0, unknown = 0;
            uint pendingStatus = 0;
            foreach (SegmentProgress segment in message.Segments)
            {
                switch (segment.State)
                {
                    case SegmentState.Pending:
                        pending++;
                        bool isOfMessage = statuses.ActionOf(segment.CommandStatus) is StatusAction.Retry or StatusAction.Next or StatusAction.Fail;
                        if (pendingStatus == 0 || isOfMessage) pendingStatus = segment.CommandStatus;
                        break;
                    case SegmentState.InFlight: inFlight++; break;
                    case SegmentState.Refused: refused++; break;
                    case SegmentState.Unknown: unknown++; break;
                    default: accepted++; break;
                }
            }

            return new(pending, inFlight, accepted, refused, unknown, pendingStatus);
        }
    }
}
