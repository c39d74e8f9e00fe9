using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>A snapshot with prices, quality and states that a test sets.</summary>
internal sealed class RouteRig : IRateBook, IQuality, IConnectionUse
{
    public const string AccountSid = "AC00000000000000000000000000000001";

    // Saturday, 21 November 2026, 20:30 in UTC and 21:30 in Berlin.
    public static readonly long Now = new DateTimeOffset(2026, 11, 21, 20, 30, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * Micros.PerMillisecond;

    private readonly List<RouteConnection> _connections = [];
    private readonly Dictionary<string, long> _prices = [];
    private readonly Dictionary<string, RouteQuality> _quality = [];
    private readonly Dictionary<string, ConnectionUse> _use = [];
    private readonly Dictionary<string, double> _health = [];
    private readonly Dictionary<string, RouteHealth> _cells = [];
    private RoutingSnapshot? _snapshot;
    private Rates? _sell;

    public RouteRig(params string[] names)
    {
        foreach (string name in names) _connections.Add(new(name, $"vendor of {name}", ConnectionCapabilities.Default));
    }

    public long? SellPrice
    {
        get;
        set
        {
            field = value;
            _sell = value is { } micros ? new Rates(micros, () => LookUps++) : null;
        }
    }

    /// <summary>How often a price or a quality was looked up.</summary>
    public int LookUps { get; private set; }

    public SenderRules SenderRules { get; set; } = SenderRules.Standard;

    public IReadOnlyList<RouteList> Lists { get; set; } = [];

    public IReadOnlyList<RoutingRule> Rules { get; set; } = [];

    public IReadOnlyList<RouteConnection> Connections => _connections;

    public RoutingPlan Plan => new(7, [_connections[0].Name]) { Rules = Rules, Lists = Lists, SenderRules = SenderRules };

    public RoutingSources Sources => new() { Rates = this, Quality = this };

    public RoutingSnapshot Snapshot => _snapshot ??= new(Plan, _connections, Sources, this);

    public string Currency => "EUR";

    public long Revision => 1;

    public DateTimeOffset? NextChange => null;

    public RouteRig Price(string connection, long micros)
    {
        _prices[connection] = micros;
        return this;
    }

    public RouteRig Quality(string connection, double delivery, double weight = NeutralQuality.Weight, double error = 0)
    {
        _quality[connection] = new(delivery, 5, IsMeasured: true) { Weight = weight, StandardError = error };
        return this;
    }

    public RouteRig Use(string connection, ConnectionUse use, double health = 1)
    {
        _use[connection] = use;
        _health[connection] = health;
        return this;
    }

    /// <summary>How a connection does on every network.</summary>
    public RouteRig Cell(string connection, RouteHealth health)
    {
        _cells[connection] = health;
        return this;
    }

    public RouteRig With(string connection, Func<ConnectionCapabilities, ConnectionCapabilities> change)
    {
        int place = _connections.FindIndex(one => one.Name == connection);
        _connections[place] = _connections[place] with { Capabilities = change(_connections[place].Capabilities) };
        return this;
    }

    /// <summary>A rule that takes every message, but for what the change says.</summary>
    public RouteRig Rule(string name, IReadOnlyList<string> connections, Func<RoutingRule, RoutingRule>? change = null)
    {
        var rule = new RoutingRule { Name = name, Route = new() { Connections = connections } };
        Rules = [.. Rules, change is null ? rule : change(rule)];
        _snapshot = null;
        return this;
    }

    public RouteDecision Decide(in RouteRequest request, RouteHistory history = default) => new Router(Snapshot).Decide(request, history).Decision;

    public RouteExplanation Explain(in RouteRequest request, RouteHistory history = default) =>
        RouteExplainer.Explain(Decide(request, history), request.Head, request.At, Plan);

    /// <summary>The connection that is chosen, or waited for; empty for none.</summary>
    public string Chosen(in RouteRequest request, RouteHistory history = default) =>
        Decide(request, history).Candidates.FirstOrDefault(static candidate => candidate.Code.IsTaken() || candidate.Code.IsWaitedFor()).Connection ?? "";

    public static RouteRequest Request(
        string to = "+4915112345678", string network = "26201", ulong draw = 1, long? at = null, Func<MessageHead, MessageHead>? change = null)
    {
        E164.TryParse(to, out E164 number).ShouldBeTrue();
        NumberInfo info = NumberPlan.Lookup(number);
        NetworkId id = NetworkId.TryParse(network, out NetworkId parsed) ? parsed : NetworkId.Unknown;
        MessageHead head = Head(to);
        return RouteRequest.For(
            change is null ? head : change(head),
            new(number, info.Country, info.Type, id, id.IsKnown ? NetworkSource.Range : NetworkSource.None), at ?? Now, draw);
    }

    public static MessageHead Head(string to) => new()
    {
        Id = default,
        AccountSid = AccountSid,
        From = "ACME",
        To = to,
        Body = "Your code is 1234",
        Class = TrafficClass.Otp,
        SegmentCount = 1,
        Tags = ["spring", "gold"],
        Metadata = Metadata.TryCreate([new("campaign", "welcome"), new("tier", "gold")], out _)!,
    };

    IRates? IRateBook.Cost(string connection) => _prices.TryGetValue(connection, out long micros) ? new Rates(micros, () => LookUps++) : null;

    IRates? IRateBook.Sell(string accountSid) => _sell;

    IConnectionQuality? IQuality.Of(string connection) =>
        _quality.TryGetValue(connection, out RouteQuality quality) ? new Fixed(quality, () => LookUps++) : null;

    ConnectionUse IConnectionUse.UseOf(int connection) => _use.GetValueOrDefault(_connections[connection].Name);

    bool IConnectionUse.IsAnySick => _cells.Count > 0;

    RouteHealth IConnectionUse.HealthOf(int connection, in Destination destination, TrafficClass trafficClass) =>
        _cells.GetValueOrDefault(_connections[connection].Name, RouteHealth.Healthy);

    double IConnectionUse.HealthOf(int connection) => _health.GetValueOrDefault(_connections[connection].Name, 1);

    private sealed class Rates(long price, Action found) : IRates
    {
        public bool TryFind(in Destination destination, out long micros)
        {
            found();
            micros = price;
            return true;
        }
    }

    private sealed class Fixed(RouteQuality quality, Action found) : IConnectionQuality
    {
        public RouteQuality Find(in Destination destination, TrafficClass trafficClass)
        {
            found();
            return quality;
        }
    }
}
