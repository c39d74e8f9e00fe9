using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>Ends a message whose time is over: in our queue it expires; at a vendor that stays silent it becomes unconfirmed.</summary>
/// <param name="isSilent">The carrier was asked for no receipt of success: that none came says nothing, and the message stays <c>sent</c>.</param>
/// <param name="queried">What the carrier answered, when it was asked before: a final state in it is the end of the message.</param>
/// <param name="ended">Told when it is on disk, or never will be.</param>
internal sealed class EndOverdue(
    Dispatcher dispatcher, long key, long graceMicros, bool isSilent, QueriedMessage? queried = null, Action? ended = null) : Transition
{
    private readonly Notices _notices = dispatcher.Notices;
    private NoticeList _list;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        if (transaction.Find(key) is not { } message || message.Head.IsInbound || transaction.Now < message.Head.ValidUntil) return;
        if (queried is not null && message.State == MessageState.Sent) queried.Apply(message, transaction.Now, _notices, ref _list);
        if (message.State is MessageState.Accepted or MessageState.Queued or MessageState.Scheduled)
        {
            if (dispatcher.IsOver(message, transaction.Now, ref _list)) AttemptRules.Expire(message, transaction.Now, _notices, ref _list);
        }
        else if (message.State == MessageState.Receiving)
        {
            message.ErrorCode = ErrorCodes.InboundSegmentMissing;
            if (message.TryMove(MessageState.Failed, transaction.Now, EventKind.Failed, detail: "parts are missing") is { } failed)
                _notices.Collect(ref _list, message, failed, stateChanged: true);
        }
        else if (isSilent && message.State == MessageState.Sent)
        {
            if (message.IsSettled || transaction.Now < message.Head.ValidUntil + graceMicros) return;
            message.IsSettled = true;
            transaction.Save(message);
        }
        else if (message.State is MessageState.Sent or MessageState.Sending && transaction.Now >= message.Head.ValidUntil + graceMicros)
        {
            string detail = message.State == MessageState.Sent ? "no receipt came" : "no answer and no receipt came";
            MessageEvent? entry = message.TryMove(
                MessageState.Unconfirmed, transaction.Now, EventKind.Unconfirmed, message.LastAttempt?.Connection, detail: detail);
            if (entry is not null) _notices.Collect(ref _list, message, entry, stateChanged: true);
        }

        if (_list.Count > 0) transaction.Save(message);
    }

    public override void Committed()
    {
        _notices.Publish(ref _list);
        ended?.Invoke();
    }

    public override void Failed(StoreFailure failure) => ended?.Invoke();
}
