using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Copies messages to test connections where a rule says so. A copy is a message of its own, made in the commit of the original's first attempt: there is
/// one or none, whatever happens to the process. It goes to its connection alone and is no account's; and where that connection could not take it soon it
/// is dropped, for the original waits for nothing.
/// </summary>
internal sealed class TestCopies(Dispatcher dispatcher)
{
    /// <summary>Copies that may wait for one connection, but for those of the commit under way: where more come it is too slow for them.</summary>
    public const int MostWaiting = 1_000;

    /// <summary>How long a copy is of use.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(1);

    /// <summary>Makes the copy that a decision asks for, before its attempt begins.</summary>
    /// <returns>The decision as it is to be put on record: it speaks of a copy where this attempt leads to one, or would have.</returns>
    public RouteDecision Make(IJournalTransaction transaction, Message original, RouteDecision decision, ref NoticeList list)
    {
        if (decision.Facts is not { CopyTo: { } connection } facts) return decision;
        if (original.Attempts.Count > 0 || original.CopiedAs is not null) return decision with { Facts = facts with { CopyTo = null } };
        if (WhyDropped(connection) is { } reason)
        {
            list.Then(() => dispatcher.Notices.Metrics.CopyDropped(connection, reason));
            return decision with { Facts = facts with { IsCopyDropped = true } };
        }

        MessageHead head = HeadOf(original.Head, connection, transaction.NextId(), transaction.Now);
        Message copy = Message.Create(head, MessageState.Queued, EventKind.Accepted, $"copy of {original.Id}");
        dispatcher.Notices.Collect(ref list, copy, copy.Events[0], stateChanged: true);
        transaction.Insert(copy);
        original.CopiedAs = head.Id;
        list.Then(() => dispatcher.Accept(head));
        return decision;
    }

    /// <summary>What is on record of a copy's way.</summary>
    public static RouteDecision DecisionOf(RoutingPlan plan, MessageHead copy) =>
        new(plan.Revision, RoutingPlan.CopyRule, [new(copy.Connection!, CandidateCode.Chosen)]);

    /// <summary>The text of the original was removed: that of its copy goes too, and what was not sent of it never is.</summary>
    public static void Redact(Message copy, long now, Notices notices, ref NoticeList list)
    {
        if (copy.IsRedacted) return;
        if (!AttemptRules.Cancel(copy, "the original was redacted", now, notices, ref list)
            && copy.State is MessageState.Queued or MessageState.Sending
            && copy.TryMove(
                MessageState.Unconfirmed, now, EventKind.Unconfirmed, copy.Head.Connection, detail: "the original was redacted") is { } ended)
        {
            notices.Collect(ref list, copy, ended, stateChanged: true);
        }

        copy.Head = copy.Head with { Body = "" };
        copy.IsRedacted = true;
        notices.Collect(ref list, copy, copy.Note(now, EventKind.Redacted), stateChanged: false);
    }

    private string? WhyDropped(string connection)
    {
        if (dispatcher.Find(connection) is not { Use: ConnectionUse.Usable, Options.Capabilities.IsTest: true } lane) return "unavailable";
        if (lane.Load.Queued >= MostWaiting) return "full";
        return dispatcher.Journal.QueueDepth >= IJournal.BackgroundDepth ? "overloaded" : null;
    }

    // What goes on the wire is the same; who is told of it, what it counts in and how long it lives are not.
    private static MessageHead HeadOf(MessageHead original, string connection, MessageId id, long now)
    {
        long until = Math.Min(original.ValidUntil, now + Micros.From(Life));
        return new()
        {
            Id = id,
            AccountSid = "",
            Direction = original.Direction,
            From = original.From,
            To = original.To,
            Body = original.Body,
            Class = original.Class,
            Encoding = original.Encoding,
            SegmentCount = original.SegmentCount,
            CreatedAt = now,
            ValidUntil = until,
            ValiditySeconds = (int)Math.Max(1, (until - now) / Micros.PerSecond),
            Metadata = original.Metadata,
            SmartEncoded = original.SmartEncoded,
            Submit = original.Submit is { ProtocolId: not 0 } submit ? new() { ProtocolId = submit.ProtocolId } : null,
            Connection = connection,
            CopyOf = original.Id,
        };
    }
}
