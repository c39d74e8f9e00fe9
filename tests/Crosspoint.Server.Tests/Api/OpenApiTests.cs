using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;
using Crosspoint.TestKit;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Tests.Api;

/// <summary>
/// Holds the committed OpenAPI document against the routes that are mapped and the fields that are really written and read.
/// </summary>
public sealed class OpenApiTests
{
    private static readonly string[] Methods = ["get", "head", "post", "put", "patch", "delete"];

    [Fact]
    public async Task Document_Served_IsTheCommittedOne()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync("/openapi/v1.json");
        answer.Text.ShouldBe(await File.ReadAllTextAsync(Repository.PathOf("docs", "api", "openapi-v1.json"), CancellationToken.None));
        answer.At("openapi").ShouldBe("3.1.0");
    }

    [Fact]
    public async Task Paths_AreTheRoutesThatAreMapped()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonNode document = await DocumentAsync(api);
        string[] documented =
        [
            .. from path in document["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               where Methods.Contains(operation.Key)
               select $"{operation.Key} {path.Key}",
        ];
        Routes(api).Where(r => !r.Contains("/2010-04-01/")).ShouldBe(documented, ignoreOrder: true);
    }

    [Fact]
    public async Task TwilioRoutes_StandInTheirPage()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string page = await File.ReadAllTextAsync(Repository.PathOf("docs", "api", "twilio.md"), CancellationToken.None);
        string[] routes = [.. Routes(api).Where(r => r.Contains("/2010-04-01/"))];
        routes.Length.ShouldBe(7);
        foreach (string route in routes)
        {
            string shown = route.Replace("{account}", "{AccountSid}").Replace("{message}", "{Sid}.json").Replace("{id}", "{Sid}");
            string[] parts = shown.Split(' ');
            page.ShouldContain($"`{parts[0].ToUpperInvariant()} {parts[1]}`");
        }
    }

    [Fact]
    public async Task Answers_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = "token-of-the-operator" });
        JsonNode document = await DocumentAsync(api);
        Message message = api.Engine.Add(ApiFixture.Demo, head => head with { CallbackUrl = "https://x.example/" }, MessageState.Sending);
        message.ErrorCode = 30008;
        message.Attempts.Add(
            new Attempt { Number = 1, Connection = "a", StartedAt = 1, Decision = new RouteDecision(1, "default", [new("a", CandidateCode.Chosen)]) });
        message.Segments.Add(new SegmentProgress());
        message.Supersede();
        message.Segments.Add(new SegmentProgress());
        message.Deliveries.Add(new WebhookDelivery { EventNumber = 1, Earlier = [new(1, 500, 2, "HTTP 500"), new(2, 0, 3, null)] });
        api.Engine.Endpoints.Add(new("WE1", "https://x.example/", null, DisabledBecause.None, 0, 0, 0, 0, false, 0, 0, null));
        var settings = new WebhookEndpointSettings { Url = "https://y.example/", Batch = new(1, TimeSpan.Zero), Rate = 1.5, Concurrency = 1 };
        api.Engine.Endpoints.Add(new("WE2", settings.Url, settings, DisabledBecause.Asked, 1, 1, 1, 1, true, 1, 500, "HTTP 500"));
        const string Send = """{"to":"+15551234567","from":"+15550001000","body":"x"}""";
        Check(document, "Message", (await api.PostAsync("/v1/messages", Send)).Json);
        Check(document, "Message", (await api.GetAsync($"/v1/messages/{message.Id}")).Json);
        Check(document, "MessagePage", (await api.GetAsync("/v1/messages?limit=1")).Json);
        Check(document, "SendBatchResponse", (await api.PostAsync("/v1/messages/batch", $$"""{"messages":[{{Send}},{"x":1}]}""")).Json);
        Check(document, "Timeline", (await api.GetAsync($"/v1/messages/{message.Id}/events")).Json);
        Check(document, "MessageExplanation", (await api.GetAsync($"/v1/messages/{message.Id}/explain")).Json);
        Check(document, "Explanation", (await api.GetAsync("/v1/explain?to=%2B15551234567&from=%2B15550001000")).Json);
        Check(document, "DeliveryLog", (await api.GetAsync($"/v1/messages/{message.Id}/webhooks")).Json);
        Check(document, "WebhookPage", (await api.GetAsync("/v1/webhooks?limit=1")).Json);
        Check(document, "WebhookSecret", (await api.GetAsync("/v1/webhooks/secret")).Json);
        Check(document, "EndpointPage", (await api.GetAsync("/v1/webhooks/endpoints?limit=2")).Json);
        Check(document, "Endpoint", (await api.PostAsync("/v1/webhooks/endpoints/WE2/enable", "")).Json);
        Check(document, "WebhookTestResult", (await api.PostAsync("/v1/webhooks/test", """{"url":"https://x.example/"}""")).Json);
        Check(document, "ReplayResult", (await api.PostAsync("/v1/webhooks/replay", """{"created_after":"2026-01-01"}""")).Json);
        api.Engine.Traffic.Add(new(ApiFixture.Demo.Sid, "spring", TrafficState.Canceled, 2.5, 1, true, 1));
        Check(document, "Batch", (await api.GetAsync("/v1/batches/spring")).Json);
        Check(document, "Batch", (await api.PostAsync("/v1/batches/summer/pause", "")).Json);
        Check(document, "BatchPage", (await api.GetAsync("/v1/batches?limit=1")).Json);
        Check(document, "Lookup", (await api.GetAsync("/v1/lookup/+4915112345678")).Json);
        Check(document, "Lookup", (await api.GetAsync("/v1/lookup/+80012345678")).Json);
        Check(document, "Problem", (await api.GetAsync("/v1/messages?limit=0")).Json);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");
        api.Engine.Waiting.Add(new("a", TrafficClass.Otp, "AC", 1, 1, 2, false, [new("x", "y", 1, 1)]));
        Check(document, "Message", (await api.GetAsync($"/v1/messages/{message.Id}")).Json);
        Check(document, "MessagePage", (await api.GetAsync("/v1/messages?limit=1")).Json);
        Check(document, "Message", (await api.PostAsync($"/v1/messages/{message.Id}/resend", "")).Json);
        api.Engine.Waiting.Add(new("trial-1", TrafficClass.Otp, "", 1, 1, 2, false, []));
        Check(document, "QueueList", (await api.GetAsync("/v1/queues")).Json);
        api.Engine.Limits.Add(new(new() { Name = "account", Rate = 5, Queue = TimeSpan.FromHours(4) }, LimitSource.Own, 7, null));
        var days = new Limit { Name = "days", Rate = 0, PerDay = 9, Zone = NodaTime.DateTimeZone.Utc, Country = "US", Each = LimitEach.Sender };
        api.Engine.Limits.Add(new(days, LimitSource.File, null, null));
        Check(document, "Account", (await api.GetAsync($"/v1/accounts/{ApiFixture.Demo.Sid}")).Json);
        HealthTests.Path(api, "north-1", "DE", "26201", TrafficClass.Otp).Submitted(api.Health.Clock.Now);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        Check(document, "Overview", (await api.GetAsync("/v1/overview")).Json);
        Check(document, "Message", (await api.PostAsync($"/v1/test-messages?account_sid={ApiFixture.Demo.Sid}", Send)).Json);
        Check(document, "ConnectionList", (await api.GetAsync("/v1/connections")).Json);
        Check(document, "Connection", (await api.GetAsync("/v1/connections/north-1")).Json);
        Check(document, "ConnectionChange", (await api.PostAsync("/v1/connections/north-1/pause", "")).Json);
        api.Client.DefaultRequestHeaders.Authorization = ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken);
        using HttpResponseMessage stream = await api.Client.GetAsync(
            "/v1/events", HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(CancellationToken.None));
        await reader.ReadLineAsync(CancellationToken.None);
        api.Events.Publish(message.Head, message.Events[0], 30008);
        string? line;
        do line = await reader.ReadLineAsync(CancellationToken.None);
        while (line is not null && !line.StartsWith("data: "));
        Check(document, "LiveEvent", JsonNode.Parse(line!["data: ".Length..])!);
    }

    [Fact]
    public async Task AnswersOfRates_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        JsonNode document = await DocumentAsync(api);
        const string First = "country,prefix,price,currency\nDE,,0.1,EUR\nFR,,0.1,EUR\nIT,,0.1,EUR\n";
        const string Second = "country,prefix,price,currency\nDE,,0.2,EUR\nFR,,0.05,EUR\n,48,0.1,EUR\n";
        Check(document, "ImportReport", (await DeckTests.ImportAsync(api, "north-1", First)).Json);
        Check(document, "Revision", (await DeckTests.PostAsync(api, "/v1/decks/north-1/revisions/1/activate", "{}")).Json);
        Check(document, "ImportReport", (await DeckTests.ImportAsync(api, "north-1", Second, "?dry_run=true")).Json);
        Check(document, "DeckProblem", (await DeckTests.ImportAsync(api, "north-1", First + "x,,1,EUR\n")).Json);
        await DeckTests.ImportAsync(api, "north-1", Second);
        Check(document, "DeckDiff", (await DeckTests.GetAsync(api, "/v1/decks/north-1/revisions/2/diff")).Json);
        await DeckTests.PostAsync(api, "/v1/decks/north-1/revisions/2/activate", """{"expected":1,"valid_from":"2027-01-01T00:00:00Z","note":"x"}""");
        Check(document, "DeckList", (await DeckTests.GetAsync(api, "/v1/decks")).Json);
        Check(document, "RevisionPage", (await DeckTests.GetAsync(api, "/v1/decks/north-1/revisions?limit=1")).Json);
        Check(document, "DeckRows", (await DeckTests.GetAsync(api, "/v1/decks/north-1/revisions/2/rows")).Json);
        Check(document, "Revision", (await DeckTests.PostAsync(api, "/v1/decks/north-1/rollback", """{"expected":2,"to":1,"note":"x"}""")).Json);
        Check(document, "RateDocument", (await DeckTests.GetAsync(api, "/v1/rates/sell")).Json);
        await DeckTests.SendAsync(api, HttpMethod.Put, "/v1/rates/fees?expected=0", "fees: [ { name: f, amount: 1, currency: EUR } ]");
        Check(document, "RateDocument", (await DeckTests.GetAsync(api, "/v1/rates/fees")).Json);
        Check(document, "PriceReport", (await DeckTests.GetAsync(api, "/v1/rates/price?to=%2B4915112345678")).Json);
        Check(document, "AuditPage", (await DeckTests.GetAsync(api, "/v1/audit?limit=3")).Json);
    }

    [Fact]
    public async Task AnswersOfRouting_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        JsonNode document = await DocumentAsync(api);
        const string Plan = "default: [ north-1 ]\nrules: [ { name: all, connections: [ north-1 ] } ]";
        Check(document, "RoutingDraft", (await DeckTests.PostAsync(api, "/v1/routing/revisions", Plan)).Json);
        Check(document, "Revision", (await DeckTests.PostAsync(api, "/v1/routing/revisions/1/activate", """{"expected":0,"note":"x"}""")).Json);
        Check(document, "RoutingCheck", (await DeckTests.PostAsync(api, "/v1/routing/check", "default: [ x ]")).Json);
        await DeckTests.PostAsync(api, "/v1/routing/revisions", Plan.Replace("name: all", "name: all, attempts: 2"));
        Check(document, "RoutingDiff", (await DeckTests.GetAsync(api, "/v1/routing/revisions/2/diff")).Json);
        Check(document, "Routing", (await DeckTests.GetAsync(api, "/v1/routing")).Json);
        Check(document, "RoutingRevision", (await DeckTests.GetAsync(api, "/v1/routing/revisions/2")).Json);
        Check(document, "RevisionPage", (await DeckTests.GetAsync(api, "/v1/routing/revisions?limit=1")).Json);
    }

    [Fact]
    public async Task AnswersOfQuality_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await QualityTests.Learned();
        JsonNode document = await DocumentAsync(api);
        foreach (string query in new[] { "", "?limit=2", "?level=connection", "?level=network", "?level=country&limit=1" })
            Check(document, "QualityPage", (await DeckTests.GetAsync(api, $"/v1/quality{query}")).Json);
    }

    [Fact]
    public async Task AnswersOfHealth_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await HealthTests.Busy();
        JsonNode document = await DocumentAsync(api);
        foreach (string query in new[] { "", "?limit=2", "?level=network", "?level=country&interval=1m", "?level=connection", "?level=vendor", "?level=account" })
            Check(document, "HealthCellPage", (await DeckTests.GetAsync(api, $"/v1/health/cells{query}")).Json);
        Check(document, "HealthBoard", (await DeckTests.GetAsync(api, "/v1/health/countries")).Json);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.History.TurnAsync();
        JsonNode history = (await DeckTests.GetAsync(api, "/v1/health/history?step=minute&level=class&limit=3")).Json;
        history["points"]!.AsArray().Count.ShouldBe(3);
        Check(document, "HealthHistoryPage", history);
    }

    [Fact]
    public async Task AnswersOfFailover_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        JsonNode document = await DocumentAsync(api);
        FailoverTests.Stall(api);
        Check(document, "HealthOverrideList", (await FailoverTests.PutAsync(api, """{"connection":"north-1","order":"pin","for":"1h"}""")).Json);
        Check(document, "HealthOverrideList", (await DeckTests.GetAsync(api, "/v1/health/overrides")).Json);
        JsonNode states = (await DeckTests.GetAsync(api, "/v1/health/states?all=true")).Json;
        states["states"]!.AsArray().Count.ShouldBe(2);
        Check(document, "HealthStateList", states);
    }

    [Fact]
    public async Task AnswersOfIncidents_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await IncidentTests.StartAsync(new()
        {
            Notifiers = [new Engine.Notifiers.SlackNotifierOptions { Name = "chat", Url = "https://127.0.0.1/x", Rules = ["disk"] }],
            Incidents = new() { ExtraPriceOf = static _ => new(1_500, "EUR"), VendorOf = static _ => "north" },
        });
        JsonNode document = await DocumentAsync(api);
        IncidentTests.Fall(api, IncidentTests.Cell("north-1", "DE", "26201"));
        api.Time.Advance(TimeSpan.FromMinutes(1));
        await api.Alerts.TurnAsync();
        string incident = (await DeckTests.GetAsync(api, "/v1/incidents")).At("incidents.0.id")!;
        string alert = (await DeckTests.GetAsync(api, "/v1/alerts")).At("alerts.0.id")!;
        Check(document, "IncidentPage", (await DeckTests.GetAsync(api, "/v1/incidents?limit=1")).Json);
        Check(document, "IncidentStory", (await DeckTests.PostAsync(api, $"/v1/incidents/{incident}/acknowledge", """{"note":"x"}""")).Json);
        Check(document, "IncidentStory", (await DeckTests.PostAsync(api, $"/v1/incidents/{incident}/mark", """{"verdict":"useful"}""")).Json);
        Check(document, "AlertPage", (await DeckTests.GetAsync(api, "/v1/alerts")).Json);
        Check(document, "Alert", (await DeckTests.PostAsync(api, $"/v1/alerts/{alert}/mark", """{"verdict":"noise"}""")).Json);
        const string Silence = """{"match":"rule=disk","until":"2026-01-02T05:00:00Z","reason":"x"}""";
        Answer added = await DeckTests.PostAsync(api, "/v1/silences", Silence);
        Check(document, "Silence", added.Json);
        Check(document, "Silence", (await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/silences/{added.At("id")}", null)).Json);
        Check(document, "SilencePage", (await DeckTests.GetAsync(api, "/v1/silences")).Json);
        Check(document, "Silence", (await DeckTests.PostAsync(api, "/v1/maintenance", Silence.Replace("\"until\"", "\"from\":\"2026-01-02T04:00:00Z\",\"until\""))).Json);
        Check(document, "MaintenancePage", (await DeckTests.GetAsync(api, "/v1/maintenance")).Json);
        Check(document, "NotifierTestResult", (await DeckTests.PostAsync(api, "/v1/notifiers/chat/test", "")).Json);
        Check(document, "NotifierList", (await DeckTests.GetAsync(api, "/v1/notifiers")).Json);
        JsonNode parameters = document["paths"]!["/v1/alerts"]!["get"]!["parameters"]!;
        parameters.AsArray().Select(static p => p!["name"]!.ToString()).ShouldBe(AlertEndpoints.Parameters);
        parameters = document["paths"]!["/v1/incidents"]!["get"]!["parameters"]!;
        parameters.AsArray().Select(static p => p!["name"]!.ToString()).ShouldBe(AlertQuery.Common);
        parameters = document["paths"]!["/v1/reports/weekly"]!["get"]!["parameters"]!;
        parameters.AsArray().Select(static p => p!["name"]!.ToString()).ShouldBe(ReportEndpoints.Parameters);
    }

    [Fact]
    public async Task AnswersOfSimulations_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await SimulationTests.StartAsync();
        JsonNode document = await DocumentAsync(api);
        api.Engine.Add(ApiFixture.Demo);
        string from = Micros.ToInstant(api.Time.GetUtcMicros()).AddHours(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        api.Time.Advance(TimeSpan.FromMinutes(1));
        Answer started = await SimulationTests.PostAsync(api, $$"""{"plan":"default: [ north-1 ]","from":"{{from}}"}""");
        Check(document, "Simulation", started.Json);
        Answer done = await SimulationTests.UntilAsync(api, started.At("id")!, "done");
        done.Json["report"]!["actual"]!.AsArray().ShouldNotBeEmpty();
        Check(document, "Simulation", done.Json);
        const string Sample = "to,from,account\n+15551234567,ACME,";
        Check(document, "Simulation", (await SimulationTests.PostSampleAsync(api, SimulationTests.Plan, Sample + ApiFixture.Demo.Sid)).Json);
        Check(document, "SampleProblem", (await SimulationTests.PostSampleAsync(api, SimulationTests.Plan, Sample)).Json);
        Check(document, "SimulationList", (await SimulationTests.SendAsync(api, HttpMethod.Get, "/v1/routing/simulations")).Json);
    }

    [Fact]
    public async Task AnswersOfAccounts_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        JsonNode document = await DocumentAsync(api);
        const string Settings =
            """
            {"name":"x","numbers":[{"number":"+15550001000","inbound_url":"https://x.example/"},{"number":"ACME"}],
             "webhook_endpoints":[{"url":"https://x.example/","batch":{"events":2},"rate":1.5},{"url":"https://y.example/*","concurrency":3}]}
            """;
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts", Settings);
        Check(document, "NewAccount", made.Json);
        string path = $"/v1/accounts/{made.At("account_sid")}";
        Check(document, "AccountPage", (await DeckTests.GetAsync(api, "/v1/accounts")).Json);
        Check(document, "Account", (await DeckTests.SendAsync(api, HttpMethod.Put, path + "?expected=1", Settings)).Json);
        Check(document, "Account", (await DeckTests.PostAsync(api, path + "/disable", """{"note":"x"}""")).Json);
        Check(document, "RevisionPage", (await DeckTests.GetAsync(api, path + "/revisions?limit=1")).Json);
        Check(document, "AccountRevision", (await DeckTests.GetAsync(api, path + "/revisions/1")).Json);
        Check(document, "RevisedResourcePage", (await DeckTests.GetAsync(api, "/v1/revisions?limit=1")).Json);
        Check(document, "RevisionDiff", (await DeckTests.GetAsync(api, $"/v1/revisions/account/{made.At("account_sid")}/3/diff")).Json);
        Check(document, "Revision", (await DeckTests.PostAsync(api, path + "/rollback", """{"expected":3}""")).Json);
        Check(document, "NewApiKey", (await DeckTests.PostAsync(api, path + "/keys", """{"name":"x"}""")).Json);
        Check(document, "ApiKeyList", (await DeckTests.GetAsync(api, path + "/keys")).Json);
        Check(document, "ApiKeyList", (await DeckTests.GetAsync(api, $"/v1/accounts/{ApiFixture.Demo.Sid}/keys")).Json);
        Check(document, "NewSmppCredential", (await DeckTests.PostAsync(api, path + "/smpp", """{"system_id":"x","priority_class":{"0":"otp"},"allow_from":["::1"]}""")).Json);
        Check(document, "SmppCredentialList", (await DeckTests.GetAsync(api, path + "/smpp")).Json);
        Check(document, "SmppCredential", (await DeckTests.SendAsync(api, HttpMethod.Put, path + "/smpp/x", """{"system_id":"x"}""")).Json);
        Check(document, "SmppPassword", (await DeckTests.PostAsync(api, path + "/smpp/x/password", "{}")).Json);
        Check(document, "AuthTokenAnswer", (await DeckTests.PostAsync(api, path + "/auth-token", "{}")).Json);
        Check(document, "NewWebhookSecret", (await DeckTests.PostAsync(api, path + "/webhook-secret", "{}")).Json);
    }

    [Fact]
    public async Task AnswersOfTheConsole_HaveTheFieldsOfTheirSchemas()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonNode document = await DocumentAsync(api);
        using Browser owner = await Browser.OwnerAsync(api);
        Check(document, "ConsoleSession", (await owner.GetAsync("/v1/console/session")).Json);
        Check(document, "SessionList", (await owner.GetAsync("/v1/console/sessions")).Json);
        Check(document, "TotpSecret", (await owner.PostAsync("/v1/console/totp", new() { ["password"] = Browser.Password })).Json);
        Check(document, "Invitation", (await owner.PostAsync("/v1/users", new() { ["name"] = "bob", ["role"] = "finance" })).Json);
        Check(document, "Invitation", (await owner.PostAsync("/v1/users/bob/reset-password")).Json);
        Check(document, "User", (await owner.GetAsync("/v1/users/bob")).Json);
        Check(document, "UserList", (await owner.GetAsync("/v1/users")).Json);
        Check(document, "SessionList", (await owner.GetAsync("/v1/users/ada/sessions")).Json);
        Check(document, "AuditPage", (await owner.GetAsync("/v1/audit?kind=users")).Json);
        JsonNode schemas = document["components"]!["schemas"]!;
        Words(schemas["User"]!["properties"]!["role"]!).ShouldBe(Roles.Names);
        Words(schemas["ConsoleSession"]!["properties"]!["permissions"]!["items"]!).ShouldBe(Enum.GetValues<Permission>().Select(Roles.NameOf));
    }

    [Fact]
    public async Task RequestFields_AreThoseThatAreRead()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonNode document = await DocumentAsync(api);
        Names(document["components"]!["schemas"]!["SendMessageRequest"]!["properties"]!)
            .ShouldBe(SendMessageReader.Fields);
        JsonArray parameters = document["paths"]!["/v1/messages"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe(ListQuery.Parameters);
        parameters = document["paths"]!["/v1/messages/export"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe(MessageListEndpoints.ExportParameters);
        parameters = document["paths"]!["/v1/webhooks"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe([.. WebhookList.Parameters, "account_sid"]);
        parameters = document["paths"]!["/v1/webhooks/endpoints"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe([.. WebhookEndpoints.Parameters, "account_sid"]);
        parameters = document["paths"]!["/v1/batches"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe(TrafficEndpoints.Parameters);
        parameters = document["paths"]!["/v1/explain"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe(ExplainEndpoints.Parameters);
        Names(document["components"]!["schemas"]!["ReplayRequest"]!["properties"]!).ShouldBe(ReplayReader.Fields);
        parameters = document["paths"]!["/v1/events"]!["get"]!["parameters"]!.AsArray();
        parameters.Select(p => p!["name"]!.ToString()).ShouldBe([.. EventStreamQuery.Parameters, "Last-Event-ID"]);
        foreach (string field in SendMessageReader.Fields)
        {
            using var content = new StringContent($$"""{"{{field}}":null}""", Encoding.UTF8, "application/json");
            (await api.SendAsync(HttpMethod.Post, "/v1/messages", content)).Status.ShouldBe(202, field);
        }
    }

    [Fact]
    public async Task Enums_AreTheWordsOfTheCode()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonNode schemas = (await DocumentAsync(api))["components"]!["schemas"]!;
        Words(schemas["Message"]!["properties"]!["status"]!).ShouldBe(Enum.GetValues<MessageState>().Select(StateNames.Of));
        Words(schemas["Lookup"]!["properties"]!["type"]!).ShouldBe(NumberWords.Types.Keys);
        Words(schemas["Lookup"]!["properties"]!["source"]!).ShouldBe(Enum.GetValues<NetworkSource>().Select(NumberWords.Of));
        Words(schemas["TimelineEvent"]!["properties"]!["kind"]!)
            .ShouldBe([.. Enum.GetValues<EventKind>().Select(TimelineJson.NameOf), "other"]);
    }

    [Fact]
    public async Task Page_ShowsEveryPathAndProblemAndLoadsNothing()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer page = await api.GetAsync("/docs");
        page.ContentType.ShouldBe("text/html; charset=utf-8");
        foreach (KeyValuePair<string, JsonNode?> path in (await DocumentAsync(api))["paths"]!.AsObject()) page.Text.ShouldContain(path.Key);
        foreach (ProblemKind kind in ProblemKind.All) page.Text.ShouldContain($"id=\"{kind.Code}\"");
        page.Text.ShouldNotContain("src=");
        page.Text.ShouldNotContain("http://");
        page.Text.ShouldNotContain("<script");
        ProblemKind.All.Count.ShouldBe(typeof(ProblemKind).GetFields().Count(f => f.FieldType == typeof(ProblemKind)));
    }

    private static async Task<JsonNode> DocumentAsync(ApiFixture api) => (await api.GetAsync("/openapi/v1.json")).Json;

    private static IEnumerable<string> Routes(ApiFixture api) =>
        from endpoint in api.Server.Endpoints.OfType<RouteEndpoint>()
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        select $"{method.ToLowerInvariant()} {endpoint.RoutePattern.RawText}";

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(p => p.Key);

    private static IEnumerable<string> Words(JsonNode schema) => schema["enum"]!.AsArray().Select(v => v!.ToString());

    // Checks names, presence and the kind of every value, all the way down.
    private static void Check(JsonNode document, string name, JsonNode value) =>
        Check(document, document["components"]!["schemas"]![name]!, value, name);

    private static void Check(JsonNode document, JsonNode schema, JsonNode? value, string path)
    {
        if (schema["$ref"] is { } reference)
        {
            Check(document, document["components"]!["schemas"]![reference.ToString().Split('/')[^1]]!, value, path);
        }
        else if (schema["oneOf"] is { } choices)
        {
            JsonNode? fitting = choices.AsArray().FirstOrDefault(c => Fits(document, c!, value));
            fitting.ShouldNotBeNull($"{path}: {value?.ToJsonString()}");
            Check(document, fitting, value, path);
        }
        else
        {
            IsOf(schema, value).ShouldBeTrue($"{path}: {value?.ToJsonString()}");
            if (schema["enum"] is { } words) words.AsArray().Select(w => w?.ToString()).ShouldContain(value?.ToString(), path);
            if (value is JsonArray items) foreach (JsonNode? item in items) Check(document, schema["items"]!, item, $"{path}[]");
            if (value is not JsonObject fields || schema["properties"] is not JsonObject properties) return;
            Names(fields).Except(Names(properties)).ShouldBeEmpty(path);
            schema["required"]!.AsArray().Select(r => r!.ToString()).Except(Names(fields)).ShouldBeEmpty(path);
            foreach ((string field, JsonNode? inner) in fields) Check(document, properties[field]!, inner, $"{path}.{field}");
        }
    }

    private static bool Fits(JsonNode document, JsonNode schema, JsonNode? value)
    {
        JsonNode target = schema["$ref"] is { } reference
            ? document["components"]!["schemas"]![reference.ToString().Split('/')[^1]]!
            : schema;
        if (!IsOf(target, value)) return false;
        return value is not JsonObject fields || target["required"]!.AsArray().All(r => fields.ContainsKey(r!.ToString()));
    }

    // Every whole number is a number too.
    private static bool IsOf(JsonNode schema, JsonNode? value)
    {
        string kind = KindOf(value);
        return Kinds(schema).Any(allowed => allowed == kind || (allowed == "number" && kind == "integer"));
    }

    private static IEnumerable<string> Kinds(JsonNode schema) =>
        schema["type"] is JsonArray many ? many.Select(t => t!.ToString()) : [schema["type"]!.ToString()];

    private static string KindOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.String => "string",
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
            _ => value.ToJsonString().Contains('.') ? "number" : "integer",
        },
    };
}
