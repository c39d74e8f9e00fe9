namespace Crosspoint.Engine.Health.Failover;

/// <summary>What routing needs to know of a cell.</summary>
/// <param name="Share">Share of its usual messages that it takes, 0 to 1; the others go elsewhere while they can.</param>
/// <param name="Sickness">Puts those in order that are not well: the higher, the later.</param>
public readonly record struct RouteHealth(CellState State, double Share, double Sickness)
{
    public static RouteHealth Healthy { get; } = new(CellState.Healthy, 1, 0);

    /// <summary>It takes nothing, whatever happens to the others.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>An operator wants it so.</summary>
    public bool IsOrder { get; init; }

    /// <summary>Campaigns probe, since it carries nothing that is rather taken.</summary>
    public bool MarketingProbes { get; init; }

    /// <summary>Of a whole connection: the networks that are not meant; null for none.</summary>
    public IReadOnlyList<HealthCell>? Except { get; init; }

    /// <summary>Since when and why, for people; null while it is healthy.</summary>
    public string? Note { get; init; }
}
