namespace Crosspoint.Engine.Messages;

/// <summary>Our states and codes in the words of the Twilio-shaped API: one mapping for its answers and its callbacks.</summary>
public static class TwilioStatus
{
    /// <summary>
    /// The status word. A message that has its sender shows as <c>queued</c> from acceptance on; <c>expired</c> (in our queue) is <c>failed</c> there;
    /// <c>unconfirmed</c> stays <c>sent</c>, the last thing that is known.
    /// </summary>
    /// <param name="inbound">Inbound messages know <c>receiving</c> and <c>received</c> alone.</param>
    public static string Of(MessageState state, bool inbound)
    {
        if (inbound) return state == MessageState.Receiving ? "receiving" : "received";
        return state switch
        {
            MessageState.Scheduled => "scheduled",
            MessageState.Accepted or MessageState.Queued => "queued",
            MessageState.Sending => "sending",
            MessageState.Sent or MessageState.Unconfirmed => "sent",
            MessageState.Delivered => "delivered",
            MessageState.Undelivered => "undelivered",
            MessageState.Canceled => "canceled",
            MessageState.Receiving => "receiving",
            MessageState.Received => "received",
            _ => "failed",
        };
    }

    /// <summary>What an error code of a message means, for people. Never null: a code that is not listed is an unknown error.</summary>
    public static string MeaningOf(int errorCode) => errorCode switch
    {
        21610 => "The recipient has opted out",
        21612 => "The message cannot be routed from this sender to this recipient",
        30001 => "Queue overflow",
        30002 => "Account suspended",
        30003 => "Unreachable handset",
        30004 => "Message blocked",
        30005 => "Unknown handset",
        30006 => "Landline or unreachable carrier",
        30007 => "Message filtered",
        30008 => "Unknown error",
        30009 => "Missing segment",
        30010 => "Message price exceeds the limit",
        30017 => "Carrier network congestion",
        30018 => "The sender name must be registered for this destination",
        30024 => "The sender is not provisioned on the carrier",
        30036 => "The validity period expired",
        30400 => "Bad parameters",
        30410 => "The provider did not answer in time",
        30450 => "The destination is blocked for now",
        _ => "Unknown error",
    };
}
