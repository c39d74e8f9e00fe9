using System.Diagnostics.Metrics;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine;

/// <summary>What metrics show of health: by connection alone, however many cells there are. Read when asked for, every few seconds at most.</summary>
internal sealed class HealthGauges
{
    private const long FreshMicros = 5 * Micros.PerSecond;

    private readonly Lock _gate = new();
    private readonly HealthTable _table;
    private long _readAt = long.MinValue / 2;
    private IReadOnlyList<HealthRow> _five = [];
    private IReadOnlyList<HealthRow> _fifteen = [];

    public HealthGauges(HealthTable table, Meter meter)
    {
        _table = table;
        meter.CreateObservableGauge(
            "crosspoint.health.delivery", () => Measure(fifteen: true, static reading => reading.DeliveryRate), "1",
            "Share of the messages sent in the last 15 minutes that are delivered, corrected for receipts that may still come, by connection");
        meter.CreateObservableGauge(
            "crosspoint.health.errors", () => Measure(fifteen: false, static reading => reading.ErrorRate), "1",
            "Share of the segments of the last 5 minutes that were refused or not answered, by connection");
        meter.CreateObservableGauge(
            "crosspoint.health.response", () => Measure(fifteen: false, static reading => reading.Response.P95), "s",
            "Time within which 95 % of the answers of the last 5 minutes came, by connection; 10 % off at most");
        meter.CreateObservableGauge("crosspoint.health.cells", Cells, "{cell}", "Cells (network and class) that are watched, by connection");
    }

    private List<Measurement<double>> Measure(bool fifteen, Func<IntervalReading, double?> value)
    {
        var all = new List<Measurement<double>>();
        foreach (HealthRow row in Rows(fifteen))
        {
            if (value(row.Reading) is { } number) all.Add(new(number, Tag(row.Connection!)));
        }

        return all;
    }

    private IEnumerable<Measurement<int>> Cells() =>
        _table.CellsByConnection().Select(static entry => new Measurement<int>(entry.Value, Tag(entry.Key)));

    private IReadOnlyList<HealthRow> Rows(bool fifteen)
    {
        lock (_gate)
        {
            long now = _table.Clock.Now;
            if (now - _readAt >= FreshMicros)
            {
                _readAt = now;
                _five = _table.List(new(HealthLevel.Connection, HealthInterval.FiveMinutes), 0, int.MaxValue);
                _fifteen = _table.List(new(HealthLevel.Connection, HealthInterval.FifteenMinutes), 0, int.MaxValue);
            }

            return fifteen ? _fifteen : _five;
        }
    }

    private static KeyValuePair<string, object?> Tag(string connection) => new("messaging.destination.name", connection);
}
