using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>Puts an attempt on record before any byte of it leaves.</summary>
internal sealed class BeginAttempt(Dispatcher dispatcher, OutboundWork work, Lane lane, Reservation reservation, RouteDecision decision)
    : Transition
{
    private NoticeList _notices;
    private ActiveAttempt? _active;
    private DayCharge _day;
    private bool _isPossibleDuplicate;
    private bool _isAside;

    public override void Apply(IJournalTransaction transaction)
    {
        _notices.Clear();
        _active = null;
        _day.Rewind(reservation.Limits);

        // Paused or canceled since it left its queue: whoever was answered has seen the last attempt begin.
        _isAside = !dispatcher.Traffic.LetsGo(work);
        if (_isAside) return;
        Message? message = transaction.Find(work.Head.Id.Key);
        if (message is null || !AttemptRules.MayBegin(message, work.HasBegun)) return;
        if (dispatcher.IsOver(message, transaction.Now, ref _notices))
        {
            if (AttemptRules.Expire(message, transaction.Now, dispatcher.Notices, ref _notices)) transaction.Save(message);
            return;
        }

        RoutingRule? rule = work.Head.IsCopy ? null : dispatcher.RuleOf(decision);
        if (AttemptRules.EndByRule(message, rule, transaction.Now, dispatcher.Notices, ref _notices))
        {
            transaction.Save(message);
            return;
        }

        // Its text may have been replaced since it was queued.
        work.Head = message.Head;
        RouteDecision recorded = dispatcher.Copies.Make(transaction, message, decision, ref _notices);
        Attempt attempt = AttemptRules.Begin(
            message, lane.Options, recorded, dispatcher.References.Next(work.Head), transaction.Now, dispatcher.Notices, ref _notices);
        transaction.Save(message);
        _day.Write(transaction, reservation.Limits, reservation.Segments, atIntake: false);
        _active = new(
            work, lane, reservation.Session, attempt.Number, attempt.Reference, SegmentsOf(message, attempt.Number), message.Segments.Count)
        {
            Watched = dispatcher.Watch(work, lane, decision, out long cost, out long sell),
            SegmentCost = cost,
            SegmentSell = sell,
        };
        _isPossibleDuplicate = attempt.PossibleDuplicate;
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _notices);
        if (_active is null)
        {
            // Unless it is to be held: canceled, expired, deleted, or answered after all, and nothing is left to send.
            lane.Release(reservation);
            if (_isAside) dispatcher.Route(work, first: false);
            else dispatcher.Forget(work);
            return;
        }

        _day.Settle(reservation.Limits, reservation.Segments);
        if (_isPossibleDuplicate) dispatcher.Notices.Metrics.PossibleDuplicate(lane.Name);
        lane.Send(_active, reservation);
    }

    public override void Failed(StoreFailure failure)
    {
        _day.Undo(reservation.Limits, reservation.Segments);
        lane.Release(reservation);
        dispatcher.PutBack(work, failure);
    }

    /// <summary>Segments that the attempt sends; null for all.</summary>
    private static int[]? SegmentsOf(Message message, int attempt)
    {
        int count = 0;
        foreach (SegmentProgress segment in message.Segments)
        {
            if (segment.Attempt == attempt) count++;
        }

        if (count == message.Segments.Count) return null;
        int[] indexes = new int[count];
        for (int i = message.Segments.Count - 1; count > 0; i--)
        {
            if (message.Segments[i].Attempt == attempt) indexes[--count] = i;
        }

        return indexes;
    }
}
