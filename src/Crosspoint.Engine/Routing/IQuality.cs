using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>What is to be expected of a connection.</summary>
/// <param name="Delivery">Probability that a message arrives, 0 to 1.</param>
/// <param name="ReceiptSeconds">Expected time until the receipt says so; 0 when nothing is known of it.</param>
/// <param name="IsMeasured">Whether traffic has shown it. What was not measured is held against nobody: it passes every floor.</param>
public readonly record struct RouteQuality(double Delivery, double ReceiptSeconds, bool IsMeasured)
{
    /// <summary>
    /// The highest probability that what was seen still allows: floors are held against it. A connection of which little is known is not shut out by
    /// that, and one that was gets another chance as what was seen grows old.
    /// </summary>
    public double AtBest { get; init; } = Delivery;

    /// <summary>Messages that it rests on: the fewer, the wider the range in which a message that explores may place it.</summary>
    public double Weight { get; init; } = NeutralQuality.Weight;

    /// <summary>Standard deviation of the probability, by what was seen; 0 where nobody told it.</summary>
    public double StandardError { get; init; }
}

/// <summary>Quality of the connections, as it is known now.</summary>
public interface IQuality
{
    /// <summary>The quality of a connection; null when nothing is known of it. Asked once for each connection of a snapshot.</summary>
    IConnectionQuality? Of(string connection);

    /// <summary>The same in rows; null where it does not lie in any.</summary>
    internal IQualityRows? Rows => null;
}

/// <summary>Quality of one connection. Looked up for each decision while it learns: thread-safe, and allocates nothing.</summary>
public interface IConnectionQuality
{
    /// <param name="destination">Country and network of the recipient; either may be unknown.</param>
    RouteQuality Find(in Destination destination, TrafficClass trafficClass);
}

/// <summary>Nothing is measured: every connection is as good as the others.</summary>
public sealed class NeutralQuality : IQuality
{
    /// <summary>Messages that it counts for of which nothing is known.</summary>
    public const double Weight = 20;

    public static NeutralQuality Instance { get; } = new();

    /// <summary>What a connection counts for of which nothing is known.</summary>
    public static RouteQuality Value { get; } = new(0.9, 0, IsMeasured: false) { StandardError = 0.3 };

    private NeutralQuality()
    {
    }

    public IConnectionQuality? Of(string connection) => null;
}
