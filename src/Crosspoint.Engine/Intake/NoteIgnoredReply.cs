using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Intake;

/// <summary>Writes into an inbound message's timeline that its webhook's answer asked for something that was not done.</summary>
internal sealed class NoteIgnoredReply(Notices notices, long key, string what) : Transition
{
    private const int MostDetail = 200;
    private NoticeList _list;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _list.Clear();
        if (transaction.Find(key) is not { } message) return;
        string detail = what.Length > MostDetail ? what[..MostDetail] : what;
        notices.Collect(ref _list, message, message.Note(transaction.Now, EventKind.ReplyIgnored, detail: detail), stateChanged: false);
        transaction.Save(message);
    }

    public override void Committed() => notices.Publish(ref _list);
}
