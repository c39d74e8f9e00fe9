using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Incidents;

/// <summary>When cells belong to one incident, and where its figures come from.</summary>
public sealed record IncidentOptions
{
    /// <summary>Related cells that fall ill within this time of the last one are one incident: what has one cause shows within minutes.</summary>
    public TimeSpan GroupWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A cell that falls ill again within this time after its incident was resolved joins it again.</summary>
    public TimeSpan RelapseWithin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Lines of a timeline; beyond them the middle is left out, and counted.</summary>
    public int MostEntries { get; init; } = 500;

    /// <summary>Resolved incidents that are held in memory; more are read from the store.</summary>
    public int MostRecent { get; init; } = 1_000;

    /// <summary>The vendor of a connection; empty where it is not known.</summary>
    public Func<string, string> VendorOf { get; init; } = static _ => "";

    /// <summary>What a segment costs on the way that is used instead, less what it costs in the cell; null where prices are not known.</summary>
    public Func<HealthCell, ExtraPrice?> ExtraPriceOf { get; init; } = static _ => null;
}

/// <summary>What a segment costs more elsewhere.</summary>
/// <param name="Micros">Millionths of the currency.</param>
/// <param name="SegmentsPerMessage">At least 1.</param>
public readonly record struct ExtraPrice(long Micros, string Currency, double SegmentsPerMessage = 1);
