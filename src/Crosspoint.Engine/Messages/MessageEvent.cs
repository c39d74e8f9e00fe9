namespace Crosspoint.Engine.Messages;

/// <summary>What happened. The numbers are stored.</summary>
public enum EventKind : byte
{
    Accepted = 0,
    AttemptStarted = 1,
    Sent = 2,
    AttemptRefused = 3,
    OutcomeUnknown = 4,

    /// <summary>A receipt that did not change the message's state: intermediate, late, duplicate, or for one segment of several.</summary>
    ReceiptNoted = 5,
    Delivered = 6,
    Undelivered = 7,
    Failed = 8,
    Expired = 9,
    Canceled = 10,
    Unconfirmed = 11,
    Redacted = 12,
    Received = 13,
    Requeued = 14,
    FeedbackNoted = 15,

    /// <summary>The application's answer to a webhook asked for something that is not supported.</summary>
    ReplyIgnored = 16,

    /// <summary>A part of a long message came from an SMPP customer, and others are missing.</summary>
    PartAccepted = 17,

    /// <summary>The time for which it was scheduled has come.</summary>
    Released = 18,

    /// <summary>The customer replaced its text before it was sent (replace_sm).</summary>
    Replaced = 19,

    /// <summary>The carrier was asked (query_sm) for what it sent no receipt; the detail is what it said.</summary>
    Queried = 20,

    /// <summary>A receipt said that it will not arrive, and a rule sends it through another connection.</summary>
    Rerouted = 21,

    /// <summary>Its send window is closed: it is scheduled for when that opens.</summary>
    Held = 22,

    /// <summary>Somebody asked for it to be sent again; the detail names the new message.</summary>
    Resent = 23,
}

/// <summary>A numbered entry of a message's timeline.</summary>
/// <param name="Number">1, 2, … within the message.</param>
/// <param name="At">Microseconds.</param>
/// <param name="State">The message's state after it.</param>
/// <param name="Connection">The connection concerned, or null.</param>
/// <param name="Code">The code that caused it: a <c>command_status</c>, or a message_state for receipts; 0 for none.</param>
/// <param name="Detail">Short facts for people: a receipt's error text, a segment number, a reason. Null for none.</param>
public sealed record MessageEvent(
    int Number, long At, EventKind Kind, MessageState State, string? Connection = null, uint Code = 0, string? Detail = null);
