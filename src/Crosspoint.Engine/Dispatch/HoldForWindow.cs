using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Schedules a message whose send window is closed for when it opens. Where no validity was asked for, that counts from then, for a week at most; else the
/// message ends when it was to end.
/// </summary>
/// <param name="opens">When it opens, by the clock that sends: see <see cref="SendWindowTable.OpensAt"/>.</param>
internal sealed class HoldForWindow(Dispatcher dispatcher, OutboundWork work, long opens) : Transition
{
    // Where no moment suits, it is looked at again.
    private static readonly TimeSpan LookAgain = TimeSpan.FromDays(1);

    private NoticeList _list;
    private long _at;
    private bool _goesOn;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        (_at, _goesOn) = (0, false);
        if (transaction.Find(work.Head.Id.Key) is not { } message || !AttemptRules.MayBegin(message)) return;
        long now = transaction.Now;
        if (now >= message.Head.ValidUntil)
        {
            if (AttemptRules.Expire(message, now, dispatcher.Notices, ref _list)) transaction.Save(message);
            return;
        }

        // Some of it may be with a vendor.
        _goesOn = !AttemptRules.MayCancel(message);
        if (_goesOn) return;

        _at = opens == SendWindowTable.Never ? now + Micros.From(LookAgain) : opens;
        MessageHead head = message.Head with { SendAt = _at };
        if (head.ValiditySeconds == 0)
        {
            long most = head.CreatedAt + Micros.From(AttemptRules.MostHeld);
            head = head with { ValidUntil = Math.Max(head.ValidUntil, Math.Min(_at, most) + AttemptRules.DefaultValidity) };
        }

        message.Head = head;
        string detail = opens == SendWindowTable.Never ? "no time of the next days suits all time zones of the recipient" : "its send window is closed";
        if (message.TryMove(MessageState.Scheduled, now, EventKind.Held, detail: detail) is not { } entry) return;
        dispatcher.Notices.Collect(ref _list, message, entry, stateChanged: true);
        transaction.Save(message);
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _list);
        if (_goesOn)
        {
            work.HasBegun = true;
            dispatcher.Route(work, first: false);
            return;
        }

        if (_at != 0) dispatcher.Schedule(work.Head.Id.Key, _at);
        dispatcher.Forget(work);
    }
}
