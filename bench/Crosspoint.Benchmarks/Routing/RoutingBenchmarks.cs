using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Routing;

/// <summary>
/// Decisions of 40 connections with prices and quality for 1,000 networks, over plans of different length. The messages go round, so that no
/// answer stays in a cache of the processor.
/// </summary>
[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private const int ConnectionCount = 40;
    private const int NetworkCount = 1_000;
    private const int MessageCount = 4_096;

    private RoutingSnapshot _snapshot = null!;
    private RankedCandidate[] _buffer = null!;
    private RouteRequest[] _requests = null!;
    private int _next;

    /// <summary>Rules of the plan.</summary>
    [Params(10, 200, 10_000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _snapshot = Build();
        _buffer = new RankedCandidate[_snapshot.BufferSize];
        var random = new Random(7);
        _requests = [.. Enumerable.Range(0, MessageCount).Select(_ => RequestOf(random))];
    }

    [Benchmark]
    public RouteVerdict Decide()
    {
        _next = (_next + 1) % MessageCount;
        return _snapshot.Decide(_requests[_next], default, _buffer);
    }

    /// <summary>What a change of anything costs: the snapshot made anew.</summary>
    [Benchmark]
    public RoutingSnapshot Build()
    {
        string[] names = [.. Enumerable.Range(0, ConnectionCount).Select(static i => $"connection-{i}")];
        var plan = new RoutingPlan(1, names)
        {
            Rules = [.. Enumerable.Range(0, Rules).Select(i => RuleOf(i, names))],
            Lists = [new() { Name = "backup", Connections = [.. names.Take(4)] }],
        };
        var prices = new Prices();
        return new(
            plan,
            [.. names.Select(static name => new RouteConnection(name, name, ConnectionCapabilities.Default))],
            new() { Rates = prices, Quality = prices },
            prices);
    }

    // Two of three rules are for networks, the others for accounts, prefixes, classes and hours. The last takes everything else.
    private RoutingRule RuleOf(int i, string[] names)
    {
        bool isLast = i == Rules - 1;
        RuleMatch match = (isLast, i % 6) switch
        {
            (true, _) => RuleMatch.Any,
            (_, 0) => new() { Accounts = [AccountOf(i)], Classes = [TrafficClass.Otp] },
            (_, 1) => new() { Prefixes = [$"+49{100 + (i % 900)}"], Hours = [new(8 * 60, 18 * 60, RuleHours.EveryDay, "Europe/Berlin")] },
            _ => new() { Countries = ["DE"], Networks = [NetworkOf(i)], Classes = [(TrafficClass)(i % 3)] },
        };
        return new()
        {
            Name = $"rule-{i}",
            Match = match,
            Except = i % 7 == 0 && !isLast ? new() { Tags = ["test"] } : RuleMatch.Any,
            Demands = RouteDemands.Receipts,
            Route = new()
            {
                Connections = [.. Enumerable.Range(0, 6).Select(at => names[(i + (at * 5)) % names.Length])],
                Choose = (RouteStrategy)(1 + (i % 4)),
                Explore = 0.02,
                QualityAtLeast = 0.6,
                Fallback = "backup",
            },
        };
    }

    private static RouteRequest RequestOf(Random random)
    {
        E164 number = E164.FromDigits(4_915_100_000_000UL + (ulong)random.NextInt64(99_999_999));
        NetworkId network = NetworkOf(random.Next(NetworkCount));
        var head = new MessageHead
        {
            Id = new(random.NextInt64(), 0),
            AccountSid = AccountOf(random.Next(NetworkCount)),
            From = "ACME",
            To = number.ToString(),
            Body = "Your code is 1234",
            Class = (TrafficClass)random.Next(3),
            SegmentCount = 1,
            Tags = ["spring"],
        };
        return RouteRequest.For(head, new(number, "DE", NumberType.Mobile, network, NetworkSource.Range), at: 1_800_000_000_000_000);
    }

    private static string AccountOf(int i) => $"AC{i % NetworkCount:x32}";

    private static NetworkId NetworkOf(int i) =>
        NetworkId.TryParse($"{200 + (i % 10)}{i % NetworkCount / 10:00}", out NetworkId network) ? network : throw new InvalidOperationException();

    /// <summary>Prices and quality that differ by connection and network.</summary>
    private sealed class Prices : IRateBook, IQuality, IConnectionUse
    {
        public string Currency => "EUR";

        public long Revision => 1;

        public DateTimeOffset? NextChange => null;

        public IRates? Cost(string connection) => new Table(connection.Length);

        public IRates? Sell(string accountSid) => null;

        public IConnectionQuality? Of(string connection) => new Table(connection.Length * 7);

        public ConnectionUse UseOf(int connection) => connection % 13 == 0 ? ConnectionUse.Down : ConnectionUse.Usable;

        public double HealthOf(int connection) => 1;
    }

    private sealed class Table : IRates, IConnectionQuality
    {
        private readonly Dictionary<NetworkId, int> _byNetwork = [];

        public Table(int seed)
        {
            var random = new Random(seed);
            for (int i = 0; i < NetworkCount; i++) _byNetwork[NetworkOf(i)] = random.Next(5_000, 10_000);
        }

        public bool TryFind(in Destination destination, out long micros)
        {
            bool isThere = _byNetwork.TryGetValue(destination.Network, out int price);
            micros = price;
            return isThere;
        }

        public RouteQuality Find(in Destination destination, TrafficClass trafficClass) =>
            new(_byNetwork.GetValueOrDefault(destination.Network) / 10_000.0, 4, IsMeasured: true);
    }
}
