namespace Crosspoint.Engine.Routing;

/// <summary>How the connections of a list are put in order.</summary>
public enum RouteStrategy : byte
{
    /// <summary>As they stand.</summary>
    Fixed,

    /// <summary>The cheapest first; those without a price last.</summary>
    LeastCost,

    /// <summary>The most likely to deliver first.</summary>
    BestQuality,

    /// <summary>By cheapness and quality, weighted.</summary>
    Blend,

    /// <summary>Each gets its share of the messages.</summary>
    Split,
}

/// <summary>Connections, how they are put in order, and what they must keep to.</summary>
public sealed record RouteList
{
    /// <summary>Attempts may go to so many connections; more have no use, and a decision must be of bounded size.</summary>
    public const int MostConnections = 64;

    /// <summary>The largest share of messages that may explore.</summary>
    public const double MostExplored = 0.2;

    /// <summary>Empty for the list that stands in a rule.</summary>
    public string Name { get; init; } = "";

    public required IReadOnlyList<string> Connections { get; init; }

    public RouteStrategy Choose { get; init; }

    /// <summary>Shares of a split, one for each connection; empty to go by what the connections are able to take.</summary>
    public IReadOnlyList<double> Shares { get; init; } = [];

    /// <summary>A split takes the same connection for a recipient again.</summary>
    public bool IsSticky { get; init; }

    /// <summary>Weight of cheapness in a blend.</summary>
    public double CostWeight { get; init; } = 1;

    /// <summary>Weight of quality in a blend.</summary>
    public double QualityWeight { get; init; } = 1;

    /// <summary>
    /// The share of messages, 0 to <see cref="MostExplored"/>, that the strategies which go by quality put in order by a draw of what it may be (Thompson
    /// sampling) in place of what is expected. One-time codes are among them only under rules that name their class.
    /// </summary>
    public double Explore { get; init; }

    /// <summary>Expected probability of delivery, 0 to 1; null for any.</summary>
    public double? QualityAtLeast { get; init; }

    /// <summary>Price of a segment in micro-units; null for any.</summary>
    public long? PriceAtMost { get; init; }

    /// <summary>What is left of the sell price of a segment, in micro-units; null for any.</summary>
    public long? MarginAtLeast { get; init; }

    /// <summary>What is left of the sell price, in percent of it; null for any.</summary>
    public double? MarginPercentAtLeast { get; init; }

    /// <summary>Connections that get a trickle of messages, and all others only when nothing else of the list is left.</summary>
    public IReadOnlyList<string> Shadows { get; init; } = [];

    /// <summary>The share of messages for which a shadow comes first, 0 to 1.</summary>
    public double ShadowShare { get; init; }

    /// <summary>Name of the list that is tried after this one; null for none.</summary>
    public string? Fallback { get; init; }

    /// <summary>Quality alone, or with the price, decides the order.</summary>
    public bool RanksByQuality => Choose is RouteStrategy.BestQuality or RouteStrategy.Blend;

    public bool AsksForPrice => Choose is RouteStrategy.LeastCost or RouteStrategy.Blend || PriceAtMost is not null || AsksForMargin;

    public bool AsksForMargin => MarginAtLeast is not null || MarginPercentAtLeast is not null;

    public bool AsksForQuality => RanksByQuality || QualityAtLeast is not null;
}
