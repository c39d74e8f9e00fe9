using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;

namespace Crosspoint.Engine;

/// <summary>What would be decided for a message, or why it would not be accepted.</summary>
/// <param name="Refusal">Null when it would be accepted.</param>
/// <param name="Head">The message; null when it would not be accepted.</param>
/// <param name="Decision">Null when it would not be accepted.</param>
/// <param name="At">The moment of the decision, in microseconds.</param>
public sealed record RoutePreview(IntakeResult? Refusal, MessageHead? Head, RouteDecision? Decision, long At);

/// <summary>The operator's door to the routing.</summary>
public interface IRoutingControl
{
    /// <summary>The plan that is in force.</summary>
    RoutingPlan Plan { get; }

    /// <summary>What decisions are made by now: the plan with connections, prices and quality. To be asked, not to be kept.</summary>
    RoutingSnapshot Snapshot { get; }

    /// <summary>The decision that a message would get. Nothing is sent, and nothing stored.</summary>
    /// <param name="at">The moment that rules with hours look at, in microseconds; null for now. All else is as it is now.</param>
    RoutePreview Preview(SendRequest request, long? at);

    /// <summary>Routes by another plan from now on, what waits too. Refused, with the rule, when it cannot be decided by.</summary>
    ControlResult TakePlan(RoutingPlan plan);

    /// <summary>Goes by other prices from now on.</summary>
    void TakeRates(IRateBook rates);
}
