using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Dispatch;

/// <summary>How the handing over of a segment ended.</summary>
internal enum OutcomeKind
{
    Answered,

    /// <summary>Written, and no answer came.</summary>
    Unknown,

    /// <summary>Kept back: the session was gone before the first byte, or the connection pauses or stops.</summary>
    NotSent,
}

/// <summary>
/// A segment on its way: what the session keeps for it while it is in flight, and then, as a transition, the record of how it ended.
/// The record concludes the attempt when it is the last of its segments, and says what dispatch does next.
/// </summary>
internal sealed class SegmentOutcome(Dispatcher dispatcher, ActiveAttempt active, int segment) : Transition
{
    private OutcomeKind _kind;
    private uint _status;
    private string? _vendorId;
    private bool _isLate;
    private NoticeList _notices;
    private Follow _follow;
    private bool _slowDown;
    private int _isToldSubmitted;

    public override bool IsRequired => true;

    /// <summary>Names of the sums of <see cref="Dispatcher.Sold"/>.</summary>
    public const string SoldFor = "sell";

    public const string SoldAtCost = "cost";

    public ActiveAttempt Active => active;

    /// <summary>The epoch of the connection's pace in which the segment was written.</summary>
    public int Epoch { get; init; }

    /// <summary>Tells health that the segment was written; once, for its answer may be here before the call that wrote it returns.</summary>
    public void TellSubmitted()
    {
        if (dispatcher.Health is not { } health || Interlocked.Exchange(ref _isToldSubmitted, 1) == 1) return;
        active.Watched.Submitted(health.Clock.Now);
    }

    /// <summary>Tells health what became of the segment.</summary>
    /// <param name="took">From its writing to its answer.</param>
    public void TellAnswered(AnswerKind kind, uint status, TimeSpan took)
    {
        if (dispatcher.Health is not { } health) return;
        TellSubmitted();
        active.Watched.Answered(kind, status, Micros.From(took), active.SegmentCost, health.Clock.Now);
        if (kind != AnswerKind.Accepted || active.SegmentCost == 0) return;
        dispatcher.Spent.Add(active.Lane.Name, active.SegmentCost);
        if (active.SegmentSell == 0) return;
        dispatcher.Sold.Add(SoldFor, active.SegmentSell);
        dispatcher.Sold.Add(SoldAtCost, active.SegmentCost);
    }

    /// <summary>Hands the outcome to the journal.</summary>
    public void Record(OutcomeKind kind, uint status, string? vendorId)
    {
        (_kind, _status, _vendorId) = (kind, status, vendorId);
        dispatcher.Journal.Enqueue(this);
    }

    /// <summary>An answer after the segment was recorded as unknown: a record of its own.</summary>
    public void RecordLate(uint status, string? vendorId)
    {
        var late = new SegmentOutcome(dispatcher, active, segment) { _isLate = true };
        late.Record(OutcomeKind.Answered, status, vendorId);
    }

    public override void Apply(IJournalTransaction transaction)
    {
        _notices.Clear();
        _follow = default;
        _slowDown = false;
        Message? message = transaction.Find(active.Work.Head.Id.Key);
        if (message is null)
        {
            // Deleted meanwhile.
            _follow = new(FollowKind.Finished);
            return;
        }

        if (segment >= message.Segments.Count) return;
        if (_isLate && message.IsRerouted && active.Attempt <= message.Superseded[^1].Attempt) return;
        SegmentProgress progress = message.Segments[segment];
        StatusAction action = active.Lane.Options.Smpp.Statuses.ActionOf(_status);
        bool isRefusal = _kind == OutcomeKind.Answered && action != StatusAction.Accept
            && dispatcher.PlanAfter(message.Head, active, _status).Step != RetryStep.Same;
        _slowDown = _kind == OutcomeKind.Answered && action == StatusAction.SlowDown;
        bool isCurrent = progress.Attempt == active.Attempt;

        if (_kind == OutcomeKind.Answered && action == StatusAction.Accept)
        {
            Accept(transaction, message, progress, isCurrent);
        }
        else if (_isLate)
        {
            // Where the segment is sent again, a late refusal is a fact for the record and changes nothing. Where nothing but a late word
            // was waited for, this is it.
            if (isCurrent && progress.State == SegmentState.Unknown && Conclusion.Awaits(dispatcher, message, active.Lane.Options))
            {
                progress.CommandStatus = _status;
                progress.State = isRefusal ? SegmentState.Refused : SegmentState.Pending;
            }

            dispatcher.Notices.Collect(
                ref _notices, message, message.Note(transaction.Now, EventKind.AttemptRefused, active.Lane.Name, _status, "late answer"),
                stateChanged: false);
        }
        else if (isCurrent && progress.State == SegmentState.InFlight)
        {
            progress.CommandStatus = _status;
            progress.State = _kind switch
            {
                OutcomeKind.Unknown => SegmentState.Unknown,
                _ when isRefusal => SegmentState.Refused,
                _ => SegmentState.Pending,
            };
        }

        if (isCurrent && !_isLate) _follow = Conclusion.Of(dispatcher, message, active, transaction.Now, ref _notices);
        else if (_isLate) _follow = Conclusion.AfterLateAnswer(dispatcher, message, active, transaction.Now, ref _notices);
        ReceiptParts parts = active.Lane.Options.Smpp.ReceiptParts;
        ReceiptRules.JoinLost(message, parts, active.Lane.Name, transaction.Now, dispatcher.Rerouting, dispatcher.Notices, ref _notices);
        ReceiptRules.JoinEarly(message, parts, active.Lane.Name, transaction.Now, dispatcher.Notices, ref _notices);
        transaction.Save(message);
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _notices);
        Lane lane = active.Lane;
        if (_isLate)
        {
            // The work had left dispatch; it comes back only if there is something to do.
            if (_follow.Kind is FollowKind.Nothing or FollowKind.Finished) return;
            dispatcher.Hold();
            dispatcher.Follow(active.Work, lane, _follow);
            return;
        }

        lane.Ended(active, Epoch, _kind == OutcomeKind.Answered && _status == 0, _slowDown);
        dispatcher.Follow(active.Work, lane, _follow);
    }

    public override void Failed(StoreFailure failure)
    {
        // The journal is gone, and the process with it: the attempt on record will be taken up as unknown at the next start.
        // Only this record is at fault: its slot must not stay taken for ever.
        if (failure != StoreFailure.Rejected || _isLate) return;
        active.Lane.Ended(active, Epoch, accepted: false, slowDown: false);
        dispatcher.Forget(active.Work);
    }

    private void Accept(IJournalTransaction transaction, Message message, SegmentProgress progress, bool isCurrent)
    {
        bool isOpen = progress.State is SegmentState.InFlight or SegmentState.Unknown or SegmentState.Pending or SegmentState.Refused;
        if (isOpen && (isCurrent || _isLate))
        {
            progress.State = SegmentState.Sent;
            progress.CommandStatus = 0;
        }

        if (string.IsNullOrEmpty(_vendorId)) return;

        // A second copy has an id of its own: both lead here, and the receipt of either counts.
        progress.VendorId ??= _vendorId;
        string group = active.Lane.Options.Group;
        ReceiptParts parts = active.Lane.Options.Smpp.ReceiptParts;
        transaction.Correlate(group, _vendorId, message.Id.Key, message.CorrelationOf(segment));
        foreach (ParkedReceipt parked in transaction.TakeParked(group, _vendorId))
        {
            if (ReceiptRules.IsRecipient(message.Head.To, parked.Recipient))
                ReceiptRules.Apply(message, progress, parked, parts, transaction.Now, dispatcher.Rerouting, dispatcher.Notices, ref _notices);
            else
                transaction.Park(parked);
        }
    }
}
