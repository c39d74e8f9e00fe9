namespace Crosspoint.Server.Configuration;

/// <summary>A configuration, or everything that is wrong with it.</summary>
public sealed record ConfigResult(GatewayConfig? Config, IReadOnlyList<ConfigError> Errors)
{
    public bool IsValid => Config is not null;
}
