using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>Queues a message whose time has come, or takes up one that is queued and waited for a further try.</summary>
internal sealed class ReleaseMessage(Dispatcher dispatcher, long key) : Transition
{
    private NoticeList _list;
    private MessageHead? _head;
    private OutboundWork? _work;
    private long _notBefore;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        _head = null;
        _work = null;
        _notBefore = 0;

        // Canceled, ended or deleted meanwhile.
        if (transaction.Find(key) is not { State: MessageState.Scheduled or MessageState.Queued } message) return;
        _head = message.Head;

        // The wall clock stepped back, or the time was replaced by a later one: then it is looked at again.
        if (message.State == MessageState.Queued)
        {
            if (message.NotBefore > transaction.Now) _notBefore = message.NotBefore;
            else _work = OutboundWork.From(message);
            return;
        }

        if (message.Head.SendAt > transaction.Now) return;
        if (message.TryMove(MessageState.Queued, transaction.Now, EventKind.Released) is not { } entry) return;
        dispatcher.Notices.Collect(ref _list, message, entry, stateChanged: true);
        transaction.Save(message);
        _work = OutboundWork.From(message);
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _list);
        if (_head is null) return;
        if (_work is not null) dispatcher.Accept(_work);
        else if (_notBefore > 0) dispatcher.ReleaseAt(key, _notBefore);
        else dispatcher.AcceptOrSchedule(_head);
    }
}
