namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// What is usual: of a cell, as its detector has learned it, or of a wider one, for a new cell to begin with. The defaults are for a cell of which
/// nothing at all is known.
/// </summary>
public sealed record CellUsual
{
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
}
