using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Chaos;

/// <summary>How far an experiment is.</summary>
public enum ChaosPhase : byte
{
    /// <summary>The fault is there.</summary>
    Injecting,

    /// <summary>The fault is over, and the way back is watched.</summary>
    Recovering,

    Done,
}

/// <summary>Why the fault ended.</summary>
public enum ChaosEnd : byte
{
    None,

    /// <summary>Its time was over.</summary>
    Time,

    /// <summary>Too few messages were delivered.</summary>
    Guard,

    Operator,

    /// <summary>The gateway stopped, or the connection was taken away.</summary>
    Gone,
}

/// <summary>An experiment under way, or its report. Immutable: each look is a new one.</summary>
public sealed record ChaosRun
{
    public required long Number { get; init; }

    public required Experiment Experiment { get; init; }

    public required string By { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public ChaosPhase Phase { get; init; }

    public ChaosEnd End { get; init; }

    public DateTimeOffset? FaultEndedAt { get; init; }

    /// <summary>Segments that were hit.</summary>
    public long Segments { get; init; }

    /// <summary>When the first segment was hit, or the connection looked unbound.</summary>
    public DateTimeOffset? FirstHitAt { get; init; }

    /// <summary>Messages in its scope that ended since the start, on whatever connection.</summary>
    public long Ended { get; init; }

    public long Delivered { get; init; }

    /// <summary>From the first hit to the first signal about the connection; null while there was none.</summary>
    public TimeSpan? DetectedAfter { get; init; }

    public HealthSignal? Signal { get; init; }

    /// <summary>From the first hit to the first change that took traffic off the connection.</summary>
    public TimeSpan? MovedAfter { get; init; }

    /// <summary>From the end of the fault until the last of its cells was healthy again.</summary>
    public TimeSpan? RecoveredAfter { get; init; }

    /// <summary>What the health of the connection's cells did, the oldest first; the first two hundred.</summary>
    public IReadOnlyList<HealthChange> Changes { get; init; } = [];

    /// <summary>Whether a target was met; null while that is open.</summary>
    public bool? MetDetection => Judge(DetectedAfter, Experiment.Targets.Detected, Phase != ChaosPhase.Injecting);

    public bool? MetMove => Judge(MovedAfter, Experiment.Targets.Moved, Phase != ChaosPhase.Injecting);

    // What was never moved has nothing to come back from.
    public bool? MetRecovery => MovedAfter is null ? Phase == ChaosPhase.Injecting ? null : true
        : Judge(RecoveredAfter, Experiment.Targets.Recovered, Phase == ChaosPhase.Done);

    private static bool? Judge(TimeSpan? took, TimeSpan target, bool isOver) => took is { } at ? at <= target : isOver ? false : null;
}
