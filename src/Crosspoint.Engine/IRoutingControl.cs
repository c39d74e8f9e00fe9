using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;

namespace Crosspoint.Engine;

/// <summary>The operator's door to the routing.</summary>
public interface IRoutingControl
{
    /// <summary>The plan that is in force.</summary>
    RoutingPlan Plan { get; }

    /// <summary>The decision that a message would get now. Nothing is sent, and nothing stored.</summary>
    RouteDecision Preview(MessageHead head);

    /// <summary>Routes by another plan from now on, what waits too. Refused, with the rule, when it cannot be decided by.</summary>
    ControlResult TakePlan(RoutingPlan plan);

    /// <summary>Goes by other prices, measurements or knowledge of numbers from now on.</summary>
    void TakeSources(RoutingSources sources);
}
