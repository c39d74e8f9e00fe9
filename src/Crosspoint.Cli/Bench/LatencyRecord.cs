namespace Crosspoint.Cli.Bench;

/// <summary>Times of one kind, in ticks of the clock; percentiles are exact.</summary>
internal sealed class LatencyRecord(int capacity, TimeProvider time)
{
    private readonly long[] _ticks = new long[capacity];
    private int _count;

    public void Add(long ticks)
    {
        int index = Interlocked.Increment(ref _count) - 1;
        if (index < _ticks.Length) _ticks[index] = ticks;
    }

    /// <summary>p50, p95, p99 and the largest, in milliseconds; null when nothing was recorded.</summary>
    public object? Summary()
    {
        int count = Math.Min(_count, _ticks.Length);
        if (count == 0) return null;
        long[] sorted = _ticks[..count];
        Array.Sort(sorted);
        return new { p50_ms = At(sorted, 0.50), p95_ms = At(sorted, 0.95), p99_ms = At(sorted, 0.99), max_ms = At(sorted, 1) };
    }

    private double At(long[] sorted, double share) =>
        Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))] * 1000.0 / time.TimestampFrequency, 3);
}
