using System.Diagnostics.Metrics;

namespace Crosspoint.Engine.Numbers;

/// <summary>Counts and times of look-ups. No tag names a number.</summary>
public sealed class NumberMetrics
{
    public const string MeterName = "Crosspoint.Engine";

    private static readonly TimeSpan BetweenNotes = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _time;
    private readonly Counter<long> _lookups;
    private readonly Counter<long> _portedFailures;
    private readonly Histogram<double> _duration;
    private long _notedAt;

    /// <param name="cached">Answers of services that are kept.</param>
    public NumberMetrics(IMeterFactory meters, TimeProvider time, Func<int> cached)
    {
        _time = time;
        Meter meter = meters.Create(MeterName);
        _lookups = meter.CreateCounter<long>("crosspoint.numbers.lookups", "{lookup}", "Look-ups of numbers at services, by service and result");
        _duration = meter.CreateHistogram<double>("crosspoint.numbers.lookup.duration", "s", "From the question to a service to its answer, by service");
        _portedFailures = meter.CreateCounter<long>(
            "crosspoint.numbers.ported.failures", "{lookup}", "Look-ups of ported numbers that a damaged or unreadable file could not answer, by source");
        meter.CreateObservableGauge("crosspoint.numbers.cached", cached, "{number}", "Numbers whose answers of services are kept");
    }

    internal void Asked(string service, string result, TimeSpan took)
    {
        if (!_lookups.Enabled && !_duration.Enabled) return;
        var name = new KeyValuePair<string, object?>("service", service);
        _lookups.Add(1, name, new KeyValuePair<string, object?>("result", result));
        if (took > TimeSpan.Zero) _duration.Record(took.TotalSeconds, name);
    }

    /// <returns>Whether it should be in the log: once a minute.</returns>
    internal bool PortedFailed(string source)
    {
        _portedFailures.Add(1, new KeyValuePair<string, object?>("source", source));
        long now = Math.Max(1, _time.GetTimestamp());
        long noted = Volatile.Read(ref _notedAt);
        if (noted != 0 && _time.GetElapsedTime(noted, now) < BetweenNotes) return false;
        return Interlocked.CompareExchange(ref _notedAt, now, noted) == noted;
    }
}
