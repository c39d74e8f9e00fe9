namespace Crosspoint.Engine.Health.Failover;

internal enum StepVerdict : byte
{
    /// <summary>Too little was seen.</summary>
    Open,
    Passed,
    Failed,
}

/// <summary>Judges what a cell took since a step began, against what a healthy cell would have made of it.</summary>
/// <param name="Since">What was counted in the step.</param>
/// <param name="Time">How long it has lasted.</param>
internal readonly record struct StepTest(CellTotals Since, TimeSpan Time)
{
    // With so few answers a test is taken when a step has lasted long; and receipts are tested from so many on.
    private const int Few = 3;
    private const int LongSteps = 6;

    // What may be worse than usual without being a fault, beside chance.
    private const double MoreRefused = 0.03;
    private const double FewerDelivered = 0.1;
    private const double SlowShare = 0.5;
    private const double MostThrottled = 0.05;

    // A cell without messages for so long is as good as any: the next message tells.
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    /// <summary>
    /// What happened between two moments. What waited at the first and is given up later fell silent before, and says nothing of the time since; nor is
    /// more expected of it when what is usual is learned anew.
    /// </summary>
    public static CellTotals Difference(in CellTotals before, in CellTotals now)
    {
        long waited = Math.Max(0, before.Submitted - before.Accepted - before.Refused - before.Throttled - before.Unanswered);
        return new(
            now.Submitted - before.Submitted, now.Accepted - before.Accepted, now.Refused - before.Refused, now.Throttled - before.Throttled,
            Math.Max(0, now.Unanswered - before.Unanswered - waited), now.Sent - before.Sent, now.Delivered - before.Delivered,
            now.Undelivered - before.Undelivered,
            Math.Min(now.ExpectedDelivered - before.ExpectedDelivered, now.Sent - before.Sent), now.ExpectedRefused - before.ExpectedRefused)
        {
            Slow = Math.Max(0, now.Slow - before.Slow - waited),
        };
    }

    /// <param name="cause">What the cell fell ill by: where it was seen by receipts, receipts have to say that it is well.</param>
    /// <param name="least">The least time of a step.</param>
    /// <param name="enough">Answers that are enough.</param>
    public StepVerdict Judge(SignalKind cause, TimeSpan least, int enough)
    {
        if (IsWorse(3, least)) return StepVerdict.Failed;
        if (Since.Submitted == 0) return Time >= Idle ? StepVerdict.Passed : StepVerdict.Open;
        if (Time < least || IsWorse(2, least)) return StepVerdict.Open;
        bool isLong = Time >= least * LongSteps;
        if (Answered < (isLong ? Math.Min(Few, enough) : enough)) return StepVerdict.Open;
        if (cause == SignalKind.Throttled && IsThrottled) return StepVerdict.Open;
        bool isByReceipts = cause is SignalKind.Delivery or SignalKind.ReceiptsSilent or SignalKind.ReceiptsSlow or SignalKind.ReceiptsSuspect;
        return !isByReceipts || Since.ExpectedDelivered >= (isLong ? Math.Min(Few, enough) : enough / 2.0) ? StepVerdict.Passed : StepVerdict.Open;
    }

    /// <summary>Whether it went worse than usual, by more than so many standard deviations.</summary>
    /// <param name="least">The least time of a step: before it is over, most receipts are of what was sent before the step.</param>
    public bool IsWorse(double deviations, TimeSpan least)
    {
        // Four that were written, none of them answered in two seconds: no carrier takes so long with each.
        long waiting = Since.Submitted - Answered - Since.Throttled;
        if (Since.Accepted == 0 && waiting > Few && Time >= TimeSpan.FromSeconds(2)) return true;
        if (Since.Slow > Few && Since.Slow > SlowShare * (Answered + Since.Throttled)) return true;
        double failed = Since.Refused + Since.Unanswered - Since.ExpectedRefused;
        double spread = Math.Sqrt(Since.ExpectedRefused + (Answered * 0.01) + 1);
        if (failed > deviations * spread && failed > MoreRefused * Answered) return true;
        double missing = Since.ExpectedDelivered - Since.Delivered;

        // While receipts are on their way, which of them are there by now is chance too: all of it for those of what was sent before.
        double open = Time < least ? 1 : 1 - (Since.ExpectedDelivered / Math.Max(1, Since.Sent));
        double chance = Math.Sqrt((Since.ExpectedDelivered * Math.Max(0.1, open)) + 1);
        return missing > deviations * chance && missing > FewerDelivered * Since.ExpectedDelivered;
    }

    /// <summary>The carrier asked for less, and not now and then.</summary>
    public bool IsThrottled => Since.Throttled > MostThrottled * (Answered + Since.Throttled);

    private long Answered => Since.Accepted + Since.Refused + Since.Unanswered;
}
