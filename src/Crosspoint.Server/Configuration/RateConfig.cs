using Crosspoint.Engine;
using Crosspoint.Engine.Rating;
using Crosspoint.Engine.Rating.Import;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Configuration;

/// <summary>What the configuration file says of prices. What it names is the file's; the rest belongs to the store.</summary>
public sealed record RateOptions
{
    /// <summary>Null when the file names neither a base currency nor others.</summary>
    public CurrencyTable? Currencies { get; init; }

    /// <summary>By connection.</summary>
    public IReadOnlyDictionary<string, RateDeck> Decks { get; init; } = new Dictionary<string, RateDeck>();

    /// <summary>Null when the file has no such key.</summary>
    public IReadOnlyList<Fee>? Fees { get; init; }

    /// <summary>Null when the file has no such key.</summary>
    public IReadOnlyList<SellPrice>? Sell { get; init; }
}

/// <summary>Names that prices may be about; null for a list that is not held against them.</summary>
internal sealed record RateNames(IReadOnlyCollection<string>? Connections, IReadOnlyCollection<string>? Accounts)
{
    /// <summary>For what was checked when it was stored: a connection may be gone since.</summary>
    public static RateNames Unchecked { get; } = new(null, null);

    public static RateNames Of(EngineOptions engine) =>
        new([.. engine.Connections.Select(static c => c.Name)], [.. engine.Accounts.Select(static a => a.Sid)]);
}

/// <summary>Reads <c>rates</c>, and the documents of the API that have the same keys.</summary>
internal static class RateConfig
{
    /// <summary>Rows of a file's sheet whose faults are shown; the rest are counted.</summary>
    private const int MostShownRows = 10;

    private const string PriceExpected = "a price in units of the currency, such as 0.0075, with at most nine decimals";

    private static readonly SheetDates Dates = new(new());

    public static RateOptions Read(ConfigSection? section, string directory, EngineOptions engine)
    {
        if (section is null) return new();
        RateNames names = RateNames.Of(engine);
        var options = new RateOptions
        {
            Currencies = section.Has("base") || section.Has("currencies") ? ReadCurrencies(section) : null,
            Decks = ReadDecks(section, directory, names),
            Fees = section.Has("fees") ? ReadFees(section, names) : null,
            Sell = section.Has("sell") ? ReadSell(section, names) : null,
        };
        section.Close();
        return options;
    }

    /// <summary>Keys <c>base</c> and <c>currencies</c>.</summary>
    public static CurrencyTable ReadCurrencies(ConfigSection section)
    {
        string baseCurrency = ReadCurrency(section, "base", required: false) ?? CurrencyTable.DefaultBase;
        var rates = new List<CurrencyRate>();
        var seen = new HashSet<(string, long)>();
        foreach (ConfigSection entry in section.Groups("currencies"))
        {
            string? currency = ReadCurrency(entry, "currency", required: true);
            const string RateExpected = "what one unit costs in the base currency, such as 0.9231, with at most twelve decimals";
            string? text = entry.Text("rate", required: true, most: 40, expected: RateExpected);
            long rate = 0;
            if (text is not null && !Price.TryParseRate(text, out rate)) entry.Fail("rate", $"is '{text}'; expected {RateExpected}");
            long from = ReadMoment(entry, "from", isEnd: false) ?? long.MinValue;
            if (currency == baseCurrency) entry.Fail("currency", $"is '{currency}', the base currency, which costs 1");
            else if (currency is not null && !seen.Add((currency, from))) entry.Fail("currency", $"is '{currency}', which has a price from that moment already");
            if (currency is not null) rates.Add(new(currency, rate, from));
            entry.Close();
        }

        return new(baseCurrency, rates);
    }

    /// <summary>Key <c>fees</c>.</summary>
    public static IReadOnlyList<Fee> ReadFees(ConfigSection section, RateNames names)
    {
        var fees = new List<Fee>();
        foreach (ConfigSection entry in section.Groups("fees"))
        {
            string? country = ReadCountry(entry, required: false);
            NetworkId network = default;
            const string NetworkExpected = "MCC and MNC in quotes, such as \"26201\"";
            if (entry.Text("network", most: 7, expected: NetworkExpected) is { } text && !NetworkId.TryParse(text, out network))
                entry.Fail("network", $"is '{text}'; expected {NetworkExpected}");
            var fee = new Fee
            {
                Name = entry.Text("name", required: true, most: 50, expected: "a name for people") ?? "",
                Nanos = ReadPrice(entry, "amount"),
                Currency = ReadCurrency(entry, "currency", required: true) ?? "",
                Connection = ReadName(entry, "connection", names.Connections),
                Country = country,
                Network = Networks.Resolve(network),
                SenderKind = entry.Choice("sender_type", null, LimitConfig.SenderKinds),
                Campaign = entry.Text("campaign", most: 500, expected: "the metadata 'campaign' of messages, or \"*\" for any"),
                Period = ReadPeriod(entry),
            };
            entry.Close();
            fees.Add(fee);
        }

        return fees;
    }

    /// <summary>Key <c>sell</c>.</summary>
    public static IReadOnlyList<SellPrice> ReadSell(ConfigSection section, RateNames names)
    {
        var prices = new List<SellPrice>();
        var seen = new HashSet<(string?, string?, long)>();
        foreach (ConfigSection entry in section.Groups("sell"))
        {
            string? account = entry.Text("account", required: true, most: 34, expected: "the SID of an account");
            if (account is not null && names.Accounts is not null) entry.CheckName("account", account, names.Accounts);
            var price = new SellPrice(
                account ?? "", ReadCountry(entry, required: true) ?? "", ReadPrice(entry, "price"), ReadCurrency(entry, "currency", required: true) ?? "", ReadPeriod(entry));
            if (!seen.Add((price.AccountSid, price.Country, price.Period.From)))
                entry.Fail("country", $"is '{price.Country}', which has a price for this account from that moment already");
            entry.Close();
            prices.Add(price);
        }

        return prices;
    }

    private static Dictionary<string, RateDeck> ReadDecks(ConfigSection section, string directory, RateNames names)
    {
        var decks = new Dictionary<string, RateDeck>(StringComparer.Ordinal);
        var unique = new UniqueNames(section.Errors, "deck of the connection");
        foreach (ConfigSection entry in section.Groups("decks"))
        {
            string? connection = entry.Text("connection", required: true, most: 50, expected: "the name of a connection");
            entry.CheckName("connection", connection, names.Connections!);
            unique.Add(connection, entry.LineOf("connection"), entry.PathOf("connection"));
            string? file = entry.Text("file", required: true, most: 4096, expected: "a CSV file, relative to this one");
            DeckMapping mapping = entry.Group("mapping") is { } group ? DeckMappingConfig.Read(group) : new();
            entry.Close();
            if (connection is null || file is null || entry.Errors.Errors.Count > 0) continue;
            if (ReadSheet(entry, Path.GetFullPath(file, Path.GetFullPath(directory)), mapping) is { } deck) decks[connection] = deck;
        }

        return decks;
    }

    private static RateDeck? ReadSheet(ConfigSection entry, string path, DeckMapping mapping)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            DeckImportResult result = DeckImporter.ReadAsync(stream, mapping, progress: null, CancellationToken.None).GetAwaiter().GetResult();
            if (result.Deck is not null) return result.Deck;
            if (result.Fault is not null) entry.Fail("file", $"{path} cannot be read: {result.Fault}");
            foreach (BadRow row in result.BadRows.Take(MostShownRows))
            {
                string column = row.Column.Length > 0 ? $"{row.Column} is" : "it has";
                entry.Fail("file", $"{path}:{row.Line}: {column} '{row.Value}'; expected {row.Expected}");
            }

            if (result.BadRowCount > MostShownRows) entry.Fail("file", $"{path} has {result.BadRowCount} bad rows of {result.Rows}; the first are shown");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            entry.Fail("file", $"{path} cannot be read: {error.Message}");
        }

        return null;
    }

    private static string? ReadName(ConfigSection entry, string key, IReadOnlyCollection<string>? known)
    {
        string? name = entry.Text(key, most: 50, expected: $"the name of a {key}");
        if (known is not null) entry.CheckName(key, name, known);
        return name;
    }

    private static string? ReadCurrency(ConfigSection entry, string key, bool required)
    {
        string? text = entry.Text(key, required, most: 20, expected: Currencies.Expected);
        if (text is null) return null;
        if (Currencies.TryFind(text, out string code)) return code;
        entry.Fail(key, $"is '{text}'; expected {Currencies.Expected}");
        return null;
    }

    private static string? ReadCountry(ConfigSection entry, bool required)
    {
        const string Expected = "an ISO 3166-1 code of two capitals, such as US";
        string? text = entry.Text("country", required, most: 20, expected: Expected);
        if (text is null || CountryNames.IsCode(text)) return text;
        entry.Fail("country", $"is '{text}'; expected {Expected}");
        return null;
    }

    private static long ReadPrice(ConfigSection entry, string key)
    {
        string? text = entry.Text(key, required: true, most: 40, expected: PriceExpected);
        if (text is null) return 0;
        if (Price.TryParse(text, '.', out long nanos)) return nanos;
        entry.Fail(key, $"is '{text}'; expected {PriceExpected}");
        return 0;
    }

    private static RatePeriod ReadPeriod(ConfigSection entry)
    {
        var period = new RatePeriod(
            ReadMoment(entry, "from", isEnd: false) ?? long.MinValue, ReadMoment(entry, "until", isEnd: true) ?? long.MaxValue);
        if (period.Until <= period.From) entry.Fail("until", "ends before it begins; expected a moment after 'from'");
        return period;
    }

    private static long? ReadMoment(ConfigSection entry, string key, bool isEnd)
    {
        const string Expected = "a day such as 2026-12-31 (in UTC), or a time such as 2026-12-31T23:00:00+01:00";
        string? text = entry.Text(key, most: 40, expected: Expected);
        if (text is null) return null;
        long? moment;
        lock (Dates) moment = isEnd ? Dates.Until(text) : Dates.From(text);
        if (moment is null) entry.Fail(key, $"is '{text}'; expected {Expected}");
        return moment;
    }
}
