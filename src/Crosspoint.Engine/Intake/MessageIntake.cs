using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Sms.Numbers;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Intake;

/// <summary>
/// The engine's door: see <see cref="IIntake"/>. Also answers inbound messages for applications that reply in their webhook's answer.
/// </summary>
internal sealed partial class MessageIntake(
    EngineOptions options, IJournal journal, Dispatcher dispatcher, AccountDirectory accounts, NumberLocator numbers, TimeProvider time,
    ILogger<MessageIntake> logger)
    : IIntake, IInboundReplySink
{
    private const int MostKeyCharacters = 255;
    private const string ByOperator = "by the operator";
    private readonly CallbackCheck _callbacks = new(options.Webhooks);
    private volatile bool _isClosed;

    /// <summary>Refuses everything from now on: the process is going down.</summary>
    public void Close() => _isClosed = true;

    public async ValueTask<IntakeResult> SendAsync(SendRequest request, IdempotencyInput? idempotency, CancellationToken cancellationToken)
    {
        IntakeResult[] results = new IntakeResult[1];
        bool isSmpp = request.Submit is not null;
        if (CheckDoor(idempotency) is { } closed) return Refused(closed);
        if (TryPrepare(request, out MessageHead? head) is { } refusal) return Refused(refusal);
        if (Admit(head!, out LimitSet admitted) is { } over)
        {
            // Only the first use of a key is a new message: a repeat has its answer.
            if (idempotency is null) return Refused(over);
            (results[0], head, admitted) = (over, null, default);
        }

        if (numbers.HasServices && head is not null) await AskAsync(head).ConfigureAwait(false);
        var accept = new AcceptMessages(dispatcher, request.Account.Sid, results, [head], idempotency)
        {
            AnswersInline = isSmpp,
            Admitted = admitted.IsEmpty ? null : [admitted],
        };
        journal.Enqueue(accept);
        await accept.WaitAsync().ConfigureAwait(false);
        return results[0].IsAccepted ? results[0] : Refused(results[0]);
    }

    public async ValueTask<IntakeResult> ResendAsync(ResendRequest request, CancellationToken cancellationToken)
    {
        if (CheckDoor(request.Idempotency) is { } closed) return Refused(closed);
        Message? original = await journal.FindAsync(request.Id, cancellationToken).ConfigureAwait(false);
        if (original is null || original.Head.AccountSid != request.Account.Sid)
            return IntakeResult.Refused(IntakeError.MessageNotFound, "", "This account has no such message.");

        // What was sent again once may be refused by now: a repeat of the request has its answer all the same.
        long now = time.GetUtcMicros();
        MessageHead? head = null;
        LimitSet admitted = default;
        IntakeResult? refusal = Resending.WhyNot(original, now) ?? TryPrepare(Resending.RequestFor(original.Head, request, now), out head);
        if (refusal is null) refusal = Admit(head!, out admitted);
        if (refusal is { } no)
        {
            if (request.Idempotency is null) return Refused(no);
            (head, admitted) = (null, default);
        }

        if (numbers.HasServices && head is not null) await AskAsync(head).ConfigureAwait(false);
        IntakeResult[] results = [refusal ?? default];
        var accept = new AcceptMessages(
            dispatcher, request.Account.Sid, results, [head is null ? null : head with { ResendOf = request.Id }], request.Idempotency)
        {
            Admitted = admitted.IsEmpty ? null : [admitted],
            Detail = request.ByOperator ? ByOperator : null,
        };
        journal.Enqueue(accept);
        await accept.WaitAsync().ConfigureAwait(false);
        return results[0].IsAccepted ? results[0] : Refused(results[0]);
    }

    public async ValueTask<IntakeResult> SendPartAsync(SendRequest request, string partKey, CancellationToken cancellationToken)
    {
        if (CheckDoor(idempotency: null) is { } closed) return Refused(closed);
        if (TryPrepare(request, out MessageHead? head) is { } refusal) return Refused(refusal);
        if (Admit(head!, out LimitSet admitted) is { } over) return Refused(over);
        if (numbers.HasServices) await AskAsync(head!).ConfigureAwait(false);
        var accept = new AcceptPart(dispatcher, head!, partKey) { Admitted = admitted };
        journal.Enqueue(accept);
        await accept.WaitAsync().ConfigureAwait(false);

        // The queue counts the message when it is whole.
        admitted.Joined(head!.SegmentCount);
        return accept.Result.IsAccepted ? accept.Result : Refused(accept.Result);
    }

    public async ValueTask<IReadOnlyList<IntakeResult>> SendBatchAsync(
        IReadOnlyList<SendRequest> requests, IdempotencyInput? idempotency, CancellationToken cancellationToken)
    {
        var results = new IntakeResult[requests.Count];
        var prepared = new MessageHead?[requests.Count];
        IntakeResult? closed = CheckDoor(idempotency);
        LimitSet[]? admitted = null;
        bool any = false;
        for (int i = 0; i < requests.Count; i++)
        {
            IntakeResult? refusal = closed ?? TryPrepare(requests[i], out prepared[i]);
            LimitSet limits = default;
            if (refusal is null) refusal = Admit(prepared[i]!, out limits);
            if (!limits.IsEmpty) (admitted ??= new LimitSet[requests.Count])[i] = limits;
            if (refusal is { } no) (results[i], prepared[i]) = (Refused(no), null);
            else any = true;
        }

        // Nothing is new, and the first use of the key may have been: a repeat has its answer.
        if (!any && (idempotency is null || closed is not null || results.Length == 0)) return results;
        if (numbers.HasServices) await Task.WhenAll(prepared.OfType<MessageHead>().Select(AskAsync)).ConfigureAwait(false);
        bool isMulti = requests[0].Submit is not null;
        var accept = new AcceptMessages(dispatcher, requests[0].Account.Sid, results, prepared, idempotency)
        {
            IsGroup = isMulti,
            AnswersInline = isMulti,
            Admitted = admitted,
        };
        journal.Enqueue(accept);
        await accept.WaitAsync().ConfigureAwait(false);
        return results;
    }

    public ValueTask<ChangeResult> CancelAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
        ChangeAsync(account.Sid, id, CancelBy(detail: null), cancellationToken);

    public ValueTask<ChangeResult> CancelAsync(MessageId id, CancellationToken cancellationToken) =>
        ChangeAsync(account: null, id, CancelBy(ByOperator), cancellationToken);

    public ValueTask<ChangeResult> ReplaceAsync(
        Account account, MessageId id, Replacement replacement, CancellationToken cancellationToken)
    {
        MessageHead? scheduled = null;
        return ChangeAsync(
            account.Sid,
            id,
            (Message message, long now, ref NoticeList list) =>
            {
                bool wasQueued = message.State == MessageState.Queued;
                ChangeOutcome outcome = Replace(message, replacement, now, ref list);

                // What is queued and stays so is in its queue already.
                scheduled = wasQueued && message.State == MessageState.Queued ? null : message.Head;
                return outcome;
            },
            cancellationToken,
            then: () =>
            {
                if (scheduled is not null) dispatcher.AcceptOrSchedule(scheduled);
            });
    }

    public ValueTask<ChangeResult> RescheduleAsync(
        Account account, MessageId id, DateTimeOffset? sendAt, CancellationToken cancellationToken)
    {
        MessageHead? changed = null;
        return ChangeAsync(
            account.Sid,
            id,
            (Message message, long now, ref NoticeList list) =>
            {
                // One that is held between two tries ends by what its attempts and their rules have made of its validity.
                if (message.State != MessageState.Scheduled || message.Attempts.Count > 0) return ChangeOutcome.WrongState;
                MessageHead head = message.Head with { SendAt = sendAt is { } at ? Micros.From(at) : now };
                if (RequestCheck.CheckTime(head, now) is not null) return ChangeOutcome.Invalid;
                message.Head = changed = head with { ValidUntil = dispatcher.EndOf(head, RequestCheck.ValidUntil(head, now)) };
                MessageEvent? entry = head.SendAt > now ? null : message.TryMove(MessageState.Queued, now, EventKind.Released);
                entry ??= message.Note(now, EventKind.Replaced, detail: "another time");
                dispatcher.Notices.Collect(ref list, message, entry, stateChanged: message.State == MessageState.Queued);
                return ChangeOutcome.Done;
            },
            cancellationToken,
            then: () => dispatcher.AcceptOrSchedule(changed!));
    }

    public ValueTask<ChangeResult> RedactAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
        ChangeAsync(account.Sid, id, RedactBy(detail: null), cancellationToken);

    public ValueTask<ChangeResult> RedactAsync(MessageId id, CancellationToken cancellationToken) =>
        ChangeAsync(account: null, id, RedactBy(ByOperator), cancellationToken);

    public ValueTask<ChangeResult> DeleteAsync(Account account, MessageId id, CancellationToken cancellationToken) =>
        ChangeAsync(
            account.Sid, id, static (Message message, long _, ref NoticeList _) => MayRemove(message), cancellationToken, removal: true);

    public ValueTask<ChangeResult> RecordFeedbackAsync(
        Account account, MessageId id, bool confirmed, CancellationToken cancellationToken) =>
        ChangeAsync(
            account.Sid,
            id,
            (Message message, long now, ref NoticeList list) =>
            {
                if (!message.Head.ProvideFeedback) return ChangeOutcome.WrongState;
                bool isFirst = message.FeedbackConfirmed is null;
                message.FeedbackConfirmed = confirmed;
                MessageEvent entry = message.Note(now, EventKind.FeedbackNoted, detail: confirmed ? "confirmed" : "unconfirmed");
                dispatcher.Notices.Collect(ref list, message, entry, stateChanged: false, teaches: isFirst);
                return ChangeOutcome.Done;
            },
            cancellationToken);

    public ValueTask<ChangeResult> ReplayWebhookAsync(Account account, MessageId id, int eventNumber, CancellationToken cancellationToken) =>
        ReplayAsync(account.Sid, id, eventNumber, cancellationToken);

    public ValueTask<ChangeResult> ReplayWebhookAsync(MessageId id, int eventNumber, CancellationToken cancellationToken) =>
        ReplayAsync(account: null, id, eventNumber, cancellationToken);

    private ValueTask<ChangeResult> ReplayAsync(string? account, MessageId id, int eventNumber, CancellationToken cancellationToken)
    {
        WebhookJob? job = null;
        return ChangeAsync(
            account,
            id,
            (Message message, long now, ref NoticeList _) =>
            {
                job = null;
                WebhookDelivery? delivery = message.Deliveries.Find(d => d.EventNumber == eventNumber);
                if (delivery is null) return ChangeOutcome.NotFound;
                if (delivery.State == DeliveryState.Pending) return ChangeOutcome.WrongState;
                job = WebhookJob.Again(message, delivery, now);
                return ChangeOutcome.Done;
            },
            cancellationToken,
            then: () => dispatcher.Notices.SendWebhook(job!));
    }

    public ValueTask<ReplayResult> ReplayWebhooksAsync(Account account, ReplayQuery query, CancellationToken cancellationToken) =>
        new WebhookReplay(journal, dispatcher.Notices).RunAsync(account, query, cancellationToken);

    void IInboundReplySink.Reply(MessageHead inbound, IReadOnlyList<string> bodies)
    {
        Account? account = accounts.Find(inbound.AccountSid);
        if (account is null) return;
        foreach (string body in bodies)
        {
            var request = new SendRequest
            {
                Account = account with { Senders = SenderPolicy.Any },
                To = inbound.From,
                From = inbound.To,
                Body = body,
                Direction = MessageDirection.OutboundReply,
                TraceParent = inbound.TraceParent,
            };
            _ = ReplyAsync(request, inbound);
        }
    }

    void IInboundReplySink.ReplyIgnored(MessageHead inbound, string verb)
    {
        Log.ReplyIgnored(logger, inbound.Id.ToString(), verb);
        journal.Enqueue(new NoteIgnoredReply(dispatcher.Notices, inbound.Id.Key, verb));
    }

    private async Task ReplyAsync(SendRequest request, MessageHead inbound)
    {
        IntakeResult result = await SendAsync(request, idempotency: null, CancellationToken.None).ConfigureAwait(false);
        if (!result.IsAccepted) ((IInboundReplySink)this).ReplyIgnored(inbound, $"reply refused: {result.Detail}");
    }

    private async ValueTask<ChangeResult> ChangeAsync(
        string? account, MessageId id, ChangeMessage.Changer changer, CancellationToken cancellationToken, bool removal = false,
        Action? then = null)
    {
        var change = new ChangeMessage(dispatcher.Notices, account, id, changer) { Removal = removal, Then = then };
        journal.Enqueue(change);
        ChangeResult result = await change.WaitAsync().ConfigureAwait(false);
        if (removal || result.Outcome is ChangeOutcome.NotFound or ChangeOutcome.StoreUnavailable or ChangeOutcome.OutcomeUnknown) return result;
        return result with { Message = await journal.FindAsync(id, cancellationToken).ConfigureAwait(false) };
    }

    private ChangeMessage.Changer CancelBy(string? detail) => (Message message, long now, ref NoticeList list) =>
    {
        if (AttemptRules.Cancel(message, detail, now, dispatcher.Notices, ref list)) return ChangeOutcome.Done;
        if (message.State != MessageState.Receiving) return ChangeOutcome.WrongState;

        // Parts of it are missing, so nothing of it waits.
        MessageEvent entry = message.TryMove(MessageState.Canceled, now, EventKind.Canceled, detail: detail)!;
        dispatcher.Notices.Collect(ref list, message, entry, stateChanged: true);
        return ChangeOutcome.Done;
    };

    private ChangeOutcome Replace(Message message, Replacement replacement, long now, ref NoticeList list)
    {
        bool isPending = message.State is MessageState.Scheduled or MessageState.Queued && message.Attempts.Count == 0;
        if (message.Head.IsInbound || !isPending) return ChangeOutcome.WrongState;
        MessageHead head = message.Head;
        long sendAt = replacement.SendAt is { } at ? Micros.From(at) : head.SendAt;
        int validity = head.ValiditySeconds;
        if (replacement.ValidUntil is { } until)
        {
            long seconds = (Micros.From(until) - Math.Max(now, sendAt) + Micros.PerSecond - 1) / Micros.PerSecond;
            if (seconds is < 1 or > RequestCheck.MostSmppValiditySeconds) return ChangeOutcome.WrongState;
            validity = (int)seconds;
        }

        SmsEncoding encoding = EncodingChoice.Cheapest(replacement.Body);
        head = head with
        {
            Body = replacement.Body,
            Encoding = encoding,
            SegmentCount = Segmenter.Count(replacement.Body, encoding, SegmentMethod.Udh8),
            SendAt = sendAt,
            ValiditySeconds = validity,
            Submit = head.Submit is { PartCount: 0 } submit
                ? submit with { RegisteredDelivery = replacement.RegisteredDelivery, DataCoding = replacement.DataCoding ?? submit.DataCoding }
                : head.Submit,
        };
        message.Head = head with { ValidUntil = dispatcher.EndOf(head, RequestCheck.ValidUntil(head, now)) };
        MessageState state = head.SendAt > now ? MessageState.Scheduled : MessageState.Queued;
        MessageEvent entry = message.TryMove(state, now, EventKind.Replaced) ?? message.Note(now, EventKind.Replaced);
        dispatcher.Notices.Collect(ref list, message, entry, stateChanged: false);
        return ChangeOutcome.Done;
    }

    private ChangeMessage.Changer RedactBy(string? detail) => (Message message, long now, ref NoticeList list) =>
    {
        if (!MessageTransitions.IsFinal(message.State) && message.State != MessageState.Sent) return ChangeOutcome.WrongState;
        if (message.IsRedacted) return ChangeOutcome.Done;
        message.Head = message.Head with { Body = "" };
        message.IsRedacted = true;
        dispatcher.Notices.Collect(ref list, message, message.Note(now, EventKind.Redacted, detail: detail), stateChanged: false);
        return ChangeOutcome.Done;
    };

    // What is sent is not over: its receipt is still to come, and the application to be told of it.
    private static ChangeOutcome MayRemove(Message message) =>
        MessageTransitions.IsFinal(message.State) ? ChangeOutcome.Done : ChangeOutcome.WrongState;

    private IntakeResult? CheckDoor(IdempotencyInput? idempotency)
    {
        if (idempotency is { } input
            && (input.Key.Length is 0 or > MostKeyCharacters || input.Key.AsSpan().ContainsAnyExceptInRange(' ', '~')))
            return IntakeResult.Refused(IntakeError.IdempotencyKeyInvalid, "Idempotency-Key", "The key is not valid: expected 1 to 255 printable ASCII characters.");
        if (_isClosed || journal.Health != JournalHealth.Ready)
            return IntakeResult.Refused(
                IntakeError.StoreUnavailable, "", "Nothing can be stored now. Nothing was accepted: try again later.");
        if (journal.QueueDepth >= options.Queues.JournalTransitions)
            return IntakeResult.Refused(
                IntakeError.Overloaded, "", "Too many requests are waiting. Nothing was accepted: try again later.");
        return null;
    }

    private IntakeResult? TryPrepare(SendRequest request, out MessageHead? head)
    {
        if (RequestCheck.TryPrepare(request, _callbacks, out head) is { } refusal) return refusal;
        if (head!.SendAt == 0) return null;
        long now = time.GetUtcMicros();
        if (RequestCheck.CheckTime(head, now) is { } late) return late;
        if (head.SendAt <= now) head = head with { SendAt = 0 };
        return null;
    }

    // Services that know where numbers live are asked before a message is routed. What they say is kept with the locator; when they are late or wrong
    // the message goes by what is known here.
    private async Task AskAsync(MessageHead head)
    {
        if (E164.TryParse(head.To, out E164 number)) await numbers.LocateAsync(number, CancellationToken.None).ConfigureAwait(false);
    }

    // The limits of a message may let it wait, or not.
    private IntakeResult? Admit(MessageHead head, out LimitSet limits)
    {
        limits = default;
        if (dispatcher.Traffic.Refuses(head))
            return IntakeResult.Refused(IntakeError.BatchCanceled, "batch", "The batch was canceled: resume it, or choose another name.");
        limits = dispatcher.Limits.AtIntake(head);
        if (limits.TryAdmit(head.SegmentCount, out LimitBucket? full, out TimeSpan wait)) return null;
        Limit limit = full!.Limit;
        string what = full.Key.Length == 0 ? $"limit '{limit.Name}'" : $"limit '{limit.Name}' for '{full.Key}'";
        string detail = limit.PerDay > 0
            ? string.Create(CultureInfo.InvariantCulture, $"The {limit.PerDay} segments a day of {what} are used up until midnight in {limit.Zone}. Nothing was accepted")
            : string.Create(CultureInfo.InvariantCulture, $"The queue of {what} ({limit.Rate} segments a second) is full. Nothing was accepted");
        return limit.Over == LimitAnswer.Refuse
            ? IntakeResult.Refused(IntakeError.LimitReached, "", $"{detail}.")
            : IntakeResult.Refused(IntakeError.Throttled, "", $"{detail}: try again later.") with { RetryAfter = wait };
    }

    private IntakeResult Refused(IntakeResult result)
    {
        dispatcher.Notices.Metrics.Refused(Reasons[(int)result.Error]);
        return result;
    }

    private static readonly string[] Reasons = [.. Enum.GetNames<IntakeError>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    private static partial class Log
    {
        [LoggerMessage(2601, LogLevel.Information, "The answer to inbound message {MessageId} asks for what is not supported: {What}")]
        public static partial void ReplyIgnored(ILogger logger, string messageId, string what);
    }
}
