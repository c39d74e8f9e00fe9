using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>
/// See <see cref="PolicyKind.Crosspoint"/>: the table of health with its detectors, the states of failover, the router and the book of incidents as the
/// gateway composes them, looked at every 250 ms of simulated time.
/// </summary>
internal sealed class CrosspointPolicy : RoutePolicy, IConnectionUse
{
    private const string Account = "AC00000000000000000000000000000001";
    private const long SweepMicros = 60_000_000;
    private static readonly TrafficClass[] Classes = Enum.GetValues<TrafficClass>();

    private readonly FaultWatch _watch;
    private readonly HealthTable _table;
    private readonly HealthStates _states;
    private readonly IncidentBook _incidents;
    private readonly Router _router;
    private readonly Destination[] _destinations;
    private readonly RouteRequest[][] _requests;
    private readonly WatchedPath[] _health;
    private readonly HealthPath[] _paths;
    private readonly PathHealth?[] _sick;
    private readonly Dictionary<uint, string[]> _refusers = [];
    private readonly BindSigns _bindSigns;
    private readonly List<HealthSignal> _signals = [];
    private readonly List<HealthChange> _changes = [];
    private FailoverSnapshot _failover = FailoverSnapshot.Empty;
    private long _sweptAt;

    public CrosspointPolicy(Scenario scenario, IReadOnlyList<SimLane> lanes, VirtualTime time, FaultWatch watch)
        : base(scenario, lanes)
    {
        _watch = watch;
        _sweptAt = time.Now;
        var detection = new DetectionOptions();
        _bindSigns = new(detection.UnboundAfter, detection.Repeat);
        _table = new(new SteadyClock(time), static (cell, usual, memory) => new CellDetector(cell, new(), usual, memory))
        {
            Watching = detection,
        };
        _incidents = new(new() { VendorOf = static connection => connection }, time);
        _destinations = [.. scenario.Networks.Select(static network => new Destination(default, network.Country, NumberType.Mobile, network.Id, NetworkSource.Range))];
        _requests = [.. _destinations.Select(destination => Classes.Select(one => RouteRequest.For(HeadOf(one), destination, 0, 0)).ToArray())];
        _health = new WatchedPath[lanes.Count * _destinations.Length * Classes.Length];
        _paths = new HealthPath[lanes.Count];
        _sick = new PathHealth?[lanes.Count];
        RoutingPlan plan = PlanOf(scenario);
        _router = new(new RoutingSnapshot(plan, [.. scenario.Connections.Select(static one => new RouteConnection(one.Name, one.Name, new() { Capacity = one.Capacity }))], new(), this));
        var rivals = scenario.Connections.ToDictionary(static one => one.Name, one => RivalsOf(one, plan));
        _states = new(scenario.Failover, new()
        {
            TotalsOf = cell => _table.TotalsOf(cell),
            TotalsBut = (connection, except) => _table.TotalsBut(connection, except),
            CountryTotalsOf = cell => _table.CountryTotalsOf(cell),
            RateOf = cell => RateOf(_table.Read(cell, HealthInterval.OneMinute)),
            CountryRateOf = cell => RateOf(_table.ReadCountry(cell, HealthInterval.OneMinute)),
            RivalsOf = cell => rivals[cell.Connection],
        });
    }

    bool IConnectionUse.IsAnySick => _failover.IsAnySick;

    ConnectionUse IConnectionUse.UseOf(int connection) => Lanes[connection].IsUp ? ConnectionUse.Usable : ConnectionUse.Down;

    double IConnectionUse.HealthOf(int connection) => 1;

    RouteHealth IConnectionUse.HealthOf(int connection, in Destination destination, TrafficClass trafficClass) =>
        _sick[connection] is { } path ? path.Find(destination, trafficClass) : RouteHealth.Healthy;

    public override int Choose(in SimMessage message, long now)
    {
        RouteRequest request = _requests[message.Network][(int)message.Class] with { At = now, Draw = message.Draw };
        return _router.Choose(request, new(RefusersOf(message.RefusedBy), null, message.Prefer < 0 ? null : Scenario.Connections[message.Prefer].Name)).Chosen;
    }

    public override void Submitted(in SimMessage message, long now) => HealthOf(message).Submitted(now);

    public override void Answered(in SimMessage message, AnswerKind kind, long now)
    {
        long cost = kind == AnswerKind.Accepted ? Scenario.Connections[message.Connection].Price : 0;
        HealthOf(message).Answered(kind, kind == AnswerKind.Refused ? message.Status : 0, now - message.SubmittedAt, cost, now);
    }

    public override void Sent(in SimMessage message, long now) => HealthOf(message).Sent(now, now);

    public override void Ended(in SimMessage message, bool isDelivered, long now)
    {
        int error = isDelivered ? 0 : message.SentAt > 0 ? DeliveryErrors.ForReceipt(5) : DeliveryErrors.ForCommandStatus(message.Status);
        HealthOf(message).Ended(isDelivered, message.SentAt, error, isLast: true, now);
    }

    public override void Confirmed(in SimMessage message, long now) => HealthOf(message).Feedback(isConfirmed: true, now);

    public override bool Turn(long now)
    {
        _signals.Clear();
        _changes.Clear();
        for (int i = 0; i < _paths.Length; i++)
            _paths[i] = new(Lanes[i].Connection.Name, Lanes[i].IsUp, Lanes[i].Capacity, Lanes[i].Given) { IsUnbound = !Lanes[i].IsUp };
        _bindSigns.Look(_paths, now, _signals);
        _table.Turn(now, _signals);
        _states.Turn(now, now, _signals, _paths, _changes);
        foreach (HealthSignal signal in _signals) _watch.Noticed(signal, now);
        foreach (HealthChange change in _changes)
        {
            _watch.Changed(change, now);
            if (_incidents.Take(change) is { } incident) _watch.Incidents.Add(incident.Id);
        }

        if (now - _sweptAt >= SweepMicros)
        {
            _sweptAt = now;
            _table.Sweep(now);
        }

        FailoverSnapshot snapshot = _states.Snapshot;
        if (snapshot == _failover) return false;
        _failover = snapshot;
        for (int i = 0; i < _sick.Length; i++) _sick[i] = snapshot.Find(Scenario.Connections[i].Name);
        return true;
    }

    private static MessageHead HeadOf(TrafficClass trafficClass) => new()
    {
        Id = new(1, 1),
        AccountSid = Account,
        From = "CROSSPOINT",
        To = "",
        Body = "",
        Class = trafficClass,
        SegmentCount = 1,
    };

    // Networks with an order of their own get a rule.
    private static RoutingPlan PlanOf(Scenario scenario)
    {
        string[] Names(int[] order) => [.. order.Select(place => scenario.Connections[place].Name)];
        var orders = scenario.Networks.Select((network, place) => (network.Id, Order: scenario.Orders[place]))
            .GroupBy(static one => string.Join(',', one.Order)).OrderByDescending(static group => group.Count()).ToList();
        return new(1, Names(orders[0].First().Order))
        {
            Rules = [.. orders.Skip(1).Select((group, place) => new RoutingRule
            {
                Name = $"order-{place + 1}",
                Match = new() { Networks = [.. group.Select(static one => one.Id)] },
                Route = new() { Connections = Names(group.First().Order) },
            })],
        };
    }

    private HealthRival[] RivalsOf(ScenarioConnection own, RoutingPlan plan) =>
    [
        .. plan.RivalsOf(own.Name).Select(name => Scenario.Connections.First(one => one.Name == name))
            .Select(rival => new HealthRival(rival.Name, own.Price > 0 && rival.Price > 0 ? (double)rival.Price / own.Price : null)),
    ];

    // As the gateway has it: messages a second in the last minute.
    private static double RateOf(in IntervalReading reading) => reading.Span > TimeSpan.Zero ? reading.Submitted / reading.Span.TotalSeconds : 0;

    private WatchedPath HealthOf(in SimMessage message)
    {
        ref WatchedPath path = ref _health[(((message.Connection * _destinations.Length) + message.Network) * Classes.Length) + (int)message.Class];
        if (path.Cell is null)
            path = _table.Find(_table.NumberOf(Scenario.Connections[message.Connection].Name), _destinations[message.Network], message.Class, Account);
        return path;
    }

    private string[]? RefusersOf(uint refusedBy)
    {
        if (refusedBy == 0) return null;
        if (!_refusers.TryGetValue(refusedBy, out string[]? names))
            _refusers[refusedBy] = names = [.. Scenario.Connections.Where((_, place) => (refusedBy >> place & 1) != 0).Select(static one => one.Name)];
        return names;
    }
}
