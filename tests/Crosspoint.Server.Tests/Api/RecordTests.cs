using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Engine.Stores;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Api;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Crosspoint.Server.Tests.Api;

/// <summary>What those who run the gateway do is on record under their name: once, and whatever it is.</summary>
public sealed class RecordTests
{
    private const string Sid = "{sid}";
    private const string Failing = """{"match":"connection=north-1","until":"2026-01-02T05:00:00Z","reason":"new disk"}""";
    private const string Window = """{"match":"connection=north-1","from":"2026-01-02T04:00:00Z","until":"2026-01-02T05:00:00Z","reason":"new disk"}""";
    private const string NewConnection = """{"smpp":{"host":"10.0.0.1","port":2775,"system_id":"x","password":"y"}}""";

    // Every route that says OnRecord: what to send, and the line that it leaves. A new route needs a line here.
    private static readonly Case[] Cases =
    [
        new("PUT /v1/connections/{name}", "/v1/connections/fresh?place=1", NewConnection, "add connections/fresh", "at place 1"),
        new("DELETE /v1/connections/{name}", "/v1/connections/north-1", null, "remove connections/north-1"),
        new("PUT /v1/connections/{name}/rate", "/v1/connections/north-1/rate", """{"rate":50}""", "cap connections/north-1", "at most 50 segments a second"),
        new("POST /v1/connections/{name}/pause", "/v1/connections/north-1/pause", null, "pause connections/north-1"),
        new("POST /v1/connections/{name}/resume", "/v1/connections/north-1/resume", null, "resume connections/north-1"),
        new("POST /v1/connections/{name}/drain", "/v1/connections/north-1/drain", null, "drain connections/north-1"),
        new("POST /v1/connections/{name}/stop", "/v1/connections/north-1/stop", null, "stop connections/north-1"),
        new("POST /v1/connections/{name}/restart", "/v1/connections/north-1/restart", null, "restart connections/north-1"),
        new("PATCH /v1/batches/{batch}", "/v1/batches/spring?account_sid={sid}", """{"rate":5}""", $"pace_batch traffic/{Sid}", "batch spring: at most 5 segments a second"),
        new("POST /v1/batches/{batch}/pause", "/v1/batches/spring/pause?account_sid={sid}", null, $"pause_batch traffic/{Sid}", "batch spring"),
        new("POST /v1/batches/{batch}/resume", "/v1/batches/spring/resume?account_sid={sid}", null, $"resume_batch traffic/{Sid}", "batch spring"),
        new("POST /v1/batches/{batch}/cancel", "/v1/batches/spring/cancel?account_sid={sid}", null, $"cancel_batch traffic/{Sid}", "batch spring"),
        new("POST /v1/accounts/{sid}/pause", "/v1/accounts/{sid}/pause", null, $"pause traffic/{Sid}"),
        new("POST /v1/accounts/{sid}/resume", "/v1/accounts/{sid}/resume", null, $"resume traffic/{Sid}"),
        new("POST /v1/accounts/{sid}/cancel-queued", "/v1/accounts/{sid}/cancel-queued", null, $"cancel_queued traffic/{Sid}"),
        new("POST /v1/webhooks/endpoints/{id}/enable", "/v1/webhooks/endpoints/WE1/enable?account_sid={sid}", null, $"enable webhooks/{Sid}", "receiver WE1"),
        new("POST /v1/webhooks/endpoints/{id}/disable", "/v1/webhooks/endpoints/WE1/disable?account_sid={sid}", null, $"disable webhooks/{Sid}", "receiver WE1"),
        new("POST /v1/webhooks/test", "/v1/webhooks/test?account_sid={sid}", """{"url":"https://a.example/secret"}""", $"test webhooks/{Sid}", "a test to a.example"),
        new("POST /v1/webhooks/replay", "/v1/webhooks/replay?account_sid={sid}", """{"message":"{failed}"}""", $"replay webhooks/{Sid}", "2 webhooks of 1 messages"),
        new("POST /v1/messages/{id}/cancel", "/v1/messages/{queued}/cancel", null, "message_cancel messages/{queued}"),
        new("POST /v1/messages/{id}/redact", "/v1/messages/{failed}/redact", null, "message_redact messages/{failed}"),
        new("POST /v1/messages/{id}/resend", "/v1/messages/{failed}/resend", null, "message_resend messages/{failed}", "as SM*"),
        new("POST /v1/messages/{id}/webhooks/{event}/replay", "/v1/messages/{failed}/webhooks/1/replay", null, "message_webhook_replay messages/{failed}"),
        new("POST /v1/chaos", "/v1/chaos", """{"connection":"north-1","fault":"disconnect","seconds":60}""", "begin experiments/north-1", "experiment 1: disconnect for 60 s"),
        new("POST /v1/chaos/{number}/stop", "/v1/chaos/1/stop", null, "stop experiments/north-1", "experiment 1: disconnect for 600 s", HasExperiment: true),
        new("POST /v1/incidents/{incident}/acknowledge", "/v1/incidents/{incident}/acknowledge", """{"note":"calling"}""", "acknowledge incidents/{incident}", "calling"),
        new("POST /v1/incidents/{incident}/notes", "/v1/incidents/{incident}/notes", """{"note":"they know"}""", "note incidents/{incident}", "they know"),
        new("POST /v1/incidents/{incident}/mark", "/v1/incidents/{incident}/mark", """{"verdict":"noise"}""", "mark incidents/{incident}", "noise"),
        new("POST /v1/alerts/{alert}/acknowledge", "/v1/alerts/{alert}/acknowledge", "{}", "acknowledge alerts/{alert}"),
        new("POST /v1/alerts/{alert}/mark", "/v1/alerts/{alert}/mark", """{"verdict":"useful"}""", "mark alerts/{alert}", "useful"),
        new("POST /v1/notifiers/{notifier}/test", "/v1/notifiers/night/test", null, "test notifiers/night"),
        new("POST /v1/silences", "/v1/silences", Failing, "begin silences/SI*", "connection=north-1: new disk"),
        new("DELETE /v1/silences/{silence}", "/v1/silences/{silence}", null, "end silences/{silence}"),
        new("POST /v1/maintenance", "/v1/maintenance", Window, "begin maintenance/MW*", "connection=north-1: new disk"),
        new("DELETE /v1/maintenance/{silence}", "/v1/maintenance/{window}", null, "end maintenance/{window}"),
    ];

    public static TheoryData<string> Routes => [.. Cases.Select(static one => one.Route)];

    [Fact]
    public async Task EveryChangingRoute_SaysWhatBecomesOfItOnRecord()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        RecordRule.Undeclared(api.Server.Endpoints).ShouldBeEmpty();
        RouteEndpoint[] routes = [.. api.Server.Endpoints.OfType<RouteEndpoint>()];

        // Whoever adds one thinks twice.
        routes.Where(static route => route.Metadata.GetMetadata<RecordRule>() == RecordRule.Nothing).Select(NameOf).Order().ShouldBe(
        [
            "DELETE /v1/routing/simulations/{id}", "POST /v1/console/totp", "POST /v1/routing/check", "POST /v1/routing/edit", "POST /v1/routing/simulate",
        ]);
        routes.Where(static route => route.Metadata.GetMetadata<RecordRule>() == RecordRule.OfAccounts).Select(NameOf)
            .ShouldAllBe(static name => name.Contains(" /2010-04-01/"));
        routes.Where(static route => route.Metadata.GetMetadata<RecordRule>() is { Kind.Length: > 0 }).Select(NameOf).Order()
            .ShouldBe(Cases.Select(static one => one.Route).Order(), "each has its case here");
    }

    [Fact]
    public void Route_ThatSaysNothing_IsNamed()
    {
        RecordRule.Undeclared([Route("POST", Access.For(Permission.ManageTraffic))]).ShouldBe(["POST /v1/new"]);
        RecordRule.Undeclared([Route("DELETE", Access.Session)]).ShouldBe(["DELETE /v1/new"]);
        RecordRule.Undeclared([Route("POST", Access.Open)]).ShouldBe(["POST /v1/new"]);
        RecordRule.Undeclared([Route(null, Access.For(Permission.ManageTraffic))]).ShouldBe([" /v1/new"], "it takes every method");
        RecordRule.Undeclared(
        [
            Route("GET", Access.For(Permission.ReadTraffic)), Route("POST", Access.For(Permission.ChangeAccount)), Route("POST"),
            Route("POST", Access.For(Permission.ManageTraffic), RecordRule.Of("traffic", "pause", "sid")),
        ]).ShouldBeEmpty();

        static RouteEndpoint Route(string? method, params object?[] metadata) => new(
            static _ => Task.CompletedTask, RoutePatternFactory.Parse("/v1/new"), 0,
            new([.. metadata.OfType<object>(), .. method is null ? Array.Empty<object>() : [new HttpMethodMetadata([method])]]), null);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Change_BySessionAndByToken_LeavesOneLineEach_UnderItsName(string route)
    {
        Case one = Cases.Single(one => one.Route == route);
        foreach (string by in (string[])["ada", "night shift"])
        {
            await using ApiFixture api = await StartAsync();
            using Browser owner = await Browser.OwnerAsync(api);
            Dictionary<string, string> names = await PrepareAsync(api, one);
            HttpMethod method = new(route.Split(' ')[0]);
            string path = Fill(one.Path, names);
            string? body = one.Body is null ? null : Fill(one.Body, names);
            int before = (await AuditAsync(api, "")).Length;
            Answer answer = by == "ada"
                ? await owner.SendAsync(method, path, body is null ? null : JsonNode.Parse(body)!.AsObject())
                : await SendByTokenAsync(api, method, path, body, by);
            answer.Status.ShouldBeInRange(200, 299, answer.Text);

            string[] lines = (await AuditAsync(api, ""))[..^before];
            string line = lines.ShouldHaveSingleItem();
            string expected = $"{by} {Fill(one.Line, names)} {one.Note}";
            if (expected.Contains('*')) line.ShouldMatch($"^{expected.Replace("*", "[0-9a-f]+")}$");
            else line.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task Audit_IsFoundByKindNameAndWho_PageByPage()
    {
        await using ApiFixture api = await StartAsync();
        foreach (string by in (string[])["ada", "bob", "ada"]) await SendByTokenAsync(api, HttpMethod.Post, "/v1/connections/north-1/pause", null, by);
        await SendByTokenAsync(api, HttpMethod.Post, $"/v1/accounts/{ApiFixture.Demo.Sid}/pause", null, "bob");
        string traffic = $"bob pause traffic/{ApiFixture.Demo.Sid} ";
        (await AuditAsync(api, "?by=bob")).ShouldBe([traffic, "bob pause connections/north-1 "]);
        (await AuditAsync(api, "?by=bob&kind=connections&name=north-1")).ShouldBe(["bob pause connections/north-1 "]);
        (await AuditAsync(api, "?kind=connections&name=south-1")).ShouldBeEmpty();
        Answer first = await DeckTests.GetAsync(api, "/v1/audit?limit=3");
        first.At("entries.0.name").ShouldBe(ApiFixture.Demo.Sid);
        (await AuditAsync(api, $"?limit=3&before={first.At("next_before")}")).ShouldBe(["ada pause connections/north-1 "]);
        (await DeckTests.GetAsync(api, "/v1/audit?kind=users&by=ada")).Json["entries"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatIsRefused_OrIsOfAnAccount_LeavesNoLine()
    {
        await using ApiFixture api = await StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser reader = await Browser.OfRoleAsync(api, Role.ReadOnly, "rita");
        using Browser customer = await Browser.OfRoleAsync(api, Role.Customer, "carl");
        (await reader.PostAsync("/v1/connections/north-1/pause")).Status.ShouldBe(403);
        (await owner.PostAsync("/v1/batches/spring/pause?account_sid=AC9")).Status.ShouldBe(400);
        (await owner.PostAsync("/v1/chaos/9/stop")).Status.ShouldBe(404);
        (await owner.SendAsync(HttpMethod.Put, "/v1/connections/other/rate", new() { ["rate"] = 1 })).Status.ShouldBe(404);
        (await customer.PostAsync("/v1/batches/spring/pause")).Status.ShouldBe(200);
        (await api.PostAsync("/v1/batches/spring/pause", "")).Status.ShouldBe(200);
        api.Engine.Control = new(ControlOutcome.Refused, "no");
        (await owner.PostAsync("/v1/connections/north-1/pause")).Status.ShouldBe(409);
        api.Engine.ReplayResult = new() { LookedAt = 3 };
        (await owner.PostAsync($"/v1/webhooks/replay?account_sid={ApiFixture.Demo.Sid}", new() { ["state"] = "failed" })).Status.ShouldBeOneOf(202, 400);
        (await AuditAsync(api, "")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Author_ThatIsNoName_IsRefused_AndNothingIsDone()
    {
        await using ApiFixture api = await StartAsync();
        Answer answer = await SendByTokenAsync(api, HttpMethod.Post, "/v1/connections/north-1/pause", null, new string('x', 101));
        (answer.Status, answer.At("field")).ShouldBe((400, "Crosspoint-Operator"));
        api.Engine.Wishes.ShouldBeEmpty();
    }

    [Fact]
    public async Task WhatNobodyKnowsWhetherItWasDone_IsOnRecordAsThat()
    {
        await using ApiFixture api = await StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo);
        api.Engine.ChangeOutcome = ChangeOutcome.OutcomeUnknown;
        (await SendByTokenAsync(api, HttpMethod.Post, $"/v1/messages/{message.Id}/cancel", null, "ada")).At("code").ShouldBe("outcome_unknown");
        (await AuditAsync(api, "")).ShouldBe([$"ada message_cancel messages/{message.Id} It may or may not have been done"]);
    }

    [Fact]
    public async Task WhatCannotBePutOnRecord_IsDoneAllTheSame_AndLogged_ButNothingIsSentOrExported()
    {
        var log = new LogLines();
        await using ApiFixture api = await StartAsync(log);
        api.RefuseRecord();
        (await SendByTokenAsync(api, HttpMethod.Post, "/v1/connections/north-1/pause", null, "ada")).Status.ShouldBe(202);
        api.Engine.Wishes.ShouldBe(["pause north-1"]);
        log.Text.ShouldContain("pause of connections/north-1 was done by ada (), and could not be put on record: Broken");

        Answer sent = await SendByTokenAsync(
            api, HttpMethod.Post, $"/v1/test-messages?account_sid={ApiFixture.Demo.Sid}", """{"to":"+4915112345678","from":"Shop","body":"x"}""", "ada");
        (sent.Status, sent.At("code")).ShouldBe((503, "store_unavailable"));
        api.Engine.Requests.ShouldBeEmpty();
        (await DeckTests.GetAsync(api, "/v1/messages/export")).At("code").ShouldBe("store_unavailable");
    }

    [Fact]
    public async Task Start_AfterAnEarlierVersion_MovesWhatWasKeptOfMessages_AndDropsWhatIsOld()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("crosspoint-record-");
        try
        {
            var time = new ManualTimeProvider();
            long now = time.GetUtcMicros();
            const long Day = 24 * 3_600_000_000L;
            await using SqliteRevisionStore store = SqliteRevisionStore.Open(Path.Combine(folder.FullName, "config.db"), time);
            await using SqliteUserStore users = SqliteUserStore.Open(Path.Combine(folder.FullName, SqliteUserStore.FileName));
            UserAudit[] lines =
            [
                new(now - (401 * Day), "ada", "message_cancel", "SM1", ""), new(now - Day, "ada", "sign_in", "ada", ""),
                new(now - Day, "bob", "message_resend", "SM2", "as SM3"), new(now, "ada", "message_redact", "SM2", ""),
            ];
            (await users.ApplyAsync(new() { Audit = lines }, CancellationToken.None)).ShouldBeNull();
            for (int start = 0; start < 2; start++)
            {
                await OperatorRecord.PrepareAsync(store, users, time, new LogLines(), CancellationToken.None);
                (await store.ListAuditAsync(new("messages"), CancellationToken.None)).Select(static e => $"{e.By} {e.Action} {e.Resource.Name} {e.Note}")
                    .ShouldBe(["ada message_redact SM2 ", "bob message_resend SM2 as SM3"]);
            }

            (await users.ListMessageAuditAsync(9, CancellationToken.None)).ShouldBeEmpty();
            (await users.ListAuditAsync(new(), CancellationToken.None)).ShouldHaveSingleItem().Action.ShouldBe("sign_in");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Task<ApiFixture> StartAsync(LogLines? log = null) => ApiFixture.StartAsync(
        new HttpOptions { AdminToken = DeckTests.Token },
        alerts: new() { Notifiers = [new SlackNotifierOptions { Name = "night", Url = "https://127.0.0.1/x" }] }, loggers: log);

    private static async Task<Dictionary<string, string>> PrepareAsync(ApiFixture api, Case one)
    {
        var names = new Dictionary<string, string> { ["sid"] = ApiFixture.Demo.Sid };
        names["queued"] = api.Engine.Add(ApiFixture.Demo).Id.ToString();
        Message failed = api.Engine.Add(ApiFixture.Demo, state: MessageState.Failed);
        failed.Deliveries.Add(new() { EventNumber = 1, State = DeliveryState.Failed });
        names["failed"] = failed.Id.ToString();
        api.Engine.ReplayResult = new() { Replayed = 2, LookedAt = 1 };
        api.Engine.Endpoints.Add(new("WE1", "https://a.example/x", null, DisabledBecause.None, 0, 0, 0, 0, false, 0, 0, null));
        IncidentTests.Fall(api, new("north-1", "DE", NetworkId.Unknown, null));
        names["incident"] = (await DeckTests.GetAsync(api, "/v1/incidents")).At("incidents.0.id")!;
        names["alert"] = (await DeckTests.GetAsync(api, "/v1/alerts")).At("alerts.0.id")!;
        if (one.Path.Contains("{silence}")) names["silence"] = (await DeckTests.PostAsync(api, "/v1/silences", Failing)).At("id")!;
        if (one.Path.Contains("{window}")) names["window"] = (await DeckTests.PostAsync(api, "/v1/maintenance", Window)).At("id")!;
        if (one.HasExperiment) await DeckTests.PostAsync(api, "/v1/chaos", """{"connection":"north-1","fault":"disconnect","seconds":600}""");
        return names;
    }

    private static string Fill(string text, Dictionary<string, string> names)
    {
        foreach ((string name, string value) in names) text = text.Replace($"{{{name}}}", value, StringComparison.Ordinal);
        return text;
    }

    private static async Task<string[]> AuditAsync(ApiFixture api, string query)
    {
        Answer audit = await DeckTests.GetAsync(api, $"/v1/audit{query}");
        audit.Status.ShouldBe(200, audit.Text);
        return [.. audit.Json["entries"]!.AsArray().Select(static e => $"{e!["by"]} {e["action"]} {e["kind"]}/{e["name"]} {e["note"]}")];
    }

    private static async Task<Answer> SendByTokenAsync(ApiFixture api, HttpMethod method, string path, string? body, string by)
    {
        using HttpClient client = api.ClientFor(null);
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", DeckTests.Token);
        request.Headers.Add("Crosspoint-Operator", by);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(client, request);
    }

    private static string NameOf(RouteEndpoint route) =>
        $"{string.Join(' ', route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [])} {route.RoutePattern.RawText}";

    /// <param name="Line">Action, kind and name.</param>
    private sealed record Case(string Route, string Path, string? Body, string Line, string Note = "", bool HasExperiment = false);
}
