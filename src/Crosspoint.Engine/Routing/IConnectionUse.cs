using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>What the router knows of a connection.</summary>
public enum ConnectionUse : byte
{
    Usable,
    Down,
    Stopped,
}

/// <summary>How the connections of a snapshot are, at the moment of the question. Thread-safe.</summary>
public interface IConnectionUse
{
    /// <param name="connection">Place in <see cref="RoutingSnapshot.Connections"/>.</param>
    ConnectionUse UseOf(int connection);

    /// <summary>What its quality is multiplied by, 0 to 1; 1 while all is well.</summary>
    double HealthOf(int connection);

    /// <summary>Some connection is not healthy on some network; until then nobody asks which.</summary>
    bool IsAnySick => false;

    /// <summary>How a connection does where a message goes.</summary>
    RouteHealth HealthOf(int connection, in Destination destination, TrafficClass trafficClass) => RouteHealth.Healthy;
}
