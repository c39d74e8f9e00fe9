using System.Buffers;
using System.Globalization;
using System.Text;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using NodaTime;
using static Crosspoint.Engine.Tests.Rating.RatingSamples;

namespace Crosspoint.Engine.Tests.Rating;

public sealed class DeckImporterTests
{
    private static readonly DeckMapping Euro = new() { Currency = "EUR" };

    [Fact]
    public async Task Read_UsualNames_NeedNoMapping()
    {
        DeckImportResult result = await ReadAsync(
            "Country,MCC,MNC,Network name,Price,Currency,Effective date,Valid to\n"
                + "Germany,262,01,Telekom,0.0712,EUR,,\n"
                + "Germany,262,2,Vodafone,0.0698,usd,2026-02-01,2026-12-31\r\n"
                + "\n"
                + "\"Korea, Republic of\",,,\"All \"\"others\"\"\",0.02,EUR,,\n",
            new());
        result.Fault.ShouldBeNull();
        result.BadRows.ShouldBeEmpty();
        Rows(result).ShouldBe(["26201 0.0712 EUR  ", "26202 0.0698 USD 2026-02-01T00:00:00Z 2027-01-01T00:00:00Z", "KR 0.02 EUR  "]);
        result.Columns.ShouldBe(["country: 'Country'", "mcc: 'MCC'", "mnc: 'MNC'", "price: 'Price'", "currency: 'Currency'", "from: 'Effective date'", "until: 'Valid to'"]);
        (result.Rows, result.BadRowCount).ShouldBe((3, 0));
    }

    [Fact]
    public async Task Read_MappingByNameAndPlace_CommaDecimals_Semicolons_LinesBefore()
    {
        var mapping = new DeckMapping
        {
            SkipLines = 2,
            DecimalSign = ',',
            Currency = "GBP",
            DateFormat = "dd.MM.yyyy",
            Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"],
            Columns = new Dictionary<DeckColumn, ColumnReference>
            {
                [DeckColumn.Prefix] = new("dial codes", 0),
                [DeckColumn.Price] = new(null, 4),
                [DeckColumn.From] = new("Ab", 0),
                [DeckColumn.Until] = new("Bis", 0),
            },
        };
        DeckImportResult result = await ReadAsync(
            "Preisliste;;;;;\nStand 2026;;;;;\nLand;Dial-Codes;MCC;Preis;Ab;Bis\nDE;+49151;262;0,0712;01.02.2026;31.03.2026\nDE;49;262;1;;\n", mapping);
        result.Fault.ShouldBeNull();
        Rows(result).ShouldBe(["+49 1 GBP  ", "+49151 0.0712 GBP 2026-01-31T23:00:00Z 2026-03-31T22:00:00Z"]);
    }

    [Theory]
    [InlineData("\n", 3)]
    [InlineData("\r\n", 3)]
    [InlineData("\r", 3)]
    [InlineData("\n", 1_000)]
    public async Task Read_LinesBefore_AreCountedAsAnEditorDoes(string end, int lines)
    {
        // Every other one is empty, and what stands in the others looks like a sheet.
        string before = string.Concat(Enumerable.Range(0, lines).Select(i => (i % 2 == 0 ? "" : "one;two;\"three;prefix") + end));
        var mapping = Euro with { SkipLines = lines };
        Rows(await ReadAsync($"{before}prefix,price{end}49,0.1{end}", mapping)).ShouldBe(["+49 0.1 EUR  "]);
        DeckImportResult bad = await ReadAsync($"{before}prefix,price{end}{end}49,x{end}", mapping);
        bad.BadRows.ShouldHaveSingleItem().Line.ShouldBe(lines + 3);
        (await ReadAsync(before, mapping)).Fault.ShouldNotBeNull().ShouldContain("it is empty");
    }

    [Fact]
    public async Task Read_WithoutHeader_GoesByPlace()
    {
        var mapping = Euro with
        {
            HasHeader = false,
            Delimiter = '|',
            Columns = new Dictionary<DeckColumn, ColumnReference> { [DeckColumn.MccMnc] = new(null, 1), [DeckColumn.Price] = new(null, 2) },
        };
        Rows(await ReadAsync("262-01|0.07\n310260|0.01", mapping)).ShouldBe(["26201 0.07 EUR  ", "310260 0.01 EUR  "]);
    }

    [Theory]
    [InlineData("mcc,mnc,price\n262,x1,0.1", "mnc", "x1", "one to three digits")]
    [InlineData("mcc,mnc,price\n262,,0.1", "mnc", "", "'country'")]
    [InlineData("mcc,mnc,price\n26,01,0.1", "mcc", "26", "three digits")]
    [InlineData("mcc,mnc,price\n,,0.1", "", "", "a network, a prefix or a country")]
    [InlineData("mccmnc,price\n2620,0.1", "mccmnc", "2620", "310260")]
    [InlineData("prefix,price\n0049,0.1", "prefix", "0049", "first 1 to 15 digits")]
    [InlineData("prefix,price\n4915;4916,0.1", "prefix", "4915;4916", "one prefix a row")]
    [InlineData("prefix,price\n1234567890123456,0.1", "prefix", "1234567890123456", "1 to 15 digits")]
    [InlineData("prefix,price\n+,0.1", "prefix", "+", "1 to 15 digits")]
    [InlineData("country,price\nAtlantis,0.1", "country", "Atlantis", "name in English")]
    [InlineData("country,price\nXX,0.1", "country", "XX", "two letters")]
    [InlineData("country,price\nDE,free", "price", "free", "digits with '.'")]
    [InlineData("country,price\nDE,\"0,1\"", "price", "0,1", "digits with '.'")]
    [InlineData("country,price\nDE,-0.1", "price", "-0.1", "digits with '.'")]
    [InlineData("country,price\nDE,€0.1", "price", "€0.1", "without currency")]
    [InlineData("country,price\nDE,1e-3", "price", "1e-3", "digits")]
    [InlineData("country,price\nDE,0.0000000001", "price", "0.0000000001", "nine decimals")]
    [InlineData("country,price\nDE,1000001", "price", "1000001", "at most 1000000")]
    [InlineData("country,price\nDE", "price", "", "digits")]
    [InlineData("country,price,currency\nDE,1,EURO", "currency", "EURO", "ISO 4217")]
    [InlineData("country,price,from\nDE,1,01/02/2026", "from", "01/02/2026", "'date_format'")]
    [InlineData("country,price,from\nDE,1,2026-02-30", "from", "2026-02-30", "a day such as")]
    [InlineData("country,price,from,until\nDE,1,2026-02-02,2026-02-01", "until", "2026-02-01", "an end after the beginning")]
    [InlineData("prefix,mccmnc,price\n49,26201,1", "prefix", "49", "not both")]
    [InlineData("country,price\nDE,1\nGermany,2", "", "DE", "the first is on line 2", 3)]
    public async Task Read_BadRow_IsToldByLineColumnValueAndWhatWasExpected(string text, string column, string value, string expected, int line = 2)
    {
        DeckImportResult result = await ReadAsync(text, Euro);
        result.Fault.ShouldBeNull();
        result.Deck.ShouldBeNull();
        result.BadRowCount.ShouldBe(1);
        BadRow bad = result.BadRows.ShouldHaveSingleItem();
        (bad.Line, bad.Column, bad.Value).ShouldBe((line, column, value));
        bad.Expected.ShouldContain(expected);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("\n\n", "one column")]
    [InlineData("country,price\n", "no rows")]
    [InlineData("just a text\nmore", "one column")]
    [InlineData("a,b\n1,2", "no column was found for 'price'")]
    [InlineData("price,name\n1,2", "no column says where a price is for")]
    [InlineData("price,mcc\n1,262", "none for 'mnc'")]
    [InlineData("price,mcc,mnc,mccmnc\n1,262,01,26201", "expected one of them")]
    [InlineData("price,rate,country\n1,1,DE", "two columns look like 'price': 'price' and 'rate'")]
    [InlineData("country,price\nDE,\"1", "quote")]
    [InlineData("country,price\nDE,\"1\nFR,2\nIT,3", "quotes near line")]
    [InlineData("country,price\nDE,1\"2\"\nFR,2", "quotes near line")]
    [InlineData("PK\u0003\u0004abc", "Excel workbook")]
    [InlineData("%PDF-1.7", "it is a PDF")]
    [InlineData("country,price\nDE\0,1", "zero octets")]
    public async Task Read_FileThatCannotBeRead_IsRefusedAsAWhole(string text, string expected)
    {
        DeckImportResult result = await ReadAsync(text, Euro);
        result.Deck.ShouldBeNull();
        result.Fault.ShouldNotBeNull().ShouldContain(expected);
    }

    [Fact]
    public async Task Read_MappingThatDoesNotFitTheFile_IsRefused()
    {
        DeckMapping Columns(ColumnReference price) => Euro with
        {
            Columns = new Dictionary<DeckColumn, ColumnReference> { [DeckColumn.Country] = new("country", 0), [DeckColumn.Price] = price },
        };

        (await ReadAsync("country,cost\nDE,1", Columns(new("price", 0)))).Fault.ShouldNotBeNull().ShouldContain("no column is called 'price'; the header has 'country', 'cost'");
        (await ReadAsync("country,a,A\nDE,1,2", Columns(new("a", 0)))).Fault.ShouldNotBeNull().ShouldContain("two columns are called 'a'");
        (await ReadAsync("country,a\nDE,1", Columns(new(null, 9)))).Fault.ShouldNotBeNull().ShouldContain("'price' is column 9, and the header has 2");
        (await ReadAsync("country,a\nDE,1", Columns(new("a", 0)) with { HasHeader = false })).Fault.ShouldNotBeNull().ShouldContain("no header to find");
        (await ReadAsync("DE,1", Euro with { HasHeader = false })).Fault.ShouldNotBeNull().ShouldContain("without a header");
        (await ReadAsync("country,price\nDE,1", new())).Fault.ShouldNotBeNull().ShouldContain("no column was found for 'currency'");
    }

    [Fact]
    public async Task Read_Encodings()
    {
        const string Text = "country,price\nCôte d’Ivoire,0.1\nCuraçao,0.2\n";
        string[] expected = ["CI 0.1 EUR  ", "CW 0.2 EUR  "];
        Rows(await ReadAsync(Encoding.UTF8.GetBytes(Text), Euro)).ShouldBe(expected);
        Rows(await ReadAsync([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)], Euro)).ShouldBe(expected);
        Rows(await ReadAsync([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)], Euro)).ShouldBe(expected);
        byte[] latin = Encoding.Latin1.GetBytes(Text.Replace('’', '\''));
        Rows(await ReadAsync(latin, Euro with { Encoding = DeckEncoding.Latin1 })).ShouldBe(expected);
        DeckImportResult refused = await ReadAsync(latin, Euro);
        refused.Fault.ShouldNotBeNull().ShouldContain("not valid UTF-8");
        (await ReadAsync([0x1F, 0x8B, 8, 0, 0], Euro)).Fault.ShouldNotBeNull().ShouldContain("gzip");
    }

    [Fact]
    public async Task Read_ManyBadRows_AreCountedAndTheFirstListed()
    {
        var text = new StringBuilder("country,price\n");
        for (int i = 0; i < 5_000; i++) text.Append("DE,").Append('x', 500).Append('\n');
        DeckImportResult result = await ReadAsync(text.ToString(), Euro);
        (result.Rows, result.BadRowCount, result.BadRows.Count).ShouldBe((5_000, 5_000, 100));
        result.BadRows[0].Value.Length.ShouldBe(40);
    }

    [Fact]
    public async Task Read_HugeFieldsAndLines_AreRefusedBeforeTheyAreHeld()
    {
        (await ReadEndlessAsync("country,price\nDE,", "1")).ShouldContain("longer than");
        (await ReadEndlessAsync("country,price\nDE,\"", "1\n")).ShouldContain("quotes near line");
        (await ReadEndlessAsync("country,price\nDE,1", ",")).ShouldContain("longer than");
        (await ReadEndlessAsync("", "a,")).ShouldContain("longer than");
    }

    [Fact]
    public async Task Read_AMillionRows_WithProgress()
    {
        const int Count = 1_000_000;
        byte[] sheet = Encoding.ASCII.GetBytes(string.Concat(
            Enumerable.Range(0, Count).Select(i => $"{10_000_000 + (i * 71)},0.0{i % 900 + 100},EUR\n").Prepend("prefix,price,currency\n")));
        var seen = new List<DeckProgress>();
        DeckImportResult result = await DeckImporter.ReadAsync(new MemoryStream(sheet), new(), new Direct(seen), CancellationToken.None);
        result.Deck.ShouldNotBeNull().Count.ShouldBe(Count);
        seen.Count.ShouldBe(101);
        seen[^1].ShouldBe(new DeckProgress(Count, sheet.Length, 0));
        seen.Select(p => p.Rows).ShouldBe(seen.Select(p => p.Rows).Order());
        PriceOf(Compile(result.Deck), To("+10000071234")).ShouldBe(10_100);
    }

    [Fact]
    public async Task Sheet_ThatWasWritten_IsReadAgainWithoutAMapping()
    {
        RateDeck deck = Deck("+4915 0.08 USD", "26201 0.123456789 EUR 2026-01-01", "DE 1000000 JPY", "+1 0 EUR 2026-01-01 2026-02-01");
        var output = new ArrayBufferWriter<byte>();
        output.Write(Encoding.ASCII.GetBytes(DeckSheet.Header));
        DeckSheet.Write(deck, 0, 2, output);
        DeckSheet.Write(deck, 2, 100, output);
        DeckImportResult result = await ReadAsync(output.WrittenSpan.ToArray(), new());
        Rows(result).ShouldBe(Enumerable.Range(0, deck.Count).Select(i => Show(deck[i])));
        result.ZeroPrices.ShouldBe(1);
    }

    [Theory]
    [InlineData("de", "DE")]
    [InlineData("GERMANY", "DE")]
    [InlineData("Bosnia and Herzegovina", "BA")]
    [InlineData("St Lucia", "LC")]
    [InlineData("Saint Lucia", "LC")]
    [InlineData("Viet Nam", "VN")]
    [InlineData("Cote d'Ivoire", "CI")]
    [InlineData("Türkiye", "TR")]
    [InlineData("Turkey", "TR")]
    [InlineData("Congo, Democratic Republic of the", "CD")]
    [InlineData("Korea, Republic of", "KR")]
    [InlineData("Hong Kong", "HK")]
    [InlineData("U.S. Virgin Islands", "VI")]
    [InlineData("The Gambia", "GM")]
    [InlineData("Réunion", "RE")]
    [InlineData("Sao Tome and Principe", "ST")]
    public void CountryNames_TakeTheUsualForms(string name, string code)
    {
        CountryNames.TryFind(name, out string found).ShouldBeTrue();
        found.ShouldBe(code);
    }

    [Fact]
    public void CountryNames_EveryCodeIsFound_AndNothingElse()
    {
        int codes = 0;
        for (char a = 'A'; a <= 'Z'; a++)
        {
            for (char b = 'A'; b <= 'Z'; b++)
            {
                bool isCode = CountryNames.IsCode($"{a}{b}");
                bool isFound = CountryNames.TryFind($"{a}{b}", out string code);
                if (isCode) code.ShouldBe($"{a}{b}");
                isFound.ShouldBe(isCode || (a, b) == ('U', 'K'), $"{a}{b}");
                codes += isCode ? 1 : 0;
            }
        }

        codes.ShouldBe(250, "249 of ISO 3166-1, and Kosovo's XK");
        foreach (string none in new[] { "", "the", "Land", "D", "Germanyy", "\u0000" }) CountryNames.TryFind(none, out _).ShouldBeFalse();
    }

    private static Task<DeckImportResult> ReadAsync(string text, DeckMapping mapping) => ReadAsync(Encoding.UTF8.GetBytes(text), mapping);

    private static Task<DeckImportResult> ReadAsync(byte[] octets, DeckMapping mapping) =>
        DeckImporter.ReadAsync(new MemoryStream(octets), mapping, null, CancellationToken.None);

    private static async Task<string> ReadEndlessAsync(string begin, string repeated)
    {
        using var stream = new EndlessStream(Encoding.ASCII.GetBytes(begin), Encoding.ASCII.GetBytes(repeated));
        DeckImportResult result = await DeckImporter.ReadAsync(stream, Euro, null, CancellationToken.None);
        stream.Sent.ShouldBeLessThan(2 * 1024 * 1024);
        return result.Fault.ShouldNotBeNull();
    }

    private static IEnumerable<string> Rows(DeckImportResult result)
    {
        RateDeck deck = result.Deck.ShouldNotBeNull(result.Fault ?? string.Join('\n', result.BadRows));
        return Enumerable.Range(0, deck.Count).Select(i => Show(deck[i]));
    }

    private static string Show(RateRow row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Key} {Price.Format(row.Nanos)} {row.Currency} {DeckSheet.Text(row.Period.FromInstant)} {DeckSheet.Text(row.Period.UntilInstant)}");

    private sealed class Direct(List<DeckProgress> seen) : IProgress<DeckProgress>
    {
        public void Report(DeckProgress value) => seen.Add(value);
    }

    /// <summary>A beginning, and then the same for ever.</summary>
    private sealed class EndlessStream(byte[] begin, byte[] repeated) : MemoryStream
    {
        public long Sent { get; private set; }

        public override int Read(byte[] buffer, int offset, int count) => Fill(buffer.AsSpan(offset, count));

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Fill(buffer.AsSpan(offset, count)));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Fill(buffer.Span));

        private int Fill(Span<byte> buffer)
        {
            for (int i = 0; i < buffer.Length; i++, Sent++)
                buffer[i] = Sent < begin.Length ? begin[Sent] : repeated[(Sent - begin.Length) % repeated.Length];
            return buffer.Length;
        }
    }
}
