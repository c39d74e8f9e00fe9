namespace Crosspoint.Simulator.Carriers;

/// <summary>A token bucket kept as one number: the time at which it would be full again (GCRA).</summary>
internal sealed class RateLimiter(TimeProvider time)
{
    private long _fullAt;

    /// <summary>Takes one; false above the rate. The burst is a tenth of a second's worth, at least one.</summary>
    public bool TryTake(int perSecond)
    {
        long interval = Math.Max(time.TimestampFrequency / perSecond, 1);
        long burst = Math.Max(time.TimestampFrequency / 10, interval);
        while (true)
        {
            long now = time.GetTimestamp();
            long fullAt = Interlocked.Read(ref _fullAt);
            long next = Math.Max(fullAt, now) + interval;
            if (next - now > burst) return false;
            if (Interlocked.CompareExchange(ref _fullAt, next, fullAt) == fullAt) return true;
        }
    }
}
