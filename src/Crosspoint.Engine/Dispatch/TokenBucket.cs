namespace Crosspoint.Engine.Dispatch;

/// <summary>A rate in segments a second with a burst. Not thread-safe: its lane's lock guards it.</summary>
/// <param name="ratePerSecond">0 for no cap.</param>
/// <param name="burst">Segments that may go at once after a pause; 0 for a hundredth of a second's worth, at least 1, so that no second
/// holds more than 1 % above the rate.</param>
public sealed class TokenBucket(double ratePerSecond, double burst, TimeProvider time)
{
    private readonly double _burst = burst > 0 ? Math.Max(1, burst) : Math.Max(1, ratePerSecond / 100);
    private double _tokens = burst > 0 ? Math.Max(1, burst) : Math.Max(1, ratePerSecond / 100);
    private long _filledAt = time.GetTimestamp();

    public bool IsUnlimited => ratePerSecond <= 0;

    /// <summary>How long until the next segment may go; zero when it may now.</summary>
    public TimeSpan Wait
    {
        get
        {
            if (IsUnlimited) return TimeSpan.Zero;
            Fill();
            return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / ratePerSecond);
        }
    }

    /// <summary>Takes the token of one segment.</summary>
    public bool TryTake()
    {
        if (IsUnlimited) return true;
        Fill();
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }

    /// <summary>Gives back a token whose segment was not sent.</summary>
    public void Return()
    {
        if (!IsUnlimited) _tokens = Math.Min(_burst, _tokens + 1);
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * ratePerSecond));
        _filledAt = now;
    }
}
