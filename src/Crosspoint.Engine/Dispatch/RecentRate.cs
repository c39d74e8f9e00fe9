namespace Crosspoint.Engine.Dispatch;

/// <summary>Events a second over the last while: each counts less as it gets older, by half in 7 s. Not thread-safe.</summary>
internal struct RecentRate
{
    private const double Seconds = 10;

    private double _rate;
    private long _at;

    public void Count(TimeProvider time)
    {
        _rate = At(time) + (1 / Seconds);
        _at = time.GetTimestamp();
    }

    /// <summary>Events a second as of now.</summary>
    public readonly double At(TimeProvider time) =>
        _rate == 0 ? 0 : _rate * Math.Exp(-time.GetElapsedTime(_at).TotalSeconds / Seconds);
}
