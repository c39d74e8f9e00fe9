namespace Crosspoint.Engine.Messages;

/// <summary>The table of state changes. What is not listed is refused or, where it comes late from outside, recorded and ignored.</summary>
public static class MessageTransitions
{
    /// <summary>Whether a message may move from one state to another.</summary>
    public static bool IsAllowed(MessageState from, MessageState to) => (from, to) switch
    {
        (MessageState.Scheduled, MessageState.Accepted or MessageState.Queued or MessageState.Canceled or MessageState.Failed or MessageState.Expired) => true,

        // Held for its send window while it waits to go another way: it ended there, or a late receipt says that the copy before arrived.
        (MessageState.Scheduled, MessageState.Undelivered or MessageState.Delivered) => true,
        (MessageState.Accepted, MessageState.Queued or MessageState.Sending or MessageState.Canceled or MessageState.Failed or MessageState.Expired) => true,
        // Scheduled: the customer replaced it, with a later time; or its send window is closed.
        (MessageState.Queued, MessageState.Scheduled) => true,
        (MessageState.Queued, MessageState.Sending or MessageState.Expired or MessageState.Canceled or MessageState.Failed) => true,

        // Queued again: a temporary refusal, or a resend after an unknown outcome. Delivered and Undelivered: the receipt overtook the
        // answer.
        (MessageState.Sending, MessageState.Queued or MessageState.Sent or MessageState.Failed or MessageState.Undelivered
            or MessageState.Delivered or MessageState.Unconfirmed or MessageState.Expired) => true,
        (MessageState.Sent, MessageState.Delivered or MessageState.Undelivered or MessageState.Unconfirmed) => true,

        // A receipt said that it will not arrive, and a rule sends it through another connection.
        (MessageState.Sent, MessageState.Queued) => true,

        // A very late receipt still tells the truth; so does one for a message that was failed because its outcome was unknown.
        (MessageState.Unconfirmed, MessageState.Sent or MessageState.Delivered or MessageState.Undelivered) => true,
        (MessageState.Failed, MessageState.Sent or MessageState.Delivered or MessageState.Undelivered) => true,

        // Two attempts were made, and a word on the first copy came while the second waits. Undelivered and Unconfirmed: it was given up
        // with some of its segments at a vendor.
        (MessageState.Queued, MessageState.Delivered or MessageState.Sent or MessageState.Undelivered or MessageState.Unconfirmed) => true,
        (MessageState.Undelivered, MessageState.Delivered) => true,
        (MessageState.Receiving, MessageState.Received) => true,

        // The last part came from the customer; or it never did.
        (MessageState.Receiving, MessageState.Queued or MessageState.Scheduled or MessageState.Canceled or MessageState.Failed) => true,
        _ => false,
    };

    /// <summary>No further work is done for the message, though a late receipt may still correct the record.</summary>
    public static bool IsFinal(MessageState state) => state is MessageState.Delivered or MessageState.Undelivered or MessageState.Failed
        or MessageState.Expired or MessageState.Canceled or MessageState.Unconfirmed or MessageState.Received;
}
