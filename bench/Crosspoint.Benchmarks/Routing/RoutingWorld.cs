using System.Globalization;
using Crosspoint.Engine;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Routing;

/// <summary>
/// What a carrier of messages routes by: 40 connections with decks of 1,000 networks, all countries and some prefixes in two currencies, fees,
/// sell prices of 100 accounts, an hour of learned quality, and plans of every length whose rules ask for all kinds of conditions and choose in all
/// ways. The same each time but for the clock, which is the real one.
/// </summary>
internal sealed class RoutingWorld
{
    public const int ConnectionCount = 40;
    public const int NetworkCount = 1_000;
    private const int AccountCount = 100;
    private const int HistoryMessages = 600_000;
    private const int NumbersOfNetwork = 4;
    private const int ListedConnections = 6;

    private static readonly string[] Campaigns = ["spring", "summer", "winter", "newsletter"];
    private static readonly string[] Tags = ["vip", "test", "bulk", "night"];
    private static readonly string[] Senders = ["ACME", "BANK", "+4915112345678", "+12025550123", "12345", "Parcel"];

    private readonly string[] _connections = [.. Enumerable.Range(0, ConnectionCount).Select(static i => $"connection-{i}")];
    private readonly string[] _accounts = [.. Enumerable.Range(0, AccountCount).Select(static i => $"AC{i:x32}")];
    private readonly Destination[] _destinations;
    private readonly string[] _countries;
    private readonly NetworkId[] _networks;

    public RoutingWorld()
    {
        _destinations = Destinations();
        _networks = [.. _destinations.Select(static destination => destination.Network).Distinct()];
        _countries = [.. _destinations.Select(static destination => destination.Country).Distinct()];
        RateDefinition = Rates();
        Book = RateBook.Compile(RateDefinition, TimeProvider.System.GetUtcNow(), 1);
        Quality = new(new());
        Learn();
    }

    public RateDefinition RateDefinition { get; }

    public RateBook Book { get; }

    public QualityTable Quality { get; }

    public IReadOnlyList<RouteConnection> Connections =>
    [
        .. _connections.Select((name, i) => new RouteConnection(name, $"vendor-{i / 2}", new()
        {
            Receipts = i % 10 != 9,
            Direct = i % 3 == 0,
            Licensed = i % 4 == 0 ? _countries[..(_countries.Length / 2)] : [],
            SenderTypes = i % 20 == 19 ? [SenderKind.Alphanumeric] : null,
            Capacity = 10 + (i * 5),
        })),
    ];

    /// <param name="isSick">Every connection is not well on one network in ten.</param>
    public RoutingSnapshot Snapshot(RoutingPlan plan, RateBook book, bool isSick = false) => new(
        plan, Connections, new() { Rates = book, Quality = new LearnedQuality(Quality, TimeProvider.System) },
        new Use(isSick ? SickPaths() : null));

    // A third of them suspended, a third degraded, a third recovering.
    private PathHealth?[] SickPaths()
    {
        var cells = new Dictionary<FailoverKey, RouteHealth>();
        for (int i = 0; i < _connections.Length; i++)
        {
            for (int at = i % 10; at < _destinations.Length; at += 10)
            {
                (CellState state, double share) = (at % 3) switch
                {
                    0 => (CellState.Suspended, 0),
                    1 => (CellState.Degraded, 0.1),
                    _ => (CellState.Recovering, 0.25),
                };
                var cell = new HealthCell(_connections[i], _destinations[at].Country, _destinations[at].Network, null);
                cells[FailoverKey.Of(cell)] = new(state, share, 1 + (at % 5)) { Note = "since 12:03:07: a benchmark" };
            }
        }

        var snapshot = new FailoverSnapshot(cells, []);
        return [.. _connections.Select(snapshot.Find)];
    }

    /// <summary>Messages with different senders, recipients, classes and labels, in the order of a shuffle.</summary>
    public RouteRequest[] Requests(int count)
    {
        var random = new Random(7);
        long at = TimeProvider.System.GetUtcMicros();
        return [.. Enumerable.Range(0, count).Select(_ => RequestOf(random, at))];
    }

    /// <summary>A plan whose last rule takes what no other does.</summary>
    /// <param name="listed">Connections of each rule's list.</param>
    public RoutingPlan Plan(int rules, int listed = ListedConnections) => new(1, [.. _connections.Take(listed)])
    {
        Rules = [.. Enumerable.Range(0, rules).Select(i => RuleOf(i, isLast: i == rules - 1, listed))],
        Lists =
        [
            new() { Name = "backup", Connections = [.. _connections.Take(4)], Choose = RouteStrategy.LeastCost, Fallback = "last" },
            new() { Name = "last", Connections = [.. _connections.TakeLast(2)] },
        ],
    };

    private RoutingRule RuleOf(int i, bool isLast, int listed)
    {
        var random = new Random(i);
        string country = _countries[random.Next(_countries.Length)];
        NetworkId network = _networks[random.Next(_networks.Length)];
        (RuleMatch match, RuleMatch except) = isLast ? (RuleMatch.Any, RuleMatch.Any) : MatchOf(i, random, country, network);
        bool isDenied = !isLast && i % 40 == 3;
        return new()
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"rule-{i}"),
            Match = match,
            Except = except,
            Deny = isDenied ? new(30450, "not served") : null,
            Route = isDenied ? null : ListOf(i, listed, random),
            Demands = (i % 8) switch
            {
                0 => RouteDemands.Receipts,
                1 => RouteDemands.Receipts | RouteDemands.Sender,
                2 => RouteDemands.Licensed,
                _ => RouteDemands.None,
            },
            CopyTo = i % 25 == 24 && !isDenied ? _connections[^1] : null,
            CopyShare = 0.01,
        };
    }

    private (RuleMatch Match, RuleMatch Except) MatchOf(int i, Random random, string country, NetworkId network)
    {
        string account = _accounts[random.Next(AccountCount)];
        var trafficClass = (TrafficClass)random.Next(3);
        return (i % 12) switch
        {
            0 => (new() { Accounts = [account], Classes = [trafficClass], Countries = [country] }, RuleMatch.Any),
            1 => (
                new() { Countries = [country, _countries[random.Next(_countries.Length)]], Classes = [TrafficClass.Otp] },
                new() { Networks = [network] }),
            2 => (new() { Networks = [network] }, RuleMatch.Any),
            3 => (new() { Prefixes = [PrefixOf(random)], Hours = [new(8 * 60, 20 * 60, RuleHours.EveryDay, "Europe/Berlin")] }, RuleMatch.Any),
            4 => (new() { Countries = [country], SenderTypes = [SenderKind.Alphanumeric], Classes = [trafficClass] }, new() { Accounts = [account] }),
            5 => (new() { Countries = [country], NumberTypes = [NumberType.Mobile], Segments = [new(2, 255)] }, RuleMatch.Any),
            6 => (new() { Senders = [Senders[random.Next(Senders.Length)]], Networks = [network] }, RuleMatch.Any),
            7 => (new() { Metadata = [new(MetadataMatch.Campaign, [Campaigns[random.Next(Campaigns.Length)]])], Countries = [country] }, RuleMatch.Any),
            8 => (new() { Networks = [network], Classes = [trafficClass] }, new() { Tags = [Tags[random.Next(Tags.Length)]] }),
            9 => (new() { Tags = [Tags[random.Next(Tags.Length)]], Countries = [country] }, RuleMatch.Any),
            10 => (new() { Accounts = [account], Networks = [network, _networks[random.Next(_networks.Length)]] }, RuleMatch.Any),
            _ => (new() { Metadata = [new("shop", [string.Create(CultureInfo.InvariantCulture, $"s{random.Next(50)}")])], Countries = [country] }, RuleMatch.Any),
        };
    }

    private RouteList ListOf(int i, int listed, Random random)
    {
        var list = new RouteList
        {
            Connections = [.. Enumerable.Range(0, listed).Select(at => _connections[(i + (at * 7)) % ConnectionCount])],
            Choose = (RouteStrategy)(i % 5),
            Fallback = "backup",
        };
        return (i % 5) switch
        {
            1 => list with { QualityAtLeast = 0.7, PriceAtMost = 90_000 },
            2 => list with { PriceAtMost = 95_000 },
            3 => list with { QualityAtLeast = 0.6, MarginPercentAtLeast = 5, CostWeight = 3 },
            4 => list with
            {
                IsSticky = random.Next(2) == 0,
                Shares = random.Next(2) == 0 ? [] : [.. Enumerable.Range(1, listed).Select(static share => (double)share)],
            },
            _ => listed < ConnectionCount ? list with { Shadows = [_connections[(i + 3) % ConnectionCount]], ShadowShare = 0.02 } : list,
        };
    }

    private string PrefixOf(Random random)
    {
        string number = _destinations[random.Next(_destinations.Length)].Number.ToString();
        return number[..Math.Min(number.Length, 5 + random.Next(2))];
    }

    private RouteRequest RequestOf(Random random, long at)
    {
        Destination destination = _destinations[random.Next(_destinations.Length)];
        List<KeyValuePair<string, string>> metadata = [];
        if (random.Next(4) == 0) metadata.Add(new(MetadataMatch.Campaign, Campaigns[random.Next(Campaigns.Length)]));
        if (random.Next(4) == 0) metadata.Add(new("shop", string.Create(CultureInfo.InvariantCulture, $"s{random.Next(50)}")));
        var head = new MessageHead
        {
            Id = new(random.NextInt64(), 0),
            AccountSid = _accounts[random.Next(AccountCount)],
            From = Senders[random.Next(Senders.Length)],
            To = destination.Number.ToString(),
            Body = "Your code is 1234",
            Class = (TrafficClass)random.Next(3),
            SegmentCount = random.Next(10) == 0 ? 2 : 1,
            Tags = random.Next(3) == 0 ? [Tags[random.Next(Tags.Length)]] : [],
            Metadata = Metadata.TryCreate(metadata, out _)!,
        };
        return RouteRequest.For(head, destination, at);
    }

    // As ranges tell them; networks without a range in the public data are filled in from the list, as ported numbers of their country.
    private static Destination[] Destinations()
    {
        var random = new Random(3);
        var byNetwork = new Dictionary<NetworkId, List<Destination>>();
        var ofCountry = new Dictionary<string, Destination>(StringComparer.Ordinal);
        for (int i = 0; i < 3_000_000; i++)
        {
            E164 number = E164.FromDigits((ulong)random.NextInt64(10_000_000_000, 999_999_999_999));
            Destination destination = Networks.Locate(number);
            if (!destination.Network.IsKnown || destination.Country.Length == 0) continue;
            ofCountry.TryAdd(destination.Country, destination);
            if (!byNetwork.TryGetValue(destination.Network, out List<Destination>? known))
            {
                if (byNetwork.Count == NetworkCount) continue;
                byNetwork.Add(destination.Network, known = []);
            }

            if (known.Count < NumbersOfNetwork) known.Add(destination);
        }

        foreach (Network network in Networks.All)
        {
            if (byNetwork.Count >= NetworkCount) break;
            if (!network.IsOperational || byNetwork.ContainsKey(network.Id) || network.Countries.Count == 0) continue;
            if (ofCountry.TryGetValue(network.Countries[0], out Destination near))
                byNetwork.Add(network.Id, [near with { Network = network.Id, Source = NetworkSource.Ported }]);
        }

        return [.. byNetwork.Values.SelectMany(static numbers => numbers)];
    }

    private RateDefinition Rates()
    {
        var decks = new Dictionary<string, IReadOnlyList<DatedDeck>>(StringComparer.Ordinal);
        for (int i = 0; i < ConnectionCount; i++) decks.Add(_connections[i], [new(DeckOf(i), 1, long.MinValue)]);
        return new()
        {
            Currencies = new("EUR", [new("USD", 920_000_000_000, long.MinValue)]),
            Decks = decks,
            Fees =
            [
                new() { Name = "surcharge", Nanos = 3_000_000, Currency = "USD", Country = "US", SenderKind = SenderKind.LongCode },
                new() { Name = "campaign", Nanos = 1_000_000, Currency = "EUR", Country = "DE", Campaign = Fee.AnyCampaign },
                new() { Name = "filter", Nanos = 500_000, Currency = "EUR", Network = _networks[0] },
            ],
            Sell = [.. _accounts.SelectMany(account => _countries.Select(country => new SellPrice(account, country, 110_000_000, "EUR", RatePeriod.Always)))],
        };
    }

    /// <summary>A connection's deck: networks, countries and prefixes. Some networks are left out, and go by prefix or country.</summary>
    public RateDeck DeckOf(int connection)
    {
        var random = new Random(connection);
        var builder = new RateDeckBuilder();
        string currency = connection % 4 == 0 ? "USD" : "EUR";
        foreach (NetworkId network in _networks)
        {
            if (random.Next(10) > 0) builder.Add(new(RateKey.Of(network), random.Next(50, 100) * 1_000_000L, currency, RatePeriod.Always));
        }

        foreach (string country in _countries)
        {
            if (RateKey.TryCountry(country, out RateKey key)) builder.Add(new(key, random.Next(80, 100) * 1_000_000L, currency, RatePeriod.Always));
        }

        for (int i = 0; i < 500; i++)
        {
            if (RateKey.TryPrefix((1_000_000 + (i * 17_077)).ToString(CultureInfo.InvariantCulture), out RateKey key))
                builder.Add(new(key, random.Next(60, 100) * 1_000_000L, currency, RatePeriod.Always));
        }

        return builder.Build(static (_, _, _) => throw new InvalidOperationException("A row stands twice."))!;
    }

    // The last hour of traffic: receipts come within seconds, of some messages never.
    private void Learn()
    {
        var random = new Random(5);
        long now = TimeProvider.System.GetUtcMicros();
        long step = 3_600 * Micros.PerSecond / HistoryMessages;
        int[] numbers = [.. _connections.Select(Quality.NumberOf)];
        for (int i = 0; i < HistoryMessages; i++)
        {
            long at = now - ((HistoryMessages - i) * step);
            int connection = random.Next(ConnectionCount);
            Destination destination = _destinations[random.Next(_destinations.Length)];
            var trafficClass = (TrafficClass)random.Next(3);
            Quality.Sent(numbers[connection], destination, trafficClass, at);
            bool isDelivered = random.NextDouble() < 0.98 - (connection * 0.005);
            long receiptAt = at + random.NextInt64(1_000_000, 20_000_000);
            if (random.Next(20) > 0) Quality.Ended(numbers[connection], destination, trafficClass, at, isDelivered, receiptAt);
            if (i % 10 == 0) Quality.Feedback(numbers[connection], destination, trafficClass, isDelivered && random.Next(3) > 0, at + 30_000_000);
        }
    }

    /// <summary>Three of them are away.</summary>
    private sealed class Use(PathHealth?[]? paths) : IConnectionUse
    {
        public bool IsAnySick => paths is not null;

        public RouteHealth HealthOf(int connection, in Destination destination, TrafficClass trafficClass) =>
            paths![connection] is { } path ? path.Find(destination, trafficClass) : RouteHealth.Healthy;

        public ConnectionUse UseOf(int connection) => connection % 13 == 12 ? ConnectionUse.Down : ConnectionUse.Usable;

        public double HealthOf(int connection) => connection % 11 == 10 ? 0.5 : 1;
    }
}
