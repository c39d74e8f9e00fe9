namespace Crosspoint.Engine.Limits;

/// <summary>A rate in segments a second with a burst. Not thread-safe.</summary>
/// <param name="ratePerSecond">0 for no cap.</param>
/// <param name="burst">Segments that may go at once after a pause; 0 for a hundredth of a second's worth, at least 1, so that no second
/// holds more than 1 % above the rate.</param>
public sealed class TokenBucket(double ratePerSecond, double burst, TimeProvider time)
{
    private double _rate = ratePerSecond;
    private double _asked = burst;
    private double _burst = BurstOf(ratePerSecond, burst);
    private double _tokens = BurstOf(ratePerSecond, burst);
    private long _filledAt = time.GetTimestamp();

    public bool IsUnlimited => _rate <= 0;

    /// <summary>Segments a second; 0 for no cap.</summary>
    public double Rate => _rate;

    /// <summary>How long until the next segment may go; zero when it may now.</summary>
    public TimeSpan Wait => WaitFor(1);

    /// <summary>Segments that may go now; below zero while a long message is being paid for.</summary>
    public double Tokens
    {
        get
        {
            Fill();
            return _tokens;
        }
    }

    /// <summary>How long until so many segments may go together; zero when they may now.</summary>
    public TimeSpan WaitFor(int segments)
    {
        if (IsUnlimited) return TimeSpan.Zero;
        Fill();
        double needed = Math.Min(segments, _burst);
        return _tokens >= needed ? TimeSpan.Zero : TimeSpan.FromSeconds((needed - _tokens) / _rate);
    }

    /// <summary>Goes on at another rate. What was saved up beyond the new burst is lost.</summary>
    public void ChangeRate(double perSecond) => Change(perSecond, _asked);

    /// <summary>Goes on at another rate with another burst.</summary>
    public void Change(double perSecond, double burst)
    {
        Fill();
        _rate = perSecond;
        _asked = burst;
        _burst = BurstOf(perSecond, burst);
        _tokens = Math.Min(_tokens, _burst);
    }

    /// <summary>Takes the token of one segment.</summary>
    public bool TryTake() => TryTake(1);

    /// <summary>
    /// Takes the tokens of a message: when there are as many, or the burst is full, so that a message longer than the burst can go. What it
    /// takes beyond is paid by those after it.
    /// </summary>
    public bool TryTake(int segments)
    {
        if (WaitFor(segments) > TimeSpan.Zero) return false;
        if (!IsUnlimited) _tokens -= segments;
        return true;
    }

    /// <summary>Gives back tokens whose segments were not sent.</summary>
    public void Return(int segments = 1)
    {
        if (!IsUnlimited) _tokens = Math.Min(_burst, _tokens + segments);
    }

    private static double BurstOf(double rate, double burst) => burst > 0 ? Math.Max(1, burst) : Math.Max(1, rate / 100);

    private void Fill()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_burst, _tokens + (time.GetElapsedTime(_filledAt, now).TotalSeconds * _rate));
        _filledAt = now;
    }
}
