using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Rating;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Rates;
using Crosspoint.Server.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Api;

public sealed class DeckTests
{
    internal const string Token = "token-of-the-operator";
    private const string Sheet = "country,mccmnc,prefix,price,currency\nGermany,26201,,0.07,EUR\nDE,,,0.09,EUR\nFrance,,33,0.05,EUR\n";

    [Fact]
    public async Task Import_DryRun_TellsWhatItWouldChange_AndStoresNothing()
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await ImportAsync(api, "north-1", Sheet, "?dry_run=true");
        (answer.Status, answer.At("rows"), answer.At("diff.new"), answer.At("diff.against"), answer.At("revision")).ShouldBe((200, "3", "3", "0", null));
        answer.At("columns.0").ShouldBe("country: 'country'");
        (await GetAsync(api, "/v1/decks/north-1/revisions")).Json["revisions"]!.AsArray().ShouldBeEmpty();
        (await GetAsync(api, "/v1/audit")).Json["entries"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Import_Diff_Activate_RollBack_TheWholeWay()
    {
        await using ApiFixture api = await StartAsync();
        Answer draft = await ImportAsync(api, "north-1", Sheet, "?note=January");
        (draft.Status, draft.At("revision.revision"), draft.At("revision.state"), draft.At("revision.note")).ShouldBe((201, "1", "draft", "January"));
        (await PriceAsync(api, "+493012345678")).ShouldBeNull("a draft has no effect");
        Answer active = await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", """{"note":"signed"}""");
        (active.Status, active.At("state"), active.At("activated_by")).ShouldBe((200, "active", "ada"));
        (await PriceAsync(api, "+493012345678")).ShouldBe("0.09");
        (await PriceAsync(api, "+493012345678&network=26201")).ShouldBe("0.07");
        (await PriceAsync(api, "+4915112345678")).ShouldBe("0.07", "its range is of this network, as routing finds it");

        const string Second = "prefix,country,price,currency\n,DE,0.10,EUR\n33,,0.04,EUR\n,PL,0.02,EUR\n";
        Answer second = await ImportAsync(api, "north-1", Second);
        JsonNode diff = second.Json["diff"]!;
        string Counts(JsonNode d) => $"{d["against"]} {d["dearer"]} {d["cheaper"]} {d["new"]} {d["gone"]} {d["unchanged"]}";
        Counts(diff).ShouldBe("1 1 1 1 1 0");
        (diff["largest_rises"]![0]!["destination"]!.ToString(), diff["largest_rises"]![0]!["percent"]!.ToString(), diff["largest_falls"]![0]!["change"]!.ToString())
            .ShouldBe(("DE", "11.11", "-0.01"));
        Counts((await GetAsync(api, "/v1/decks/north-1/revisions/2/diff")).Json).ShouldBe("1 1 1 1 1 0");
        Counts((await GetAsync(api, "/v1/decks/north-1/revisions/1/diff?against=2")).Json).ShouldBe("2 1 1 1 1 0");

        (await PostAsync(api, "/v1/decks/north-1/revisions/2/activate", "{}")).Status.ShouldBe(200);
        (await PriceAsync(api, "+493012345678")).ShouldBe("0.1");
        (await PostAsync(api, "/v1/decks/north-1/rollback", "{}")).At("field").ShouldBe("expected");
        Answer late = await PostAsync(api, "/v1/decks/north-1/rollback", """{"expected":1}""");
        (late.Status, late.At("code")).ShouldBe((409, "revision_conflict"));
        (await PostAsync(api, "/v1/decks/north-1/rollback", """{"expected":2,"note":"too dear"}""")).At("revision").ShouldBe("1");
        (await PriceAsync(api, "+493012345678")).ShouldBe("0.09");

        Answer audit = await GetAsync(api, "/v1/audit?kind=deck&name=north-1&limit=2");
        audit.Json["entries"]!.AsArray().Select(e => $"{e!["action"]} {e["from_revision"]}>{e["to_revision"]} {e["by"]} {e["note"]}")
            .ShouldBe(["roll_back 2>1 ada too dear", "activate 1>2 ada "]);
        Answer deck = await GetAsync(api, "/v1/decks/north-1");
        (deck.At("source"), deck.At("last_activated"), deck.At("in_force.revision"), deck.At("rows"), deck.At("prices")).ShouldBe(("store", "1", "1", "3", "3"));
    }

    [Fact]
    public async Task Activate_TwoOperators_TheSecondIsTold()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", Sheet);
        await ImportAsync(api, "north-1", Sheet);
        (await PostAsync(api, "/v1/decks/north-1/revisions/2/activate", "{}")).Status.ShouldBe(200);
        Answer refused = await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        (refused.Status, refused.At("code")).ShouldBe((409, "revision_conflict"));
        refused.At("detail")!.ShouldContain("revision 2 was activated last");
        (await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", """{"expected":2}""")).Status.ShouldBe(200);
        (await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", """{"expected":1}""")).At("code").ShouldBe("revision_state");
        (await PostAsync(api, "/v1/decks/north-1/revisions/9/activate", "{}")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Activate_ForLater_SwitchesByItself()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", Sheet);
        await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        string tomorrow = api.Time.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        await ImportAsync(api, "north-1", "country,price,currency\nDE,0.2,EUR\n", $"?valid_from={tomorrow}");
        Answer answer = await PostAsync(api, "/v1/decks/north-1/revisions/2/activate", "{}");
        answer.At("valid_from")!.ShouldStartWith(tomorrow[..19]);
        (await PriceAsync(api, "+493012345678")).ShouldBe("0.09");
        (await GetAsync(api, "/v1/decks/north-1")).At("scheduled.0.revision").ShouldBe("2");
        api.Time.Advance(TimeSpan.FromDays(1));
        (await PriceAsync(api, "+493012345678")).ShouldBe("0.2");
    }

    [Fact]
    public async Task Import_BadRows_AreListed_AndNothingIsStored()
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await ImportAsync(api, "north-1", "country,price,currency\nDE,0.1,EUR\nAtlantis,x,EUR\n");
        (answer.Status, answer.At("code"), answer.ContentType, answer.At("bad_rows"), answer.At("rows")).ShouldBe((422, "deck_invalid", "application/problem+json", "1", "2"));
        (answer.At("errors.0.line"), answer.At("errors.0.column"), answer.At("errors.0.value")).ShouldBe(("3", "country", "Atlantis"));
        answer.At("errors.1.expected")!.ShouldContain("digits");
        answer = await ImportAsync(api, "north-1", "PK\u0003\u0004");
        answer.At("detail")!.ShouldContain("Excel");
        (await GetAsync(api, "/v1/decks/north-1")).At("source").ShouldBe("none");
    }

    [Fact]
    public async Task Mapping_SavedByConnection_OrGivenWithTheSheet_SaysHowItIsRead()
    {
        await using ApiFixture api = await StartAsync();
        const string Custom = "Ziel;Preis\nDeutschland;0,07\n49151;0,08\n";
        (await ImportAsync(api, "north-1", Custom)).At("detail")!.ShouldContain("no column was found for 'price'");
        const string Mapping = """{"delimiter":";","decimal":",","currency":"eur","columns":{"prefix":"Ziel","price":2}}""";
        string sheet = Custom.Replace("Deutschland", "+49");
        (await ImportAsync(api, "north-1", sheet, "?mapping=" + Uri.EscapeDataString(Mapping))).Status.ShouldBe(201);
        (await GetAsync(api, "/v1/decks/north-1/mapping")).Status.ShouldBe(404);
        (await SendAsync(api, HttpMethod.Put, "/v1/decks/north-1/mapping", Mapping)).Status.ShouldBe(200);
        (await GetAsync(api, "/v1/decks/north-1/mapping")).Text.ShouldBe(Mapping);
        (await ImportAsync(api, "north-1", sheet)).Status.ShouldBe(201);
        Answer wrong = await SendAsync(api, HttpMethod.Put, "/v1/decks/north-1/mapping", "{ decimal: x, columns: { cost: 1 } }");
        (wrong.Status, wrong.At("code")).ShouldBe((400, "configuration_invalid"));
        wrong.At("detail")!.ShouldContain("columns.cost: is not a known key");
        wrong.At("detail")!.ShouldContain("decimal: is 'x'; expected one of");
        (await ImportAsync(api, "north-1", sheet, "?mapping=%5B%5D")).At("code").ShouldBe("configuration_invalid");
    }

    [Fact]
    public async Task Rows_AsCsv_CanBeImportedAgain()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", Sheet);
        await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        Answer csv = await GetAsync(api, "/v1/decks/north-1/revisions/in_force/rows?format=csv");
        csv.Text.ShouldBe("mccmnc,prefix,country,price,currency,from,until\n26201,,,0.07,EUR,,\n,+33,,0.05,EUR,,\n,,DE,0.09,EUR,,\n");
        (await ImportAsync(api, "north-1", csv.Text)).At("diff.unchanged").ShouldBe("3");
        (await GetAsync(api, "/v1/decks/north-1/revisions/1/rows")).At("rows.1.destination").ShouldBe("+33");
        (await GetAsync(api, "/v1/decks/north-1/revisions/7/rows")).Status.ShouldBe(404);
        (await GetAsync(api, "/v1/decks/north-1/revisions/1/rows?format=xml")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Draft_IsDeleted_AndNothingElseIs()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", Sheet);
        (await SendAsync(api, HttpMethod.Delete, "/v1/decks/north-1/revisions/1", null)).Status.ShouldBe(200);
        (await SendAsync(api, HttpMethod.Delete, "/v1/decks/north-1/revisions/1", null)).Status.ShouldBe(404);
        await ImportAsync(api, "north-1", Sheet);
        await PostAsync(api, "/v1/decks/north-1/revisions/2/activate", "{}");
        (await SendAsync(api, HttpMethod.Delete, "/v1/decks/north-1/revisions/2", null)).At("code").ShouldBe("revision_state");
    }

    [Fact]
    public async Task Currencies_AreNeededBeforeADeckInThem_AndCannotBeTakenAway()
    {
        await using ApiFixture api = await StartAsync();
        Answer draft = await ImportAsync(api, "north-1", "country,price,currency\nUS,0.01,USD\n");
        draft.At("unknown_currencies.0").ShouldBe("USD");
        Answer refused = await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        (refused.Status, refused.At("code")).ShouldBe((409, "revision_state"));
        refused.At("detail")!.ShouldContain("in USD, whose price in EUR is not known");

        const string Currencies = """{"base":"EUR","currencies":[{"currency":"USD","rate":0.9}]}""";
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies", Currencies)).At("field").ShouldBe("expected");
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?dry_run=true", Currencies)).Status.ShouldBe(204);
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=0", Currencies)).At("revision").ShouldBe("1");
        (await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}")).Status.ShouldBe(200);
        (await PriceAsync(api, "+12025550123")).ShouldBe("0.009");

        Answer gone = await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=1", "base: EUR\ncurrencies: []");
        (gone.Status, gone.At("code")).ShouldBe((400, "configuration_invalid"));
        gone.At("detail")!.ShouldContain("in USD without its price");
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=0", Currencies)).At("code").ShouldBe("revision_conflict");
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=1", Currencies.Replace("0.9", "1.1"))).At("revision").ShouldBe("2");
        (await PriceAsync(api, "+12025550123")).ShouldBe("0.011");
        (await PostAsync(api, "/v1/rates/currencies/rollback", """{"expected":2}""")).At("revision").ShouldBe("1");
        (await PriceAsync(api, "+12025550123")).ShouldBe("0.009");
        Answer read = await GetAsync(api, "/v1/rates/currencies");
        (read.At("text"), read.At("source"), read.At("last_activated"), read.At("entries")).ShouldBe((Currencies, "store", "1", "1"));
        (await GetAsync(api, "/v1/rates/currencies/revisions")).Json["revisions"]!.AsArray().Count.ShouldBe(2);
    }

    [Fact]
    public async Task RollBack_ThatWouldLeaveACurrencyWithoutItsPrice_IsRefused()
    {
        await using ApiFixture api = await StartAsync();
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=0", "base: EUR\ncurrencies: []")).At("revision").ShouldBe("1");
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=1", "currencies: [ { currency: USD, rate: 0.9 } ]")).At("revision").ShouldBe("2");
        await ImportAsync(api, "north-1", "country,price,currency\nUS,0.01,USD\n");
        (await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}")).Status.ShouldBe(200);
        foreach (string to in new[] { "", ",\"to\":1" })
        {
            Answer refused = await PostAsync(api, "/v1/rates/currencies/rollback", $$"""{"expected":2{{to}}}""");
            (refused.Status, refused.At("code")).ShouldBe((409, "revision_state"));
            refused.At("detail")!.ShouldContain("revision 1 of rates/currencies leaves prices that hold now in USD without its price in EUR");
        }

        (await PriceAsync(api, "+12025550123")).ShouldBe("0.009");

        // The same for a deck: back to one in dollars once nothing else is.
        await ImportAsync(api, "north-1", "country,price,currency\nUS,0.02,EUR\n");
        (await PostAsync(api, "/v1/decks/north-1/revisions/2/activate", "{}")).Status.ShouldBe(200);
        (await PostAsync(api, "/v1/rates/currencies/rollback", """{"expected":2}""")).At("revision").ShouldBe("1");
        Answer deck = await PostAsync(api, "/v1/decks/north-1/rollback", """{"expected":2}""");
        (deck.Status, deck.At("code")).ShouldBe((409, "revision_state"));
        (await PriceAsync(api, "+12025550123")).ShouldBe("0.02");
    }

    [Fact]
    public async Task FirstDeck_ForLater_CanBeTakenBack()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", Sheet);
        (await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", """{"valid_from":"2027-01-01T00:00:00Z"}""")).Status.ShouldBe(200);
        Answer back = await PostAsync(api, "/v1/decks/north-1/rollback", """{"expected":1}""");
        (back.Status, back.At("revision"), back.At("state")).ShouldBe((200, "1", "retired"));
        Answer deck = await GetAsync(api, "/v1/decks/north-1");
        (deck.At("in_force"), deck.Json["scheduled"]!.AsArray().Count, deck.At("last_activated"), deck.At("next_change")).ShouldBe((null, 0, "1", null));
        api.Time.Advance(TimeSpan.FromDays(400));
        (await PriceAsync(api, "+493012345678")).ShouldBeNull("it was taken back");
    }

    [Fact]
    public async Task Documents_ClockBehindAtTheStart_HoldAsTheyDidBefore()
    {
        await using ApiFixture api = await StartAsync();
        await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=0", "currencies: [ { currency: USD, rate: 0.9 } ]");
        await SendAsync(api, HttpMethod.Put, "/v1/rates/fees?expected=0", "fees: [ { name: f, amount: 1, currency: USD } ]");
        await ImportAsync(api, "north-1", "country,price,currency\nUS,0.01,USD\n");
        await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        api.Time.SetWallClock(api.Time.GetUtcNow().AddDays(-3));
        using RateDesk again = await RateDesk.OpenAsync(api.Rates.Store, new(), api.Time, NullLoggerFactory.Instance, CancellationToken.None);
        RateBook book = again.Holder.Current;
        (book.Definition.Currencies.Rates.Count, book.Definition.Fees.Count, book.Cost("north-1")?.Count).ShouldBe((1, 1, 1));
    }

    [Fact]
    public async Task Price_NetworkWithAZeroTooMany_IsThatOfTheDeck()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", "mccmnc,price,currency\n604001,0.03,EUR\n");
        await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        foreach (string network in new[] { "604001", "60401" }) (await PriceAsync(api, $"+212612345678&network={network}")).ShouldBe("0.03");
    }

    [Fact]
    public async Task FeesAndSellPrices_AreTaken_AndItemised()
    {
        await using ApiFixture api = await StartAsync();
        await ImportAsync(api, "north-1", "country,price,currency\nUS,0.01,EUR\n");
        await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}");
        const string Fees = "fees:\n  - { name: surcharge, amount: 0.003, currency: EUR, country: US, sender_type: long_code, campaign: \"*\" }\n";
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/fees?expected=0", Fees)).Status.ShouldBe(200);
        string sell = $$"""{"sell":[{"account":"{{ApiFixture.Demo.Sid}}","country":"US","price":"0.02","currency":"EUR"}]}""";
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/sell?expected=0", sell)).Status.ShouldBe(200);
        Answer price = await GetAsync(api, $"/v1/rates/price?to=%2B12025550123&connection=north-1&from=%2B15550001000&campaign=spring&account={ApiFixture.Demo.Sid}");
        (price.At("connections.0.cost.price"), price.At("connections.0.cost.fees.0.name"), price.At("connections.0.cost.total"), price.At("sell"))
            .ShouldBe(("0.01", "surcharge", "0.013", "0.02"));
        (await PriceAsync(api, "+12025550123")).ShouldBe("0.01");
        foreach ((string path, string body, string expected) in new[]
        {
            ("fees", "fees: [ { name: a, amount: 1, currency: EUR, connection: nowhere } ]", "which is no connection"),
            ("fees", "fees: [ { name: a, amount: -1, currency: EUR } ]", "expected a price"),
            ("fees", "sell: []", "is not a known key; known here: fees"),
            ("fees", "[]", "expected a group of keys"),
            ("sell", "sell: [ { account: AC9, country: US, price: 1, currency: EUR } ]", "which is no account"),
            ("sell", "{}", "is missing; expected a list of sell"),
            ("fees", "fees: [ { name: a, amount: 1, currency: GBP } ]", "in GBP without its price"),
        })
        {
            Answer refused = await SendAsync(api, HttpMethod.Put, $"/v1/rates/{path}?expected=1", body);
            (refused.Status, refused.At("code")).ShouldBe((400, "configuration_invalid"), body);
            refused.At("detail")!.ShouldContain(expected);
        }

        (await GetAsync(api, "/v1/rates/other")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task WhatTheFileNames_IsNotChangedHere()
    {
        var builder = new RateDeckBuilder();
        RateKey.TryCountry("DE", out RateKey germany).ShouldBeTrue();
        builder.Add(new(germany, 50_000_000, "EUR", RatePeriod.Always));
        var file = new RateOptions
        {
            Currencies = CurrencyTable.Default,
            Decks = new Dictionary<string, RateDeck> { ["north-1"] = builder.Build((_, _, _) => { })! },
        };
        await using ApiFixture api = await ApiFixture.StartAsync(new HttpOptions { AdminToken = Token }, file);
        (await PriceAsync(api, "+493012345678")).ShouldBe("0.05");
        (await GetAsync(api, "/v1/decks")).At("decks.0.source").ShouldBe("file");
        Answer[] answers =
        [
            await ImportAsync(api, "north-1", Sheet),
            await PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}"),
            await PostAsync(api, "/v1/decks/north-1/rollback", """{"expected":1}"""),
            await SendAsync(api, HttpMethod.Put, "/v1/rates/currencies?expected=0", "base: USD"),
            await PostAsync(api, "/v1/rates/currencies/rollback", """{"expected":1}"""),
        ];
        foreach (Answer answer in answers) (answer.Status, answer.At("code")).ShouldBe((409, "set_by_file"));
        (await SendAsync(api, HttpMethod.Put, "/v1/rates/fees?expected=0", "fees: []")).Status.ShouldBe(200);
        (await GetAsync(api, "/v1/decks/north-1/revisions/in_force/rows?format=csv")).Text.ShouldContain(",,DE,0.05,EUR,,");
    }

    [Theory]
    [InlineData("GET", "/v1/decks")]
    [InlineData("POST", "/v1/decks/north-1/import")]
    [InlineData("POST", "/v1/decks/north-1/rollback")]
    [InlineData("PUT", "/v1/rates/fees")]
    [InlineData("GET", "/v1/rates/price?to=1")]
    [InlineData("GET", "/v1/audit")]
    public async Task Any_IsForTheOperatorAlone(string method, string path)
    {
        await using (ApiFixture off = await ApiFixture.StartAsync())
        {
            using var request = new HttpRequestMessage(new(method), path);
            (await Answer.ReadAsync(off.Client, request)).At("code").ShouldBe("admin_disabled");
        }

        await using ApiFixture api = await StartAsync();
        using var account = new HttpRequestMessage(new(method), path);
        (await Answer.ReadAsync(api.Client, account)).At("code").ShouldBe("unauthorized");
    }

    [Theory]
    [InlineData("POST", "/v1/decks/nowhere/import", 404)]
    [InlineData("GET", "/v1/decks/nowhere", 404)]
    [InlineData("GET", "/v1/decks?x=1", 400)]
    [InlineData("GET", "/v1/decks/north-1/revisions?limit=x", 400)]
    [InlineData("GET", "/v1/decks/north-1/revisions/1/diff?at=yesterday", 400)]
    [InlineData("GET", "/v1/decks/north-1/revisions/1/diff", 404)]
    [InlineData("POST", "/v1/decks/north-1/import?dry_run=yes", 400)]
    [InlineData("POST", "/v1/decks/north-1/import?valid_from=2026-01-01", 400)]
    [InlineData("POST", "/v1/decks/north-1/import", 415)]
    [InlineData("GET", "/v1/rates/price?to=abc", 400)]
    [InlineData("GET", "/v1/rates/price?to=%2B4915112345678&network=1", 400)]
    [InlineData("GET", "/v1/rates/price?to=%2B4915112345678&account=AC9", 400)]
    [InlineData("GET", "/v1/rates/price?to=%2B4915112345678&from=%3F", 400)]
    public async Task WrongRequests_AreRefused(string method, string path, int status)
    {
        await using ApiFixture api = await StartAsync();
        (await SendAsync(api, new(method), path, method == "POST" ? "{}" : null)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task Author_IsWhatTheHeaderSays_AndMustBeAName()
    {
        await using ApiFixture api = await StartAsync();
        using HttpClient client = api.ClientFor(null);
        using var request = new HttpRequestMessage(HttpMethod.Put, "/v1/rates/fees?expected=0") { Content = new StringContent("fees: []") };
        request.Headers.Authorization = new("Bearer", Token);
        (await Answer.ReadAsync(client, request)).At("by").ShouldBe("operator");
        using var wrong = new HttpRequestMessage(HttpMethod.Put, "/v1/rates/fees?expected=1") { Content = new StringContent("fees: []") };
        wrong.Headers.Authorization = new("Bearer", Token);
        wrong.Headers.Add("Crosspoint-Operator", new string('x', 101));
        (await Answer.ReadAsync(client, wrong)).At("field").ShouldBe("Crosspoint-Operator");
    }

    internal static Task<ApiFixture> StartAsync() => ApiFixture.StartAsync(new HttpOptions { AdminToken = Token });

    internal static Task<Answer> ImportAsync(ApiFixture api, string connection, string sheet, string query = "") =>
        SendAsync(api, HttpMethod.Post, $"/v1/decks/{connection}/import{query}", sheet, "text/csv");

    internal static Task<Answer> GetAsync(ApiFixture api, string path) => SendAsync(api, HttpMethod.Get, path, null);

    internal static Task<Answer> PostAsync(ApiFixture api, string path, string json) => SendAsync(api, HttpMethod.Post, path, json);

    internal static async Task<Answer> SendAsync(ApiFixture api, HttpMethod method, string path, string? body, string contentType = "application/json")
    {
        using HttpClient client = api.ClientFor(null);
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        request.Headers.Add("Crosspoint-Operator", "ada");
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, contentType);
        return await Answer.ReadAsync(client, request);
    }

    private static async Task<string?> PriceAsync(ApiFixture api, string to)
    {
        Answer answer = await GetAsync(api, $"/v1/rates/price?connection=north-1&to={to.Replace("+", "%2B")}");
        answer.Status.ShouldBe(200);
        return answer.Json["connections"]![0]!["cost"]?["total"]!.ToString();
    }
}
