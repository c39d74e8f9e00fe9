using System.Text.Json.Nodes;
using Crosspoint.Engine.Health;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Api;

/// <summary>States of connections on networks, and orders about them, as the operator sees and gives them.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task States_NothingNoticed_AreEmpty()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await DeckTests.GetAsync(api, "/v1/health/states")).Text.ShouldBe("""{"states":[]}""");
        (await DeckTests.GetAsync(api, "/v1/health/overrides")).Text.ShouldBe("""{"overrides":[]}""");
    }

    [Fact]
    public async Task States_OfASickCell_TellSinceWhenAndWhy()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Stall(api);
        JsonNode row = (await DeckTests.GetAsync(api, "/v1/health/states")).Json["states"]!.AsArray().ShouldHaveSingleItem()!;
        (Text(row, "connection"), Text(row, "country"), Text(row, "network"), Text(row, "state"), Text(row, "share")).ShouldBe(("north-1", "DE", "26201", "suspended", "0"));
        Text(row, "reason").ShouldBe("nothing gets through: nothing answered for 1.2 s while 40 waited");
        (Text(row, "hold_seconds"), Text(row, "hold_left_seconds"), Text(row, "relapses"), Text(row, "overridden")).ShouldBe(("30", "30", "1", "false"));
        Text(row["changes"]!.AsArray().ShouldHaveSingleItem()!, "from").ShouldBe("healthy");
    }

    [Fact]
    public async Task Put_EachOrder_HoldsAndIsAudited()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await PutAsync(api, """{"connection":"north-1","country":"DE","network":"26201","order":"pin","for":"2h","note":"tested by hand"}""");
        JsonNode row = answer.Json["overrides"]!.AsArray().ShouldHaveSingleItem()!;
        (Text(row, "order"), Text(row, "state"), Text(row, "by"), Text(row, "note")).ShouldBe(("pin", "healthy", "ada", "tested by hand"));
        DateTimeOffset.Parse(Text(row, "until"), System.Globalization.CultureInfo.InvariantCulture).ShouldBe(api.Time.GetUtcNow().AddHours(2));

        await PutAsync(api, """{"connection":"north-1","country":"DE","order":"forbid","until":"2026-01-03T00:00:00Z"}""");
        await PutAsync(api, """{"connection":"north-1","order":"force","state":"degraded","share_percent":30,"for":"30m"}""");
        JsonArray rows = (await DeckTests.GetAsync(api, "/v1/health/overrides")).Json["overrides"]!.AsArray();
        rows.Select(static one => (Text(one!, "order"), Text(one!, "share"))).ShouldBe([("force", "0.3"), ("forbid", "0"), ("pin", "1")]);

        // The same scope again: it takes the place of the first.
        await PutAsync(api, """{"connection":"north-1","order":"force","state":"suspended","for":"30m"}""");
        (await DeckTests.GetAsync(api, "/v1/health/overrides")).Json["overrides"]!.AsArray().Count.ShouldBe(3);
        JsonNode[] audit =
        [
            .. (await DeckTests.GetAsync(api, "/v1/audit?kind=health")).Json["entries"]!.AsArray().Select(static row => row!)
                .Where(static row => Text(row, "action") == "activate"),
        ];
        audit.Length.ShouldBe(4);
        (Text(audit[3], "by"), Text(audit[3], "note")).ShouldBe(("ada", "north-1 to DE 26201 is pinned by ada until 2026-01-02 05:04:05 UTC: tested by hand"));
    }

    [Fact]
    public async Task Delete_TakesExactlyThatOrderBack()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        await PutAsync(api, """{"connection":"north-1","country":"DE","order":"forbid","for":"1h"}""");
        await PutAsync(api, """{"connection":"north-1","order":"pin","for":"1h"}""");
        (await DeleteAsync(api, "?connection=north-1&country=FR")).Status.ShouldBe(404);
        (await DeleteAsync(api, "?connection=north-1&country=DE&note=done")).Json["overrides"]!.AsArray().ShouldHaveSingleItem();
        (await DeleteAsync(api, "?connection=north-1&country=DE")).Status.ShouldBe(404);
        (await DeleteAsync(api, "?connection=north-1")).Json["overrides"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Orders_SurviveARestart_AndEndByThemselves()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        await PutAsync(api, """{"connection":"north-1","order":"forbid","for":"1h"}""");
        await PutAsync(api, """{"connection":"north-1","country":"DE","network":"26201","order":"force","state":"degraded","share_percent":25,"for":"2h","note":"x"}""");

        var again = new TestHealth(api.Time);
        using var desk = new Server.Health.FailoverDesk(api.Rates.Store, again, api.Time, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await desk.StartAsync(CancellationToken.None);
        again.HealthOrders.OrderBy(static order => order.Until).ShouldBe(api.Failover.HealthOrders.OrderBy(static order => order.Until));
        again.HealthOrders.Count.ShouldBe(2);

        api.Time.Advance(TimeSpan.FromMinutes(61));
        again.Turn();
        again.HealthOrders.ShouldHaveSingleItem().Share.ShouldBe(0.25);
    }

    [Theory]
    [InlineData("""{"order":"pin","for":"1h"}""", "connection")]
    [InlineData("""{"connection":"nobody","order":"pin","for":"1h"}""", "connection")]
    [InlineData("""{"connection":"north-1","country":"de","order":"pin","for":"1h"}""", "country")]
    [InlineData("""{"connection":"north-1","network":"26201","order":"pin","for":"1h"}""", "network")]
    [InlineData("""{"connection":"north-1","country":"DE","network":"x","order":"pin","for":"1h"}""", "network")]
    [InlineData("""{"connection":"north-1","for":"1h"}""", "order")]
    [InlineData("""{"connection":"north-1","order":"kill","for":"1h"}""", "order")]
    [InlineData("""{"connection":"north-1","order":"force","for":"1h"}""", "state")]
    [InlineData("""{"connection":"north-1","order":"force","state":"probing","for":"1h"}""", "state")]
    [InlineData("""{"connection":"north-1","order":"pin","state":"healthy","for":"1h"}""", "state")]
    [InlineData("""{"connection":"north-1","order":"force","state":"suspended","share_percent":5,"for":"1h"}""", "share_percent")]
    [InlineData("""{"connection":"north-1","order":"force","state":"degraded","share_percent":101,"for":"1h"}""", "share_percent")]
    [InlineData("""{"connection":"north-1","order":"pin"}""", "until")]
    [InlineData("""{"connection":"north-1","order":"pin","for":"0"}""", "for")]
    [InlineData("""{"connection":"north-1","order":"pin","for":"32d"}""", "for")]
    [InlineData("""{"connection":"north-1","order":"pin","for":"1h","until":"2026-01-03T00:00:00Z"}""", "for")]
    [InlineData("""{"connection":"north-1","order":"pin","until":"2026-01-01T00:00:00Z"}""", "until")]
    [InlineData("""{"connection":"north-1","order":"pin","until":"2026-01-03T00:00:00"}""", "until")]
    [InlineData("""{"connection":"north-1","order":"pin","for":"1h","note":"a\nb"}""", "note")]
    [InlineData("""{"connection":"north-1","order":"pin","for":"1h","x":"y"}""", "x")]
    public async Task Put_Wrong_IsRefusedByField(string body, string field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await PutAsync(api, body);
        (answer.Status, answer.At("field")).ShouldBe((400, field));
        api.Failover.HealthOrders.ShouldBeEmpty();
    }

    [Fact]
    public async Task All_NeedTheOperatorsToken()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        foreach (string path in new[] { "/v1/health/states", "/v1/health/overrides" }) (await api.GetAsync(path)).Status.ShouldBe(401);
        (await DeckTests.GetAsync(api, "/v1/health/states?all=maybe")).Status.ShouldBe(400);
    }

    internal static void Stall(ApiFixture api) => api.Failover.Turn(new HealthSignal
    {
        Kind = SignalKind.Stalled,
        Source = SignalSource.Sign,
        Cell = new("north-1", "DE", NetworkId.FromCodes(262, 1, 2), null),
        Seen = 1.2,
        Expected = 0.1,
        Messages = 40,
        Over = TimeSpan.FromSeconds(1.2),
        At = 1,
    });

    internal static Task<Answer> PutAsync(ApiFixture api, string body) => DeckTests.SendAsync(api, HttpMethod.Put, "/v1/health/overrides", body);

    private static Task<Answer> DeleteAsync(ApiFixture api, string query) =>
        DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/health/overrides{query}", null);

    private static string Text(JsonNode row, string name) => row[name]!.ToString();
}
