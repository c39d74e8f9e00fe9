using Crosspoint.Engine;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Tests.Support;

/// <summary>The real states, without an engine: a test says what is noticed.</summary>
internal sealed class TestHealth(TimeProvider time) : IHealthControl
{
    private readonly HealthStates _states = new(new(), new());

    public IReadOnlyList<HealthOrder> HealthOrders => _states.Orders;

    public IReadOnlyList<FailoverRow> ListHealth(bool all) => _states.List(all);

    public void TakeHealthOrders(IReadOnlyList<HealthOrder> orders) => _states.TakeOrders(orders, time.GetUtcMicros(), time.GetUtcMicros(), []);

    public void Turn(params HealthSignal[] signals) => _states.Turn(time.GetUtcMicros(), time.GetUtcMicros(), signals, [new("north-1", true, 0, 0)], []);
}
