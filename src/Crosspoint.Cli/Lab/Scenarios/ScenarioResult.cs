using System.Text.Json.Serialization;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>What all runs of a scenario came to.</summary>
/// <param name="Messages">Of one run with one policy.</param>
internal sealed record ScenarioResult(
    string Scenario, string About, double Hours, int Networks, int Connections, int Seeds, Spread Messages,
    IReadOnlyList<PolicyResult> Policies, IReadOnlyList<FaultResult> Faults,
    Spread FalseSignals, Spread FalseMoves, Spread Relapses, Spread Incidents)
{
    /// <summary>Simulated messages a second of one core; told, and not part of what is the same for a seed.</summary>
    [JsonIgnore]
    public double Speed { get; init; }

    /// <summary>What failover did in the first run.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <param name="runs">By policy, each by seed.</param>
    public static ScenarioResult Of(Scenario scenario, IReadOnlyDictionary<PolicyKind, RunResult[]> runs)
    {
        RunResult[] own = runs[PolicyKind.Crosspoint];
        RunResult[] best = runs[PolicyKind.Oracle];
        FaultSeen[][] seen = [.. own.Select(static run => run.Watch.Seens.ToArray())];
        return new(
            scenario.Name, scenario.About, scenario.Duration.TotalHours, scenario.Networks.Count, scenario.Connections.Count, own.Length,
            Spread.Of(own.Select(static run => (double)run.Counts.Messages)),
            [.. runs.OrderBy(static one => one.Key).Select(one => PolicyResult.Of(one.Key, one.Value, best))],
            [.. scenario.Faults.Select((fault, place) => FaultResult.Of(fault, [.. seen.Select(run => run[place])]))],
            Spread.Of(own.Select(static run => (double)run.Watch.FalseSignals)),
            Spread.Of(own.Select(static run => (double)run.Watch.FalseMoves)),
            Spread.Of(own.Select(static run => (double)run.Watch.Relapses)),
            Spread.Of(own.Select(static run => (double)run.Watch.Incidents.Count)))
        {
            Changes = own[0].Watch.Changes,
        };
    }
}

/// <param name="Delivered">Share of all messages that arrived in their time, in truth.</param>
/// <param name="DeliveredInFaults">The same of messages to networks that a fault hit when they came; null without faults.</param>
/// <param name="LostBeyondOracle">Messages lost more than by the one that knows the truth.</param>
/// <param name="Moved">Messages first submitted elsewhere than at the operator's first choice.</param>
/// <param name="MovedNeedlessly">Of these, while nothing was wrong with the first choice.</param>
/// <param name="Cost">Of a message, in the unit of the prices.</param>
/// <param name="P95Seconds">From acceptance to arrival.</param>
internal sealed record PolicyResult(
    PolicyKind Policy, Spread Delivered, Spread? DeliveredInFaults, Spread Lost, Spread LostBeyondOracle, Spread Moved, Spread MovedNeedlessly, Spread Cost,
    Spread P95Seconds, IReadOnlyDictionary<LossKind, double> LostBy)
{
    public static PolicyResult Of(PolicyKind policy, RunResult[] runs, RunResult[] oracle)
    {
        RunCounts[] all = [.. runs.Select(static run => run.Counts)];
        return new(
            policy,
            Spread.Of(all.Select(static one => (double)one.Delivered / one.Messages)),
            Spread.Of([.. all.Select(static one => one.HitMessages == 0 ? (double?)null : (double)one.HitDelivered / one.HitMessages)]),
            Spread.Of(all.Select(static one => (double)one.Lost)),
            Spread.Of(all.Zip(oracle, static (one, best) => (double)(one.Lost - best.Counts.Lost))),
            Spread.Of(all.Select(static one => (double)one.Moved)),
            Spread.Of(all.Select(static one => (double)one.Needless)),
            Spread.Of(all.Select(static one => one.Cost / 1e6 / one.Messages)),
            Spread.Of(all.Select(static one => one.P95)),
            Enum.GetValues<LossKind>().ToDictionary(static why => why, why => all.Average(one => one.LostBy(why))));
    }
}

/// <param name="FirstSignalSeconds">From the beginning of the fault; null where nothing was noticed.</param>
/// <param name="FirstMoveSeconds">Until the first cell lost messages; null where none did.</param>
/// <param name="CellsMoved">Of <paramref name="Cells"/> that it hit.</param>
/// <param name="FullShareSeconds">From the end of the fault until all that moved was back; null where nothing moved or not all came back.</param>
internal sealed record FaultResult(
    string Fault, double AtSeconds, double LastsSeconds, Spread? FirstSignalSeconds, Spread? FirstMoveSeconds, Spread CellsMoved, int Cells, Spread? FullShareSeconds)
{
    public static FaultResult Of(ScenarioFault fault, FaultSeen[] seen) => new(
        fault.Name, fault.At.TotalSeconds, (fault.End - fault.At).TotalSeconds,
        Spread.Of([.. seen.Select(static one => one.Signal)]),
        Spread.Of([.. seen.Select(static one => one.Move)]),
        Spread.Of(seen.Select(static one => (double)one.Moved)),
        fault.Networks.Count,
        Spread.Of([.. seen.Where(static one => one.Moved > 0).Select(static one => one.FullShare)]));
}
