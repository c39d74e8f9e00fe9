using Crosspoint.Engine.Health.Failover;

namespace Crosspoint.Engine;

/// <summary>The operator's door to the states of connections on networks. Who asks for orders keeps them: they are given as a whole.</summary>
public interface IHealthControl
{
    /// <summary>The cells that are not simply healthy, or are under an order; or all that are remembered.</summary>
    IReadOnlyList<FailoverRow> ListHealth(bool all);

    /// <summary>The orders that hold.</summary>
    IReadOnlyList<HealthOrder> HealthOrders { get; }

    /// <summary>Takes these orders in place of those that hold.</summary>
    void TakeHealthOrders(IReadOnlyList<HealthOrder> orders);
}
