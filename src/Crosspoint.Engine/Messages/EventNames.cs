namespace Crosspoint.Engine.Messages;

/// <summary>The public words of the kinds of events.</summary>
public static class EventNames
{
    private static readonly Dictionary<string, EventKind> Kinds =
        Enum.GetValues<EventKind>().ToDictionary(Of, StringComparer.Ordinal);

    /// <summary>Every word, in the order of the kinds.</summary>
    public static IReadOnlyCollection<string> All => Kinds.Keys;

    /// <summary>"other" for a kind of a newer program.</summary>
    public static string Of(EventKind kind) => kind switch
    {
        EventKind.Accepted => "accepted",
        EventKind.AttemptStarted => "attempt_started",
        EventKind.Sent => "sent",
        EventKind.AttemptRefused => "attempt_refused",
        EventKind.OutcomeUnknown => "outcome_unknown",
        EventKind.ReceiptNoted => "receipt_noted",
        EventKind.Delivered => "delivered",
        EventKind.Undelivered => "undelivered",
        EventKind.Failed => "failed",
        EventKind.Expired => "expired",
        EventKind.Canceled => "canceled",
        EventKind.Unconfirmed => "unconfirmed",
        EventKind.Redacted => "redacted",
        EventKind.Received => "received",
        EventKind.Requeued => "requeued",
        EventKind.FeedbackNoted => "feedback_noted",
        EventKind.ReplyIgnored => "reply_ignored",
        EventKind.PartAccepted => "part_accepted",
        EventKind.Released => "released",
        EventKind.Replaced => "replaced",
        EventKind.Queried => "queried",
        EventKind.Rerouted => "rerouted",
        EventKind.Held => "held",
        EventKind.Resent => "resent",
        _ => "other",
    };

    public static bool TryParse(string name, out EventKind kind) => Kinds.TryGetValue(name, out kind);
}
