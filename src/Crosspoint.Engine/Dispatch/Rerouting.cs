using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Retries;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Queues a message again that a carrier took and could not deliver, for a connection that has not had it: where a rule says so, while
/// the message is of use, and while nobody has canceled its batch. Anew means whole: every segment is sent again.
/// </summary>
internal sealed class Rerouting(Dispatcher dispatcher) : IRerouter
{
    // SMPP 3.4 §5.2.28: somebody withdrew it at the carrier.
    private const byte Deleted = 4;

    public RerouteResult Reroute(Message message, byte receiptState, string? error, long now, ref NoticeList list)
    {
        if (message.Head.IsCopy || !IsOpenTo(message, receiptState, now) || message.LastAttempt is not { } last) return RerouteResult.No;
        MessageHead head = message.Head;
        RetryPlan plan = dispatcher.Retries.AfterReceipt(head, last.Connection, last.Number, receiptState);
        int number = message.Superseded.Count + 1;
        long at = now + Micros.From(plan.Wait(head.Id, number));
        if (plan.Step != RetryStep.Next || number > plan.Attempts || at >= plan.EndOf(head)) return RerouteResult.No;
        if (!dispatcher.MayTryAgain(message)) return RerouteResult.No;
        if (!dispatcher.HasOtherCandidate(OutboundWork.From(message), last.Connection)) return RerouteResult.No;
        if (dispatcher.Traffic.CancelerOf(head) is not null) return RerouteResult.No;
        if (last.Outcome == AttemptOutcome.Pending) return RerouteResult.WhenAnswered;
        if (message.State != MessageState.Sent) return RerouteResult.No;

        long sentAt = message.SentAt;
        message.Supersede();
        last.Outcome = AttemptOutcome.Rerouted;
        message.SentAt = 0;
        AttemptRules.PlanRetry(message, plan, tries: 0, at > now ? at : 0);
        MessageEvent entry = message.TryMove(MessageState.Queued, now, EventKind.Rerouted, last.Connection, receiptState, error)!;
        dispatcher.Notices.Collect(ref list, message, entry, stateChanged: true);
        (long key, string connection, int code) = (head.Id.Key, last.Connection, DeliveryErrors.ForReceipt(receiptState));
        list.Then(() =>
        {
            dispatcher.Notices.Metrics.Rerouted(connection, code);
            dispatcher.Notices.LeftConnection(connection, head, new(sentAt, IsDelivered: false, code, IsLast: false, now));
            dispatcher.ReleaseAt(key, at);
        });
        return RerouteResult.Done;
    }

    // A segment that arrived would arrive twice, and so might one of which a copy was never answered: that is for the policy of unknown
    // outcomes. Of a text that was redacted nothing is left to send.
    private static bool IsOpenTo(Message message, byte receiptState, long now) =>
        receiptState != Deleted && now < message.Head.ValidUntil && !message.IsRedacted
        && message.State is MessageState.Sent or MessageState.Sending
        && !message.Segments.Exists(static segment => segment.State == SegmentState.Delivered || segment.PossibleDuplicate);
}
