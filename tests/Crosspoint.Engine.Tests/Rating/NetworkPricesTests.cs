using Crosspoint.Engine.Rating;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Rating;

/// <summary>Prices side by side say what each connection's own prices say.</summary>
public sealed class NetworkPricesTests
{
    private const int Connections = 12;
    private const string Strange = "with-fee";

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Countries = ["DE", "FR", "US", "SG", "", "x"];
    private static readonly NetworkId[] Networks = [NetworkId.Unknown, .. Enumerable.Range(1, 9).Select(static mnc => NetworkId.FromCodes(262, mnc, 2))];

    private readonly Random _random = new(20261122);

    [Fact]
    public void On_AnyDestination_IsTheConnectionsOwnPrice()
    {
        string[] names = [.. Enumerable.Range(0, Connections - 1).Select(static i => $"c{i}"), Strange];
        RateBook book = RateBook.Compile(
            new()
            {
                Currencies = new("EUR", [new("USD", 920_000_000_000, long.MinValue)]),
                Decks = names.ToDictionary(static name => name, _ => (IReadOnlyList<DatedDeck>)[new(Deck(), 1, long.MinValue)]),
                Fees =
                [
                    new() { Name = "all", Nanos = 100_000, Currency = "EUR" },
                    new() { Name = "german", Nanos = 3_000_000, Currency = "USD", Country = "DE", SenderKind = SenderKind.LongCode },
                    new() { Name = "campaign", Nanos = 1_000_000, Currency = "EUR", Campaign = Fee.AnyCampaign },
                    new() { Name = "network", Nanos = 500_000, Currency = "EUR", Network = Networks[3] },
                    new() { Name = "own", Nanos = 700_000, Currency = "EUR", Connection = Strange },
                ],
            },
            Now,
            1);
        IRates?[] rates = [.. names.Select(book.Cost), new Flat(), null];
        var prices = new NetworkPrices(rates);
        int known = 0;
        int unknown = 0;
        for (int i = 0; i < 2_000; i++)
        {
            E164 number = E164.FromDigits((ulong)_random.NextInt64(1_000_000, 1_000_000_000_000_000));
            var destination = new Destination(
                number, Countries[_random.Next(Countries.Length)], NumberType.Mobile, Networks[_random.Next(Networks.Length)], NetworkSource.Range);
            var sender = new RatedSender((SenderKind)_random.Next(3), _random.Next(2) == 0 ? "spring" : null);
            NetworkPrices.Reader reader = prices.Of(destination, sender);
            for (int connection = 0; connection < rates.Length; connection++)
            {
                long? expected = rates[connection]?.TryFind(destination, sender, out long micros) == true ? micros : null;
                reader.On(connection).ShouldBe(expected);
                if (expected is null) unknown++;
                else known++;
            }
        }

        (known > 1_000, unknown > 1_000).ShouldBe((true, true));
    }

    private RateDeck Deck()
    {
        var builder = new RateDeckBuilder();
        foreach (NetworkId network in Networks.Skip(1).Where(_ => _random.Next(3) > 0))
            builder.Add(new(RateKey.Of(network), Nanos(), "USD", RatePeriod.Always));
        foreach (string country in Countries.Where(_ => _random.Next(2) == 0))
        {
            if (RateKey.TryCountry(country, out RateKey key)) builder.Add(new(key, Nanos(), "EUR", RatePeriod.Always));
        }

        for (int prefix = 1; prefix < 100; prefix += _random.Next(1, 12))
        {
            if (RateKey.TryPrefix($"{prefix}", out RateKey key)) builder.Add(new(key, Nanos(), "EUR", RatePeriod.Always));
        }

        return builder.Build(static (_, _, _) => throw new InvalidOperationException("A row stands twice."))!;
    }

    private long Nanos() => _random.Next(1, 100) * 1_000_000L;

    private sealed class Flat : IRates
    {
        public bool TryFind(in Destination destination, out long micros)
        {
            micros = 42;
            return destination.Country != "FR";
        }
    }
}
