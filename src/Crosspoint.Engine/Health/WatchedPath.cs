namespace Crosspoint.Engine.Health;

/// <summary>
/// Where it counts what happens to a message: its cell with the wider ones, and its account. Found once and kept while the message is on its way; the default
/// value counts nowhere. Times are steady microseconds.
/// </summary>
/// <param name="Account">Null for a copy to a test connection: that is traffic of the connection, and nobody's message.</param>
public readonly record struct WatchedPath(WatchedCell? Cell, WatchedCell? Account)
{
    /// <summary>A segment was written to a session.</summary>
    public void Submitted(long now) => Tell(new(CellEventKind.Submitted, now));

    /// <summary>What became of a segment that was written. Without an answer: when it was given up.</summary>
    /// <param name="status">The <c>command_status</c>; 0 where it is accepted or unanswered.</param>
    /// <param name="took">Microseconds from the writing to the answer.</param>
    /// <param name="cost">Of an accepted segment, in micro-units; 0 where it is not known.</param>
    public void Answered(AnswerKind kind, uint status, long took, long cost, long now) =>
        Tell(new(CellEventKind.Answered, now) { Answer = kind, Code = status, Took = took, Bin = (byte)DelayBins.Of(took), Cost = cost });

    /// <summary>The vendor has all of a message from which a receipt is to be expected.</summary>
    /// <param name="sentAt">Since when; where the steady time is not known, the negative wall time, or <see cref="SteadyClock.Unknown"/>.</param>
    public void Sent(long sentAt, long now) => Tell(new(CellEventKind.Sent, now) { SentAt = sentAt });

    /// <summary>The last word of a connection on a message.</summary>
    /// <param name="sentAt">
    /// Since when the vendor had it; 0 when it never had it; where the steady time is not known, the negative wall time, or
    /// <see cref="SteadyClock.Unknown"/>.
    /// </param>
    /// <param name="errorCode">Of a message that was not delivered.</param>
    /// <param name="isLast">The message ended with it; else it goes to another connection.</param>
    public void Ended(bool isDelivered, long sentAt, int errorCode, bool isLast, long now)
    {
        long took = sentAt > 0 ? Math.Max(0, now - sentAt) : -1;
        var entry = new CellEvent(CellEventKind.Ended, now)
        {
            IsGood = isDelivered,
            Code = (uint)errorCode,
            SentAt = sentAt,
            Took = took,
            Bin = (byte)DelayBins.Of(took),
        };
        Tell(entry, isLast ? entry : new(CellEventKind.Left, now) { SentAt = sentAt });
    }

    /// <summary>What the application says about the recipient of a message.</summary>
    public void Feedback(bool isConfirmed, long now) => Tell(new(CellEventKind.Feedback, now) { IsGood = isConfirmed });

    private void Tell(in CellEvent entry) => Tell(entry, entry);

    private void Tell(in CellEvent entry, in CellEvent ofMessage)
    {
        Cell?.TellAll(entry, ofMessage, isMessage: Account is not null);
        Account?.Tell(ofMessage);
    }
}
