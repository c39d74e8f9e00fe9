namespace Crosspoint.Smpp.Pdus;

/// <summary>The state of a message at the message centre (SMPP v3.4 §5.2.28; 0 and 9 are of v5.0).</summary>
public enum MessageState : byte
{
    /// <summary>Scheduled, not tried yet (5.0).</summary>
    Scheduled = 0,

    /// <summary>On its way.</summary>
    Enroute = 1,

    /// <summary>Delivered (final).</summary>
    Delivered = 2,

    /// <summary>The validity period ended (final).</summary>
    Expired = 3,

    /// <summary>Deleted (final).</summary>
    Deleted = 4,

    /// <summary>Undeliverable (final).</summary>
    Undeliverable = 5,

    /// <summary>Accepted: read by customer care, or taken by the next network.</summary>
    Accepted = 6,

    /// <summary>The message centre does not know, or says something that the standard does not name.</summary>
    Unknown = 7,

    /// <summary>Rejected (final).</summary>
    Rejected = 8,

    /// <summary>Skipped (5.0, final).</summary>
    Skipped = 9,
}
