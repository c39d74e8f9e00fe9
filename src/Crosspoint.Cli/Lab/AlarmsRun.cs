using System.Collections.Concurrent;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Lab;

/// <summary>Clean traffic of many cells into their detectors: whatever they say is a false alarm.</summary>
internal sealed class AlarmsRun(double cellMonths, ulong seed)
{
    private const int MostCells = 1_000;
    private const double MonthDays = 30;
    private static readonly TimeSpan SameAlarm = TimeSpan.FromHours(1);

    private readonly ConcurrentBag<FalseAlarm> _alarms = [];
    private long _messages;
    private int _cellsDone;

    public int Cells { get; } = (int)Math.Clamp(Math.Ceiling(cellMonths), 1, MostCells);

    /// <summary>Those whose whole life was played so far.</summary>
    public int CellsDone => Volatile.Read(ref _cellsDone);

    /// <summary>Months that all cells lived together.</summary>
    public double CellMonths => cellMonths;

    public long Messages => _messages;

    public IReadOnlyCollection<FalseAlarm> Alarms => _alarms;

    /// <summary>Alarms a month over 1,000 cells that there are at most, with 95 % confidence, by the Poisson distribution (Garwood, 1936).</summary>
    public double UpperBound => Most(_alarms.Count) / CellMonths * 1_000;

    public void Play(CancellationToken cancellationToken)
    {
        using var wheels = new ThreadLocal<EventWheel<WheelEvent>>(static () => new());
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        // One by one, as the first ones are the busiest.
        Parallel.ForEach(Partitioner.Create(Enumerable.Range(0, Cells), EnumerablePartitionerOptions.NoBuffering), options, cell => PlayCell(cell, wheels.Value!, cancellationToken));
    }

    private void PlayCell(int cell, EventWheel<WheelEvent> wheel, CancellationToken cancellationToken)
    {
        var draws = new Draws((seed * 1_000_003) + (ulong)cell);
        CellNature nature = CellNature.Draw((cell + 0.5) / Cells, ref draws);
        var detector = new CellDetector(new($"cell-{cell}", "DE", NetworkId.Unknown, null), new());
        wheel.Clear();
        var traffic = new CellTraffic(nature, (seed * 7_368_787) + (ulong)cell, detector, wheel);
        var last = new Dictionary<SignalKind, long>();
        double days = cellMonths / Cells * MonthDays;
        for (double day = 0; day < days && !cancellationToken.IsCancellationRequested; day++)
        {
            traffic.Play(TimeSpan.FromDays(Math.Min(1, days - day)), signal =>
            {
                bool isNew = !last.TryGetValue(signal.Kind, out long at) || signal.At - at > SameAlarm.TotalMicroseconds;
                last[signal.Kind] = signal.At;
                if (isNew) _alarms.Add(new(cell, nature, signal, day));
                return false;
            });
        }

        Interlocked.Add(ref _messages, traffic.Messages);
        Interlocked.Increment(ref _cellsDone);
    }

    // The mean at which so few or fewer are seen in one of twenty.
    private static double Most(int seen)
    {
        double low = 0;
        double high = (3 * seen) + 10;
        while (high - low > 1e-6)
        {
            double mean = (low + high) / 2;
            double term = Math.Exp(-mean);
            double sum = term;
            for (int i = 1; i <= seen; i++) sum += term *= mean / i;
            if (sum > 0.05) low = mean;
            else high = mean;
        }

        return high;
    }
}

/// <param name="Day">Of the cell's life.</param>
internal sealed record FalseAlarm(int Cell, CellNature Nature, HealthSignal Signal, double Day);
