using Crosspoint.Engine.Customers;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

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

    public EngineMetrics Metrics => metrics;

    /// <summary>Names the webhook sender, once, before anything is published.</summary>
    public void ConnectWebhooks(Action<WebhookJob> send) => _sendWebhook = send;

    /// <summary>Names the sender to customers' binds, once, before anything is published.</summary>
    public void ConnectBinds(Action<BindJob> send) => _sendToBinds = send;

    /// <summary>Hands a webhook to the sender; it is on record as pending.</summary>
    public void SendWebhook(WebhookJob job) => _sendWebhook(job);

    /// <summary>Collects an event, and puts on record with it the webhook and the deliver_sm that its state leads to.</summary>
    public void Collect(ref NoticeList list, Message message, MessageEvent entry, bool stateChanged)
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
        list.Add(new(entry.State, job, owed, stateChanged));
    }

    /// <summary>Tells everybody. Called after the commit.</summary>
    public void Publish(ref NoticeList list)
    {
        for (int i = 0; i < list.Count; i++)
        {
            Notice notice = list[i];
            if (notice.StateChanged) metrics.Reached(notice.State);
            if (notice.Job is not null) _sendWebhook(notice.Job);
            if (notice.Owed is not null) _sendToBinds(notice.Owed);
            notice.Then?.Invoke();
        }
    }
}

/// <summary>An event on its way to those who listen.</summary>
/// <param name="State">The message's state after it.</param>
/// <param name="Then">What else follows the commit; null for nothing.</param>
public readonly record struct Notice(MessageState State, WebhookJob? Job, BindJob? Owed, bool StateChanged, Action? Then = null);

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
