namespace Crosspoint.Engine.Monitoring;

/// <summary>Lets a line into the log once a minute at most, for what may happen with every message. Thread-safe.</summary>
internal sealed class RareNote(TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private long _notedAt;

    /// <summary>Whether the line may be written now; then the next minute begins.</summary>
    public bool IsDue()
    {
        long now = Math.Max(1, time.GetTimestamp());
        long noted = Volatile.Read(ref _notedAt);
        if (noted != 0 && time.GetElapsedTime(noted, now) < Between) return false;
        return Interlocked.CompareExchange(ref _notedAt, now, noted) == noted;
    }
}
