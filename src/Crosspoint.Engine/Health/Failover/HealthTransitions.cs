namespace Crosspoint.Engine.Health.Failover;

/// <summary>What happens to a cell.</summary>
public enum HealthEvent : byte
{
    /// <summary>Unbound or stalled.</summary>
    HardSign,

    /// <summary>A sign that is far beyond what is usual: over half fails.</summary>
    SevereSign,

    /// <summary>Any other sign that it is worse than usual.</summary>
    Sign,

    /// <summary>The carrier asks for less.</summary>
    Throttled,

    /// <summary>Its time to be left alone is over, and its connection is up.</summary>
    HoldOver,

    /// <summary>What it took since the last step went as usual.</summary>
    TestPassed,

    /// <summary>The same, with all of its messages.</summary>
    LastTestPassed,

    /// <summary>What it took since the last step went badly.</summary>
    TestFailed,

    /// <summary>An order ended that had kept it from its messages.</summary>
    OrderEnded,
}

/// <summary>What a cell takes of its usual messages from then on.</summary>
public enum HealthShare : byte
{
    None,

    /// <summary>A little, so that something is still measured.</summary>
    Little,

    /// <summary>What the carrier takes.</summary>
    WhatItTakes,

    /// <summary>A small share of the transactional ones.</summary>
    Probes,

    /// <summary>The first step of a recovery that is above what it takes now.</summary>
    NextStep,

    All,
}

/// <summary>One row of the table.</summary>
/// <param name="Reason">Goes before what was seen.</param>
public sealed record HealthTransition(CellState From, HealthEvent Event, CellState To, HealthShare Share, string Reason);

/// <summary>The whole table of states. What is not in it changes nothing.</summary>
public static class HealthTransitions
{
    public static IReadOnlyList<HealthTransition> Table { get; } =
    [
        new(CellState.Healthy, HealthEvent.HardSign, CellState.Suspended, HealthShare.None, "nothing gets through"),
        new(CellState.Healthy, HealthEvent.SevereSign, CellState.Suspended, HealthShare.None, "most fails"),
        new(CellState.Healthy, HealthEvent.Sign, CellState.Degraded, HealthShare.Little, "worse than usual"),
        new(CellState.Healthy, HealthEvent.Throttled, CellState.Degraded, HealthShare.WhatItTakes, "only the excess moves"),
        new(CellState.Healthy, HealthEvent.OrderEnded, CellState.Recovering, HealthShare.NextStep, "the order has ended"),
        new(CellState.Degraded, HealthEvent.HardSign, CellState.Suspended, HealthShare.None, "nothing gets through any more"),
        new(CellState.Degraded, HealthEvent.SevereSign, CellState.Suspended, HealthShare.None, "most fails by now"),
        new(CellState.Degraded, HealthEvent.TestFailed, CellState.Suspended, HealthShare.None, "it goes on"),
        new(CellState.Degraded, HealthEvent.TestPassed, CellState.Recovering, HealthShare.NextStep, "as usual again"),
        new(CellState.Degraded, HealthEvent.LastTestPassed, CellState.Healthy, HealthShare.All, "as usual again"),
        new(CellState.Degraded, HealthEvent.OrderEnded, CellState.Recovering, HealthShare.NextStep, "the order has ended"),
        new(CellState.Suspended, HealthEvent.HoldOver, CellState.Probing, HealthShare.Probes, "the hold is over"),
        new(CellState.Suspended, HealthEvent.OrderEnded, CellState.Recovering, HealthShare.NextStep, "the order has ended"),
        new(CellState.Probing, HealthEvent.HardSign, CellState.Suspended, HealthShare.None, "nothing gets through yet"),
        new(CellState.Probing, HealthEvent.SevereSign, CellState.Suspended, HealthShare.None, "most fails still"),
        new(CellState.Probing, HealthEvent.Sign, CellState.Suspended, HealthShare.None, "not as usual yet"),
        new(CellState.Probing, HealthEvent.TestFailed, CellState.Suspended, HealthShare.None, "the probes failed"),
        new(CellState.Probing, HealthEvent.TestPassed, CellState.Recovering, HealthShare.NextStep, "the probes went as usual"),
        new(CellState.Probing, HealthEvent.OrderEnded, CellState.Recovering, HealthShare.NextStep, "the order has ended"),
        new(CellState.Recovering, HealthEvent.HardSign, CellState.Suspended, HealthShare.None, "a relapse: nothing gets through"),
        new(CellState.Recovering, HealthEvent.SevereSign, CellState.Suspended, HealthShare.None, "a relapse: most fails"),
        new(CellState.Recovering, HealthEvent.Sign, CellState.Suspended, HealthShare.None, "a relapse: worse than usual"),
        new(CellState.Recovering, HealthEvent.Throttled, CellState.Degraded, HealthShare.WhatItTakes, "only the excess moves"),
        new(CellState.Recovering, HealthEvent.TestFailed, CellState.Suspended, HealthShare.None, "a relapse: the step failed"),
        new(CellState.Recovering, HealthEvent.TestPassed, CellState.Recovering, HealthShare.NextStep, "the step went as usual"),
        new(CellState.Recovering, HealthEvent.LastTestPassed, CellState.Healthy, HealthShare.All, "recovered"),
        new(CellState.Recovering, HealthEvent.OrderEnded, CellState.Recovering, HealthShare.NextStep, "the order has ended"),
    ];

    /// <summary>What follows; null where nothing does.</summary>
    public static HealthTransition? Find(CellState from, HealthEvent happened)
    {
        foreach (HealthTransition row in Table)
        {
            if (row.From == from && row.Event == happened) return row;
        }

        return null;
    }
}
