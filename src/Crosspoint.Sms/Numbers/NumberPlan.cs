namespace Crosspoint.Sms.Numbers;

/// <summary>Country and type of numbers.</summary>
public static partial class NumberPlan
{
    /// <summary>Looks a number up. Allocates nothing and refuses no number: what the plan does not know is unknown.</summary>
    public static NumberInfo Lookup(E164 number) => new("", 0, NumberType.Unknown);
}
