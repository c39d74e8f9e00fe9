namespace Crosspoint.Engine.Messages;

/// <summary>
/// One deliver_sm that a customer's binds are owed: a receipt for what it submitted, or a piece of an inbound message. Packed with the
/// message, so that it commits with the event that it tells.
/// </summary>
public sealed class BindDelivery
{
    /// <summary>The event that it tells.</summary>
    public int EventNumber { get; init; }

    /// <summary>The customer's part of a long message that the receipt is for, or the piece of an inbound one, from 1; 0 for the whole.</summary>
    public int Part { get; init; }

    /// <summary>The state that a receipt tells.</summary>
    public MessageState Status { get; init; }

    public DeliveryState State { get; set; }

    /// <summary>Times it was written to a bind.</summary>
    public int Tries { get; set; }

    /// <summary>Microseconds; when the last try ended, 0 before the first.</summary>
    public long LastAt { get; set; }

    /// <summary>command_status of the last answer; 0 when there was none, or it was taken.</summary>
    public uint LastStatus { get; set; }
}
