using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.Failover;

/// <summary>How traffic leaves what is sick, and comes back. What the operator sets under <c>health.failover</c>.</summary>
public sealed record FailoverOptions
{
    /// <summary>Off: nothing that is noticed moves traffic. Orders hold all the same.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>How long a cell is left alone the first time: longer than a carrier's restart or a change of its routes takes.</summary>
    public TimeSpan Hold { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Each relapse doubles the hold, up to this.</summary>
    public TimeSpan LongestHold { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>So long healthy, and relapses are forgotten.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Share of its usual messages that a degraded cell keeps, so that something is still measured.</summary>
    public double DegradedShare { get; init; } = 0.1;

    /// <summary>Share of transactional messages that probe; 0 where only messages to <see cref="TestNumbers"/> do.</summary>
    public double ProbeShare { get; init; } = 0.01;

    /// <summary>Shares of a recovery, rising, the last one 1.</summary>
    public IReadOnlyList<double> Steps { get; init; } = [0.01, 0.05, 0.25, 0.5, 1];

    /// <summary>The least time of a step.</summary>
    public TimeSpan StepTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Segments answered that a test of a step rests on, where there are so many in good time.</summary>
    public int StepMessages { get; init; } = 20;

    /// <summary>Share of all traffic that signs other than hard ones may move within a minute.</summary>
    public double MoveAtMost { get; init; } = 0.5;

    /// <summary>Others count as a way out while they cost at most so many times as much; null for whatever they cost.</summary>
    public double? PriceFactor { get; init; }

    /// <summary>Messages to these numbers probe, whatever their class: digits without a plus.</summary>
    public IReadOnlyList<ulong> TestNumbers { get; init; } = [];
}

/// <summary>A connection as it is now, as far as it may take what others lose.</summary>
/// <param name="IsUp">It takes traffic.</param>
/// <param name="Capacity">Segments a second; 0 where no limit is known.</param>
/// <param name="Sent">Segments that it was given, a sum that only grows.</param>
public readonly record struct HealthPath(string Connection, bool IsUp, double Capacity, long Sent)
{
    /// <summary>None of its sessions is bound, though nobody stopped or paused it.</summary>
    public bool IsUnbound { get; init; }
}

/// <summary>Another connection that the plan may send a cell's messages by.</summary>
/// <param name="PriceRatio">Its price by that of the cell; null where one of them is not known.</param>
public readonly record struct HealthRival(string Connection, double? PriceRatio);

/// <summary>What the states ask of the world.</summary>
public sealed record HealthFacts
{
    /// <summary>Counts of a cell; null where nobody counts.</summary>
    public Func<HealthCell, CellTotals?> TotalsOf { get; init; } = static _ => null;

    /// <summary>Counts of a connection without some of its networks; null where nobody counts.</summary>
    public Func<HealthCell, IReadOnlyList<HealthCell>, CellTotals?> TotalsBut { get; init; } = static (_, _) => null;

    /// <summary>Messages a second of a cell in the last minute; 0 where nobody counts.</summary>
    public Func<HealthCell, double> RateOf { get; init; } = static _ => 0;

    /// <summary>The counts of all networks of a country on a connection; null where nobody counts.</summary>
    public Func<HealthCell, CellTotals?> CountryTotalsOf { get; init; } = static _ => null;

    /// <summary>Messages a second of all of these in the last minute.</summary>
    public Func<HealthCell, double> CountryRateOf { get; init; } = static _ => 0;

    /// <summary>Who else may take its messages.</summary>
    public Func<HealthCell, IReadOnlyList<HealthRival>> RivalsOf { get; init; } = static _ => [];

    /// <summary>Whether a cell carries messages of a class; asked for marketing to probe where nothing else can.</summary>
    public bool Carries(in HealthCell cell, TrafficClass trafficClass) => TotalsOf(cell with { Class = trafficClass }) is { Submitted: > 0 };
}
