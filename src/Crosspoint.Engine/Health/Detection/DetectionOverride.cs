using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health.Detection;

/// <summary>Rules for some cells; what is null does not matter.</summary>
public sealed record DetectionOverride
{
    public string? Connection { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; init; }

    public NetworkId? Network { get; init; }

    /// <summary>Fits cells of this class alone, not those of all classes.</summary>
    public TrafficClass? Class { get; init; }

    public DetectionRules Rules { get; init; } = new();

    public bool Fits(HealthCell cell) =>
        (Connection is null || Connection == cell.Connection) && (Country is null || Country == cell.Country)
        && (Network is null || Network == cell.Network) && (Class is null || Class == cell.Class);
}
