namespace Crosspoint.Engine.Routing.Rehearsal;

/// <summary>Every connection is up and well.</summary>
public sealed class AllUsable : IConnectionUse
{
    public static AllUsable Instance { get; } = new();

    private AllUsable()
    {
    }

    public ConnectionUse UseOf(int connection) => ConnectionUse.Usable;

    public double HealthOf(int connection) => 1;
}
