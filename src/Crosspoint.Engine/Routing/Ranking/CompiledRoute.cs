namespace Crosspoint.Engine.Routing.Ranking;

/// <summary>A list with its connections as places in the snapshot.</summary>
internal sealed record CompiledList
{
    private readonly RouteList _list = null!;

    public required RouteList List
    {
        get => _list;
        init
        {
            // Worked out of so many limits that it would be asked for long.
            _list = value;
            AsksForMargin = value.AsksForMargin;
            LimitsPrice = value.PriceAtMost is not null || AsksForMargin;
            AsksForPrice = value.AsksForPrice;
            AsksForQuality = value.AsksForQuality;
        }
    }

    public required int[] Connections { get; init; }

    /// <summary>Of the connections, in the same order; empty unless the list is split.</summary>
    public required double[] Shares { get; init; }

    public required int[] Shadows { get; init; }

    /// <summary>The share of messages that explore; 0 where quality has no say in the order.</summary>
    public required double Explore { get; init; }

    /// <summary>One-time codes may be among them: the rule names their class.</summary>
    public required bool ExploresCodes { get; init; }

    /// <summary>What it costs, or what it leaves, is held against it.</summary>
    public bool LimitsPrice { get; private init; }

    public bool AsksForMargin { get; private init; }

    public bool AsksForPrice { get; private init; }

    public bool AsksForQuality { get; private init; }

    /// <summary>Keeps the shares of one list apart from those of others, so that they do not fall on the same messages.</summary>
    public required ulong Salt { get; init; }
}

/// <summary>A rule, or the default list, ready to be decided by.</summary>
/// <param name="Rule">Null for the default list.</param>
/// <param name="Chain">The rule's own list, and those that it falls back to; empty where it denies.</param>
/// <param name="CopyTo">-1 for none.</param>
internal sealed record CompiledRoute(RoutingRule? Rule, CompiledList[] Chain, int CopyTo, ulong Salt)
{
    /// <summary>Some list is kept to a margin.</summary>
    public bool AsksForMargin { get; } = Array.Exists(Chain, static list => list.List.AsksForMargin);

    public RouteDemands Demands => Rule?.Demands ?? RouteDemands.None;
}
