namespace Crosspoint.Engine.Dispatch;

/// <summary>A rate in segments a second with a burst. Not thread-safe: its lane's lock guards it.</summary>
/// <param name="ratePerSecond">0 for no cap.</param>
/// <param name="burst">Segments that may go at once after a pause; 0 for a hundredth of a second's worth, at least 1, so that no second
/// holds more than 1 % above the rate.</param>
public sealed class TokenBucket(double ratePerSecond, double burst, TimeProvider time)
{
    private double _rate = ratePerSecond;
    private double _burst = BurstOf(ratePerSecond, burst);
    private double _tokens = BurstOf(ratePerSecond, burst);
    private long _filledAt = time.GetTimestamp();

    public bool IsUnlimited => _rate <= 0;

    /// <summary>Segments a second; 0 for no cap.</summary>
    public double Rate => _rate;

    /// <summary>How long until the next segment may go; zero when it may now.</summary>
    public TimeSpan Wait
    {
        get
        {
            if (IsUnlimited) return TimeSpan.Zero;
            Fill();
            return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / _rate);
        }
    }

    /// <summary>Goes on at another rate. What was saved up beyond the new burst is lost.</summary>
    public void ChangeRate(double perSecond)
    {
        Fill();
        _rate = perSecond;
        _burst = BurstOf(perSecond, burst);
        _tokens = Math.Min(_tokens, _burst);
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

    private static double BurstOf(double rate, double burst) => burst > 0 ? Math.Max(1, burst) : Math.Max(1, rate / 100);

    private void Fill()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * _rate));
        _filledAt = now;
    }
}
