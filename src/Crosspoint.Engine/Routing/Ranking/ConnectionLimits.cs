using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing.Ranking;

/// <summary>What a connection takes and promises, as bits.</summary>
/// <param name="Meets">The demands that it meets everywhere.</param>
internal readonly record struct ConnectionLimits(uint SenderKinds, RouteDemands Meets)
{
    public static ConnectionLimits Of(ConnectionCapabilities capabilities)
    {
        uint kinds = 0;
        foreach (SenderKind kind in Enum.GetValues<SenderKind>()) kinds |= capabilities.Carries(kind) ? 1u << (int)kind : 0;
        return new(kinds, (capabilities.Receipts ? RouteDemands.Receipts : 0) | (capabilities.Direct ? RouteDemands.Direct : 0));
    }

    public bool Carries(SenderKind kind) => (SenderKinds >> (int)kind & 1) != 0;
}
