namespace Crosspoint.Engine.Health;

/// <summary>How often a code came.</summary>
/// <param name="Code">A <c>command_status</c> or an error code; null for all that are rarer than the first dozen.</param>
public readonly record struct CodeCount(uint? Code, long Count);

/// <summary>Quantiles of durations in seconds, each at most 10 % off; null where nothing was counted.</summary>
public readonly record struct DelayQuantiles(double? P50, double? P95, double? P99);

/// <summary>What happened in one or several cells in an interval.</summary>
public sealed record IntervalReading
{
    /// <summary>The time that it covers: the interval and up to a step more, or less while the cell is younger.</summary>
    public required TimeSpan Span { get; init; }

    /// <summary>Segments that were written to a session.</summary>
    public required long Submitted { get; init; }

    public required long Accepted { get; init; }

    /// <summary>Throttled ones are not among them.</summary>
    public required long Refused { get; init; }

    public required long Throttled { get; init; }

    public required long Unanswered { get; init; }

    /// <summary>Refused segments by status, the most frequent first.</summary>
    public required IReadOnlyList<CodeCount> Statuses { get; init; }

    /// <summary>Of the accepted segments whose price was known, in micro-units of the base currency.</summary>
    public required long Cost { get; init; }

    /// <summary>Messages that a vendor took and of which a receipt is to be expected.</summary>
    public required long Sent { get; init; }

    /// <summary>Messages whose receipt came in the interval.</summary>
    public required long Delivered { get; init; }

    /// <summary>Messages whose end came in the interval.</summary>
    public required long Undelivered { get; init; }

    /// <summary>Undelivered messages by error code, the most frequent first.</summary>
    public required IReadOnlyList<CodeCount> Errors { get; init; }

    /// <summary>Messages sent in the interval of which nothing was heard yet.</summary>
    public required long Pending { get; init; }

    /// <summary>
    /// Of the messages sent in the interval, the share delivered: a pending one counts as the share of receipts that have come at its age. Null where that is
    /// less than half a message in all.
    /// </summary>
    public required double? DeliveryRate { get; init; }

    /// <summary>Messages that the delivery rate rests on.</summary>
    public required double DeliveryWeight { get; init; }

    /// <summary>Messages whose recipient acted on them, by what the application said.</summary>
    public required long Confirmed { get; init; }

    public required long NotConfirmed { get; init; }

    /// <summary>From the writing of a segment to its answer.</summary>
    public required DelayQuantiles Response { get; init; }

    /// <summary>From sent to delivered.</summary>
    public required DelayQuantiles Receipt { get; init; }

    /// <summary>Share of segments that were refused or not answered, throttled ones left out; null without answers.</summary>
    public double? ErrorRate => Accepted + Refused + Unanswered is > 0 and var all ? (Refused + Unanswered) / (double)all : null;

    /// <summary>Segments submitted a second.</summary>
    public double PerSecond => Span > TimeSpan.Zero ? Submitted / Span.TotalSeconds : 0;

    /// <summary>Share of the messages with feedback whose recipient acted on them; null without feedback.</summary>
    public double? Conversion => Confirmed + NotConfirmed is > 0 and var all ? Confirmed / (double)all : null;

    /// <summary>Whether anything happened.</summary>
    public bool IsEmpty =>
        (Submitted | Accepted | Refused | Throttled | Unanswered | Sent | Delivered | Undelivered | Confirmed | NotConfirmed | Pending) == 0;
}
