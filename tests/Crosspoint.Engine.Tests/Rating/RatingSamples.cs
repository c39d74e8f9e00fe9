using System.Globalization;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Rating;

/// <summary>Decks and destinations in the words of a vendor's sheet.</summary>
internal static class RatingSamples
{
    public static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Rows such as <c>26201 0.07</c>, <c>+4915 0.08</c> or <c>DE 0.09 USD 2026-02-01 2026-03-01</c>; a day may be <c>-</c>.</summary>
    public static RateDeck Deck(params string[] rows)
    {
        var builder = new RateDeckBuilder();
        for (int i = 0; i < rows.Length; i++)
        {
            string[] parts = rows[i].Split(' ');
            Price.TryParse(parts[1], '.', out long nanos).ShouldBeTrue(rows[i]);
            builder.Add(i + 1, Key(parts[0]), nanos, parts.ElementAtOrDefault(2) ?? "EUR", RatePeriod.Of(Day(parts.ElementAtOrDefault(3)), Day(parts.ElementAtOrDefault(4))));
        }

        return builder.Build((_, _, key) => throw new InvalidOperationException($"{key} is there twice")).ShouldNotBeNull();
    }

    public static RateKey Key(string text)
    {
        RateKey key;
        if (text[0] == '+') RateKey.TryPrefix(text.AsSpan(1), out key).ShouldBeTrue(text);
        else if (char.IsAsciiLetter(text[0])) RateKey.TryCountry(text, out key).ShouldBeTrue(text);
        else key = RateKey.Of(Network(text));
        return key;
    }

    public static NetworkId Network(string text)
    {
        NetworkId.TryParse(text, out NetworkId network).ShouldBeTrue(text);
        return network;
    }

    public static Destination To(string number, string country = "", string network = "", NetworkSource source = NetworkSource.Range)
    {
        E164.TryParse(number, out E164 e164).ShouldBeTrue(number);
        return new(e164, country, NumberType.Mobile, network.Length == 0 ? default : Network(network), network.Length == 0 ? NetworkSource.None : source);
    }

    public static RateDefinition Definition(RateDeck deck, CurrencyTable? currencies = null, params Fee[] fees) => new()
    {
        Currencies = currencies ?? CurrencyTable.Default,
        Decks = new Dictionary<string, IReadOnlyList<DatedDeck>> { ["north-1"] = [new(deck, 7, long.MinValue)] },
        Fees = fees,
    };

    public static ConnectionRates Compile(RateDeck deck, CurrencyTable? currencies = null, params Fee[] fees) =>
        RateBook.Compile(Definition(deck, currencies, fees), Now, 1).Cost("north-1").ShouldNotBeNull();

    public static long? PriceOf(IRates rates, Destination destination) => rates.TryFind(destination, out long micros) ? micros : null;

    public static CurrencyRate Rate(string currency, string rate, string? from = null)
    {
        Price.TryParseRate(rate, out long parts).ShouldBeTrue(rate);
        return new(currency, parts, Day(from) is { } day ? Micros.From(day) : long.MinValue);
    }

    public static DateTimeOffset? Day(string? text) =>
        text is null or "-" ? null : DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
