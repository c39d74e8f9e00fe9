using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>Ends a message for which no connection is left.</summary>
internal sealed class FailUnroutable(Dispatcher dispatcher, OutboundWork work) : Transition
{
    private NoticeList _notices;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _notices.Clear();
        Message? message = transaction.Find(work.Head.Id.Key);
        if (message is null) return;
        int before = message.ErrorCode;
        message.ErrorCode = DeliveryErrors.Unknown;
        MessageEvent? entry = message.TryMove(MessageState.Failed, transaction.Now, EventKind.Failed, detail: "no connection is left for it");
        if (entry is null)
        {
            message.ErrorCode = before;
            return;
        }

        dispatcher.Notices.Collect(ref _notices, message, entry, stateChanged: true);
        transaction.Save(message);
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _notices);
        dispatcher.Forget(work);
    }
}
