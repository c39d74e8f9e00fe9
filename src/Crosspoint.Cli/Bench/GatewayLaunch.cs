namespace Crosspoint.Cli.Bench;

/// <summary>How a gateway is started, where it differs from <c>crosspoint serve</c> alone.</summary>
internal sealed record GatewayLaunch
{
    /// <summary>A program and its arguments that execute the gateway in their place; empty for none.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Variables added to the environment.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>File that standard error is appended to; null leaves it where this process writes its own.</summary>
    public string? Log { get; init; }

    /// <summary>Longest wait for the ready line. Recovery after the crashes of the rigs takes about a second.</summary>
    public TimeSpan ReadyLimit { get; init; } = TimeSpan.FromMinutes(1);
}
