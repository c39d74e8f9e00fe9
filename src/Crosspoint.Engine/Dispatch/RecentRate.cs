namespace Crosspoint.Engine.Dispatch;

/// <summary>Events a second over the last while: each counts less as it gets older, by half in 7 s. Not thread-safe.</summary>
internal struct RecentRate
{
    private const double Seconds = 10;

    // A rate of less time than this says nothing.
    private const double LeastSeconds = 1;

    private double _sum;
    private long _at;
    private long _since;

    public void Count(TimeProvider time)
    {
        _sum = SumAt(time) + (1 / Seconds);
        _at = time.GetTimestamp();
        if (_since == 0) _since = _at;
    }

    /// <summary>Events a second as of now; of the time since the first one while that is shorter.</summary>
    public readonly double At(TimeProvider time)
    {
        if (_sum == 0) return 0;
        double seen = Math.Max(LeastSeconds, time.GetElapsedTime(_since).TotalSeconds);
        return SumAt(time) / (1 - Math.Exp(-seen / Seconds));
    }

    private readonly double SumAt(TimeProvider time) => _sum == 0 ? 0 : _sum * Math.Exp(-time.GetElapsedTime(_at).TotalSeconds / Seconds);
}
