using System.Globalization;
using Crosspoint.Engine.Rating;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Rating;

/// <summary>Decks of the sizes that vendors send.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static NetworkId Network(string text) => NetworkId.TryParse(text, out NetworkId network) ? network : throw new ArgumentException(text);

    /// <summary>1,000 networks, and every country.</summary>
    public static RateDeck Networks()
    {
        var builder = new RateDeckBuilder();
        for (int i = 0; i < 1_000; i++)
        {
            NetworkId network = Network(string.Create(CultureInfo.InvariantCulture, $"{262 + (i / 20)}{i % 20:00}"));
            builder.Add(new(RateKey.Of(network), 50_000_000 + i, "EUR", RatePeriod.Always));
        }

        for (char a = 'A'; a <= 'Z'; a++)
        {
            for (char b = 'A'; b <= 'Z'; b++)
            {
                if (RateKey.TryCountry([a, b], out RateKey key)) builder.Add(new(key, 90_000_000, "EUR", RatePeriod.Always));
            }
        }

        return builder.Build(static (_, _, _) => { })!;
    }

    /// <summary>Prefixes of 8 digits, evenly over all numbers.</summary>
    public static RateDeck Prefixes(int count)
    {
        var builder = new RateDeckBuilder();
        for (int i = 0; i < count; i++)
        {
            string digits = (10_000_000 + (i * (80_000_000L / count))).ToString(CultureInfo.InvariantCulture);
            if (RateKey.TryPrefix(digits, out RateKey key)) builder.Add(new(key, 10_000_000 + i, "EUR", RatePeriod.Always));
        }

        return builder.Build(static (_, _, _) => { })!;
    }

    public static ConnectionRates Compile(RateDeck deck, params Fee[] fees)
    {
        var definition = new RateDefinition
        {
            Decks = new Dictionary<string, IReadOnlyList<DatedDeck>> { ["north-1"] = [new(deck, 1, long.MinValue)] },
            Fees = fees,
        };
        return RateBook.Compile(definition, Now, 1).Cost("north-1")!;
    }
}
