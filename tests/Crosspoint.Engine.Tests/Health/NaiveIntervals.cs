using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Tests.Health;

/// <summary>Keeps every event and counts anew for each reading: what the intervals must say, told in the plainest way.</summary>
internal sealed class NaiveIntervals
{
    private readonly List<CellEvent> _events = [];
    private long _last;

    public void Add(in CellEvent entry)
    {
        // An event that was told late counts in the step that runs.
        _last = Math.Max(_last, entry.Now);
        _events.Add(entry with { Now = Math.Max(entry.Now, _last / CellIntervals.ShortStep * CellIntervals.ShortStep) });
    }

    public IEnumerable<CellEvent> In(HealthInterval interval, long now)
    {
        (long step, long steps) = interval switch
        {
            HealthInterval.OneMinute => (5_000_000L, 12L),
            HealthInterval.FiveMinutes => (60_000_000L, 5L),
            HealthInterval.FifteenMinutes => (60_000_000L, 15L),
            _ => (300_000_000L, 12L),
        };
        long from = ((Math.Max(now, _last) / step) - steps) * step;
        return _events.Where(entry => entry.Now >= from);
    }
}
