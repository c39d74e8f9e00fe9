using System.Text.Json.Nodes;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>The long view of health, as the operator sees it.</summary>
public sealed class HistoryTests
{
    private const string Url = "/v1/health/history";

    [Fact]
    public async Task Get_NothingHappened_IsEmpty()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        JsonNode page = (await DeckTests.GetAsync(api, Url)).Json;
        page["points"]!.AsArray().ShouldBeEmpty();
        page["next_cursor"].ShouldBeNull();
        $"{page["step"]} {page["level"]} {page["from"]} {page["before"]}".ShouldBe("hour connection 2026-01-01T03:04:05.000000Z 2026-01-02T03:04:05.000000Z");
    }

    [Fact]
    public async Task Get_OneMinute_HoldsWhatHappenedFieldByField()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        WatchedPath path = HealthTests.Path(api, "north-1", "DE", "26201", TrafficClass.Otp);
        long start = api.Health.Clock.Now;
        for (int i = 0; i < 120; i++)
        {
            path.Submitted(start);
            AnswerKind kind = i < 90 ? AnswerKind.Accepted : i < 96 ? AnswerKind.Refused : i < 98 ? AnswerKind.Throttled : AnswerKind.Unanswered;
            path.Answered(kind, kind == AnswerKind.Refused ? 0x0Bu : 0, took: 40_000, cost: 7_500, start);
            if (i < 90) path.Sent(start, start);
        }

        for (int i = 0; i < 10; i++) path.Feedback(isConfirmed: i < 7, start);
        api.Time.Advance(TimeSpan.FromSeconds(4));
        for (int i = 0; i < 40; i++) path.Ended(isDelivered: i < 36, start, i < 36 ? 0 : 30_005, isLast: true, api.Health.Clock.Now);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.History.TurnAsync();
        api.Time.Advance(TimeSpan.FromMinutes(19));
        for (int i = 0; i < 40; i++) path.Ended(isDelivered: true, start, 0, isLast: true, api.Health.Clock.Now);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.History.TurnAsync();

        JsonArray points = (await DeckTests.GetAsync(api, $"{Url}?step=minute&level=class")).Json["points"]!.AsArray();
        points.Select(static point => point!["at"]!.ToString()).ShouldBe(["2026-01-02T03:04:00.000000Z", "2026-01-02T03:24:00.000000Z"]);
        JsonNode row = points[0]!;
        row.AsObject().Select(static field => field.Key).ShouldBe(["at", "vendor", "connection", "country", "network", "class", .. HealthTests.Counts, "ended"]);
        const string Shown = "vendor connection country network class seconds submitted per_second accepted refused throttled unanswered cost "
            + "sent delivered undelivered pending confirmed not_confirmed ended";
        string.Join(' ', Shown.Split(' ').Select(name => row[name])).ShouldBe("north north-1 DE 26201 otp 60 120 2 90 6 2 22 0.675 90 76 4 10 7 3 40");
        row["error_rate"]!.GetValue<double>().ShouldBe(28 / 118.0, 0.00001);
        row["delivery_rate"]!.GetValue<double>().ShouldBe(76 / 90.0, 0.001);
        row["statuses"]!.ToJsonString().ShouldBe("""[{"status":"ESME_RINVDSTADR","segments":6}]""");
        row["errors"]!.ToJsonString().ShouldBe("""[{"error_code":30005,"messages":4}]""");
        row["response_seconds"]!["p95"]!.GetValue<double>().ShouldBe(0.04, 0.004);
        row["receipt_seconds"]!["p50"]!.GetValue<double>().ShouldBe(4, 0.4);
        points[1]!["ended"]!.GetValue<int>().ShouldBe(40);
        points[1]!["receipt_seconds"]!["p50"]!.GetValue<double>().ShouldBe(1_204, 120);
    }

    [Theory]
    [InlineData("", 2)]
    [InlineData("&level=class", 7)]
    [InlineData("&level=network", 5)]
    [InlineData("&level=country", 4)]
    [InlineData("&level=vendor", 2)]
    [InlineData("&level=world", 1)]
    [InlineData("&level=world&country=FR", 1)]
    [InlineData("&level=class&country=unknown", 1)]
    [InlineData("&level=class&network=unknown", 2)]
    [InlineData("&connection=nobody", 0)]
    [InlineData("&level=class&class=otp&country=DE&network=26202&connection=north-1", 1)]
    [InlineData("&before=2026-01-02T03:05:00Z", 0)]
    [InlineData("&from=2026-01-02T03:05:00Z", 2)]
    [InlineData("&from=2026-01-02T04:05:00%2B01:00", 2)]
    public async Task Get_LevelsAndFilters_LeaveOutWhatDoesNotFit(string query, int rows)
    {
        await using ApiFixture api = await Busy();
        (await DeckTests.GetAsync(api, $"{Url}?step=minute{query}")).Json["points"]!.AsArray().Count.ShouldBe(rows);
    }

    [Fact]
    public async Task Get_Day_IsPutTogether_FromWhatIsThere()
    {
        await using ApiFixture api = await Busy();
        JsonNode day = (await DeckTests.GetAsync(api, $"{Url}?step=day&level=world&from=2026-01-02T00:00:00Z")).Json["points"]!.AsArray().ShouldHaveSingleItem()!;
        $"{day["at"]} {day["submitted"]} {day["sent"]} {day["delivered"]} {day["connection"] ?? "all"}".ShouldBe("2026-01-02T00:00:00.000000Z 14 14 7 all");
    }

    [Fact]
    public async Task Get_Pages_HaveEveryRowOnce()
    {
        await using ApiFixture api = await Busy();
        string query = $"{Url}?step=minute&level=class";
        string[] all = [.. (await DeckTests.GetAsync(api, query)).Json["points"]!.AsArray().Select(static row => row!.ToJsonString())];
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            JsonNode page = (await DeckTests.GetAsync(api, $"{query}&limit=3{(cursor is null ? "" : $"&cursor={cursor}")}")).Json;
            page["points"]!.AsArray().Count.ShouldBeLessThanOrEqualTo(3);
            paged.AddRange(page["points"]!.AsArray().Select(static row => row!.ToJsonString()));
            cursor = page["next_cursor"]?.ToString();
        }
        while (cursor is not null);
        paged.ShouldBe(all);
        all.Distinct().Count().ShouldBe(7);
    }

    [Theory]
    [InlineData("step=week", "step", "minute, hour, day")]
    [InlineData("level=planet", "level", "world, vendor, connection")]
    [InlineData("level=account", "level", "Accounts are not stored")]
    [InlineData("country=Germany", "country", "ISO 3166-1")]
    [InlineData("network=1", "network", "MCC and MNC")]
    [InlineData("class=bulk", "class", "otp")]
    [InlineData("from=yesterday", "from", "offset from UTC")]
    [InlineData("before=2026-01-02T03:04:05", "before", "offset from UTC")]
    [InlineData("from=2026-01-03T00:00:00Z&before=2026-01-02T00:00:00Z", "from", "before 'before'")]
    [InlineData("from=2026-01-03T00:00:00Z", "from", "now unless given")]
    [InlineData("from=2025-12-01T00:00:00Z&step=minute", "from", "at most 10000 steps")]
    [InlineData("limit=2001", "limit", "0 to 2000")]
    [InlineData("cursor=zz", "cursor", "next_cursor")]
    [InlineData("cursor=MS9ub3J0aA", "cursor", "next_cursor")]
    [InlineData("interval=5m", "interval", "Known parameters")]
    public async Task Get_WrongParameters_AreRefusedByName(string query, string field, string expected)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.GetAsync(api, $"{Url}?{query}");
        (answer.Status, answer.At("field")).ShouldBe((400, field));
        answer.Text.ShouldContain(expected);
    }

    [Fact]
    public async Task Get_IsForTheOperatorAlone()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await api.GetAsync(Url)).At("code").ShouldBe("unauthorized");
    }

    // At 03:05, in seven cells of two connections.
    private static async Task<ApiFixture> Busy()
    {
        ApiFixture api = await HealthTests.Busy();
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.History.TurnAsync();
        return api;
    }
}
