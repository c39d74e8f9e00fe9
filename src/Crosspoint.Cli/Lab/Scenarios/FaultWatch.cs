using Crosspoint.Engine.Health;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>Holds what is noticed and moved against the truth. Times are microseconds.</summary>
internal sealed class FaultWatch
{
    // What a fault did shows for so long after it: late receipts of its messages, windows that reach back.
    private const long GraceMicros = 600_000_000;
    private const long SameAlarmMicros = 3_600_000_000;

    private readonly Scenario _scenario;
    private readonly long _start;
    private readonly Dictionary<(string Connection, string Country, string Network), (int Connection, int Network)> _places = [];
    private readonly Dictionary<(HealthCell Cell, SignalKind Kind), long> _alarms = [];
    private readonly Seen[] _seen;

    public FaultWatch(Scenario scenario, long start)
    {
        (_scenario, _start) = (scenario, start);
        _seen = [.. scenario.Faults.Select(static _ => new Seen())];
        for (int connection = 0; connection < scenario.Connections.Count; connection++)
        {
            for (int network = 0; network < scenario.Networks.Count; network++)
            {
                ScenarioNetwork one = scenario.Networks[network];
                _places[(scenario.Connections[connection].Name, one.Country, one.Id.ToString())] = (connection, network);
            }
        }
    }

    /// <summary>Signals on cells with which nothing is wrong, each kind of a cell once an hour.</summary>
    public int FalseSignals { get; private set; }

    /// <summary>Times that a cell lost messages though nothing was wrong with it.</summary>
    public int FalseMoves { get; private set; }

    /// <summary>Recoveries that fell back after the fault had ended.</summary>
    public int Relapses { get; private set; }

    /// <summary>Those that were opened.</summary>
    public HashSet<string> Incidents { get; } = [];

    /// <summary>What failover did, for people.</summary>
    public List<string> Changes { get; } = [];

    public void Noticed(HealthSignal signal, long now)
    {
        if (FaultOf(signal.Cell, now) is { } fault)
        {
            _seen[fault].SignalAt ??= now;
            return;
        }

        (HealthCell, SignalKind) key = (signal.Cell, signal.Kind);
        bool isNew = !_alarms.TryGetValue(key, out long at) || now - at > SameAlarmMicros;
        _alarms[key] = now;
        if (!isNew) return;
        FalseSignals++;
        Changes.Add(FormattableString.Invariant(
            $"{TimeSpan.FromMicroseconds(now - _start):c} {signal.Cell}: nothing is wrong, but {signal.Kind} is noticed: {signal.Seen:G3} against {signal.Expected:G3} over {signal.Messages} messages"));
    }

    public void Changed(HealthChange change, long now)
    {
        HealthCell cell = change.Cell.OfAllClasses;
        Changes.Add(FormattableString.Invariant(
            $"{TimeSpan.FromMicroseconds(now - _start):c} {cell}: {change.To.ToString().ToLowerInvariant()}, takes {change.Share * 100:0.#} %; {change.Reason}"));
        int? fault = FaultOf(cell, now);
        bool isWorse = change.To is CellState.Suspended or CellState.Degraded;
        if (isWorse && change.From == CellState.Healthy)
        {
            if (fault is { } by)
            {
                _seen[by].MoveAt ??= now;
                _seen[by].Moved[cell] = null;
            }
            else
            {
                FalseMoves++;
            }
        }

        if (isWorse && change.From is CellState.Probing or CellState.Recovering && (fault is not { } of || now > At(_scenario.Faults[of].End))) Relapses++;
        foreach (Seen seen in _seen)
        {
            if (seen.Moved.ContainsKey(cell)) seen.Moved[cell] = change.To == CellState.Healthy ? now : null;
        }
    }

    /// <summary>What was seen of each fault.</summary>
    public IReadOnlyList<FaultSeen> Seens => [.. _scenario.Faults.Zip(_seen, SeenOf)];

    private FaultSeen SeenOf(ScenarioFault fault, Seen seen)
    {
        long from = At(fault.At);
        long end = At(fault.End);
        bool isBack = seen.Moved.Count > 0 && seen.Moved.Values.All(static at => at is not null);
        return new(
            fault.Name,
            (seen.SignalAt - from) / 1e6,
            (seen.MoveAt - from) / 1e6,
            seen.Moved.Count,
            fault.Networks.Count,
            isBack ? Math.Max(0, seen.Moved.Values.Max()!.Value - end) / 1e6 : null);
    }

    private long At(TimeSpan time) => _start + (long)time.TotalMicroseconds;

    // The latest that has begun, of those that last or ended a moment ago.
    private int? FaultOf(in HealthCell cell, long now)
    {
        bool isKnown = _places.TryGetValue((cell.Connection, cell.Country, cell.Network.ToString()), out (int Connection, int Network) place);
        for (int i = _scenario.Faults.Count - 1; i >= 0; i--)
        {
            ScenarioFault fault = _scenario.Faults[i];
            if (now < At(fault.At) || now > At(fault.End) + GraceMicros) continue;
            if (isKnown ? fault.Concerns(place.Connection, place.Network) : _scenario.Connections[fault.Connection].Name == cell.Connection) return i;
        }

        return null;
    }

    private sealed class Seen
    {
        public long? SignalAt { get; set; }

        public long? MoveAt { get; set; }

        /// <summary>Cells that lost messages, and since when they have all of them again.</summary>
        public Dictionary<HealthCell, long?> Moved { get; } = [];
    }
}

/// <summary>What was seen of a fault. Times are seconds; null for never.</summary>
/// <param name="Signal">From its beginning to the first signal.</param>
/// <param name="Move">From its beginning until the first cell lost messages.</param>
/// <param name="Moved">Cells that lost messages.</param>
/// <param name="Cells">Cells that it hit.</param>
/// <param name="FullShare">From its end until all of them had all of their messages again; 0 when they had them before.</param>
internal sealed record FaultSeen(string Name, double? Signal, double? Move, int Moved, int Cells, double? FullShare);
