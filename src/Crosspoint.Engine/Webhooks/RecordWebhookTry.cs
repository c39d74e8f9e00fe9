using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;

namespace Crosspoint.Engine.Webhooks;

/// <summary>Writes the outcome of one try into the delivery logs of all messages whose webhooks it sent.</summary>
internal sealed class RecordWebhookTry(WebhookDispatcher dispatcher, PendingWebhook[] webhooks, TryRecord record) : Transition
{
    public override bool IsRequired => true;

    public override void Apply(IJournalTransaction transaction)
    {
        foreach (PendingWebhook webhook in webhooks) Apply(transaction, webhook);
    }

    public override void Committed() => dispatcher.OnRecorded(webhooks, null);

    public override void Failed(StoreFailure failure) => dispatcher.OnRecorded(webhooks, failure);

    private void Apply(IJournalTransaction transaction, PendingWebhook webhook)
    {
        // The account may have deleted the message meanwhile.
        Message? message = transaction.Find(webhook.Key);
        if (message is null) return;
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            if (delivery.EventNumber != webhook.EventNumber) continue;
            delivery.KeepLast();
            delivery.Tries = record.Tries;
            delivery.State = record.State;
            delivery.NextAt = record.NextAt;
            delivery.LastAt = record.LastAt;
            delivery.LastStatus = record.LastStatus;
            delivery.LastTookMicros = record.LastTookMicros;
            delivery.LastError = record.LastError;
            transaction.Save(message);
            return;
        }
    }
}

/// <summary>What <see cref="RecordWebhookTry"/> writes; see <see cref="WebhookDelivery"/> for units.</summary>
internal readonly record struct TryRecord(
    int Tries, DeliveryState State, long NextAt, long LastAt, int LastStatus, int LastTookMicros, string? LastError);
