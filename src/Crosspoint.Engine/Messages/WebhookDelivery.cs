namespace Crosspoint.Engine.Messages;

/// <summary>Where a webhook stands. The numbers are stored.</summary>
public enum DeliveryState : byte
{
    Pending = 0,
    Delivered = 1,

    /// <summary>Given up: refused for good, or all tries used.</summary>
    Failed = 2,
}

/// <summary>
/// The delivery log of one webhook: one event told to one URL. Packed with the message, so that it commits with the event.
/// </summary>
public sealed class WebhookDelivery
{
    /// <summary>The event that it tells. With the message's id it makes the webhook's id, which stays the same over all tries.</summary>
    public int EventNumber { get; init; }

    public MessageState Status { get; init; }

    public DeliveryState State { get; set; }

    public int Tries { get; set; }

    /// <summary>Microseconds; when the next try is due (pending only).</summary>
    public long NextAt { get; set; }

    /// <summary>Microseconds; when the last try ended, 0 before the first.</summary>
    public long LastAt { get; set; }

    /// <summary>HTTP status of the last try; 0 when there was no answer.</summary>
    public int LastStatus { get; set; }

    /// <summary>Microseconds that the last try took.</summary>
    public int LastTookMicros { get; set; }

    /// <summary>Why the last try failed (for people); null when it did not.</summary>
    public string? LastError { get; set; }

    /// <summary>The tries before the last, oldest first, at most <see cref="MostEarlier"/>; null for none, as nearly always.</summary>
    public List<WebhookTry>? Earlier { get; set; }

    /// <summary>The default schedule has 12 tries: the last and these.</summary>
    public const int MostEarlier = 11;

    /// <summary>Moves the last try to the earlier ones, before it is overwritten.</summary>
    public void KeepLast()
    {
        if (LastAt == 0) return;
        Earlier ??= [];
        if (Earlier.Count == MostEarlier) Earlier.RemoveAt(0);
        Earlier.Add(new(LastAt, LastStatus, LastTookMicros, LastError));
    }
}
