using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Health.Failover;

/// <summary>
/// Connections and networks in simulated time: traffic goes where the states let it, and is answered as each cell's truth says. What is noticed a test says
/// itself, or the world does for cells in which much fails.
/// </summary>
internal sealed class FailoverWorld
{
    public static readonly NetworkId Telekom = NetworkId.FromCodes(262, 1, 2);
    public static readonly NetworkId Vodafone = NetworkId.FromCodes(262, 2, 2);

    private const long Start = 1_800_000_000_000_000;
    private readonly Dictionary<HealthCell, Truth> _truths = [];
    private readonly List<HealthSignal> _pending = [];
    private readonly Dictionary<string, double> _sent = [];

    public FailoverWorld(FailoverOptions? options = null, params string[] connections)
    {
        Connections = connections.Length == 0 ? ["a", "b"] : connections;
        States = new(options ?? new(), new()
        {
            TotalsOf = cell => Counted(cell),
            TotalsBut = (connection, except) => Summed(one => one.Connection == connection.Connection && !except.Contains(one)),
            RateOf = cell => _truths.TryGetValue(cell.OfAllClasses, out Truth? truth) ? truth.Shown ?? truth.Rate : 0,
            CountryTotalsOf = cell => Summed(one => one.Connection == cell.Connection && one.Country == cell.Country),
            CountryRateOf = cell => _truths.Where(one => one.Key.Connection == cell.Connection && one.Key.Country == cell.Country).Sum(static one => one.Value.Rate),
            RivalsOf = cell => [.. Connections.Where(name => name != cell.Connection).Select(name => new HealthRival(name, PriceRatios.GetValueOrDefault(name)))],
        });
        foreach (string name in Connections) _sent[name] = 0;
    }

    public string[] Connections { get; }

    public HealthStates States { get; }

    public List<HealthChange> Changes { get; } = [];

    public long Now { get; private set; } = Start;

    /// <summary>Wall time runs apart where a test sets it back.</summary>
    public long Wall { get; set; } = Start;

    public Dictionary<string, double> Capacities { get; } = [];

    public Dictionary<string, double?> PriceRatios { get; } = [];

    public HashSet<string> Down { get; } = [];

    public static HealthCell Cell(string connection, NetworkId? network = null) => new(connection, "DE", network ?? Telekom, null);

    /// <summary>A cell with so many messages a second, of which so many fail.</summary>
    public Truth Carry(HealthCell cell, double rate = 100)
    {
        var truth = new Truth { Rate = rate };
        _truths[cell] = truth;
        return truth;
    }

    public HealthSignal Signal(
        HealthCell cell, SignalKind kind, double seen = 0.2, double expected = 0.01, long messages = 500, double over = 5,
        SignalSource source = SignalSource.Statistic)
    {
        return new()
        {
            Kind = kind,
            Source = kind is SignalKind.Stalled or SignalKind.Unbound ? SignalSource.Sign : source,
            Cell = cell,
            Seen = seen,
            Expected = expected,
            Messages = messages,
            Over = TimeSpan.FromSeconds(over),
            At = Now,
        };
    }

    public void Notice(HealthCell cell, SignalKind kind, double seen = 0.2, double expected = 0.01, long messages = 500, double over = 5, params HealthCell[] except) =>
        _pending.Add(Signal(cell, kind, seen, expected, messages, over) with { Except = except });

    /// <summary>Lets time pass in turns of 250 ms. Returns what changed meanwhile.</summary>
    public List<HealthChange> Pass(double seconds = 0.25)
    {
        int before = Changes.Count;
        for (double left = seconds; left > 0.001; left -= 0.25)
        {
            Now += 250_000;
            Wall += 250_000;
            foreach ((HealthCell cell, Truth truth) in _truths) Flow(cell, truth);
            HealthPath[] paths =
            [
                .. Connections.Select(name => new HealthPath(name, !Down.Contains(name), Capacities.GetValueOrDefault(name), (long)_sent[name])),
            ];
            States.Turn(Now, Wall, _pending, paths, Changes);
            _pending.Clear();
        }

        return Changes[before..];
    }

    public void Order(params HealthOrder[] orders) => States.TakeOrders(orders, Now, Wall, Changes);

    public RouteHealth HealthOf(string connection, NetworkId? network = null, TrafficClass trafficClass = TrafficClass.Transactional, string to = "+4915112345678")
    {
        E164.TryParse(to, out E164 number).ShouldBeTrue();
        return States.Snapshot.Find(connection)?.Find(new(number, "DE", NumberType.Mobile, network ?? Telekom, NetworkSource.Range), trafficClass)
            ?? RouteHealth.Healthy;
    }

    public CellState StateOf(string connection, NetworkId? network = null) => HealthOf(connection, network).State;

    public FailoverRow RowOf(HealthCell cell) => States.List(all: true).Single(row => row.Cell == cell);

    private CellTotals? Summed(Func<HealthCell, bool> isOf)
    {
        CellTotals? all = null;
        foreach ((HealthCell one, Truth truth) in _truths)
        {
            if (isOf(one) && truth.IsCounted) all = all is { } sum ? sum.Plus(truth.Totals) : truth.Totals;
        }

        return all;
    }

    private CellTotals? Counted(HealthCell cell)
    {
        if (cell.Country.Length == 0) return cell.Class is null ? Summed(one => one.Connection == cell.Connection) : null;
        if (cell.Class is { } of && of != TrafficClass.Transactional && !_truths.GetValueOrDefault(cell.OfAllClasses, new()).Classes.Contains(of)) return null;
        if (cell.Class == TrafficClass.Transactional && !_truths.GetValueOrDefault(cell.OfAllClasses, new()).Classes.Contains(TrafficClass.Transactional)) return null;
        return _truths.TryGetValue(cell.OfAllClasses, out Truth? truth) && truth.IsCounted ? truth.Totals : null;
    }

    private void Flow(HealthCell cell, Truth truth)
    {
        double share = States.Snapshot.Find(cell.Connection)?.Find(
            new(default, cell.Country, NumberType.Mobile, cell.Network, NetworkSource.Range), TrafficClass.Transactional) is { } health ? health.Share : 1;
        truth.Take(truth.Rate * share * 0.25);
        _sent[cell.Connection] += truth.Rate * share * 0.25;
    }

    /// <summary>What a cell carries, and what becomes of it. Fractions carry over, so that nothing is random.</summary>
    internal sealed class Truth
    {
        private double _submitted, _accepted, _refused, _throttled, _unanswered, _delivered, _expected, _slow;

        public double Rate { get; init; } = 100;

        /// <summary>What was carried of late, where that is not what usually is.</summary>
        public double? Shown { get; set; }

        public double Refused { get; set; }

        public double Throttled { get; set; }

        public double Unanswered { get; set; }

        /// <summary>Nothing is answered at all.</summary>
        public bool IsSilent { get; set; }

        public double Delivered { get; set; } = 0.95;

        /// <summary>Answered far later than usual.</summary>
        public double Slow { get; set; }

        public bool IsCounted { get; set; } = true;

        public TrafficClass[] Classes { get; set; } = [TrafficClass.Transactional];

        public CellTotals Totals => new(
            (long)_submitted, (long)_accepted, (long)_refused, (long)_throttled, (long)_unanswered, (long)_accepted, (long)_delivered,
            (long)(_accepted - _delivered), _expected, (_accepted + _refused) * 0.01)
        {
            Slow = (long)_slow,
        };

        /// <summary>What was written and has no answer is given up, as at the response timeout.</summary>
        public void GiveUp() => _unanswered = _submitted - _accepted - _refused - _throttled;

        public void Take(double messages)
        {
            _submitted += messages;
            if (IsSilent) return;
            _refused += messages * Refused;
            _throttled += messages * Throttled;
            _unanswered += messages * Unanswered;
            double accepted = messages * (1 - Refused - Throttled - Unanswered);
            _accepted += accepted;
            _slow += accepted * Slow;
            _delivered += accepted * Delivered;
            _expected += accepted * 0.95;
        }
    }
}
