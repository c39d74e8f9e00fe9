namespace Crosspoint.Engine.Messages;

/// <summary>The states' public words.</summary>
public static class StateNames
{
    private static readonly string[] Names =
    [
        "scheduled", "accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "expired", "canceled", "unconfirmed",
        "receiving", "received",
    ];

    // SMPP 3.4 §5.2.28 and appendix B; 0 and 9 are SMPP 5.0.
    private static readonly string[] ReceiptNames =
        ["SCHEDULED", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD", "SKIPPED"];

    public static string Of(MessageState state) => Names[(int)state];

    public static bool TryParse(ReadOnlySpan<char> name, out MessageState state)
    {
        int index = Array.IndexOf(Names, name.ToString());
        state = index < 0 ? default : (MessageState)index;
        return index >= 0;
    }

    /// <summary>The receipt word of an SMPP message_state; "OTHER" for values the standard does not know.</summary>
    public static string OfReceipt(byte state) => state < ReceiptNames.Length ? ReceiptNames[state] : "OTHER";
}
