using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// One event to be told to one URL: made inside the transition that made the event, handed over after its commit, or reloaded at start.
/// </summary>
/// <param name="EventNumber">The event within the message. With the message's id it makes the webhook's stable id.</param>
/// <param name="At">Microseconds at which the event happened.</param>
/// <param name="Tries">Tries made so far.</param>
/// <param name="NextAt">Microseconds at which the next try is due; 0 for at once.</param>
public sealed record WebhookJob(
    MessageHead Head, int EventNumber, MessageState Status, int ErrorCode, long At, int Tries, long NextAt, bool PossibleDuplicate)
{
    /// <summary>Makes a delivery that was made or given up pending again, as if it had never been tried.</summary>
    /// <param name="now">Microseconds.</param>
    public static WebhookJob Again(Message message, WebhookDelivery delivery, long now)
    {
        (delivery.State, delivery.Tries, delivery.NextAt) = (DeliveryState.Pending, 0, now);
        return From(message, delivery);
    }

    /// <summary>The job of a delivery as the journal holds it.</summary>
    public static WebhookJob From(Message message, WebhookDelivery delivery)
    {
        long at = message.TimeOf(delivery.EventNumber);
        bool isFailure = delivery.Status is MessageState.Failed or MessageState.Undelivered or MessageState.Expired;
        int errorCode = isFailure ? message.ErrorCode : 0;

        // What was never tried is due at once: its time is that of its event, and the clock may have been set back since.
        long nextAt = delivery.Tries == 0 ? 0 : delivery.NextAt;
        return new(
            message.Head, delivery.EventNumber, delivery.Status, errorCode, at, delivery.Tries, nextAt, message.IsPossibleDuplicate);
    }
}
