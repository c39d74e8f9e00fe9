namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// What is usual: of a cell, as its detector has learned it, or of a wider one, for a new cell to begin with. The defaults are for a cell of which
/// nothing at all is known.
/// </summary>
public sealed record CellUsual
{
    private const long LeastAnswers = 200;
    private const long LeastReceipts = 100;
    private const double MostRefused = 0.1;
    private const double MostUnanswered = 0.02;
    private const double MostUndelivered = 0.3;

    /// <summary>Share of the answered segments that are refused.</summary>
    public double Refused { get; init; } = 0.02;

    /// <summary>Share of the segments written that go unanswered.</summary>
    public double Unanswered { get; init; } = 0.002;

    /// <summary>Share of the final receipts that say "not delivered".</summary>
    public double Undelivered { get; init; } = 0.1;

    /// <summary>Share of the messages sent for which a receipt comes in twice the usual time.</summary>
    public double Receipts { get; init; } = 0.8;

    /// <summary>99th percentile of the time to a response; zero where it is not known.</summary>
    public TimeSpan ResponseP99 { get; init; }

    /// <summary>Median of the time to a receipt "delivered".</summary>
    public TimeSpan ReceiptMedian { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>95th percentile of the time to a receipt "delivered".</summary>
    public TimeSpan ReceiptP95 { get; init; } = TimeSpan.FromSeconds(63);

    /// <summary>Messages that this rests on: a new cell takes it for no more than 100 of its own.</summary>
    public double Weight { get; init; } = 20;

    /// <summary>
    /// What a wider cell showed of late, as a guess at a narrower one that is new, and worth no more than any guess. Of shares the worse of what it showed and what is
    /// guessed anyhow, and nothing of a wider cell that is not well itself; null where it showed too little.
    /// </summary>
    public static CellUsual? From(IntervalReading wider)
    {
        long answered = wider.Accepted + wider.Refused;
        if (answered < LeastAnswers) return null;
        var guess = new CellUsual();
        double refused = wider.Refused / (double)answered;
        double unanswered = wider.Unanswered / (double)(answered + wider.Unanswered);
        bool isWell = refused <= MostRefused && unanswered <= MostUnanswered;
        if (!isWell) return null;
        long ended = wider.Delivered + wider.Undelivered;
        double undelivered = ended == 0 ? 0 : wider.Undelivered / (double)ended;
        guess = guess with
        {
            Refused = Math.Max(guess.Refused, refused),
            Unanswered = Math.Max(guess.Unanswered, unanswered),
            Undelivered = Math.Clamp(undelivered, guess.Undelivered, MostUndelivered),
            ResponseP99 = TimeSpan.FromSeconds(wider.Response.P99 ?? 0),
        };
        return wider.Delivered >= LeastReceipts && wider.Receipt is { P50: { } median, P95: { } p95 }
            ? guess with { ReceiptMedian = TimeSpan.FromSeconds(median), ReceiptP95 = TimeSpan.FromSeconds(p95) }
            : guess;
    }
}
