namespace Crosspoint.Engine.Messages;

/// <summary>Our states and codes in the words of the Twilio-shaped API: one mapping for its answers and its callbacks.</summary>
public static class TwilioStatus
{
    /// <summary>
    /// The status word. A message that has its sender shows as <c>queued</c> from acceptance on; <c>expired</c> (in our queue) is
    /// <c>failed</c> there;
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
            MessageState.Receiving => "accepted",
            MessageState.Received => "received",
            _ => "failed",
        };
    }

    /// <summary>What an error code of a message means, for people. Never null: a code that is not listed is an unknown error.</summary>
    public static string MeaningOf(int errorCode) => ErrorCodes.MessageFor(errorCode) ?? ErrorCodes.MessageFor(ErrorCodes.Unknown)!;
}
