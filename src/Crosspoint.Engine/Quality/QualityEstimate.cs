namespace Crosspoint.Engine.Quality;

/// <summary>What is known of the quality of a connection towards a destination.</summary>
/// <param name="Probability">That a message is delivered, 0 to 1.</param>
/// <param name="Weight">Messages that this rests on, older ones counting less, and what is borrowed from wider keys among them.</param>
/// <param name="IsMeasured">Traffic has shown some of it: of the connection at least.</param>
/// <param name="ReceiptDelay">Within which half of the receipts of delivered messages come.</param>
/// <param name="IsSuspect">Its receipts say delivered far more often than those who got the messages do.</param>
public readonly record struct QualityEstimate(double Probability, double Weight, bool IsMeasured, TimeSpan ReceiptDelay, bool IsSuspect);
