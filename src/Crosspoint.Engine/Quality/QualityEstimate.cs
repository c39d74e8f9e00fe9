namespace Crosspoint.Engine.Quality;

/// <summary>What is known of the quality of a connection towards a destination.</summary>
/// <param name="Probability">That a message is delivered, 0 to 1.</param>
/// <param name="Weight">Messages that this rests on, older ones counting less, and what is borrowed from wider keys among them.</param>
/// <param name="IsMeasured">Ten messages or more have shown it, of the whole connection at least, older ones counting less.</param>
/// <param name="ReceiptDelay">Within which half of the receipts of delivered messages come.</param>
/// <param name="IsSuspect">Its receipts say delivered far more often than those who got the messages do.</param>
public readonly record struct QualityEstimate(double Probability, double Weight, bool IsMeasured, TimeSpan ReceiptDelay, bool IsSuspect)
{
    /// <summary>
    /// Standard deviation of the probability, by what was seen. A key without messages of its own is as far from the wider one that stands in for it
    /// as keys are wont to be.
    /// </summary>
    public double StandardError { get; init; }

    /// <summary>The highest probability that what was seen still allows: two standard deviations above.</summary>
    public double AtBest => Math.Min(1, Probability + (2 * Math.Sqrt(Probability * (1 - Probability) / Math.Max(Weight, 1))));
}
