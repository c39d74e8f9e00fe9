using Crosspoint.Engine.Rating;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>rates</c>: each reaches its option, or is refused by name.</summary>
public sealed class RateKeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-rates-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        File.WriteAllText(
            Path.Combine(_folder.FullName, "north.csv"), "Preise\nLand;Netz;Preis;Ab\nDeutschland;26201;0,07;01.02.2026\n;310260;1;\n", System.Text.Encoding.Latin1);
        RateOptions rates = Read(
            """
            rates:
              base: USD
              currencies:
                - { currency: EUR, rate: 1.0843 }
                - { currency: eur, rate: 1.1, from: 2026-06-01T00:00:00+02:00 }
              decks:
                - connection: north-1
                  file: north.csv
                  mapping:
                    delimiter: ";"
                    header: true
                    skip_lines: 1
                    decimal: ","
                    encoding: latin-1
                    currency: EUR
                    date_format: dd.MM.yyyy
                    zone: Europe/Berlin
                    columns: { mccmnc: Netz, price: 3, from: Ab }
              fees:
                - { name: surcharge, amount: 0.003, currency: USD, connection: north-1, country: US, network: "310260", sender_type: long_code, campaign: "*", from: 2026-01-01, until: 2026-12-31 }
              sell:
                - { account: AC00000000000000000000000000000001, country: US, price: 0.012, currency: EUR }
            """).Config.ShouldNotBeNull().Rates;

        CurrencyTable currencies = rates.Currencies.ShouldNotBeNull();
        currencies.Base.ShouldBe("USD");
        currencies.Rates.Select(r => $"{r.Currency} {Price.FormatRate(r.Rate)}").ShouldBe(["EUR 1.0843", "EUR 1.1"]);
        currencies.Rates[1].From.ShouldBe(new DateTimeOffset(2026, 5, 31, 22, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds() * 1000);
        RateDeck deck = rates.Decks["north-1"];
        (deck.Count, deck[0].Key.ToString(), Price.Format(deck[0].Nanos), deck[0].Period.FromInstant)
            .ShouldBe((2, "26201", "0.07", new DateTimeOffset(2026, 1, 31, 23, 0, 0, TimeSpan.Zero)));
        Fee fee = rates.Fees.ShouldNotBeNull().ShouldHaveSingleItem();
        (fee.Name, fee.Nanos, fee.Currency, fee.Connection, fee.Country, fee.Network.ToString(), fee.SenderKind, fee.Campaign)
            .ShouldBe(("surcharge", 3_000_000, "USD", "north-1", "US", "310260", SenderKind.LongCode, "*"));
        fee.Period.UntilInstant.ShouldBe(new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero), "a day ends with itself");
        SellPrice sell = rates.Sell.ShouldNotBeNull().ShouldHaveSingleItem();
        (sell.AccountSid, sell.Country, sell.Nanos, sell.Currency).ShouldBe(("AC00000000000000000000000000000001", "US", 12_000_000, "EUR"));
    }

    [Fact]
    public void Parse_NetworkWithAZeroTooMany_IsTheListedOneAsInADeck() =>
        Read("rates: { fees: [ { name: a, amount: 1, currency: EUR, network: \"604001\" } ] }")
            .Config.ShouldNotBeNull().Rates.Fees.ShouldNotBeNull().ShouldHaveSingleItem().Network.ToString().ShouldBe("60401");

    [Fact]
    public void Parse_WithoutTheKey_NothingIsTheFiles()
    {
        RateOptions rates = Read("").Config.ShouldNotBeNull().Rates;
        (rates.Currencies, rates.Fees, rates.Sell, rates.Decks.Count).ShouldBe((null, null, null, 0));
        rates = Read("rates: { fees: [] }").Config.ShouldNotBeNull().Rates;
        (rates.Currencies, rates.Fees!.Count, rates.Sell).ShouldBe((null, 0, null));
    }

    [Theory]
    [InlineData("base: EURO", "rates.base", "ISO 4217")]
    [InlineData("currencies: [ { currency: EUR, rate: 2 } ]", "rates.currencies[0].currency", "the base currency")]
    [InlineData("currencies: [ { currency: USD, rate: 0 } ]", "rates.currencies[0].rate", "what one unit costs")]
    [InlineData("currencies: [ { currency: USD } ]", "rates.currencies[0].rate", "is missing")]
    [InlineData("currencies: [ { currency: USD, rate: 1 }, { currency: USD, rate: 2 } ]", "rates.currencies[1].currency", "already")]
    [InlineData("currencies: [ { currency: USD, rate: 1, from: 1.1.2026 } ]", "rates.currencies[0].from", "a day such as")]
    [InlineData("decks: [ { connection: nroth-1, file: x.csv } ]", "rates.decks[0].connection", "did you mean 'north-1'?")]
    [InlineData("decks: [ { connection: north-1 } ]", "rates.decks[0].file", "is missing")]
    [InlineData("decks: [ { connection: north-1, file: none.csv } ]", "rates.decks[0].file", "cannot be read")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv } ]", "rates.decks[0].file", "bad.csv:2: price is 'x'; expected digits")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv, mapping: { delimiter: tab } } ]", "rates.decks[0].file", "no column was found for 'price'")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv, mapping: { delimiter: x } } ]", "rates.decks[0].mapping.delimiter", "expected one of")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv, mapping: { date_format: q } } ]", "rates.decks[0].mapping.date_format", "dd.MM.yyyy")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv, mapping: { date_format: d } } ]", "rates.decks[0].mapping.date_format", "one letter")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv, mapping: { columns: { cost: 1 } } } ]", "rates.decks[0].mapping.columns.cost", "is not a known key")]
    [InlineData("decks: [ { connection: north-1, file: bad.csv, mapping: { columns: { price: 0 } } } ]", "rates.decks[0].mapping.columns.price", "its place from 1")]
    [InlineData("fees: [ { amount: 1, currency: EUR } ]", "rates.fees[0].name", "is missing")]
    [InlineData("fees: [ { name: a, amount: \"1,5\", currency: EUR } ]", "rates.fees[0].amount", "a price in units")]
    [InlineData("fees: [ { name: a, amount: 1, currency: EUR, network: \"1\" } ]", "rates.fees[0].network", "MCC and MNC")]
    [InlineData("fees: [ { name: a, amount: 1, currency: EUR, country: XX } ]", "rates.fees[0].country", "two capitals")]
    [InlineData("fees: [ { name: a, amount: 1, currency: EUR, sender_type: name } ]", "rates.fees[0].sender_type", "expected one of")]
    [InlineData("fees: [ { name: a, amount: 1, currency: EUR, from: 2026-02-01, until: 2026-01-01 } ]", "rates.fees[0].until", "after 'from'")]
    [InlineData("sell: [ { account: AC2, country: US, price: 1, currency: EUR } ]", "rates.sell[0].account", "which is no account")]
    [InlineData("sell: [ { account: AC00000000000000000000000000000001, price: 1, currency: EUR } ]", "rates.sell[0].country", "is missing")]
    [InlineData("markup: 5", "rates.markup", "is not a known key")]
    public void Parse_NotRight_IsRefusedByNameOnce(string keys, string key, string expected)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "bad.csv"), "country,price,currency\nDE,x,EUR\n");
        ConfigResult result = Read($"rates: {{ {keys} }}");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(expected);
    }

    private ConfigResult Read(string rates) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{rates}", "crosspoint.yaml", _folder.FullName);
}
