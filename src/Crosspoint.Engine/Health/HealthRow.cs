using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health;

/// <summary>How wide the rows of a reading are.</summary>
public enum HealthLevel : byte
{
    /// <summary>By account, over all connections.</summary>
    Account,

    /// <summary>By country, over all connections.</summary>
    World,

    /// <summary>All connections of a vendor.</summary>
    Vendor,

    Connection,

    /// <summary>By connection and country.</summary>
    Country,

    /// <summary>By connection and network.</summary>
    Network,

    /// <summary>By connection, network and class.</summary>
    Class,
}

/// <summary>Which cells are read, over which interval. Null for all.</summary>
public readonly record struct HealthFilter(HealthLevel Level, HealthInterval Interval)
{
    public string? Connection { get; init; }

    /// <summary>ISO 3166-1 alpha-2; <see cref="HealthCell.UnknownCountry"/> where it is not known.</summary>
    public string? Country { get; init; }

    public NetworkId? Network { get; init; }

    public TrafficClass? Class { get; init; }
}

/// <summary>What one cell, or several as one, hold.</summary>
public sealed record HealthRow
{
    /// <summary>Where it stands in the order of the rows.</summary>
    public required ulong Place { get; init; }

    /// <summary>Null over all.</summary>
    public string? Connection { get; init; }

    public string? Vendor { get; init; }

    public string? Account { get; init; }

    /// <summary>Null for all; <see cref="HealthCell.UnknownCountry"/> where it is not known.</summary>
    public string? Country { get; init; }

    /// <summary>Unknown for all too.</summary>
    public NetworkId Network { get; init; }

    /// <summary>Null for all.</summary>
    public TrafficClass? Class { get; init; }

    public required IntervalReading Reading { get; init; }
}
