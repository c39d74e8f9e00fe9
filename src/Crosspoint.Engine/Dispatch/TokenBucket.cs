namespace Crosspoint.Engine.Dispatch;

/// <summary>A rate in segments a second with a burst. Not thread-safe: its lane's lock guards it.</summary>
/// <param name="ratePerSecond">0 for no cap.</param>
/// <param name="burst">Segments that may go at once after a pause; 0 for a hundredth of a second's worth, at least 1, so that no second
/// holds more than 1 % above the rate.</param>
public sealed class TokenBucket(double ratePerSecond, double burst, TimeProvider time)
{
    private readonly double _burst = burst > 0 ? burst : Math.Max(1, ratePerSecond / 100);
    private double _tokens = burst > 0 ? burst : Math.Max(1, ratePerSecond / 100);
    private long _filledAt = time.GetTimestamp();

    public bool IsUnlimited => ratePerSecond <= 0;

    /// <summary>Takes tokens for a whole message. A message larger than the burst takes a full bucket and leaves a debt.</summary>
    public bool TryTake(int segments)
    {
        if (IsUnlimited) return true;
        Fill();
        if (_tokens < Math.Min(segments, _burst)) return false;
        _tokens -= segments;
        return true;
    }

    /// <summary>Gives back what was taken for segments that were not sent.</summary>
    public void Return(int segments)
    {
        if (!IsUnlimited) _tokens = Math.Min(_burst, _tokens + segments);
    }

    /// <summary>How long until that many segments may go.</summary>
    public TimeSpan WaitFor(int segments)
    {
        if (IsUnlimited) return TimeSpan.Zero;
        Fill();
        double missing = Math.Min(segments, _burst) - _tokens;
        return missing <= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(missing / ratePerSecond);
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * ratePerSecond));
        _filledAt = now;
    }
}
