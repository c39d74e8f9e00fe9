using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>Queues a message whose time has come.</summary>
internal sealed class ReleaseMessage(Dispatcher dispatcher, long key) : Transition
{
    private NoticeList _list;
    private MessageHead? _head;
    private bool _isQueued;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        _head = null;
        _isQueued = false;

        // Canceled, ended or deleted meanwhile.
        if (transaction.Find(key) is not { State: MessageState.Scheduled or MessageState.Queued } message) return;
        _head = message.Head;
        _isQueued = message.State == MessageState.Queued;

        // The wall clock stepped back, or the time was replaced by a later one: then it is looked at again.
        if (_isQueued || message.Head.SendAt > transaction.Now) return;
        if (message.TryMove(MessageState.Queued, transaction.Now, EventKind.Released) is not { } entry) return;
        dispatcher.Notices.Collect(ref _list, message, entry, stateChanged: true);
        transaction.Save(message);
        _isQueued = true;
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _list);
        if (_head is null) return;
        if (_isQueued) dispatcher.Accept(_head);
        else dispatcher.AcceptOrSchedule(_head);
    }
}
