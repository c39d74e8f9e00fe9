using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>Ends a message for which no connection is left, or which a rule denies.</summary>
internal sealed class FailUnroutable(Dispatcher dispatcher, OutboundWork work, RouteDecision decision) : Transition
{
    private NoticeList _notices;

    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        _notices.Clear();
        Message? message = transaction.Find(work.Head.Id.Key);
        if (message is null || !AttemptRules.MayBegin(message, work.HasBegun)) return;
        RouteFacts? facts = decision.Facts;
        bool isDenied = facts?.DenyReason is not null;
        bool ended = AttemptRules.GiveUp(
            message,
            MessageState.Failed,
            EventKind.Failed,
            isDenied ? facts!.DenyCode : ErrorCodes.Unknown,
            isDenied ? $"denied by rule '{decision.Rule}': {facts!.DenyReason}" : "no connection is left for it",
            transaction.Now,
            dispatcher.Notices,
            ref _notices);
        if (!ended) return;
        if (facts is not null) message.Unrouted = decision;
        transaction.Save(message);
    }

    public override void Committed()
    {
        dispatcher.Notices.Publish(ref _notices);
        dispatcher.Forget(work);
    }
}
