using System.Text.Json.Nodes;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Api;

/// <summary>What happened in the last minutes, as the operator sees it.</summary>
public sealed class HealthTests
{
    internal static readonly string[] Counts =
    [
        "seconds", "submitted", "per_second", "accepted", "refused", "throttled", "unanswered", "error_rate", "statuses", "cost", "sent", "delivered",
        "undelivered", "errors", "pending", "delivery_rate", "delivery_weight", "confirmed", "not_confirmed", "conversion", "response_seconds", "receipt_seconds",
    ];

    [Fact]
    public async Task Get_NothingHappened_IsEmpty()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await DeckTests.GetAsync(api, "/v1/health/cells")).Text.ShouldBe("""{"interval":"5m","currency":"EUR","cells":[],"next_after":null}""");
        (await DeckTests.GetAsync(api, "/v1/health/countries")).Text.ShouldBe("""{"interval":"15m","currency":"EUR","countries":[]}""");
    }

    [Fact]
    public async Task GetCells_OneCell_HoldsWhatHappenedFieldByField()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        api.Time.Advance(TimeSpan.FromMinutes(10));
        WatchedPath path = Path(api, "north-1", "DE", "26201", TrafficClass.Otp);
        long start = api.Health.Clock.Now;
        for (int i = 0; i < 100; i++)
        {
            path.Submitted(api.Health.Clock.Now);
            AnswerKind kind = i < 90 ? AnswerKind.Accepted : i < 96 ? AnswerKind.Refused : i < 98 ? AnswerKind.Throttled : AnswerKind.Unanswered;
            path.Answered(kind, kind == AnswerKind.Refused ? 0x0Bu : 0, took: 40_000, cost: 7_500, api.Health.Clock.Now);
            if (i < 90) path.Sent(api.Health.Clock.Now, api.Health.Clock.Now);
        }

        api.Time.Advance(TimeSpan.FromSeconds(4));
        for (int i = 0; i < 80; i++) path.Ended(isDelivered: i < 72, start, i < 72 ? 0 : 30_005, isLast: true, api.Health.Clock.Now);
        for (int i = 0; i < 10; i++) path.Feedback(isConfirmed: i < 7, api.Health.Clock.Now);
        api.Time.Advance(TimeSpan.FromSeconds(16));

        JsonNode page = (await DeckTests.GetAsync(api, "/v1/health/cells?interval=1m")).Json;
        JsonNode row = page["cells"]!.AsArray().ShouldHaveSingleItem()!;
        row.AsObject().Select(static field => field.Key).ShouldBe(["account_sid", "vendor", "connection", "country", "network", "class", .. Counts]);
        string.Join(' ', "account_sid vendor connection country network class".Split(' ').Select(name => row[name]?.ToString() ?? "null"))
            .ShouldBe("null north north-1 DE 26201 otp");
        row["seconds"]!.GetValue<double>().ShouldBe(20);
        row["per_second"]!.GetValue<double>().ShouldBe(5);
        const string Counted = "submitted accepted refused throttled unanswered sent delivered undelivered pending confirmed not_confirmed";
        string.Join(' ', Counted.Split(' ').Select(name => row[name])).ShouldBe("100 90 6 2 2 90 72 8 10 7 3");
        row["error_rate"]!.GetValue<double>().ShouldBe(8 / 98.0, 0.00001);
        row["statuses"]!.ToJsonString().ShouldBe("""[{"status":"ESME_RINVDSTADR","segments":6}]""");
        row["errors"]!.ToJsonString().ShouldBe("""[{"error_code":30005,"messages":8}]""");
        row["cost"]!.ToString().ShouldBe("0.675");
        row["conversion"]!.GetValue<double>().ShouldBe(0.7);
        double weight = row["delivery_weight"]!.GetValue<double>();
        weight.ShouldBeInRange(88.5, 90, "receipts came after 4 s, so after 20 s the others are lost nearly for sure");
        row["delivery_rate"]!.GetValue<double>().ShouldBe(72 / weight, 0.001);
        foreach (string quantile in new[] { "p50", "p95", "p99" })
        {
            row["response_seconds"]![quantile]!.GetValue<double>().ShouldBe(0.04, 0.004);
            row["receipt_seconds"]![quantile]!.GetValue<double>().ShouldBe(4, 0.4);
        }
    }

    [Theory]
    [InlineData("", 7)]
    [InlineData("?connection=north-1", 6)]
    [InlineData("?connection=nobody", 0)]
    [InlineData("?country=DE", 4)]
    [InlineData("?country=unknown", 1)]
    [InlineData("?network=26202", 2)]
    [InlineData("?network=unknown", 2)]
    [InlineData("?class=otp", 4)]
    [InlineData("?class=otp&country=DE&network=26202&connection=north-1&interval=60m", 1)]
    [InlineData("?level=network", 5)]
    [InlineData("?level=country", 4)]
    [InlineData("?level=country&country=US", 1)]
    [InlineData("?level=connection", 2)]
    [InlineData("?level=vendor", 2)]
    [InlineData("?level=account", 1)]
    public async Task GetCells_Filters_LeaveOutWhatDoesNotFit(string query, int rows)
    {
        await using ApiFixture api = await Busy();
        (await DeckTests.GetAsync(api, $"/v1/health/cells{query}")).Json["cells"]!.AsArray().Count.ShouldBe(rows);
    }

    [Fact]
    public async Task GetCells_Pages_HaveEveryRowOnce()
    {
        await using ApiFixture api = await Busy();
        string[] all = [.. (await DeckTests.GetAsync(api, "/v1/health/cells")).Json["cells"]!.AsArray().Select(static row => row!.ToJsonString())];
        var paged = new List<string>();
        string? after = null;
        do
        {
            JsonNode page = (await DeckTests.GetAsync(api, $"/v1/health/cells?limit=3{(after is null ? "" : $"&after={after}")}")).Json;
            page["cells"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(3);
            paged.AddRange(page["cells"]!.AsArray().Select(static row => row!.ToJsonString()));
            after = page["next_after"]?.ToString();
        }
        while (after is not null);
        paged.ShouldBe(all);
        all.Distinct().Count().ShouldBe(7);
    }

    [Fact]
    public async Task GetCountries_IsARowACountryOverAllConnections()
    {
        await using ApiFixture api = await Busy();
        JsonArray rows = (await DeckTests.GetAsync(api, "/v1/health/countries")).Json["countries"]!.AsArray();
        rows.Select(static row => $"{row!["country"]} {row["submitted"]}").ShouldBe(["DE 8", "FR 2", "US 2", "unknown 2"], ignoreOrder: true);
        rows[0]!.AsObject().Select(static field => field.Key).ShouldBe(["country", .. Counts]);
        JsonNode board = (await DeckTests.GetAsync(api, "/v1/health/countries?country=FR&interval=60m")).Json;
        board["countries"]!.AsArray().ShouldHaveSingleItem()!["sent"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory]
    [InlineData("cells?level=world", "level")]
    [InlineData("cells?interval=2m", "interval")]
    [InlineData("cells?country=Germany", "country")]
    [InlineData("cells?network=1", "network")]
    [InlineData("cells?class=bulk", "class")]
    [InlineData("cells?limit=1001", "limit")]
    [InlineData("cells?after=zz", "after")]
    [InlineData("cells?level=country&network=26201", "network")]
    [InlineData("cells?level=connection&country=DE", "country")]
    [InlineData("cells?level=network&class=otp", "class")]
    [InlineData("cells?level=vendor&connection=north-1", "connection")]
    [InlineData("cells?page=2", "page")]
    [InlineData("countries?interval=x", "interval")]
    [InlineData("countries?level=class", "level")]
    public async Task Get_WrongParameters_AreRefusedByName(string path, string field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.GetAsync(api, $"/v1/health/{path}");
        (answer.Status, answer.At("field")).ShouldBe((400, field));
    }

    [Theory]
    [InlineData("cells")]
    [InlineData("countries")]
    public async Task Get_IsForTheOperatorAlone(string path)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await api.GetAsync($"/v1/health/{path}")).At("code").ShouldBe("unauthorized");
    }

    /// <summary>Seven cells of two connections: five of networks, two of a country whose network is not known.</summary>
    internal static async Task<ApiFixture> Busy()
    {
        ApiFixture api = await DeckTests.StartAsync();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        foreach (TrafficClass trafficClass in new[] { TrafficClass.Otp, TrafficClass.Marketing })
        {
            Happen(api, "north-1", "DE", "26201", trafficClass);
            Happen(api, "north-1", "DE", "26202", trafficClass);
        }

        Happen(api, "north-1", "US", "", TrafficClass.Otp);
        Happen(api, "north-1", "", "", TrafficClass.Marketing);
        Happen(api, "south-1", "FR", "20801", TrafficClass.Otp);
        return api;
    }

    private static void Happen(ApiFixture api, string connection, string country, string network, TrafficClass trafficClass)
    {
        WatchedPath path = Path(api, connection, country, network, trafficClass);
        long now = api.Health.Clock.Now;
        for (int i = 0; i < 2; i++)
        {
            path.Submitted(now);
            path.Answered(i == 0 ? AnswerKind.Accepted : AnswerKind.Refused, i == 0 ? 0 : 0x66u, 30_000, 5_000, now);
            path.Sent(now, now);
            path.Ended(isDelivered: i == 0, now, i == 0 ? 0 : 30_003, isLast: true, now);
        }
    }

    internal static WatchedPath Path(ApiFixture api, string connection, string country, string network, TrafficClass trafficClass)
    {
        NetworkId id = NetworkId.TryParse(network, out NetworkId known) ? known : NetworkId.Unknown;
        var destination = new Destination(default, country, NumberType.Mobile, id, NetworkSource.Range);
        return api.Health.Find(api.Health.NumberOf(connection), destination, trafficClass, ApiFixture.Demo.Sid);
    }
}
