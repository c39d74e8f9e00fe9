using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Dispatch;

/// <summary>How an attempt begins and ends on a message's record. Pure: works on the aggregate alone, inside a transition.</summary>
internal static class AttemptRules
{
    private const byte Undeliverable = 5;

    // A message that is refused for hours must not grow without bound: its first and its last attempts tell the story.
    private const int MostAttempts = 24;

    /// <summary>Microseconds that a message may wait when nothing else was asked for.</summary>
    public const long DefaultValidity = 36_000 * Micros.PerSecond;

    /// <summary>How long after its acceptance the validity of a message that is held for its send window may still begin.</summary>
    public static readonly TimeSpan MostHeld = TimeSpan.FromDays(7);

    /// <summary>
    /// Puts an attempt on record for every segment that is pending, or whose outcome is unknown; the message is then <c>sending</c>.
    /// </summary>
    public static Attempt Begin(
        Message message, ConnectionOptions connection, RouteDecision decision, ushort reference, long now, Notices notices,
        ref NoticeList list)
    {
        Attempt? last = message.LastAttempt;
        bool isCutAnew = PrepareSegments(message, FormOf(message.Head, connection.Smpp));
        if (last is not null && last.Connection == connection.Name && !isCutAnew) reference = last.Reference;

        bool possibleDuplicate = false;
        foreach (SegmentProgress segment in message.Segments)
        {
            possibleDuplicate |= segment.State == SegmentState.Unknown
                || (segment.State == SegmentState.Pending && segment.PossibleDuplicate);
        }

        var attempt = new Attempt
        {
            Number = last is null ? 1 : last.Number + 1,
            Connection = connection.Name,
            Decision = decision,
            StartedAt = now,
            Reference = reference,
            PossibleDuplicate = possibleDuplicate,
        };
        if (message.Attempts.Count >= MostAttempts) ForgetAttempt(message.Attempts);
        message.Attempts.Add(attempt);
        message.NotBefore = 0;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (segment.State is not (SegmentState.Pending or SegmentState.Unknown)) continue;
            segment.PossibleDuplicate |= segment.State == SegmentState.Unknown;
            segment.State = SegmentState.InFlight;
            segment.Attempt = attempt.Number;
        }

        bool moved = message.State != MessageState.Sending;
        string? detail = possibleDuplicate ? "possible duplicate" : null;
        MessageEvent entry = message.TryMove(MessageState.Sending, now, EventKind.AttemptStarted, connection.Name, detail: detail)
            ?? message.Note(now, EventKind.AttemptStarted, connection.Name, detail: detail);
        notices.Collect(ref list, message, entry, moved);
        return attempt;
    }

    /// <summary>When the rule of a message ends its tries, in microseconds; <see cref="long.MaxValue"/> where it does not.</summary>
    public static long EndBy(RoutingRule? rule, MessageHead head) =>
        rule?.Within is { } within ? Math.Max(head.CreatedAt, head.SendAt) + Micros.From(within) : long.MaxValue;

    /// <summary>Whether a rule allows one more attempt. Those of which nothing left the process do not count.</summary>
    public static bool MayTryAgain(Message message, RoutingRule? rule)
    {
        if (rule is null or { MostAttempts: 0 }) return true;
        int made = 0;
        foreach (Attempt attempt in message.Attempts) made += attempt.Outcome == AttemptOutcome.NotSent ? 0 : 1;
        return made < rule.MostAttempts;
    }

    /// <summary>
    /// Ends a message whose rule allows no further attempt, or whose time by the rule is over; else the rule's time bounds the message from now on.
    /// </summary>
    /// <returns>Whether it ended.</returns>
    public static bool EndByRule(Message message, RoutingRule? rule, long now, Notices notices, ref NoticeList list)
    {
        if (rule is null) return false;
        long end = EndBy(rule, message.Head);
        if (now >= end)
        {
            string late = $"the time of rule '{rule.Name}' is over";
            return GiveUp(message, MessageState.Expired, EventKind.Expired, ErrorCodes.ValidityExpired, late, now, notices, ref list);
        }

        if (!MayTryAgain(message, rule))
        {
            string often = $"rule '{rule.Name}' allows no further attempt";
            return GiveUp(message, MessageState.Failed, EventKind.Failed, ErrorCodes.Unknown, often, now, notices, ref list);
        }

        if (end < message.Head.ValidUntil) message.Head = message.Head with { ValidUntil = end };
        return false;
    }

    /// <summary>Puts on record what a further try is bound by.</summary>
    /// <param name="tries">Refusals on the connection that count.</param>
    /// <param name="notBefore">When a rule allows it, in microseconds; 0 for at once, or after the usual wait.</param>
    public static void PlanRetry(Message message, RetryPlan plan, int tries, long notBefore)
    {
        message.Tries = tries;
        message.NotBefore = notBefore;
        long end = plan.EndOf(message.Head);
        if (end < message.Head.ValidUntil) message.Head = message.Head with { ValidUntil = end };
    }

    /// <summary>
    /// Ends a message whose last copy a carrier could not deliver, and which no other connection took: as it would have ended at the receipt.
    /// </summary>
    public static bool EndRerouted(
        Message message, long now, Notices notices, ref NoticeList list, string detail = "no other connection took it")
    {
        // A later receipt may have said that the segment arrived after all, though not the whole copy: what led to the re-route stands.
        byte state = message.Superseded[^1].Lost?.ReceiptState
            ?? (byte?)message.Events.FindLast(static entry => entry.Kind == EventKind.Rerouted)?.Code ?? Undeliverable;
        string? connection = message.Attempts.FindLast(static attempt => attempt.Outcome == AttemptOutcome.Rerouted)?.Connection;
        MessageEvent? entry = message.TryMove(MessageState.Undelivered, now, EventKind.Undelivered, connection, state, detail);
        if (entry is null) return false;
        message.ErrorCode = DeliveryErrors.ForReceipt(state);
        notices.Collect(ref list, message, entry, stateChanged: true);
        return true;
    }

    /// <summary>How a message goes on a connection: count, cut and octets of all of its attempts there follow from it.</summary>
    public static WireForm FormOf(MessageHead head, SmppConnectionOptions connection) =>
        WireForm.Choose(head.Body, head.Encoding, connection.Alphabet, connection.SegmentMethod);

    /// <summary>How many submit_sm a message takes in that form; with message_payload the carrier does the cutting.</summary>
    public static int SegmentsOnWire(MessageHead head, WireForm form) =>
        form == new WireForm { Encoding = head.Encoding } ? head.SegmentCount : form.Count(head.Body);

    /// <summary>Whether an attempt may begin: something is left to send, and nobody ended the message meanwhile.</summary>
    /// <param name="hasBegun">
    /// The work knows of an attempt before. One that does not is a second one for the same message when that is being sent: then the first goes on.
    /// </param>
    public static bool MayBegin(Message message, bool hasBegun)
    {
        if (message.State is not (MessageState.Accepted or MessageState.Queued or MessageState.Sending)) return false;
        if (message.State == MessageState.Sending && !hasBegun) return false;
        if (message.Segments.Count == 0) return true;
        bool left = false;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (segment.State == SegmentState.InFlight) return false;
            left |= segment.State is SegmentState.Pending or SegmentState.Unknown;
        }

        return left;
    }

    /// <summary>Whether a message waits, and nothing of its present copy may be with a vendor.</summary>
    public static bool Waits(Message message)
    {
        if (message.Head.IsInbound || message.State is not (MessageState.Accepted or MessageState.Queued or MessageState.Scheduled)) return false;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (segment.State != SegmentState.Pending || segment.MayBeAtVendor) return false;
        }

        return true;
    }

    /// <summary>Ends a message that waits. False when it has ended, or segments of it may be with a vendor, or were.</summary>
    public static bool Cancel(Message message, string? detail, long now, Notices notices, ref NoticeList list)
    {
        if (message.IsRerouted || !Waits(message)) return false;
        if (message.TryMove(MessageState.Canceled, now, EventKind.Canceled, detail: detail) is not { } entry) return false;
        notices.Collect(ref list, message, entry, stateChanged: true);
        return true;
    }

    /// <summary>
    /// Ends a message that waits in a queue that is canceled. What waits to go another way ends as the carrier said that had it.
    /// </summary>
    public static bool CancelQueued(Message message, string detail, long now, Notices notices, ref NoticeList list) =>
        message.IsRerouted
            ? Waits(message) && EndRerouted(message, now, notices, ref list, detail)
            : Cancel(message, detail, now, notices, ref list);

    /// <summary>Ends a message whose validity ran out before it was sent.</summary>
    public static bool Expire(Message message, long now, Notices notices, ref NoticeList list) =>
        GiveUp(message, MessageState.Expired, EventKind.Expired, ErrorCodes.ValidityExpired, null, now, notices, ref list);

    /// <summary>
    /// Ends a message that dispatch cannot send any more. The state given is the truth only while nothing of it may have left: with
    /// segments at a vendor it is undelivered, with segments whose outcome nobody knows it is unconfirmed.
    /// </summary>
    /// <returns>False when the message had ended already.</returns>
    public static bool GiveUp(
        Message message,
        MessageState unsent,
        EventKind unsentKind,
        int errorCode,
        string? detail,
        long now,
        Notices notices,
        ref NoticeList list)
    {
        bool accepted = false;
        bool unknown = false;
        foreach (SegmentProgress segment in message.Segments)
        {
            accepted |= segment.State is SegmentState.Sent or SegmentState.Delivered or SegmentState.Undelivered;
            unknown |= segment.MayBeAtVendor;
        }

        if (message.IsRerouted && !accepted && !unknown) return EndRerouted(message, now, notices, ref list);
        int before = message.ErrorCode;
        message.ErrorCode = accepted || !unknown ? errorCode : 0;
        string? connection = unknown && !accepted ? message.LastAttempt?.Connection : null;
        MessageEvent? entry = (accepted, unknown) switch
        {
            (true, _) => message.TryMove(MessageState.Undelivered, now, EventKind.Undelivered, detail: detail ?? "the rest was not sent in time"),
            (_, true) => message.TryMove(MessageState.Unconfirmed, now, EventKind.Unconfirmed, connection, detail: detail ?? "no answer came in time"),
            _ => message.TryMove(unsent, now, unsentKind, detail: detail),
        };
        if (entry is null)
        {
            message.ErrorCode = before;
            return false;
        }

        notices.Collect(ref list, message, entry, stateChanged: true);
        return true;
    }

    // Where it may not go again is told by its attempts: these stay.
    private static void ForgetAttempt(List<Attempt> attempts)
    {
        int index = attempts.FindIndex(
            MostAttempts / 2, static attempt => attempt.Outcome is not (AttemptOutcome.NextCandidate or AttemptOutcome.Rerouted));
        attempts.RemoveAt(index < 0 ? MostAttempts / 2 : index);
    }

    // Another connection may cut the text in other ways, and so may the same one after a change of its keys. Where a segment was accepted the
    // cut stays: no other connection gets the message then.
    private static bool PrepareSegments(Message message, WireForm form)
    {
        int count = SegmentsOnWire(message.Head, form);
        if (message.Segments.Count == count) return false;
        if (message.Segments.Exists(static segment => segment.State is not (SegmentState.Pending or SegmentState.Unknown))) return false;

        bool uncertain = message.Segments.Exists(segment => segment.MayBeAtVendor);
        message.Segments.Clear();
        for (int i = 0; i < count; i++) message.Segments.Add(new SegmentProgress { PossibleDuplicate = uncertain });
        return true;
    }
}
