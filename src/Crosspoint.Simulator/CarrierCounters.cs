namespace Crosspoint.Simulator;

/// <summary>What a carrier has counted since its start or the last reset.</summary>
public sealed record CarrierCounters
{
    /// <summary>TCP connections taken.</summary>
    public long Connections { get; init; }

    public long Binds { get; init; }

    public long BindsRefused { get; init; }

    /// <summary>Connections that the carrier dropped because it was told to.</summary>
    public long Disconnects { get; init; }

    /// <summary>submit_sm and data_sm received, whatever became of them.</summary>
    public long Submits { get; init; }

    /// <summary>Submissions with status ESME_ROK, answered or not.</summary>
    public long Accepted { get; init; }

    /// <summary>Submissions with another status, throttled ones included.</summary>
    public long Refused { get; init; }

    /// <summary>Submissions that really end on a handset, whatever their receipts say.</summary>
    public long Delivered { get; init; }

    /// <summary>Submissions refused because of throttle_rate.</summary>
    public long Throttled { get; init; }

    /// <summary>Submissions accepted and never answered (no_response).</summary>
    public long Unanswered { get; init; }

    /// <summary>Submissions read and forgotten: during a stall, or the one that ended a connection.</summary>
    public long Ignored { get; init; }

    public long Queries { get; init; }

    /// <summary>cancel_sm received, whatever became of them.</summary>
    public long Cancels { get; init; }

    /// <summary>replace_sm received, whatever became of them.</summary>
    public long Replaces { get; init; }

    /// <summary>enquire_link requests of customers.</summary>
    public long EnquireLinks { get; init; }

    /// <summary>PDUs that could not be read or were not expected.</summary>
    public long InvalidPdus { get; init; }

    public long GarbageSent { get; init; }

    /// <summary>Receipts written to a bind, again ones included.</summary>
    public long ReceiptsSent { get; init; }

    /// <summary>Receipts that the customer acknowledged with ESME_ROK.</summary>
    public long ReceiptsTaken { get; init; }

    public long ReceiptsMissing { get; init; }

    public long ReceiptsDuplicated { get; init; }

    /// <summary>Parts of handset messages written to a bind.</summary>
    public long InboundSent { get; init; }

    public long InboundTaken { get; init; }

    /// <summary>Deliveries given again.</summary>
    public long Redelivered { get; init; }

    /// <summary>Deliveries that the customer refused for good.</summary>
    public long DeliveriesRefused { get; init; }

    /// <summary>Deliveries dropped: no room, no customer, or too many tries.</summary>
    public long DeliveriesDropped { get; init; }
}
