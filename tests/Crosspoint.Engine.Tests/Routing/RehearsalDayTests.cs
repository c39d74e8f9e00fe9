using System.Diagnostics.Metrics;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Rehearsal;
using Crosspoint.Engine.Tests.Rating;
using Crosspoint.Engine.Vendors;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Engine.Tests.Routing;

/// <summary>
/// A day of traffic in simulated time: decided as dispatch decides, learned from as the gateway learns. At its end a draft is rehearsed on it; then
/// the draft is in force while the same messages come again.
/// </summary>
public sealed class RehearsalDayTests : IAsyncDisposable
{
    private const int MessageCount = 25_000;

    private static readonly string[] Names = ["north", "south", "east", "west", "late"];

    private static readonly (string Country, string Prefix, int Digits)[] Places =
    [
        ("DE", "+49151", 8), ("DE", "+49170", 7), ("FR", "+336", 8), ("GB", "+4477", 8), ("ES", "+346", 8), ("IT", "+39347", 7), ("PL", "+4860", 7),
        ("NL", "+316", 8), ("AT", "+43664", 7), ("CH", "+4179", 7), ("SE", "+4670", 7), ("US", "+1212555", 4), ("BR", "+551199", 7), ("IN", "+9198", 8),
    ];

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));
    private readonly PriorityQueue<(int Connection, MessageHead Head, long SentAt, bool IsDelivered), long> _receipts = new();
    private readonly NumberLocator _numbers;
    private readonly LearnedQuality _learned;
    private readonly RoutingSources _sources;
    private readonly RouteConnection[] _connections = [.. Names.Select(static name => new RouteConnection(name, name, ConnectionCapabilities.Default))];

    public RehearsalDayTests()
    {
        _numbers = new(new(), _time, NullLoggerFactory.Instance, _services.GetRequiredService<IMeterFactory>());
        _learned = new(new QualityTable(new()), _time);
        _sources = new()
        {
            Rates = RateBook.Compile(Definition(), _time.GetUtcNow(), 1),
            Quality = _learned,
            DestinationOf = number =>
            {
                _numbers.TryLocate(number, out Located located);
                return located.Destination;
            },
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _numbers.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rehearsal_OfADay_PredictsCostExactly_AndDeliveryWithinItsError(int seed)
    {
        MessageHead[] traffic = Traffic((ulong)seed);
        RoutingSnapshot inForce = Snapshot(InForce());
        Outcome first = Play(inForce, traffic, (ulong)seed + 100);

        var rehearsal = new RoutingRehearsal(inForce, Draft());
        for (int i = 0; i < traffic.Length; i++) rehearsal.Add(traffic[i], first.States[i], first.Takers[i]);
        RehearsalReport report = rehearsal.Report();

        // The same messages at the same times of the next day.
        _time.Advance(Midnight() - _time.GetUtcNow());
        Outcome second = Play(Snapshot(Draft()), traffic, (ulong)seed + 200);

        report.Messages.ShouldBe(MessageCount);
        report.After.Cost.ShouldBe(second.Cost);
        (report.After.Routed, report.After.NoRoute, report.After.Denied, report.After.Unpriced)
            .ShouldBe((second.Routed, second.NoRoute, second.Denied, second.Unpriced));
        ((double)second.Delivered).ShouldBe(report.After.Delivered, report.After.Error);
        foreach (string name in Names)
        {
            report.Moves.Where(move => move.To == name).Sum(static move => move.Messages).ShouldBe(second.By[name], name);
            report.Moves.Where(move => move.From == name).Sum(static move => move.Messages).ShouldBe(first.By[name], name);
        }

        // What is said of the plan in force is what was, as none of its rules goes by quality; and the error says something.
        report.Before.Cost.ShouldBe(first.Cost);
        report.Actual.Aggregate((Int128)0, static (sum, one) => sum + one.Cost).ShouldBe(first.Cost);
        report.Actual.Sum(static one => one.Delivered).ShouldBe(first.Delivered);
        ((double)first.Delivered).ShouldBe(report.Before.Delivered, report.Before.Error);
        report.After.Error.ShouldBeInRange(50, MessageCount * 0.02);
        double gain = second.Delivered - first.Delivered;
        gain.ShouldBe(report.Gain, report.GainError + (report.Before.Error / 2));
        Math.Min(Math.Min(second.Denied, second.NoRoute), Math.Min(second.Unpriced, report.Moved)).ShouldBeGreaterThan(100);
    }

    // Every kind of choice that cost can be foretold of; where quality decides, one is much better than the others.
    private static RoutingPlan Draft() => new(2, ["west", "north"])
    {
        Lists = [new() { Name = "backup", Connections = ["north"] }],
        Rules =
        [
            new() { Name = "blocked", Match = new() { Tags = ["blocked"] }, Deny = new(30450, "not wanted") },
            new()
            {
                Name = "codes",
                Match = new() { Classes = [TrafficClass.Otp], Countries = ["DE", "IT"] },
                Route = new() { Connections = ["late", "north"], Choose = RouteStrategy.BestQuality, QualityAtLeast = 0.5, Fallback = "backup" },
            },
            new()
            {
                Name = "by-day",
                Match = new() { Classes = [TrafficClass.Marketing], Hours = [new(8 * 60, 20 * 60, RuleHours.EveryDay, "Europe/Berlin")] },
                Route = new() { Connections = ["north", "south", "east", "west"], Choose = RouteStrategy.LeastCost },
            },
            new()
            {
                Name = "welcome",
                Match = new() { Metadata = [new("campaign", ["welcome"])] },
                Route = new() { Connections = ["south"], PriceAtMost = 100_000 },
            },
            new() { Name = "capped", Match = new() { Countries = ["CH"] }, Route = new() { Connections = ["north", "east"], PriceAtMost = 1_000 } },
            new()
            {
                Name = "sticky",
                Match = new() { Countries = ["GB", "ES"] },
                Route = new() { Connections = ["north", "south"], Choose = RouteStrategy.Split, Shares = [2, 1], IsSticky = true },
            },
            new()
            {
                Name = "by-share",
                Match = new() { Countries = ["PL", "US"] },
                Route = new() { Connections = ["north", "late"], Choose = RouteStrategy.Split, Shares = [1, 1] },
            },
        ],
    };

    // All carry something of all, so that all are learned of.
    private static RoutingPlan InForce() => new(1, ["north"])
    {
        Rules = [new() { Name = "all", Route = new() { Connections = Names, Choose = RouteStrategy.Split, Shares = [3, 2, 2, 2, 1] } }],
    };

    private RoutingSnapshot Snapshot(RoutingPlan plan) => new(plan, _connections, _sources, AllUsable.Instance);

    private DateTimeOffset Midnight() => new DateTimeOffset(_time.GetUtcNow().Date, TimeSpan.Zero).AddDays(1);

    private static MessageHead[] Traffic(ulong seed)
    {
        var draws = new Draws(seed);
        long day = Micros.From(new DateTimeOffset(2026, 3, 2, 0, 0, 0, TimeSpan.Zero));
        var heads = new MessageHead[MessageCount];
        for (int i = 0; i < heads.Length; i++)
        {
            (string _, string prefix, int digits) = Places[(int)(draws.Next() * draws.Next() * Places.Length)];
            double kind = draws.Next();
            heads[i] = new()
            {
                Id = new((long)(draws.Next() * long.MaxValue), 0),
                AccountSid = RouteRig.AccountSid,
                From = draws.Next() < 0.5 ? "ACME" : "+15550001000",
                To = prefix + ((long)(draws.Next() * Math.Pow(10, digits))).ToString($"D{digits}", System.Globalization.CultureInfo.InvariantCulture),
                Body = "Your code is 1234",
                Class = kind < 0.4 ? TrafficClass.Otp : kind < 0.8 ? TrafficClass.Marketing : TrafficClass.Transactional,
                SegmentCount = 1 + (int)(draws.Next() * draws.Next() * 4),
                CreatedAt = day + (long)(i * (86_400.0 / MessageCount) * 1e6),
                Tags = draws.Next() < 0.02 ? ["blocked"] : [],
                Metadata = draws.Next() < 0.1 ? Metadata.TryCreate([new("campaign", "welcome")], out _)! : Metadata.Empty,
            };
        }

        return heads;
    }

    private Outcome Play(RoutingSnapshot snapshot, MessageHead[] traffic, ulong seed)
    {
        var router = new Router(snapshot);
        var luck = new Draws(seed);
        var outcome = new Outcome(traffic.Length);
        long start = _time.GetUtcMicros();
        for (int i = 0; i < traffic.Length; i++)
        {
            long now = start + traffic[i].CreatedAt - traffic[0].CreatedAt;
            AdvanceTo(now);
            RouteSubject subject = RouteSubject.Of(traffic[i], snapshot.Sources);
            (RouteDecision decision, RouteVerdict verdict) = router.Decide(subject.At(traffic[i], now), default);
            (double fate, double speed, double silence) = (luck.Next(), luck.Next(), luck.Next());
            outcome.States[i] = MessageState.Failed;
            if (verdict.Denial is not null) outcome.Denied++;
            else if (verdict.Chosen < 0) outcome.NoRoute++;
            if (verdict.Chosen < 0) continue;
            RouteCandidate chosen = decision.Candidates.Single(static one => one.Code == CandidateCode.Chosen);
            outcome.Routed++;
            outcome.By[chosen.Connection] = outcome.By.GetValueOrDefault(chosen.Connection) + 1;
            outcome.Takers[i] = chosen.Connection;
            if (chosen.Price is { } price) outcome.Cost += (Int128)price * traffic[i].SegmentCount;
            else outcome.Unpriced++;
            bool isDelivered = fate < Truth(verdict.Chosen, subject.Destination.Country);
            outcome.States[i] = isDelivered ? MessageState.Delivered : MessageState.Undelivered;
            if (isDelivered) outcome.Delivered++;
            _learned.Sent(chosen.Connection, traffic[i], subject.Destination, now);
            if (isDelivered) _receipts.Enqueue((verdict.Chosen, traffic[i], now, true), now + (long)(2e6 * Math.Pow(30, speed)));
            else if (silence < 0.5) _receipts.Enqueue((verdict.Chosen, traffic[i], now, false), now + (long)(60e6 * Math.Pow(10, speed)));
        }

        AdvanceTo(start + (long)TimeSpan.FromHours(23.9).TotalMicroseconds);
        return outcome;
    }

    private void AdvanceTo(long now)
    {
        while (_receipts.TryPeek(out var receipt, out long at) && at <= now)
        {
            _receipts.Dequeue();
            MoveClock(at);
            _numbers.TryLocate(E164.TryParse(receipt.Head.To, out E164 number) ? number : default, out Located located);
            var end = new RouteEnd(receipt.SentAt, receipt.IsDelivered, ErrorCode: 0, IsLast: true, at);
            _learned.Ended(Names[receipt.Connection], receipt.Head, located.Destination, end);
        }

        MoveClock(now);
    }

    private void MoveClock(long to)
    {
        long by = to - _time.GetUtcMicros();
        if (by > 0) _time.Advance(TimeSpan.FromMicroseconds(by));
    }

    // From 0.62 to 0.97: in Germany and Italy "north" is the best and "late" the worst.
    private static double Truth(int connection, string country)
    {
        int place = Math.Max(0, Array.FindIndex(Places, one => one.Country == country));
        return 0.97 - (0.0875 * ((connection + (place * 2)) % 5));
    }

    private static RateDefinition Definition()
    {
        // Prices of countries, networks and prefixes, in two currencies; 'late' has none for some.
        DatedDeck Deck(string[] rows) => new(RatingSamples.Deck(rows), 1, long.MinValue);
        string[] Rows(int place) =>
        [
            .. Places.Select(static one => one.Country).Distinct().Select((country, i) => string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{country} {0.01 + (((i * 7) + (place * 3)) % 10 * 0.0013):0.######} {(place == 1 ? "USD" : "EUR")}")),
            $"26201 0.0{5 + place}1",
            $"+3361 0.0{3 + place}7",
        ];
        return new()
        {
            Currencies = new("EUR", [RatingSamples.Rate("USD", "0.923451")]),
            Decks = new Dictionary<string, IReadOnlyList<DatedDeck>>
            {
                ["north"] = [Deck(Rows(0))],
                ["south"] = [Deck(Rows(1))],
                ["east"] = [Deck(Rows(2))],
                ["west"] = [Deck(Rows(3))],
                ["late"] = [Deck(["DE 0.02", "US 0.011"])],
            },
            Fees =
            [
                new() { Name = "carrier", Nanos = 3_123_456, Currency = "USD", Country = "US" },
                new() { Name = "campaign", Nanos = 1_000_000, Currency = "EUR", Campaign = "welcome" },
            ],
        };
    }

    private sealed class Outcome(int messages)
    {
        public MessageState[] States { get; } = new MessageState[messages];

        public string?[] Takers { get; } = new string?[messages];

        public Dictionary<string, long> By { get; } = Names.ToDictionary(static name => name, static _ => 0L);

        public Int128 Cost { get; set; }

        public long Routed { get; set; }

        public long Delivered { get; set; }

        public long Denied { get; set; }

        public long NoRoute { get; set; }

        public long Unpriced { get; set; }
    }
}
