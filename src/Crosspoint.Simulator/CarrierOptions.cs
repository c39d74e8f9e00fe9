using System.Net;
using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator;

/// <summary>One carrier.</summary>
public sealed record CarrierOptions
{
    public required string Name { get; init; }

    /// <summary>Where it takes binds. Port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Who may bind; empty = anybody.</summary>
    public IReadOnlyList<CarrierAccount> Accounts { get; init; } = [];

    public CarrierBehaviour Behaviour { get; init; } = CarrierBehaviour.Default;

    /// <summary>First message id as a number; 0 = from the clock, so that a restarted carrier does not give ids twice.</summary>
    public long FirstId { get; init; }

    /// <summary>Submissions kept for the control API and query_sm.</summary>
    public int SubmitsKept { get; init; } = 10_000;

    /// <summary>File that gets one line for each accepted submission; null = none.</summary>
    public string? SubmitLog { get; init; }

    /// <summary>Receipts and messages kept for one system_id while nobody takes them; what comes after is dropped and counted.</summary>
    public int PendingKept { get; init; } = 100_000;
}

/// <summary>Who may bind.</summary>
public sealed record CarrierAccount(string SystemId, string Password)
{
    public override string ToString() => SystemId;
}
