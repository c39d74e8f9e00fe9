using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Receipts;
using Crosspoint.Engine.Retries;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Vendors;
using Crosspoint.Engine.Webhooks;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Takes up at start what the last run left unfinished: queued messages, attempts without an outcome, webhooks that were not delivered.
/// </summary>
internal sealed partial class Recovery(EngineOptions options, IJournal journal, Dispatcher dispatcher, ILogger<Recovery> logger)
{
    private const int PageSize = 2000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int queued = 0, unknown = 0, webhooks = 0, waiting = 0;
        long after = 0;
        while (true)
        {
            IReadOnlyList<Message> page = await journal.ListOpenAsync(after, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (Message message in page)
            {
                after = message.Id.Key;
                webhooks += ResumeWebhooks(message);
                if (message.Head.IsInbound) continue;
                switch (message.State)
                {
                    case MessageState.Accepted or MessageState.Queued:
                        queued++;
                        if (message.NotBefore > 0) dispatcher.ReleaseAt(message.Id.Key, message.NotBefore);
                        else dispatcher.Accept(OutboundWork.From(message));
                        break;
                    case MessageState.Scheduled:
                        dispatcher.AcceptOrSchedule(message.Head);
                        break;
                    case MessageState.Sending:
                        unknown++;
                        ResumeSending(message);
                        break;
                    case MessageState.Sent:
                        waiting++;
                        break;
                }
            }

            if (page.Count < PageSize) break;
        }

        if (queued + unknown + webhooks + waiting > 0) Log.Resumed(logger, queued, unknown, waiting, webhooks);
    }

    private int ResumeWebhooks(Message message)
    {
        int count = 0;
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            if (delivery.State != DeliveryState.Pending) continue;
            dispatcher.Notices.SendWebhook(WebhookJob.From(message, delivery));
            count++;
        }

        return count;
    }

    private void ResumeSending(Message message)
    {
        OutboundWork work = OutboundWork.From(message);
        string name = message.LastAttempt?.Connection ?? "";
        ConnectionOptions? connection = options.Connections.FirstOrDefault(candidate => candidate.Name == name);
        bool inFlight = message.Segments.Exists(segment => segment.State == SegmentState.InFlight);
        if (inFlight)
        {
            dispatcher.Hold();
            journal.Enqueue(new MarkUnknown(dispatcher, work, connection));
        }
        else if (message.Segments.Exists(segment => segment.State == SegmentState.Unknown) && Conclusion.Resends(dispatcher, message, connection))
        {
            // The outcome is on record; the wait for a late word was cut short.
            work.Prefer = work.PinnedTo is null ? name : null;
            dispatcher.Hold();
            dispatcher.Resume(work, SubmitPolicy.ResendDelay);
        }
    }

    /// <summary>
    /// The process ended between the record of an attempt and the record of its outcome: nobody knows what the vendor got.
    /// </summary>
    private sealed class MarkUnknown(Dispatcher dispatcher, OutboundWork work, ConnectionOptions? connection) : Transition
    {
        private NoticeList _list;
        private bool _resends;

        public override bool IsRequired => true;

        public override void Apply(IJournalTransaction transaction)
        {
            _list.Clear();
            _resends = false;
            if (transaction.Find(work.Head.Id.Key) is not { } message) return;
            bool any = false;
            bool accepted = false;
            foreach (SegmentProgress segment in message.Segments)
            {
                if (segment.State == SegmentState.InFlight)
                {
                    segment.State = SegmentState.Unknown;
                    any = true;
                }
                else
                {
                    accepted |= segment.State is SegmentState.Sent or SegmentState.Delivered or SegmentState.Undelivered;
                }
            }

            if (!any) return;
            string? name = message.LastAttempt?.Connection;
            if (message.LastAttempt is { } attempt)
            {
                attempt.Outcome = AttemptOutcome.Unknown;
                attempt.EndedAt = transaction.Now;
            }

            dispatcher.Notices.Collect(
                ref _list, message, message.Note(transaction.Now, EventKind.OutcomeUnknown, name, detail: "the gateway was stopped before the answer was stored"), stateChanged: false);
            _resends = Conclusion.Resends(dispatcher, message, connection);
            if (connection?.UnknownPolicy(message.Head.Class) == UnknownOutcomePolicy.Fail && !accepted)
            {
                message.ErrorCode = ErrorCodes.OutcomeUnknown;
                if (message.TryMove(MessageState.Failed, transaction.Now, EventKind.Failed, name, detail: "outcome unknown") is { } entry)
                    dispatcher.Notices.Collect(ref _list, message, entry, stateChanged: true);
            }

            ReceiptRules.JoinLost(
                message, ReceiptParts.Every, name ?? "", transaction.Now, dispatcher.Rerouting, dispatcher.Notices, ref _list);
            transaction.Save(message);
        }

        public override void Committed()
        {
            dispatcher.Notices.Publish(ref _list);
            if (!_resends)
            {
                dispatcher.Forget(work);
                return;
            }

            work.Prefer = work.PinnedTo is null ? connection?.Name ?? "" : null;
            dispatcher.Resume(work, SubmitPolicy.ResendDelay);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(2031, LogLevel.Information,
            "Taken up from the journal: {Queued} queued, {Unknown} without an outcome, {Waiting} waiting for receipts, {Webhooks} webhooks to deliver")]
        public static partial void Resumed(ILogger logger, int queued, int unknown, int waiting, int webhooks);
    }
}
