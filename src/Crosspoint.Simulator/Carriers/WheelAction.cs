namespace Crosspoint.Simulator.Carriers;

/// <summary>A timer for rare things: one that may cost an allocation.</summary>
internal sealed class WheelAction(Action action) : WheelEvent
{
    public override void Fire() => action();
}
