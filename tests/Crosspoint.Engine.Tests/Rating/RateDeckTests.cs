using Crosspoint.Engine.Rating;
using static Crosspoint.Engine.Tests.Rating.RatingSamples;

namespace Crosspoint.Engine.Tests.Rating;

public sealed class RateDeckTests
{
    [Theory]
    [InlineData("26201")]
    [InlineData("310026")]
    [InlineData("31026")]
    [InlineData("999999")]
    [InlineData("00101")]
    [InlineData("+1")]
    [InlineData("+49151")]
    [InlineData("+999999999999999")]
    [InlineData("AD")]
    [InlineData("ZW")]
    public void Key_IsWrittenAsItWasRead(string text)
    {
        RateKey key = Key(text);
        key.ToString().ShouldBe(text);
        RateKey.FromValue(key.Value).ShouldBe(key);
    }

    [Theory]
    [InlineData("0.0075", '.', 7_500_000L)]
    [InlineData("0,0075", ',', 7_500_000L)]
    [InlineData(".5", '.', 500_000_000L)]
    [InlineData("5.", '.', 5_000_000_000L)]
    [InlineData("0", '.', 0L)]
    [InlineData("0.123456789", '.', 123_456_789L)]
    [InlineData("0.12345678900000", '.', 123_456_789L)]
    [InlineData("1000000", '.', 1_000_000_000_000_000L)]
    public void TryParse_Price_IsExact(string text, char sign, long nanos)
    {
        Price.TryParse(text, sign, out long value).ShouldBeTrue();
        value.ShouldBe(nanos);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("1,5")]
    [InlineData("1.2.3")]
    [InlineData("1 000")]
    [InlineData("0.1234567891")]
    [InlineData("1000000.000000001")]
    [InlineData("99999999999999999999999")]
    [InlineData("€1")]
    [InlineData("٣")]
    public void TryParse_NotAPrice_IsRefused(string text) => Price.TryParse(text, '.', out _).ShouldBeFalse();

    [Theory]
    [InlineData("1.0843", true)]
    [InlineData("0.000000000001", true)]
    [InlineData("9000000", true)]
    [InlineData("9000000.000000000001", false)]
    [InlineData("99999999", false)]
    [InlineData("0", false)]
    [InlineData("0.0000000000001", false)]
    public void TryParseRate_TakesWhatACurrencyMayCost(string text, bool isTaken)
    {
        Price.TryParseRate(text, out long parts).ShouldBe(isTaken);
        if (isTaken) Price.FormatRate(parts).ShouldBe(text);
    }

    [Fact]
    public void Build_SameDestinationFromTheSameMoment_IsToldWithBothLines()
    {
        var builder = new RateDeckBuilder();
        builder.Add(2, Key("DE"), 1, "EUR", RatePeriod.Always);
        builder.Add(3, Key("DE"), 1, "EUR", RatePeriod.Of(Now, null));
        builder.Add(4, Key("FR"), 1, "EUR", RatePeriod.Always);
        builder.Add(5, Key("DE"), 2, "USD", RatePeriod.Of(null, Now));
        var told = new List<string>();
        builder.Build((line, first, key) => told.Add($"{line} {first} {key}")).ShouldBeNull();
        told.ShouldBe(["5 2 DE"]);
    }

    [Fact]
    public void Codec_GivesTheSameDeckAgain_AndRefusesWhatIsNone()
    {
        RateDeck deck = Deck("+4915 0.08 USD", "26201 0.123456789 EUR 2026-01-01", "DE 1000000 JPY", "+1 0 EUR 2026-01-01 2026-02-01");
        byte[] octets = RateDeckCodec.Write(deck);
        RateDeck again = RateDeckCodec.Read(octets);
        Enumerable.Range(0, again.Count).Select(row => again[row]).ShouldBe(Enumerable.Range(0, deck.Count).Select(row => deck[row]));
        RateDeckCodec.Read(RateDeckCodec.Write(RateDeck.Empty)).Count.ShouldBe(0);

        for (int length = 0; length < octets.Length; length++)
            Should.Throw<InvalidDataException>(() => RateDeckCodec.Read(octets[..length]));
        var random = new Random(3);
        for (int i = 0; i < 5_000; i++)
        {
            byte[] broken = [.. octets];
            broken[random.Next(broken.Length)] = (byte)random.Next(256);
            try
            {
                RateDeckCodec.Read(broken);
            }
            catch (InvalidDataException)
            {
                // What it says of damage; anything else would fail the test.
            }
        }

        octets[4] = 2;
        Should.Throw<InvalidDataException>(() => RateDeckCodec.Read(octets)).Message.ShouldContain("format 2");
    }

    [Fact]
    public void Compare_TellsDearerCheaperNewGoneAndUnchanged_TheLargestFirst()
    {
        var currencies = new CurrencyTable("EUR", [Rate("USD", "0.5")]);
        RateDeck before = Deck("DE 0.10", "FR 0.10", "US 0.01 USD", "GB 0.02", "IT 0.03", "ES 0.04", "SE 0 EUR", "NO 0.01 GBP", "FI 0.05 EUR 2030-01-01");
        RateDeck after = Deck("DE 0.12", "FR 0.05", "US 0.005", "GB 0.03", "IT 0.03", "PL 0.01", "SE 0.01", "NO 0.01 EUR");
        RateDeckDiff diff = RateDeckDiff.Compare(before, after, currencies, Now, 2);

        (diff.Dearer, diff.Cheaper, diff.New, diff.Gone, diff.Unchanged, diff.NotComparable).ShouldBe((3, 1, 1, 1, 2, 1));
        diff.LargestRises.Select(c => $"{c.Key} {c.ChangeMicros} {c.Percent}").ShouldBe(["DE 20000 20", "GB 10000 50"], ignoreOrder: false);
        diff.LargestFalls.Select(c => $"{c.Key} {c.ChangeMicros} {c.Percent}").ShouldBe(["FR -50000 -50"]);
        diff.FirstNew.Select(c => c.Key.ToString()).ShouldBe(["PL"]);
        diff.FirstGone.Select(c => c.Key.ToString()).ShouldBe(["ES"]);
        (diff.MeanRisePercent, diff.MeanFallPercent).ShouldBe((35, -50));
    }

    [Fact]
    public void Compare_WithNothing_IsAllNew_AndNothingFails()
    {
        RateDeckDiff diff = RateDeckDiff.Compare(RateDeck.Empty, Deck("DE 0.1", "+1 0.2"), CurrencyTable.Default, Now, 10);
        (diff.New, diff.FirstNew.Count, diff.Dearer).ShouldBe((2, 2, 0));
        RateDeckDiff.Compare(RateDeck.Empty, RateDeck.Empty, CurrencyTable.Default, Now, 0).Unchanged.ShouldBe(0);
    }
}
