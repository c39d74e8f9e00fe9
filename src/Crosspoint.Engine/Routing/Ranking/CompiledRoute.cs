namespace Crosspoint.Engine.Routing.Ranking;

/// <summary>
/// A list with its connections as places in the snapshot, and what decisions ask of it at hand: of 10,000 rules the list itself is seldom in the
/// processor's cache. A list that rules fall back to is one for all of them.
/// </summary>
internal sealed class CompiledList
{
    /// <param name="shares">Of the connections, in the same order; empty unless the list is split.</param>
    public CompiledList(RouteList list, int[] connections, int[] shadows, double[] shares)
    {
        (List, Connections, Shadows, Shares) = (list, connections, shadows, shares);
        Choose = list.Choose;
        Explore = list.RanksByQuality ? Math.Min(list.Explore, RouteList.MostExplored) : 0;
        AsksForMargin = list.AsksForMargin;
        LimitsPrice = list.PriceAtMost is not null || AsksForMargin;
        AsksForPrice = list.AsksForPrice;
        AsksForQuality = list.AsksForQuality;
        PriceAtMost = list.PriceAtMost ?? long.MaxValue;
        QualityAtLeast = list.QualityAtLeast ?? double.NegativeInfinity;
    }

    public RouteList List { get; }

    public int[] Connections { get; }

    /// <summary>Of the connections, in the same order; empty unless the list is split.</summary>
    public double[] Shares { get; }

    public int[] Shadows { get; }

    public RouteStrategy Choose { get; }

    /// <summary>The share of messages that explore; 0 where quality has no say in the order.</summary>
    public double Explore { get; }

    /// <summary>What a connection costs, or leaves, is held against it.</summary>
    public bool LimitsPrice { get; }

    public bool AsksForMargin { get; }

    public bool AsksForPrice { get; }

    public bool AsksForQuality { get; }

    /// <summary>Without a limit more than any price.</summary>
    public long PriceAtMost { get; }

    /// <summary>Without a floor less than any quality.</summary>
    public double QualityAtLeast { get; }
}

/// <summary>A list as one rule goes to it.</summary>
/// <param name="ExploresCodes">One-time codes may be among what explores: the rule names their class.</param>
/// <param name="Salt">Keeps the shares of one list apart from those of others, so that they do not fall on the same messages.</param>
internal readonly record struct ChainLink(CompiledList Compiled, bool ExploresCodes, ulong Salt);

/// <summary>A rule, or the default list, ready to be decided by: what most decisions ask for, without a look at the rule.</summary>
/// <param name="rule">Null for the default list.</param>
/// <param name="chain">The rule's own list, and those that it falls back to; empty where it denies.</param>
/// <param name="copyTo">-1 for none.</param>
internal sealed class CompiledRoute(RoutingRule? rule, ChainLink[] chain, int copyTo, ulong salt)
{
    public RoutingRule? Rule { get; } = rule;

    public ChainLink[] Chain { get; } = chain;

    public int CopyTo { get; } = copyTo;

    public ulong Salt { get; } = salt;

    /// <summary>Some list is kept to a margin.</summary>
    public bool AsksForMargin { get; } = Array.Exists(chain, static link => link.Compiled.AsksForMargin);

    public RouteDemands Demands { get; } = rule?.Demands ?? RouteDemands.None;

    public RouteDenial? Denial { get; } = rule?.Deny;
}
