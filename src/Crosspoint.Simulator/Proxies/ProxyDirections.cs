namespace Crosspoint.Simulator.Proxies;

/// <summary>Which way through a proxy.</summary>
[Flags]
public enum ProxyDirections
{
    None = 0,

    /// <summary>From the side that connected to the target.</summary>
    ToTarget = 1,

    /// <summary>From the target back.</summary>
    ToClient = 2,

    Both = ToTarget | ToClient,
}
