namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// The pause of a connection whose carrier says "slow down": 1 s, doubling to 60 s with jitter, back to the first step after 10 clean
/// answers. It belongs to the connection, so it outlives a reconnect. Not thread-safe: its lane's lock guards it.
/// </summary>
public sealed class ThrottleBackoff(TimeProvider time)
{
    private const int CleanAnswersToReset = 10;
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    private TimeSpan _step = First;
    private int _clean;
    private long _pausedAt;
    private TimeSpan _pause;

    /// <summary>What is left of the pause; zero when sending is allowed.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_pause == TimeSpan.Zero) return TimeSpan.Zero;
            TimeSpan left = _pause - time.GetElapsedTime(_pausedAt);
            if (left > TimeSpan.Zero) return left;
            _pause = TimeSpan.Zero;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Notes a "slow down". Answers to what was already in flight when the pause began do not lengthen it.</summary>
    /// <returns>True when a new pause began.</returns>
    public bool Throttled()
    {
        _clean = 0;
        if (Remaining > TimeSpan.Zero) return false;
        _pausedAt = time.GetTimestamp();
        _pause = _step * (0.9 + (0.2 * Random.Shared.NextDouble()));
        _step = _step * 2 > Most ? Most : _step * 2;
        return true;
    }

    public void Accepted()
    {
        if (_step == First || ++_clean < CleanAnswersToReset) return;
        _step = First;
        _clean = 0;
    }
}
