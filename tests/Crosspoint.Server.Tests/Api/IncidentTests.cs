using System.Text.Json.Nodes;
using Crosspoint.Engine;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Incidents, alerts, silences, notifiers and the weekly review, as the operator sees them.</summary>
public sealed class IncidentTests
{
    private static readonly HealthCell North = Cell("north-1", "DE", "26201");

    [Fact]
    public async Task Incident_FromItsOpeningToItsEnd_TellsItsStory()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Fall(api, North);
        JsonNode listed = (await DeckTests.GetAsync(api, "/v1/incidents?state=open")).Json["incidents"]!.AsArray().ShouldHaveSingleItem()!;
        string id = listed["id"]!.ToString();
        (listed["title"]!.ToString(), listed["severity"]!.ToString()).ShouldBe(("north-1 to DE 26201: too many messages are refused", "L2"));

        Answer acknowledged = await DeckTests.PostAsync(api, $"/v1/incidents/{id}/acknowledge", """{"note":"calling them"}""");
        (acknowledged.Status, acknowledged.At("state"), acknowledged.At("acknowledged_by")).ShouldBe((200, "acknowledged", "ada"));
        (await DeckTests.PostAsync(api, $"/v1/incidents/{id}/notes", """{"note":"they know"}""")).Status.ShouldBe(200);
        api.Time.Advance(TimeSpan.FromMinutes(5));
        Change(api, North, CellState.Suspended, CellState.Healthy, 1);
        (await DeckTests.PostAsync(api, $"/v1/incidents/{id}/mark", """{"verdict":"useful"}""")).At("verdict_by").ShouldBe("ada");

        JsonNode story = (await DeckTests.GetAsync(api, $"/v1/incidents/{id}")).Json;
        story["state"]!.ToString().ShouldBe("resolved");
        story["messages_moved"]!.GetValue<long>().ShouldBe(30_000);
        story["timeline"]!.AsArray().Select(static line => line!["kind"]!.ToString()).ShouldBe(
            ["noticed", "acknowledged", "note", "changed", "resolved", "judged"]);
        story["what_happened"]![0]!.ToString().ShouldContain("refused 12 % of 812 segments");
        story["what_is_left"]![0]!.ToString().ShouldStartWith("Nothing has to be done");
        Answer late = await DeckTests.PostAsync(api, $"/v1/incidents/{id}/acknowledge", "{}");
        (late.Status, late.At("code")).ShouldBe((409, "alert_state"));
    }

    [Fact]
    public async Task Incidents_AreKeptOverARestart()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Fall(api, North);
        string id = (await DeckTests.GetAsync(api, "/v1/incidents")).At("incidents.0.id")!;
        await using var again = new AlertDesk(new(), api.HealthStore, new FakeReadings(), api.Time, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance);
        await again.StartAsync(CancellationToken.None);
        again.Incidents.Find(id)!.Timeline[^1].Text.ShouldContain("restarted");
        again.Take(ChangeOf(api, North, CellState.Healthy, CellState.Suspended, 0));
        again.Incidents.Open.ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    [Theory]
    [InlineData("", 3)]
    [InlineData("?state=resolved", 1)]
    [InlineData("?state=unresolved", 2)]
    [InlineData("?severity=L2", 2)]
    [InlineData("?connection=south-1", 1)]
    [InlineData("?country=DE", 1)]
    [InlineData("?country=DE&network=26201", 1)]
    [InlineData("?country=DE&network=26202", 0)]
    [InlineData("?verdict=noise", 1)]
    [InlineData("?verdict=none", 2)]
    [InlineData("?from=2026-01-02T04:00:00Z", 1)]
    [InlineData("?before=2026-01-02T04:00:00Z", 2)]
    public async Task List_Filters_LeaveOutWhatDoesNotFit(string query, int count)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Fall(api, North);
        Fall(api, Cell("south-1", "FR", "20801"));
        Change(api, North, CellState.Suspended, CellState.Healthy, 1);
        string id = (await DeckTests.GetAsync(api, "/v1/incidents?state=resolved")).At("incidents.0.id")!;
        await DeckTests.PostAsync(api, $"/v1/incidents/{id}/mark", """{"verdict":"noise"}""");
        api.Time.Advance(TimeSpan.FromHours(2));
        api.Alerts.Take(ChangeOf(api, Cell("west-1", "IT", ""), CellState.Healthy, CellState.Degraded, 0.5));
        (await DeckTests.GetAsync(api, $"/v1/incidents{query}")).Json["incidents"]!.AsArray().Count.ShouldBe(count);
    }

    [Fact]
    public async Task List_Pages_GiveEachOnce()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string[] countries = ["DE", "FR", "IT", "ES", "PL"];
        for (int i = 0; i < 5; i++)
        {
            Fall(api, Cell($"c{i}", countries[i], ""));
            if (i % 2 == 0) api.Time.Advance(TimeSpan.FromMinutes(1));
        }

        var seen = new List<string>();
        string query = "?limit=2";
        while (true)
        {
            JsonNode page = (await DeckTests.GetAsync(api, $"/v1/incidents{query}")).Json;
            seen.AddRange(page["incidents"]!.AsArray().Select(static one => one!["cells"]![0]!["connection"]!.ToString()));
            if (page["next_cursor"] is not { } cursor) break;
            query = $"?limit=2&cursor={cursor}";
        }

        seen.Order().ShouldBe(["c0", "c1", "c2", "c3", "c4"]);
    }

    [Theory]
    [InlineData("/v1/incidents?state=odd", "state")]
    [InlineData("/v1/incidents?severity=5", "severity")]
    [InlineData("/v1/incidents?from=yesterday", "from")]
    [InlineData("/v1/incidents?cursor=x", "cursor")]
    [InlineData("/v1/incidents?limit=501", "limit")]
    [InlineData("/v1/alerts?state=recovering", "state")]
    [InlineData("/v1/alerts?verdict=good", "verdict")]
    [InlineData("/v1/reports/weekly?week=2026-W54", "week")]
    [InlineData("/v1/reports/weekly?week=2026W01", "week")]
    [InlineData("/v1/reports/weekly?format=pdf", "format")]
    public async Task Get_WrongParameter_IsRefusedByName(string path, string field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.GetAsync(api, path);
        (answer.Status, answer.At("field")).ShouldBe((400, field));
    }

    [Theory]
    [InlineData("GET", "/v1/incidents")]
    [InlineData("GET", "/v1/incidents/IN1")]
    [InlineData("POST", "/v1/incidents/IN1/acknowledge")]
    [InlineData("POST", "/v1/alerts/AL1/mark")]
    [InlineData("POST", "/v1/silences")]
    [InlineData("DELETE", "/v1/maintenance/MW1")]
    [InlineData("POST", "/v1/notifiers/x/test")]
    [InlineData("GET", "/v1/reports/weekly")]
    public async Task Anything_WithoutTheOperatorsToken_IsRefused(string method, string path)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await api.SendAsync(new(method), path, null)).Status.ShouldBe(401);
        await using ApiFixture off = await ApiFixture.StartAsync();
        (await off.SendAsync(new(method), path, null)).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("POST", "/v1/incidents/IN1/acknowledge", "{}")]
    [InlineData("POST", "/v1/incidents/IN1/notes", """{"note":"x"}""")]
    [InlineData("POST", "/v1/incidents/IN1/mark", """{"verdict":"noise"}""")]
    [InlineData("GET", "/v1/incidents/IN1", null)]
    [InlineData("GET", "/v1/alerts/AL1", null)]
    [InlineData("POST", "/v1/alerts/AL1/acknowledge", "{}")]
    [InlineData("POST", "/v1/alerts/AL1/mark", """{"verdict":"noise"}""")]
    [InlineData("DELETE", "/v1/silences/SI1", null)]
    [InlineData("POST", "/v1/notifiers/none/test", "{}")]
    public async Task Anything_Unknown_Is404(string method, string path, string? body)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.SendAsync(api, new(method), path, body);
        (answer.Status, answer.At("code")).ShouldBe((404, "not_found"));
    }

    [Fact]
    public async Task Alert_Turned_IsListedAcknowledgedAndMarked()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        api.Readings.Countries.Add(new("DE", null, 1_000, 0.97));
        await api.Alerts.TurnAsync();
        JsonNode alert = (await DeckTests.GetAsync(api, "/v1/alerts?state=open&rule=country_delivery&country=DE")).Json["alerts"]!.AsArray().ShouldHaveSingleItem()!;
        string id = alert["id"]!.ToString();
        (alert["severity"]!.ToString(), alert["title"]!.ToString()).ShouldBe(("L2", "Delivery to DE is 97 %, below 98 %"));
        alert["labels"]!.AsArray().Select(static label => label!.ToString()).ShouldBe(["country=DE"]);
        (await DeckTests.PostAsync(api, $"/v1/alerts/{id}/acknowledge", "{}")).At("acknowledged_by").ShouldBe("ada");

        api.Readings.Countries.Clear();
        await api.Alerts.TurnAsync();
        api.Time.Advance(TimeSpan.FromMinutes(3));
        await api.Alerts.TurnAsync();
        (await DeckTests.PostAsync(api, $"/v1/alerts/{id}/mark", """{"verdict":"noise"}""")).At("state").ShouldBe("resolved");
        (await DeckTests.GetAsync(api, $"/v1/alerts/{id}")).At("verdict").ShouldBe("noise");
        (await DeckTests.PostAsync(api, $"/v1/alerts/{id}/acknowledge", "{}")).Status.ShouldBe(409);
        (await DeckTests.PostAsync(api, $"/v1/alerts/{id}/mark", """{"verdict":"good"}""")).At("field").ShouldBe("verdict");
    }

    [Fact]
    public async Task AcknowledgeAlert_OfAnIncident_AcknowledgesBoth()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Fall(api, North);
        await api.Alerts.TurnAsync();
        Answer alerts = await DeckTests.GetAsync(api, "/v1/alerts?rule=incident");
        await DeckTests.PostAsync(api, $"/v1/alerts/{alerts.At("alerts.0.id")}/acknowledge", "{}");
        (await DeckTests.GetAsync(api, $"/v1/incidents/{alerts.At("alerts.0.incident")}")).At("state").ShouldBe("acknowledged");
    }

    [Fact]
    public async Task Silence_AddedAndEnded_IsInForceBetween()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer added = await DeckTests.PostAsync(api, "/v1/silences", """{"match":"rule=disk, path=/d*","until":"2026-01-02T05:00:00Z","reason":"new disk comes"}""");
        (added.Status, added.At("state"), added.At("made_by"), added.At("match")).ShouldBe((201, "in_force", "ada", "rule=disk,path=/d*"));
        api.Readings.Disk.Add(new("/data", 1, 100));
        await api.Alerts.TurnAsync();
        (await DeckTests.GetAsync(api, "/v1/alerts")).At("alerts.0.silence").ShouldBe(added.At("id"));
        Answer ended = await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/silences/{added.At("id")}", null);
        (ended.Status, ended.At("state"), ended.At("ended_by")).ShouldBe((200, "ended", "ada"));
        await api.Alerts.TurnAsync();
        (await DeckTests.GetAsync(api, "/v1/alerts")).At("alerts.0.silence").ShouldBeNull();
        (await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/silences/{added.At("id")}", null)).Status.ShouldBe(409);

        Answer window = await DeckTests.PostAsync(
            api, "/v1/maintenance", """{"match":"vendor=north","from":"2026-01-03T01:00:00Z","until":"2026-01-03T03:00:00Z","reason":"they told us"}""");
        (window.Status, window.At("state")).ShouldBe((201, "scheduled"));
        (await DeckTests.GetAsync(api, "/v1/maintenance")).At("maintenance.0.id").ShouldBe(window.At("id"));
        (await DeckTests.GetAsync(api, "/v1/silences")).Json["silences"]!.AsArray().Count.ShouldBe(1);
        (await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/silences/{window.At("id")}", null)).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("/v1/silences", """{"until":"2026-01-02T05:00:00Z","reason":"x"}""", "match")]
    [InlineData("/v1/silences", """{"match":"colour=red","until":"2026-01-02T05:00:00Z","reason":"x"}""", "match")]
    [InlineData("/v1/silences", """{"match":"rule=a,rule=b","until":"2026-01-02T05:00:00Z","reason":"x"}""", "match")]
    [InlineData("/v1/silences", """{"match":"rule=a*b","until":"2026-01-02T05:00:00Z","reason":"x"}""", "match")]
    [InlineData("/v1/silences", """{"match":"rule=a","reason":"x"}""", "until")]
    [InlineData("/v1/silences", """{"match":"rule=a","until":"2026-01-02T03:00:00Z","reason":"x"}""", "until")]
    [InlineData("/v1/silences", """{"match":"rule=a","until":"2026-01-09T03:04:06Z","reason":"x"}""", "until")]
    [InlineData("/v1/silences", """{"match":"rule=a","until":"2026-01-02T05:00:00Z"}""", "reason")]
    [InlineData("/v1/silences", """{"match":"rule=a","from":"2026-01-02T04:00:00Z","until":"2026-01-02T05:00:00Z","reason":"x"}""", "from")]
    [InlineData("/v1/maintenance", """{"match":"rule=a","until":"2026-01-02T05:00:00Z","reason":"x"}""", "from")]
    [InlineData("/v1/maintenance", """{"match":"rule=a","from":"2026-01-02T06:00:00Z","until":"2026-01-02T05:00:00Z","reason":"x"}""", "until")]
    public async Task Silence_Wrong_IsRefusedByName(string path, string body, string field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.PostAsync(api, path, body);
        (answer.Status, answer.At("field")).ShouldBe((400, field));
        (await DeckTests.GetAsync(api, "/v1/silences")).Json["silences"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Silences_TooMany_AreRefused()
    {
        await using ApiFixture api = await StartAsync(new() { Alerts = new() { MostSilences = 1 } });
        const string Body = """{"match":"rule=a","until":"2026-01-02T05:00:00Z","reason":"x"}""";
        (await DeckTests.PostAsync(api, "/v1/silences", Body)).Status.ShouldBe(201);
        Answer second = await DeckTests.PostAsync(api, "/v1/silences", Body);
        (second.Status, second.At("code")).ShouldBe((422, "limit_reached"));
    }

    [Fact]
    public async Task Notifiers_ListedAndTested_ShowNoSecret()
    {
        using SmtpServer server = SmtpServer.Start(new() { OffersStartTls = false, Auth = "" });
        await using ApiFixture api = await StartAsync(new()
        {
            Notifiers =
            [
                new EmailNotifierOptions
                {
                    Name = "mail",
                    Host = "127.0.0.1",
                    Port = server.Port,
                    Security = MailSecurity.None,
                    From = "a@example.com",
                    To = ["b@example.com"],
                    Password = "hush",
                },
                new SlackNotifierOptions { Name = "chat", Url = "https://127.0.0.1/services/hush" },
            ],
        });
        (await DeckTests.PostAsync(api, "/v1/notifiers/mail/test", "")).Text.ShouldBe("""{"delivered":true,"error":null}""");
        (await server.NextAsync()).Header("Subject").ShouldBe("[Test] Test of the notifier mail");
        (await DeckTests.PostAsync(api, "/v1/notifiers/chat/test", "")).Text.ShouldBe("""{"delivered":false,"error":"the host is not on the public internet"}""");
        Answer list = await DeckTests.GetAsync(api, "/v1/notifiers");
        (list.At("notifiers.0.delivered"), list.At("notifiers.1.failures")).ShouldBe(("1", "1"));
        list.Text.ShouldNotContain("hush");
    }

    [Fact]
    public async Task Weekly_ListsEverythingWithPrecision_InBothForms()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Fall(api, North);
        api.Readings.Countries.Add(new("FR", null, 1_000, 0.97));
        api.Readings.Disk.Add(new("/a|b<script>", 1, 100));
        await api.Alerts.TurnAsync();
        string incident = (await DeckTests.GetAsync(api, "/v1/incidents")).At("incidents.0.id")!;
        string dip = (await DeckTests.GetAsync(api, "/v1/alerts?rule=country_delivery")).At("alerts.0.id")!;
        await DeckTests.PostAsync(api, $"/v1/incidents/{incident}/mark", """{"verdict":"useful"}""");
        await DeckTests.PostAsync(api, $"/v1/alerts/{dip}/mark", """{"verdict":"noise"}""");

        Answer markdown = await DeckTests.GetAsync(api, "/v1/reports/weekly?format=markdown");
        markdown.ContentType.ShouldBe("text/markdown; charset=utf-8");
        markdown.Text.ShouldStartWith("# Week 2026-W01\n\n2025-12-29 to 2026-01-04, UTC. 1 incident, 1 failover, 1 dip of delivery, 1 other alert.\n");
        markdown.Text.ShouldContain("Precision: 50 % (1 of 2 that were judged needed action). Of 1 nobody has said yet");
        markdown.Text.ShouldContain("| 2026-01-02 03:04:05 UTC | L2 | open | 1 ms, goes on | 0 | yes | north-1 to DE 26201: too many messages are refused | " + incident);
        markdown.Text.ShouldContain("/a\\|b&lt;script>");
        Answer html = await DeckTests.GetAsync(api, "/v1/reports/weekly?week=2026-W01");
        html.ContentType.ShouldBe("text/html; charset=utf-8");
        html.Text.ShouldContain("<h2>Failovers</h2>");
        html.Text.ShouldContain("/a|b&lt;script&gt;");
        html.Text.ShouldNotContain("<script");
        (await DeckTests.GetAsync(api, "/v1/reports/weekly?week=2025-W51&format=markdown")).Text.ShouldContain("Precision is not known.");
    }

    internal static HealthCell Cell(string connection, string country, string network) =>
        new(connection, country, NetworkId.TryParse(network, out NetworkId id) ? id : default, null);

    internal static void Fall(ApiFixture api, HealthCell cell) => Change(api, cell, CellState.Healthy, CellState.Suspended, 0);

    internal static void Change(ApiFixture api, HealthCell cell, CellState from, CellState to, double share) =>
        api.Alerts.Take(ChangeOf(api, cell, from, to, share));

    private static HealthChange ChangeOf(ApiFixture api, HealthCell cell, CellState from, CellState to, double share) => new()
    {
        Cell = cell,
        From = from,
        To = to,
        Share = share,
        Reason = "12 % of 812 segments were refused",
        Rate = 100,
        At = api.Time.GetUtcMicros(),
        Signal = to == CellState.Healthy
            ? null
            : new()
            {
                Kind = SignalKind.Errors,
                Source = SignalSource.Statistic,
                Cell = cell,
                Seen = 0.12,
                Expected = 0.004,
                Messages = 812,
                Over = TimeSpan.FromSeconds(10),
                Status = 8,
                At = api.Time.GetUtcMicros(),
            },
    };

    internal static Task<ApiFixture> StartAsync(AlertDeskOptions options) => ApiFixture.StartAsync(new HttpOptions { AdminToken = DeckTests.Token }, alerts: options);
}
