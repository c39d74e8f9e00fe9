using Crosspoint.Engine.Customers;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Monitoring;

/// <summary>
/// Where committed events go: metrics, the webhook sender and customers' binds (the event log has them from the journal itself). A transition collects its notices in a <see
/// cref="NoticeList"/>
/// while it is applied, and publishes them when the group is on disk.
/// </summary>
public sealed class Notices(WebhookOptions webhooks, EngineMetrics metrics)
{
    private Action<WebhookJob> _sendWebhook = static _ => { };
    private Action<BindJob> _sendToBinds = static _ => { };
    private IRouteObserver[] _observers = [];
    private Func<MessageHead, Destination> _locate = static _ => default;

    public EngineMetrics Metrics => metrics;

    /// <summary>Names the webhook sender, once, before anything is published.</summary>
    public void ConnectWebhooks(Action<WebhookJob> send) => _sendWebhook = send;

    /// <summary>Names the sender to customers' binds, once, before anything is published.</summary>
    public void ConnectBinds(Action<BindJob> send) => _sendToBinds = send;

    /// <summary>Names who learns from what becomes of messages, once, before anything is published.</summary>
    /// <param name="locate">Says where a message's number lives: once for all of them.</param>
    public void ConnectObservers(Func<MessageHead, Destination> locate, params IRouteObserver[] observers) => (_locate, _observers) = (locate, observers);

    /// <summary>A connection could not deliver a message, which goes another way. Called after the commit.</summary>
    public void LeftConnection(string connection, MessageHead head, in RouteEnd end)
    {
        if (_observers.Length == 0) return;
        Destination destination = _locate(head);
        foreach (IRouteObserver observer in _observers) observer.Ended(connection, head, destination, end);
    }

    /// <summary>Hands a webhook to the sender; it is on record as pending.</summary>
    public void SendWebhook(WebhookJob job) => _sendWebhook(job);

    /// <summary>Collects an event, and puts on record with it the webhook and the deliver_sm that its state leads to.</summary>
    /// <param name="teaches">Whether it says something of the connection of the last attempt.</param>
    public void Collect(ref NoticeList list, Message message, MessageEvent entry, bool stateChanged, bool teaches = true)
    {
        WebhookJob? job = null;
        MessageHead head = message.Head;

        // What comes after a re-route was told once already; what is left to tell is the end.
        bool isTold = stateChanged && (!message.IsRerouted || MessageTransitions.IsFinal(entry.State));
        if (isTold && webhooks.CallsBack(head, entry.State))
        {
            message.Deliveries.Add(new WebhookDelivery { EventNumber = entry.Number, Status = entry.State, NextAt = entry.At });
            job = new(head, entry.Number, entry.State, message.ErrorCode, entry.At, Tries: 0, NextAt: 0, message.IsPossibleDuplicate);
        }

        BindJob? owed = isTold && head.SystemId is not null ? BindRules.Collect(message, entry) : null;
        bool isObserved = teaches && (entry.Kind == EventKind.FeedbackNoted || (stateChanged && IsObserved(message, entry)));
        string? connection = isObserved && !head.IsInbound ? message.LastAttempt?.Connection : null;
        list.Add(new(entry.State, job, owed, stateChanged)
        {
            Connection = connection,
            Head = connection is null ? null : head,
            CopyTo = head.IsCopy ? head.Connection : null,
            SentAt = message.SentAt,
            At = entry.At,
            ErrorCode = entry.Kind == EventKind.AttemptRefused ? DeliveryErrors.ForCommandStatus(entry.Code) : message.ErrorCode,
            IsConfirmed = entry.Kind == EventKind.FeedbackNoted ? message.FeedbackConfirmed : null,
        });
    }

    /// <summary>Tells everybody. Called after the commit.</summary>
    public void Publish(ref NoticeList list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            Notice notice = list[i];
            if (notice is { StateChanged: true, CopyTo: { } test }) metrics.CopyReached(test, notice.State);
            else if (notice.StateChanged) metrics.Reached(notice.State);
            if (notice.Job is not null) _sendWebhook(notice.Job);
            if (notice.Owed is not null) _sendToBinds(notice.Owed);
            if (notice.Connection is not null) Observe(notice);
            notice.Then?.Invoke();
        }
    }

    // Of a message that failed without a connection no connection is at fault.
    private static bool IsObserved(Message message, MessageEvent entry) => entry.State switch
    {
        // What was lost before a re-route was told then.
        MessageState.Undelivered => message.LastAttempt?.Outcome != AttemptOutcome.Rerouted,
        MessageState.Sent => entry.Connection == message.LastAttempt?.Connection,
        MessageState.Delivered => true,
        MessageState.Failed => entry.Connection is not null,
        MessageState.Queued => entry.Kind == EventKind.AttemptRefused && message.LastAttempt?.Outcome == AttemptOutcome.NextCandidate,
        _ => false,
    };

    private void Observe(in Notice notice)
    {
        if (_observers.Length == 0) return;
        (string connection, MessageHead head) = (notice.Connection!, notice.Head!);
        Destination destination = _locate(head);
        bool isDelivered = notice.State == MessageState.Delivered;
        var end = new RouteEnd(
            notice.SentAt, isDelivered, isDelivered ? 0 : notice.ErrorCode, IsLast: notice.State != MessageState.Queued, notice.At);
        foreach (IRouteObserver observer in _observers)
        {
            if (notice.IsConfirmed is { } confirmed) observer.Feedback(connection, head, destination, confirmed, notice.At);
            else if (notice.State == MessageState.Sent) observer.Sent(connection, head, destination, notice.SentAt == 0 ? notice.At : notice.SentAt);
            else observer.Ended(connection, head, destination, end);
        }
    }
}

/// <summary>An event on its way to those who listen.</summary>
/// <param name="State">The message's state after it.</param>
/// <param name="Then">What else follows the commit; null for nothing.</param>
public readonly record struct Notice(MessageState State, WebhookJob? Job, BindJob? Owed, bool StateChanged, Action? Then = null)
{
    /// <summary>The connection that this tells something about; null for none.</summary>
    internal string? Connection { get; init; }

    internal MessageHead? Head { get; init; }

    /// <summary>The test connection of the copy that it happened to; null where it is none.</summary>
    internal string? CopyTo { get; init; }

    /// <summary>Microseconds at which the vendor had all of the message; 0 when it never had.</summary>
    internal long SentAt { get; init; }

    internal long At { get; init; }

    /// <summary>Of a message that is not delivered.</summary>
    internal int ErrorCode { get; init; }

    /// <summary>What the application says about the recipient; null when this is no word of it.</summary>
    internal bool? IsConfirmed { get; init; }
}

/// <summary>A short list that costs nothing until a transition has more than one notice.</summary>
public struct NoticeList
{
    private Notice _first;
    private List<Notice>? _more;

    public int Count { get; private set; }

    public readonly Notice this[int index] => index == 0 ? _first : _more![index - 1];

    public void Add(Notice notice)
    {
        if (Count++ == 0) _first = notice;
        else (_more ??= []).Add(notice);
    }

    /// <summary>Something that is done after the commit.</summary>
    public void Then(Action then) => Add(new Notice(default, null, null, StateChanged: false, then));

    public void Clear()
    {
        Count = 0;
        _first = default;
        _more?.Clear();
    }
}
