using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health;

/// <summary>
/// What is watched as one: what a connection carries to a network (to a country, where the network is not known), of one class or of all. With an
/// empty country: all that the connection carries.
/// </summary>
/// <param name="Country">ISO 3166-1 alpha-2; empty for all.</param>
/// <param name="Class">Null for all.</param>
public readonly record struct HealthCell(string Connection, string Country, NetworkId Network, TrafficClass? Class)
{
    /// <summary>Stands for the country of numbers of which it is not known, as in CLDR (ISO 3166-1 leaves it to users).</summary>
    public const string UnknownCountry = "ZZ";

    /// <summary>All that a connection carries.</summary>
    public static HealthCell Of(string connection) => new(connection, "", NetworkId.Unknown, null);

    /// <summary>The same of all classes: failover works by these.</summary>
    public HealthCell OfAllClasses => this with { Class = null };

    /// <summary>For people: <c>north-1 to DE 26201, otp</c>.</summary>
    public override string ToString()
    {
        string where = Country.Length == 0 ? "" : Network.IsKnown ? $" to {Country} {Network}" : $" to {Country}";
        return Class is { } of ? $"{Connection}{where}, {of.ToString().ToLowerInvariant()}" : $"{Connection}{where}";
    }
}
