using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>What follows from a try: delivered, another try, or the end.</summary>
internal static class RetryRules
{
    /// <summary>A refusal that repeats is not a passing fault: so many tries, and no more.</summary>
    public const int TriesWhenRefused = 3;

    /// <summary>The most that a receiver's Retry-After is honoured.</summary>
    public static readonly TimeSpan LongestRetryAfter = TimeSpan.FromHours(1);

    /// <param name="tries">Tries made, this one included.</param>
    /// <param name="spread">0 to 1: where in the ±20 % around the schedule's wait the next try falls.</param>
    /// <param name="wait">The time to the next try when the state is pending.</param>
    public static DeliveryState Decide(
        in TryOutcome outcome, int tries, IReadOnlyList<TimeSpan> schedule, in TargetOverrides overrides, double spread, out TimeSpan wait)
    {
        wait = TimeSpan.Zero;
        if (outcome.IsDelivered) return DeliveryState.Delivered;
        if (outcome.Kind == TryKind.Impossible || outcome.Status == 410) return DeliveryState.Failed;
        if (!overrides.Retries(outcome) || tries > overrides.MostRetries) return DeliveryState.Failed;
        if (!IsPassing(outcome) && tries >= TriesWhenRefused) return DeliveryState.Failed;
        if (tries > schedule.Count) return DeliveryState.Failed;

        // RetryAfter is bounded where it is read; the schedule's own waits may be longer.
        TimeSpan planned = schedule[tries - 1] * (0.8 + 0.4 * spread);
        wait = planned > outcome.RetryAfter ? planned : outcome.RetryAfter;
        return DeliveryState.Pending;
    }

    private static bool IsPassing(in TryOutcome outcome) => outcome.Kind switch
    {
        TryKind.Answered => outcome.Status is 408 or 425 or 429 or >= 500,
        TryKind.AddressRefused => false,
        _ => true,
    };
}
