namespace Crosspoint.Engine.Health;

/// <summary>How a connection does on a network.</summary>
public enum CellState : byte
{
    Healthy,

    /// <summary>Worse than usual: others go first, and it takes what they cannot carry.</summary>
    Degraded,

    /// <summary>It takes nothing while another can.</summary>
    Suspended,

    /// <summary>A small share of transactional messages tries whether it works again.</summary>
    Probing,

    /// <summary>It works again: it takes a share of its messages that grows by steps.</summary>
    Recovering,
}

/// <summary>A cell went from one state to another, or a step further in its recovery.</summary>
public sealed record HealthChange
{
    /// <summary>Of all classes.</summary>
    public required HealthCell Cell { get; init; }

    public required CellState From { get; init; }

    public required CellState To { get; init; }

    /// <summary>Share of its usual messages that it takes from now on, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Why, as a sentence for people, with its figures.</summary>
    public required string Reason { get; init; }

    /// <summary>What was noticed; null where an operator or the passing of time is the reason.</summary>
    public HealthSignal? Signal { get; init; }

    /// <summary>Who ordered it; null where nobody did.</summary>
    public string? Operator { get; init; }

    /// <summary>Messages a second that the cell carried in the minute before.</summary>
    public double Rate { get; init; }

    /// <summary>Wall time in microseconds.</summary>
    public required long At { get; init; }
}
