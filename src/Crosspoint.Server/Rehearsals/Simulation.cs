using System.Security.Cryptography;
using Crosspoint.Engine.Routing.Rehearsal;

namespace Crosspoint.Server.Rehearsals;

internal enum SimulationState
{
    Running,
    Done,
    Canceled,
    Failed,
}

/// <summary>A rehearsal, running or ended. One thread writes, others read.</summary>
internal sealed class Simulation(RoutingRehearsal rehearsal, SimulationPlan plan, DateTimeOffset startedAt) : IDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private volatile Outcome? _outcome;
    private long _share;

    public string Id { get; } = $"RS{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))}";

    public SimulationPlan Plan => plan;

    public DateTimeOffset StartedAt => startedAt;

    public RoutingRehearsal Rehearsal => rehearsal;

    /// <summary>The range of time that is replayed; null for a sample.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Range { get; init; }

    /// <summary>Rows of the sample; 0 for a range.</summary>
    public long Rows { get; set; }

    /// <summary>Stops it.</summary>
    public CancellationToken Canceled => _cancel.Token;

    /// <summary>How much of the range has been read, 0 to 1: how many messages are in it is not known before.</summary>
    public double Share
    {
        get => BitConverter.Int64BitsToDouble(Volatile.Read(ref _share));
        set => Volatile.Write(ref _share, BitConverter.DoubleToInt64Bits(value));
    }

    public SimulationState State => _outcome?.State ?? SimulationState.Running;

    public DateTimeOffset? EndedAt => _outcome?.At;

    /// <summary>Null until it is done.</summary>
    public RehearsalReport? Report => _outcome?.Report;

    /// <summary>What went wrong; empty unless it failed.</summary>
    public string Fault => _outcome?.Fault ?? "";

    public void Cancel()
    {
        if (_outcome is null) _cancel.Cancel();
    }

    public void End(SimulationState state, DateTimeOffset at, RehearsalReport? report = null, string fault = "") =>
        _outcome = new(state, at, report, fault);

    public void Dispose() => _cancel.Dispose();

    private sealed record Outcome(SimulationState State, DateTimeOffset At, RehearsalReport? Report, string Fault);
}

/// <summary>The plan that is rehearsed.</summary>
/// <param name="Revision">Of the store; null for one that came with the request.</param>
/// <param name="InForce">Revision of the plan that it is held against.</param>
internal sealed record SimulationPlan(long? Revision, long InForce, int Rules);
