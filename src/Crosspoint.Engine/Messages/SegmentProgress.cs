namespace Crosspoint.Engine.Messages;

/// <summary>How far one segment has come. The numbers are stored.</summary>
public enum SegmentState : byte
{
    /// <summary>Not handed to a vendor, or to be tried again.</summary>
    Pending = 0,

    /// <summary>On record as being sent; no answer yet.</summary>
    InFlight = 1,

    /// <summary>The vendor took it.</summary>
    Sent = 2,

    /// <summary>The vendor refused it for good.</summary>
    Refused = 3,

    /// <summary>Written, and the answer never came.</summary>
    Unknown = 4,

    /// <summary>A final receipt: at the handset.</summary>
    Delivered = 5,

    /// <summary>A final receipt: will not arrive.</summary>
    Undelivered = 6,
}

/// <summary>One segment of one message. Owned by the journal's sequencer.</summary>
public sealed class SegmentProgress
{
    public SegmentState State { get; set; }

    /// <summary>The attempt (1, 2, …) that last handed it over.</summary>
    public int Attempt { get; set; }

    /// <summary>The vendor's id as its answer wrote it; null until then.</summary>
    public string? VendorId { get; set; }

    /// <summary>The last <c>command_status</c>; 0 when accepted or not answered.</summary>
    public uint CommandStatus { get; set; }

    /// <summary>SMPP message_state of the last receipt; 255 when none came.</summary>
    public byte ReceiptState { get; set; } = NoReceipt;

    /// <summary>The receipt's own error code, as text; null when none came.</summary>
    public string? ReceiptError { get; set; }

    /// <summary>A second copy may exist: the segment was sent again after an unknown outcome.</summary>
    public bool PossibleDuplicate { get; set; }

    /// <summary>No vendor has confirmed it, and one may have it all the same: the outcome of the last copy, or of an earlier one, is unknown.</summary>
    public bool MayBeAtVendor => State is SegmentState.InFlight or SegmentState.Unknown
        || (PossibleDuplicate && State is SegmentState.Pending or SegmentState.Refused);

    public const byte NoReceipt = 255;
}
