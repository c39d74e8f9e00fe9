namespace Crosspoint.Engine.Routing;

/// <summary>The operator's routing, as an immutable snapshot.</summary>
/// <param name="Revision">Rises with every change.</param>
/// <param name="Default">Names of connections in order of preference.</param>
public sealed record RoutingPlan(long Revision, IReadOnlyList<string> Default)
{
    /// <summary>The rule's name in a decision.</summary>
    public const string DefaultRule = "default";
}
