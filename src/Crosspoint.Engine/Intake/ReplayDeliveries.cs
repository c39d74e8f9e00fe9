using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Intake;

/// <summary>Makes webhooks of several messages of one account pending again, in one transition.</summary>
internal sealed class ReplayDeliveries(Notices notices, string account, List<MessageId> messages, DeliveryState state) : Transition
{
    private readonly TaskCompletionSource<bool> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WebhookJob> _jobs = [];

    /// <summary>Webhooks that are pending again, once it is committed.</summary>
    public int Count => _jobs.Count;

    /// <summary>False when it could not be stored.</summary>
    public Task<bool> WaitAsync() => _done.Task;

    public override void Apply(IJournalTransaction transaction)
    {
        _jobs.Clear();
        foreach (MessageId id in messages)
        {
            Message? message = transaction.Find(id.Key);
            if (message is null || message.Id != id || message.Head.AccountSid != account) continue;
            int before = _jobs.Count;
            foreach (WebhookDelivery delivery in message.Deliveries)
            {
                if (delivery.State != state) continue;
                _jobs.Add(WebhookJob.Again(message, delivery, transaction.Now));
            }

            if (_jobs.Count > before) transaction.Save(message);
        }
    }

    public override void Committed()
    {
        foreach (WebhookJob job in _jobs) notices.SendWebhook(job);
        _done.SetResult(true);
    }

    public override void Failed(StoreFailure failure) => _done.SetResult(false);
}
