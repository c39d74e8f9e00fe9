using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing.Rehearsal;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>
/// A scenario played once with one policy: discrete events in simulated time, without sockets. With one seed every policy meets the same messages, the
/// same carriers and the same luck.
/// </summary>
internal sealed partial class ScenarioRun
{
    // A Monday, 1 January 2024, 00:00 UTC.
    private const long Monday = 1_704_067_200_000_000;
    private const double Second = 1_000_000;

    private readonly Scenario _scenario;
    private readonly PolicyKind _kind;
    private readonly long _start;
    private readonly long _end;
    private readonly VirtualTime _time;
    private readonly EventQueue _events;
    private readonly MessageTable _messages = new();
    private readonly NetworkTraffic[] _traffic;
    private readonly Draws[] _mix;
    private readonly CellTruth[,] _truth;
    private readonly SimLane[] _lanes;
    private readonly RoutePolicy _policy;
    private readonly FaultWatch _watch;
    private readonly RunCounts _counts = new();
    private readonly long[] _turns;
    private readonly ulong _seed;
    private readonly List<int> _moving = [];
    private int _turn;
    private int _open;

    public ScenarioRun(Scenario scenario, PolicyKind kind, ulong seed)
    {
        (_scenario, _kind, _seed) = (scenario, kind, seed);
        _start = Monday + (long)scenario.Begins.TotalMicroseconds;
        _end = _start + (long)scenario.Duration.TotalMicroseconds;
        _time = new(_start);
        _events = new(_start / EventWheel.SlotMicros);
        _watch = new(scenario, _start);
        int networks = scenario.Networks.Count;
        _traffic = [.. Enumerable.Range(0, networks).Select(network => new NetworkTraffic(TrafficOf(network), scenario.Traffic.Peaks, SeedOf(1, network), _start))];
        _mix = [.. Enumerable.Range(0, networks).Select(network => new Draws(SeedOf(2, network)))];
        _truth = new CellTruth[scenario.Connections.Count, networks];
        _lanes = new SimLane[scenario.Connections.Count];
        for (int connection = 0; connection < _lanes.Length; connection++)
        {
            var jitter = new Draws(SeedOf(3, connection));
            _lanes[connection] = new(scenario.Connections[connection], networks, _time, () => jitter.Next());
            for (int network = 0; network < networks; network++) _truth[connection, network] = TruthOf(connection, network);
        }

        _turns = [.. scenario.Faults.SelectMany(fault => (long[])[At(fault.At), At(fault.End)]).Distinct().Order()];
        _policy = kind switch
        {
            PolicyKind.Oracle => new OraclePolicy(scenario, _lanes, _truth),
            PolicyKind.FixedOrder => new FixedOrderPolicy(scenario, _lanes),
            PolicyKind.UpDown => new UpDownPolicy(scenario, _lanes),
            _ => new CrosspointPolicy(scenario, _lanes, _time, _watch),
        };
    }

    public RunResult Play(CancellationToken cancellationToken)
    {
        for (int network = 0; network < _traffic.Length; network++) ComeNext(network, _start);
        for (long slot = _start / EventWheel.SlotMicros; _time.Now < _end || _open > 0; slot++)
        {
            if (slot % 4_096 == 0) cancellationToken.ThrowIfCancellationRequested();
            _events.Begin(slot);
            while (_events.TryNext(out LabEvent what))
            {
                _time.Now = Math.Max(_time.Now, what.At);
                Happen(what);
            }

            _time.Now = (slot + 1) * EventWheel.SlotMicros;
            bool isMoved = TurnTruth();
            if (_policy.Turn(_time.Now) || isMoved) ChooseAnew();
        }

        return new(_kind, _counts, _watch);
    }

    private void Happen(in LabEvent what)
    {
        switch (what.Kind)
        {
            case LabEventKind.Arrival:
                Arrive(what.Item, what.At);
                ComeNext(what.Item, what.At);
                break;
            case LabEventKind.Answer:
                Answer(what.Item);
                break;
            case LabEventKind.Again:
                Route(what.Item, first: true);
                break;
            case LabEventKind.Wake:
                _lanes[what.Item].WakeAt = 0;
                Pump(what.Item);
                break;
            default:
                Tell(what);
                break;
        }
    }

    private void ComeNext(int network, long after)
    {
        long next = _traffic[network].Next(after);
        if (next < _end) _events.Add(new(LabEventKind.Arrival, network, next));
    }

    private void Arrive(int network, long now)
    {
        double place = _mix[network].Next();
        TrafficClass trafficClass = default;
        foreach ((TrafficClass one, double share) in _scenario.Traffic.Classes)
        {
            trafficClass = one;
            place -= share;
            if (place < 0) break;
        }

        bool isHit = IsHit(network, now);
        _counts.Messages++;
        if (isHit) _counts.HitMessages++;
        _open++;
        int message = _messages.Add(new()
        {
            Draw = (ulong)(_mix[network].Next() * (1UL << 53)),
            Network = network,
            Class = trafficClass,
            CreatedAt = now,
            ValidUntil = now + (long)_scenario.Traffic.Validity[trafficClass].TotalMicroseconds,
            Connection = -1,
            Prefer = -1,
            IsHit = isHit,
        });
        Route(message, first: false);
    }

    private bool IsHit(int network, long now)
    {
        foreach (ScenarioFault fault in _scenario.Faults)
        {
            if (now >= At(fault.At) && now < At(fault.End) && fault.Networks.Contains(network)) return true;
        }

        return false;
    }

    // True when what waits is to be chosen for anew.
    private bool TurnTruth()
    {
        bool isMoved = false;
        for (; _turn < _turns.Length && _turns[_turn] <= _time.Now; _turn++)
        {
            isMoved |= _policy.TruthChanged();
            for (int i = 0; i < _lanes.Length; i++)
            {
                bool isUp = !_scenario.Faults.Any(fault =>
                    fault.Fault is null && fault.Connection == i && _time.Now >= At(fault.At) && _time.Now < At(fault.End));
                if (isUp == _lanes[i].IsUp) continue;
                isMoved = true;
                _lanes[i].IsUp = isUp;
                if (!isUp) _lanes[i].LostAt = _time.Now;
            }
        }

        return isMoved;
    }

    private void ChooseAnew()
    {
        _moving.Clear();
        foreach (SimLane lane in _lanes) lane.TakeAll(_moving);
        foreach (int message in _moving) Place(message, first: _messages[message].Submits > 0);
        for (int i = 0; i < _lanes.Length; i++) Pump(i);
    }

    private long At(TimeSpan time) => _start + (long)time.TotalMicroseconds;

    private ulong SeedOf(int what, long place) => RoutingRehearsal.DrawOf((long)_seed, (what * 1_000_003L) + place);

    private CellNature TrafficOf(int network) => new()
    {
        Rate = _scenario.Networks[network].Rate,
        DayDepth = _scenario.Traffic.DayDepth,
        Noon = _scenario.Traffic.Busiest.TotalHours,
        Burst = _scenario.Traffic.Burst,
    };

    private CellTruth TruthOf(int connection, int network)
    {
        TimedFault[] faults =
        [
            .. _scenario.Faults.Where(fault => fault.Fault is not null && fault.Concerns(connection, network)).OrderBy(static fault => fault.At)
                .Select(fault => new TimedFault(fault.Fault!, At(fault.At), At(fault.End))),
        ];
        return new(_scenario.Connections[connection].Natures[network], faults, SeedOf(4 + connection, network), _start);
    }
}
