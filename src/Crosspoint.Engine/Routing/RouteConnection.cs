using Crosspoint.Engine.Vendors;

namespace Crosspoint.Engine.Routing;

/// <summary>A connection as routing knows it.</summary>
/// <param name="Vendor">Whose it is: what one vendor has may fail together.</param>
public sealed record RouteConnection(string Name, string Vendor, ConnectionCapabilities Capabilities)
{
    /// <summary>Where no capacity was told, the rate at which the gateway sends stands for it.</summary>
    public static RouteConnection Of(ConnectionOptions options) => new(
        options.Name,
        options.Vendor,
        options.Capabilities.Capacity > 0 ? options.Capabilities : options.Capabilities with { Capacity = options.Smpp.Rate });
}
