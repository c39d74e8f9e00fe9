using System.Globalization;
using Crosspoint.Engine.Rating;
using Crosspoint.Sms.Numbers;
using static Crosspoint.Engine.Tests.Rating.RatingSamples;

namespace Crosspoint.Engine.Tests.Rating;

public sealed class RateBookTests
{
    [Fact]
    public void TryFind_NetworkBeatsPrefix_PrefixBeatsCountry_HoweverTheNetworkIsKnown()
    {
        ConnectionRates rates = Compile(Deck("26201 0.07", "26202 0.06", "+49 0.1", "+4915 0.08", "+49151 0.085", "DE 0.09", "FR 0.05"));

        PriceOf(rates, To("+4915112345678", "DE", "26201")).ShouldBe(70_000);
        PriceOf(rates, To("+4915112345678", "DE", "26202", NetworkSource.Ported)).ShouldBe(60_000);
        PriceOf(rates, To("+4915112345678", "DE", "26203")).ShouldBe(85_000, "a network without a row");
        PriceOf(rates, To("+4915112345678", "DE")).ShouldBe(85_000, "the longest prefix");
        PriceOf(rates, To("+4915212345678", "DE")).ShouldBe(80_000);
        PriceOf(rates, To("+4917112345678", "DE")).ShouldBe(100_000);
        PriceOf(rates, To("+33612345678", "FR")).ShouldBe(50_000);
        PriceOf(rates, To("+33612345678")).ShouldBeNull();
        PriceOf(rates, To("+15551234567", "US")).ShouldBeNull();
        PriceOf(rates, default).ShouldBeNull();
        rates.Revision.ShouldBe(7);
        rates.Count.ShouldBe(7);
    }

    [Fact]
    public void TryFind_NetworksWithTwoAndThreeDigits_AreTwo()
    {
        ConnectionRates rates = Compile(Deck("310026 0.01", "31026 0.02"));
        PriceOf(rates, To("+15551234567", "US", "310026")).ShouldBe(10_000);
        PriceOf(rates, To("+15551234567", "US", "31026")).ShouldBe(20_000);
    }

    [Fact]
    public void TryFind_NumberShorterThanAPrefixThatBeginsLikeIt_IsNotInIt()
    {
        ConnectionRates rates = Compile(Deck("+683 0.5", "+68340 0.6", "+68340000 0.7", "+683400000 0.8"));
        PriceOf(rates, To("+6834000")).ShouldBe(600_000);
        PriceOf(rates, To("+68340000")).ShouldBe(700_000);
        PriceOf(rates, To("+683400001")).ShouldBe(700_000);
        PriceOf(rates, To("+683400000")).ShouldBe(800_000);
        PriceOf(rates, To("+6834100")).ShouldBe(500_000);
    }

    [Fact]
    public void TryFind_PrefixesAtTheEdges_AreFound()
    {
        ConnectionRates rates = Compile(Deck("+1 0.1", "+999999999999999 0.2", "+9 0.3", "+100000000000000 0.4"));
        PriceOf(rates, To("+999999999999999")).ShouldBe(200_000);
        PriceOf(rates, To("+999999999999998")).ShouldBe(300_000);
        PriceOf(rates, To("+100000000000000")).ShouldBe(400_000);
        PriceOf(rates, To("+199999999999999")).ShouldBe(100_000);
        PriceOf(rates, To("+200000000000000")).ShouldBeNull();
        PriceOf(rates, To("+1000000")).ShouldBe(100_000);
    }

    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 2_000)]
    [InlineData(3, 40_000)]
    public void TryFind_ManyRandomPrefixes_AgreesWithTryingEachLength(int seed, int count)
    {
        var random = new Random(seed);
        var prices = new Dictionary<string, long>();
        var builder = new RateDeckBuilder();
        while (prices.Count < count)
        {
            string prefix = (random.NextInt64(1, 10) + random.NextInt64(0, 1_000_000_000).ToString("D9", CultureInfo.InvariantCulture))[..random.Next(1, 9)];
            if (!prices.TryAdd(prefix, prices.Count + 1)) continue;
            builder.Add(new(Key("+" + prefix), prices.Count * 1_000L, "EUR", RatePeriod.Always));
        }

        ConnectionRates rates = Compile(builder.Build((_, _, _) => { })!);
        for (int i = 0; i < 20_000; i++)
        {
            string number = random.NextInt64(1_000_000, 1_000_000_000_000).ToString(CultureInfo.InvariantCulture);
            long? expected = null;
            for (int length = number.Length; length > 0 && expected is null; length--)
                expected = prices.TryGetValue(number[..length], out long price) ? price : null;
            PriceOf(rates, To("+" + number)).ShouldBe(expected, number);
        }
    }

    [Theory]
    [InlineData("0.0000005", 1)]
    [InlineData("0.000000499", 0)]
    [InlineData("0.0075", 7_500)]
    [InlineData("1000000", 1_000_000_000_000)]
    public void Price_InTheBaseCurrency_IsRoundedToTheNearestMicroUnit(string price, long micros) =>
        PriceOf(Compile(Deck($"DE {price}")), To("+4915112345678", "DE")).ShouldBe(micros);

    [Fact]
    public void Price_InAnotherCurrency_IsConverted_AndRoundedOnce()
    {
        var currencies = new CurrencyTable("EUR", [Rate("USD", "0.923"), Rate("IDR", "0.000052341"), Rate("KWD", "3.01")]);
        ConnectionRates rates = Compile(Deck("US 0.0079 USD", "ID 310.5 IDR", "KW 0.1 KWD", "DE 0.05"), currencies);
        PriceOf(rates, To("+15551234567", "US")).ShouldBe(7_292); // 7291.7
        PriceOf(rates, To("+6281234567890", "ID")).ShouldBe(16_252); // 16251.8805
        PriceOf(rates, To("+96512345678", "KW")).ShouldBe(301_000);
        PriceOf(rates, To("+4915112345678", "DE")).ShouldBe(50_000);
    }

    [Fact]
    public void Price_InACurrencyWithoutAPrice_CountsAsNone_AndIsTold()
    {
        var currencies = new CurrencyTable("EUR", [Rate("USD", "0.9", "2026-06-01")]);
        RateBook book = RateBook.Compile(
            Definition(Deck("US 0.01 USD", "DE 0.05"), currencies, new Fee { Name = "f", Nanos = 1, Currency = "GBP" }), Now, 1);
        PriceOf(book.Cost("north-1")!, To("+15551234567", "US")).ShouldBeNull();
        PriceOf(book.Cost("north-1")!, To("+4915112345678", "DE")).ShouldBe(50_000);
        book.UnknownCurrencies.ShouldBe(["GBP", "USD"]);
        book.NextChange.ShouldBe(Day("2026-06-01"));
        RateBook later = RateBook.Compile(book.Definition, book.NextChange!.Value, 2, book);
        PriceOf(later.Cost("north-1")!, To("+15551234567", "US")).ShouldBe(9_000);
    }

    [Fact]
    public void Compile_DatedRows_HoldsWhatHoldsThen_TheOneThatBeganLastWins()
    {
        RateDeck deck = Deck("DE 0.05", "DE 0.06 EUR 2026-02-01", "DE 0.01 EUR 2026-03-01 2026-03-08", "FR 0.02 EUR - 2026-02-15");
        var expected = new (string Day, long? Germany, long? France, string? Next)[]
        {
            ("2026-01-31", 50_000, 20_000, "2026-02-01"),
            ("2026-02-01", 60_000, 20_000, "2026-02-15"),
            ("2026-02-15", 60_000, null, "2026-03-01"),
            ("2026-03-01", 10_000, null, "2026-03-08"),
            ("2026-03-08", 60_000, null, null),
        };
        RateBook? book = null;
        foreach ((string day, long? germany, long? france, string? next) in expected)
        {
            book = RateBook.Compile(book?.Definition ?? Definition(deck), Day(day)!.Value, 1, book);
            PriceOf(book.Cost("north-1")!, To("+4915112345678", "DE")).ShouldBe(germany, day);
            PriceOf(book.Cost("north-1")!, To("+33612345678", "FR")).ShouldBe(france, day);
            book.NextChange.ShouldBe(Day(next), day);
        }
    }

    [Fact]
    public void Compile_DatedDecks_TheLastThatBeganIsInForce()
    {
        var definition = new RateDefinition
        {
            Decks = new Dictionary<string, IReadOnlyList<DatedDeck>>
            {
                ["north-1"] = [new(Deck("DE 0.05"), 1, long.MinValue), new(Deck("FR 0.02"), 2, Engine.Messages.Micros.From(Day("2026-02-01")!.Value))],
                ["south-1"] = [new(Deck("DE 0.01"), 1, Engine.Messages.Micros.From(Day("2026-03-01")!.Value))],
            },
        };
        RateBook book = RateBook.Compile(definition, Now, 1);
        (book.Cost("north-1")!.Revision, book.Cost("south-1"), book.NextChange).ShouldBe((1, null, Day("2026-02-01")));
        book = RateBook.Compile(definition, Day("2026-02-01")!.Value, 2, book);
        (book.Cost("north-1")!.Revision, book.Cost("south-1"), book.NextChange).ShouldBe((2, null, Day("2026-03-01")));
        PriceOf(book.Cost("north-1")!, To("+4915112345678", "DE")).ShouldBeNull();
        RateBook.Compile(definition, Day("2026-03-01")!.Value, 3, book).Cost("south-1").ShouldNotBeNull();
        book.Cost("unknown").ShouldBeNull();
    }

    [Fact]
    public void Compile_SameDeckAgain_UsesItsTableAgain_AndNotWhereAPriceDiffers()
    {
        RateDeck deck = Deck("DE 0.05 USD", "FR 0.1 USD 2026-05-01");
        var currencies = new CurrencyTable("EUR", [Rate("USD", "0.9")]);
        RateDefinition definition = Definition(deck, currencies);
        RateBook first = RateBook.Compile(definition, Now, 1);
        RateBook second = RateBook.Compile(definition with { Fees = [new Fee { Name = "f", Nanos = 1_000, Currency = "EUR" }] }, Now.AddDays(1), 2, first);
        second.Cost("north-1")!.Prices.ShouldBeSameAs(first.Cost("north-1")!.Prices);
        PriceOf(second.Cost("north-1")!, To("+4915112345678", "DE")).ShouldBe(45_001);
        RateBook dearer = RateBook.Compile(definition with { Currencies = new("EUR", [Rate("USD", "1")]) }, Now.AddDays(1), 3, second);
        PriceOf(dearer.Cost("north-1")!, To("+4915112345678", "DE")).ShouldBe(50_000);
        RateBook later = RateBook.Compile(definition, Day("2026-05-01")!.Value, 4, second);
        later.Cost("north-1")!.Prices.ShouldNotBeSameAs(first.Cost("north-1")!.Prices);
    }

    [Fact]
    public void Fees_AreAddedWhereAllTheirConditionsFit_AndItemised()
    {
        var currencies = new CurrencyTable("EUR", [Rate("USD", "0.9")]);
        ConnectionRates rates = Compile(
            Deck("US 0.0079 USD", "DE 0.05"), currencies,
            new Fee { Name = "handling", Nanos = 500_000, Currency = "EUR" },
            new Fee { Name = "other connection", Nanos = 9, Currency = "EUR", Connection = "south-1" },
            new Fee { Name = "surcharge", Nanos = 3_000_000, Currency = "USD", Connection = "north-1", Network = Network("310260"), SenderKind = SenderKind.LongCode },
            new Fee { Name = "short codes", Nanos = 4_000_000, Currency = "USD", Country = "US", SenderKind = SenderKind.ShortCode },
            new Fee { Name = "campaigns", Nanos = 1_000_000, Currency = "USD", Country = "US", Campaign = Fee.AnyCampaign },
            new Fee { Name = "spring", Nanos = 2_000_000, Currency = "USD", Campaign = "spring" },
            new Fee { Name = "both", Nanos = 7_000_000, Currency = "EUR", Country = "CA", Network = Network("310260") },
            new Fee { Name = "over", Nanos = 7_000_000, Currency = "EUR", Period = RatePeriod.Of(null, Now) });
        Destination american = To("+15551234567", "US", "310260");

        PriceOf(rates, american).ShouldBe(7_110 + 500, "what depends on the sender is left out");
        FeesOf(rates, american, new(SenderKind.LongCode, null)).ShouldBe("handling 500, surcharge 2700 = 10310");
        FeesOf(rates, american, new(SenderKind.ShortCode, "winter")).ShouldBe("handling 500, short codes 3600, campaigns 900 = 12110");
        FeesOf(rates, american, new(SenderKind.TollFree, "spring")).ShouldBe("handling 500, spring 1800, campaigns 900 = 10310");
        FeesOf(rates, To("+15551234567", "US"), new(SenderKind.LongCode, null)).ShouldBe("handling 500 = 7610");
        FeesOf(rates, To("+4915112345678", "DE"), new(SenderKind.LongCode, "summer")).ShouldBe("handling 500 = 50500");
        rates.Explain(To("+33612345678", "FR"), default).ShouldBeNull();
    }

    [Fact]
    public void Explain_TellsTheRowItsDeckAndTheConversion()
    {
        ConnectionRates rates = Compile(
            Deck("+1555 0.0079 USD 2026-01-01 2027-01-01"), new CurrencyTable("EUR", [Rate("USD", "0.923")]));
        PriceBreakdown price = rates.Explain(To("+15551234567", "US"), default).ShouldNotBeNull();
        (price.Row.Key.ToString(), price.Row.Key.Kind, price.Row.Currency, Price.Format(price.Row.Nanos)).ShouldBe(("+1555", RateKeyKind.Prefix, "USD", "0.0079"));
        (price.Revision, Price.FormatRate(price.Rate), price.Micros, price.TotalMicros, price.BookCurrency).ShouldBe((7, "0.923", 7_292, 7_292, "EUR"));
        (price.Row.Period.FromInstant, price.Row.Period.UntilInstant).ShouldBe((Day("2026-01-01"), Day("2027-01-01")));
    }

    [Fact]
    public void Sell_IsByAccountAndCountry_Dated()
    {
        var definition = new RateDefinition
        {
            Currencies = new("EUR", [Rate("USD", "0.9")]),
            Sell =
            [
                new("AC1", "US", 10_000_000, "USD", RatePeriod.Always),
                new("AC1", "US", 20_000_000, "USD", RatePeriod.Of(Day("2026-02-01"), null)),
                new("AC1", "DE", 80_000_000, "EUR", RatePeriod.Always),
            ],
        };
        RateBook book = RateBook.Compile(definition, Now, 1);
        PriceOf(book.Sell("AC1")!, To("+15551234567", "US")).ShouldBe(9_000);
        PriceOf(book.Sell("AC1")!, To("+4915112345678", "DE")).ShouldBe(80_000);
        PriceOf(book.Sell("AC1")!, To("+33612345678", "FR")).ShouldBeNull();
        PriceOf(book.Sell("AC1")!, To("+8001234567")).ShouldBeNull();
        book.Sell("AC2").ShouldBeNull();
        PriceOf(RateBook.Compile(definition, book.NextChange!.Value, 2, book).Sell("AC1")!, To("+15551234567", "US")).ShouldBe(18_000);
    }

    [Fact]
    public void TryFind_AllocatesNothing()
    {
        ConnectionRates rates = Compile(
            Deck("26201 0.07", "+49 0.1", "+4915 0.08", "DE 0.09"), null, new Fee { Name = "f", Nanos = 1, Currency = "EUR", Country = "DE", Campaign = "*" });
        Destination byNetwork = To("+4915112345678", "DE", "26201");
        Destination byPrefix = To("+4915112345678", "DE");
        var sender = new RatedSender(SenderKind.LongCode, "spring");
        long sum = 0;
        for (int i = 0; i < 100; i++) Look();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++) Look();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        sum.ShouldBeGreaterThan(0);

        void Look()
        {
            rates.TryFind(byNetwork, sender, out long one);
            rates.TryFind(byPrefix, sender, out long two);
            sum += one + two;
        }
    }

    private static string FeesOf(ConnectionRates rates, Destination destination, RatedSender sender)
    {
        PriceBreakdown price = rates.Explain(destination, sender).ShouldNotBeNull();
        rates.TryFind(destination, sender, out long micros).ShouldBeTrue();
        micros.ShouldBe(price.TotalMicros);
        price.TotalMicros.ShouldBe(price.Micros + price.Fees.Sum(f => f.Micros));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", price.Fees.Select(f => $"{f.Name} {f.Micros}"))} = {micros}");
    }
}
