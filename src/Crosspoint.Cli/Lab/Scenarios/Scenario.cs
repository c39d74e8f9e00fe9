using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>A market whose truth is known, and what goes wrong in it. Times are from the beginning of the run.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>One line for people.</summary>
    public required string About { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The time of day at which it begins.</summary>
    public required TimeSpan Begins { get; init; }

    public required ScenarioTraffic Traffic { get; init; }

    public required IReadOnlyList<ScenarioNetwork> Networks { get; init; }

    public required IReadOnlyList<ScenarioConnection> Connections { get; init; }

    /// <summary>Of each network: places of connections, the first choice first.</summary>
    public required IReadOnlyList<int[]> Orders { get; init; }

    public required IReadOnlyList<ScenarioFault> Faults { get; init; }

    public required FailoverOptions Failover { get; init; }
}

/// <summary>What all networks have in common.</summary>
internal sealed record ScenarioTraffic
{
    /// <summary>By class; together 1.</summary>
    public required IReadOnlyDictionary<TrafficClass, double> Classes { get; init; }

    public required IReadOnlyDictionary<TrafficClass, TimeSpan> Validity { get; init; }

    /// <summary>How far the rate swings in a day, from 0 to 1.</summary>
    public required double DayDepth { get; init; }

    /// <summary>The time of day at which it is highest.</summary>
    public required TimeSpan Busiest { get; init; }

    /// <summary>Deviation of the logarithm of the rate from five minutes to the next.</summary>
    public required double Burst { get; init; }

    public required IReadOnlyList<Peak> Peaks { get; init; }
}

/// <summary>Multiplies the rate of all networks for a while.</summary>
internal readonly record struct Peak(TimeSpan At, TimeSpan Lasts, double Factor);

/// <param name="Group">The name that stands in the file, for one or for many.</param>
/// <param name="Rate">Messages a second in the mean of a day.</param>
internal sealed record ScenarioNetwork(string Group, string Country, NetworkId Id, double Rate);

internal sealed record ScenarioConnection
{
    public required string Name { get; init; }

    /// <summary>Of a segment, in micro-units.</summary>
    public required long Price { get; init; }

    /// <summary>Segments a second; 0 for any.</summary>
    public required double Capacity { get; init; }

    /// <summary>Segments that may be without an answer at once.</summary>
    public required int Window { get; init; }

    public required TimeSpan ResponseTimeout { get; init; }

    /// <summary>How it usually does on each network.</summary>
    public required IReadOnlyList<CellNature> Natures { get; init; }
}

/// <summary>Something goes wrong with a connection.</summary>
/// <param name="Networks">Places of those that it concerns.</param>
/// <param name="Fault">Null while the connection is down: none of its sessions is bound.</param>
internal sealed record ScenarioFault(string Name, TimeSpan At, TimeSpan End, int Connection, IReadOnlyList<int> Networks, CellFault? Fault)
{
    public bool Concerns(int connection, int network) => connection == Connection && Networks.Contains(network);
}
