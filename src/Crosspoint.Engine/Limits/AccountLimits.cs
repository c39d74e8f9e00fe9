using NodaTime;

namespace Crosspoint.Engine.Limits;

/// <summary>
/// What an account has of its own in the place of the limits that hold for every account alike (<see cref="Limit.IsDefault"/>). All its messages count
/// together, over all connections.
/// </summary>
public sealed record AccountLimits
{
    public static AccountLimits None { get; } = new();

    /// <summary>Segments a second; 0 for no cap, null for what holds for every account.</summary>
    public double? Rate { get; init; }

    /// <summary>See <see cref="Limit.Burst"/>.</summary>
    public double Burst { get; init; }

    /// <summary>See <see cref="Limit.Queue"/>.</summary>
    public TimeSpan? Queue { get; init; }

    /// <summary>What is answered beyond <see cref="Queue"/>.</summary>
    public LimitAnswer Over { get; init; }

    /// <summary>Segments in a calendar day of <see cref="Zone"/>; 0 for no cap, null for what holds for every account.</summary>
    public long? PerDay { get; init; }

    /// <summary>Null where there is no cap by day.</summary>
    public DateTimeZone? Zone { get; init; }

    /// <summary>What is done beyond <see cref="PerDay"/>.</summary>
    public LimitAnswer PerDayOver { get; init; } = LimitAnswer.Queue;

    public bool IsNone => Rate is null && PerDay is null;
}
