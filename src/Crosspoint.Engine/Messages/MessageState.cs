namespace Crosspoint.Engine.Messages;

/// <summary>Where a message stands. The numbers are stored: never renumber.</summary>
public enum MessageState : byte
{
    /// <summary>To be released at a later time.</summary>
    Scheduled = 0,

    /// <summary>On disk; its sender or its queue is yet to be chosen.</summary>
    Accepted = 1,

    /// <summary>On disk and waiting for a connection.</summary>
    Queued = 2,

    /// <summary>An attempt is on record; the vendor has not answered for all segments.</summary>
    Sending = 3,

    /// <summary>The vendor took every segment.</summary>
    Sent = 4,

    /// <summary>Receipts say that every segment reached the handset.</summary>
    Delivered = 5,

    /// <summary>The vendor took it, and it did not arrive whole.</summary>
    Undelivered = 6,

    /// <summary>It never left: refused, no route, or given up.</summary>
    Failed = 7,

    /// <summary>Its validity ran out in our queue.</summary>
    Expired = 8,

    /// <summary>Withdrawn by its account, or by the operator, before it was sent.</summary>
    Canceled = 9,

    /// <summary>No receipt, or no answer at all, came in the time the route is known to need.</summary>
    Unconfirmed = 10,

    /// <summary>Parts are still missing: of an inbound message, or of one that an SMPP customer cut itself.</summary>
    Receiving = 11,

    /// <summary>Inbound: whole.</summary>
    Received = 12,
}
