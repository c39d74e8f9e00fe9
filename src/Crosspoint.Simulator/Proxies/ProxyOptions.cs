using System.Net;

namespace Crosspoint.Simulator.Proxies;

/// <summary>One fault proxy.</summary>
public sealed record ProxyOptions
{
    public required string Name { get; init; }

    /// <summary>Where it listens. Port 0 takes a free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>Where it carries connections to.</summary>
    public required IPEndPoint Target { get; init; }

    public ProxyBehaviour Behaviour { get; init; } = ProxyBehaviour.Clean;
}
