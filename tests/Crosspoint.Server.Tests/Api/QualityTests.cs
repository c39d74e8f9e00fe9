using System.Text.Json.Nodes;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Api;

/// <summary>What is learned of delivery, as the operator sees it.</summary>
public sealed class QualityTests
{
    [Fact]
    public async Task Get_NothingLearned_IsAnEmptyPage()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await DeckTests.GetAsync(api, "/v1/quality")).Text.ShouldBe("""{"quality":[],"next_after":null}""");
    }

    [Fact]
    public async Task Get_OneKey_HoldsWhatWasLearnedFieldByField()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Learn(api, "north", "DE", "26201", TrafficClass.Otp, 1_000, delivered: 0.8);
        JsonNode page = (await DeckTests.GetAsync(api, "/v1/quality")).Json;
        JsonNode row = page["quality"]!.AsArray().ShouldHaveSingleItem()!;
        row.AsObject().Select(static field => field.Key).ShouldBe(
        [
            "connection", "country", "network", "class", "delivery", "weight", "messages", "measured",
            "receipt_p50_seconds", "receipt_p95_seconds", "feedback", "trust", "suspect",
        ]);
        (Text(row, "connection"), Text(row, "country"), Text(row, "network"), Text(row, "class")).ShouldBe(("north", "DE", "26201", "otp"));
        row["delivery"]!.GetValue<double>().ShouldBe(0.8, 0.02);
        row["messages"]!.GetValue<double>().ShouldBeInRange(900, 1_000);
        row["weight"]!.GetValue<double>().ShouldBeGreaterThan(row["messages"]!.GetValue<double>());
        double p50 = row["receipt_p50_seconds"]!.GetValue<double>();
        p50.ShouldBe(2, 1);
        row["receipt_p95_seconds"]!.GetValue<double>().ShouldBeGreaterThan(p50);
        (Text(row, "measured"), Text(row, "feedback"), row["trust"], Text(row, "suspect")).ShouldBe(("true", "0", null, "false"));
    }

    [Fact]
    public async Task Get_SuspectReceipts_AreMarkedWithTheirTrust()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Learn(api, "north", "DE", "26201", TrafficClass.Otp, 500, delivered: 1, confirmed: 0.9);
        Learn(api, "south", "DE", "26201", TrafficClass.Otp, 500, delivered: 1, confirmed: 0.3);
        JsonNode row = Rows(await DeckTests.GetAsync(api, "/v1/quality?suspect=true")).ShouldHaveSingleItem()!;
        (Text(row, "connection"), Text(row, "suspect")).ShouldBe(("south", "true"));
        row["trust"]!.GetValue<double>().ShouldBe(0.35, 0.07);
        row["feedback"]!.GetValue<double>().ShouldBeInRange(400, 500);
        row["delivery"]!.GetValue<double>().ShouldBeLessThan(0.5);
        Text(Rows(await DeckTests.GetAsync(api, "/v1/quality?suspect=false")).ShouldHaveSingleItem()!, "connection").ShouldBe("north");
    }

    [Theory]
    [InlineData("", 7)]
    [InlineData("?connection=north", 6)]
    [InlineData("?connection=nobody", 0)]
    [InlineData("?country=DE", 4)]
    [InlineData("?network=26202", 2)]
    [InlineData("?network=unknown", 2)]
    [InlineData("?class=otp", 4)]
    [InlineData("?class=otp&country=DE&network=26202&connection=north", 1)]
    [InlineData("?level=network", 3)]
    [InlineData("?level=country", 3)]
    [InlineData("?level=country&country=US", 1)]
    [InlineData("?level=connection", 2)]
    public async Task Get_Filters_LeaveOutWhatDoesNotFit(string query, int rows)
    {
        await using ApiFixture api = await Learned();
        Rows(await DeckTests.GetAsync(api, $"/v1/quality{query}")).Count.ShouldBe(rows);
    }

    [Fact]
    public async Task Get_Pages_HaveEveryKeyOnce()
    {
        await using ApiFixture api = await Learned();
        string[] all = [.. Rows(await DeckTests.GetAsync(api, "/v1/quality")).Select(static row => row!.ToJsonString())];
        var paged = new List<string>();
        string? after = null;
        do
        {
            JsonNode page = (await DeckTests.GetAsync(api, $"/v1/quality?limit=3{(after is null ? "" : $"&after={after}")}")).Json;
            page["quality"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(3);
            paged.AddRange(page["quality"]!.AsArray().Select(static row => row!.ToJsonString()));
            after = page["next_after"]?.ToString();
        }
        while (after is not null);
        paged.ShouldBe(all);
        all.Distinct().Count().ShouldBe(7);
    }

    [Theory]
    [InlineData("?level=world", "level")]
    [InlineData("?country=Germany", "country")]
    [InlineData("?network=1", "network")]
    [InlineData("?class=bulk", "class")]
    [InlineData("?suspect=yes", "suspect")]
    [InlineData("?limit=1001", "limit")]
    [InlineData("?after=zz", "after")]
    [InlineData("?after=11112222333344445", "after")]
    [InlineData("?level=country&network=26201", "network")]
    [InlineData("?level=connection&country=DE", "country")]
    [InlineData("?level=network&class=otp", "class")]
    [InlineData("?level=network&suspect=true", "suspect")]
    [InlineData("?page=2", "page")]
    public async Task Get_WrongParameters_AreRefusedByName(string query, string field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.GetAsync(api, $"/v1/quality{query}");
        (answer.Status, answer.At("field")).ShouldBe((400, field));
    }

    [Fact]
    public async Task Get_IsForTheOperatorAlone()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await api.GetAsync("/v1/quality")).At("code").ShouldBe("unauthorized");
    }

    /// <summary>Seven keys of two connections: five of networks, two of a country whose network is not known.</summary>
    internal static async Task<ApiFixture> Learned()
    {
        ApiFixture api = await DeckTests.StartAsync();
        foreach (TrafficClass trafficClass in new[] { TrafficClass.Otp, TrafficClass.Marketing })
        {
            Learn(api, "north", "DE", "26201", trafficClass, 20, delivered: 1);
            Learn(api, "north", "DE", "26202", trafficClass, 20, delivered: 0.5);
            Learn(api, "north", "US", "", trafficClass, 20, delivered: 1);
        }

        Learn(api, "south", "FR", "20801", TrafficClass.Otp, 20, delivered: 1);
        return api;
    }

    private static string? Text(JsonNode row, string name) => row[name]?.ToString();

    private static JsonArray Rows(Answer answer) => answer.Json["quality"]!.AsArray();

    private static void Learn(
        ApiFixture api, string connection, string country, string network, TrafficClass trafficClass, int messages, double delivered, double? confirmed = null)
    {
        int number = api.Quality.NumberOf(connection);
        NetworkId id = NetworkId.TryParse(network, out NetworkId known) ? known : NetworkId.Unknown;
        var destination = new Destination(default, country, NumberType.Mobile, id, NetworkSource.Range);
        long now = api.Time.GetUtcMicros() - (60 * Micros.PerSecond);
        for (int i = 0; i < messages; i++)
        {
            long at = now - ((messages - i) * Micros.PerSecond);
            api.Quality.Sent(number, destination, trafficClass, at);
            api.Quality.Ended(number, destination, trafficClass, at, isDelivered: i * 37 % 100 < delivered * 100, at + ((1 + (i % 3)) * Micros.PerSecond));
            if (confirmed is { } share)
                api.Quality.Feedback(number, destination, trafficClass, isConfirmed: i * 41 % 100 < share * 100, at + (20 * Micros.PerSecond));
        }
    }
}
