using Crosspoint.Engine.Health.Detection;

namespace Crosspoint.Engine.Health;

/// <summary>
/// Watches one cell. Told of everything that happens in it, and looked at several times a second. Not thread-safe: the cell's lock guards it.
/// Times are steady microseconds: they begin as wall time and go on with the monotonic clock, so that a step of the wall clock is no delay.
/// Allocates nothing but for a signal.
/// </summary>
public interface ICellDetector
{
    /// <summary>A segment was written to a session.</summary>
    void Submitted(long now);

    /// <summary>What became of a segment that was written. Without an answer: when it was given up.</summary>
    /// <param name="status">The <c>command_status</c>; 0 where it is accepted or unanswered.</param>
    /// <param name="took">Microseconds from the writing to the answer.</param>
    void Answered(AnswerKind kind, uint status, long took, long now);

    /// <summary>The vendor has all of a message from which a receipt is to be expected.</summary>
    void Sent(long now);

    /// <summary>The last word on a message.</summary>
    /// <param name="delay">Microseconds since the vendor had it; negative where that is not known, or the vendor never had it.</param>
    void Ended(bool isDelivered, long delay, long now);

    /// <summary>What the application says about the recipient of a message.</summary>
    void Feedback(bool isConfirmed, long now);

    /// <summary>Looks at what was counted, and adds what it has to say.</summary>
    /// <param name="evidence">What it says to those who look at all cells of the connection together.</param>
    void Turn(long now, List<HealthSignal> signals, out CellEvidence evidence);

    /// <summary>All that was counted since the cell is watched.</summary>
    CellTotals Totals { get; }

    /// <summary>What it has learned, for the time in which its cell carries nothing; null where that is not worth keeping.</summary>
    CellMemory? Memory => null;
}

/// <summary>
/// Sums that only grow. The difference of two says what happened between them, and what would have happened in a healthy cell: by that a recovery
/// is judged.
/// </summary>
/// <param name="Submitted">Segments written.</param>
/// <param name="Accepted">Segments that the carrier has.</param>
/// <param name="Refused">Segments refused; throttled ones are not among them.</param>
/// <param name="ExpectedDelivered">
/// Messages of which a receipt "delivered" was to be expected by now: those sent, by the usual delivery and the usual time to a receipt.
/// </param>
/// <param name="ExpectedRefused">Segments that would usually have been refused of those answered.</param>
public readonly record struct CellTotals(
    long Submitted, long Accepted, long Refused, long Throttled, long Unanswered, long Sent, long Delivered, long Undelivered,
    double ExpectedDelivered, double ExpectedRefused)
{
    /// <summary>Segments whose answer took longer than a stall does until it is one.</summary>
    public long Slow { get; init; }

    /// <summary>Whether some of what was counted before is not in it.</summary>
    public bool IsWithout(in CellTotals before) =>
        Submitted < before.Submitted || Accepted < before.Accepted || Refused < before.Refused || Throttled < before.Throttled
        || Unanswered < before.Unanswered || Sent < before.Sent || Delivered < before.Delivered || Undelivered < before.Undelivered;

    /// <summary>Without another one that is a part of it.</summary>
    public CellTotals Minus(in CellTotals part) => new(
        Submitted - part.Submitted, Accepted - part.Accepted, Refused - part.Refused, Throttled - part.Throttled, Unanswered - part.Unanswered,
        Sent - part.Sent, Delivered - part.Delivered, Undelivered - part.Undelivered,
        ExpectedDelivered - part.ExpectedDelivered, ExpectedRefused - part.ExpectedRefused)
    {
        Slow = Slow - part.Slow,
    };

    /// <summary>Both together.</summary>
    public CellTotals Plus(in CellTotals other) => new(
        Submitted + other.Submitted, Accepted + other.Accepted, Refused + other.Refused, Throttled + other.Throttled, Unanswered + other.Unanswered,
        Sent + other.Sent, Delivered + other.Delivered, Undelivered + other.Undelivered,
        ExpectedDelivered + other.ExpectedDelivered, ExpectedRefused + other.ExpectedRefused)
    {
        Slow = Slow + other.Slow,
    };
}
