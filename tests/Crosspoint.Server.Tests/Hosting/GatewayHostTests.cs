using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Server.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>A whole gateway with a journal on disk and a carrier that is not there.</summary>
public sealed class GatewayHostTests : IDisposable
{
    private const string Send = """{"to":"+15551234567","from":"+15550001000","body":"hello"}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-server-tests-");

    [Fact]
    public async Task Start_WithoutACarrier_TakesMessagesAndKeepsThemOverARestart()
    {
        string id;
        await using (GatewayHost host = await StartAsync())
        {
            using HttpClient client = ClientOf(host);
            (await client.GetAsync("/health/ready", CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.OK);
            id = (await PostAsync(client, "/v1/messages", Send))["id"]!.ToString();
            await host.StopAsync(CancellationToken.None);
            await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("/health/ready", CancellationToken.None));
        }

        await using (GatewayHost host = await StartAsync())
        {
            using HttpClient client = ClientOf(host);
            JsonNode message = JsonNode.Parse(await client.GetStringAsync($"/v1/messages/{id}", CancellationToken.None))!;
            message["status"]!.ToString().ShouldBe("queued");
            message["body"]!.ToString().ShouldBe("hello");
            string twilio = await client.GetStringAsync($"/2010-04-01/Accounts/{Sid}/Messages/{id}.json", CancellationToken.None);
            JsonNode.Parse(twilio)!["status"]!.ToString().ShouldBe("queued");
            JsonNode canceled = await PostAsync(client, $"/v1/messages/{id}/cancel", "");
            canceled["status"]!.ToString().ShouldBe("canceled");
            string timeline = await client.GetStringAsync($"/v1/messages/{id}/events", CancellationToken.None);
            JsonNode.Parse(timeline)!["events"]!.AsArray().Select(e => e!["kind"]!.ToString()).ShouldBe(["accepted", "canceled"]);
            JsonNode list = JsonNode.Parse(await client.GetStringAsync("/v1/messages?status=canceled", CancellationToken.None))!;
            list["messages"]!.AsArray().ShouldHaveSingleItem()!["id"]!.ToString().ShouldBe(id);
            string metrics = await client.GetStringAsync("/metrics", CancellationToken.None);
            metrics.ShouldContain("crosspoint_smpp_sessions{messaging_destination_name=\"north-1\"");
            metrics.ShouldContain("crosspoint_journal_commit_duration_seconds_count");
        }
    }

    [Fact]
    public async Task Send_RealIntake_RefusesWithFieldAndCode()
    {
        await using GatewayHost host = await StartAsync();
        using HttpClient client = ClientOf(host);
        (await PostAsync(client, "/v1/messages", Send.Replace("+15551234567", "15551234567")))["code"]!.ToString().ShouldBe("to_invalid");
        (await PostAsync(client, "/v1/messages", Send.Replace("hello", new string('x', 1601))))["code"]!.ToString()
            .ShouldBe("body_too_long");
        (await PostAsync(client, "/v1/messages", Send.Replace("}", ",\"callback_url\":\"http://127.0.0.1/\"}")))["code"]!.ToString()
            .ShouldBe("callback_invalid");
        (await PostAsync(client, "/v1/messages", Send.Replace("}", ",\"validity_seconds\":36001}")))["code"]!.ToString()
            .ShouldBe("validity_invalid");
        JsonNode batch = await PostAsync(
            client, "/v1/messages/batch", $$"""{"messages":[{{Send}},{{Send.Replace("+15551234567", "x")}},{{Send}}]}""");
        batch["messages"]!.AsArray().Select(m => m!["status"]?.ToString() ?? m["error"]!["code"]!.ToString())
            .ShouldBe(["queued", "to_invalid", "queued"]);
    }

    [Fact]
    public async Task Send_SameKeyAfterARestart_IsStillTheSameMessage()
    {
        string first;
        await using (GatewayHost host = await StartAsync())
        {
            using HttpClient client = ClientOf(host);
            client.DefaultRequestHeaders.Add("Idempotency-Key", "order-7");
            first = (await PostAsync(client, "/v1/messages", Send))["id"]!.ToString();
            await host.StopAsync(CancellationToken.None);
        }

        await using (GatewayHost host = await StartAsync())
        {
            using HttpClient client = ClientOf(host);
            client.DefaultRequestHeaders.Add("Idempotency-Key", "order-7");
            (await PostAsync(client, "/v1/messages", Send))["id"]!.ToString().ShouldBe(first);
            (await PostAsync(client, "/v1/messages", Send.Replace("hello", "other")))["code"]!.ToString().ShouldBe("idempotency_conflict");
        }
    }

    [Fact]
    public async Task Start_PortTaken_SaysWhichKey()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        GatewayConfig config = Config();
        config = config with { Http = config.Http with { Listen = (IPEndPoint)taken.LocalEndpoint } };
        GatewayStartException error = await Should.ThrowAsync<GatewayStartException>(
            () => GatewayHost.StartAsync(config, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None));
        error.Message.ShouldStartWith("http.listen: ");
        await using GatewayHost host = await StartAsync();
        host.HttpAddress.Port.ShouldNotBe(0);
    }

    [Fact]
    public async Task Start_DirectoryInUse_SaysWhichKey()
    {
        await using GatewayHost host = await StartAsync();
        (await Should.ThrowAsync<GatewayStartException>(StartAsync)).Message.ShouldStartWith("data: ");
    }

    [Fact]
    public async Task Run_BadFile_Is2WithTheErrorsOnStandardError()
    {
        string file = Path.Combine(_directory.FullName, "bad.yaml");
        await File.WriteAllTextAsync(file, "accounts: []\nvendors: []\nrouting: { defualt: [] }\n", CancellationToken.None);
        using var output = new StringWriter();
        using var errors = new StringWriter();
        (await GatewayProcess.RunAsync(file, output, errors, TimeProvider.System, CancellationToken.None))
            .ShouldBe(GatewayProcess.BadConfiguration);
        output.ToString().ShouldBeEmpty();
        errors.ToString().ShouldContain($"{file}:3: routing.defualt: is not a known key; did you mean 'default'?");
    }

    [Fact]
    public async Task Run_PortTaken_Is3()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        using var output = new StringWriter();
        using var errors = new StringWriter();
        int code = await GatewayProcess.RunAsync(
            WriteFile(((IPEndPoint)taken.LocalEndpoint).Port), output, errors, TimeProvider.System, CancellationToken.None);
        code.ShouldBe(GatewayProcess.CannotStart);
        errors.ToString().ShouldContain("http.listen");
        output.ToString().ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_UntilStopped_PrintsOneReadyLineAndEndsClean()
    {
        using var stop = new CancellationTokenSource();
        using var output = new ReadyWriter();
        using var errors = new StringWriter();
        Task<int> run = GatewayProcess.RunAsync(WriteFile(port: 0), output, errors, TimeProvider.System, stop.Token);
        string line = await output.FirstLine;
        line.ShouldMatch(@"^ready http=127\.0\.0\.1:[1-9][0-9]* smpp=-$");
        using var client = new HttpClient { BaseAddress = new Uri("http://" + line.Split('=', ' ')[2]) };
        (await client.GetAsync("/health/ready", CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await stop.CancelAsync();
        (await run).ShouldBe(GatewayProcess.Clean);
        output.Lines.ShouldBe(1);
    }

    [Fact]
    public async Task Start_WithoutUsers_GivesALinkThatMakesTheOwner_AnotherEachTime_UntilThereIsOne()
    {
        string first;
        await using (GatewayHost host = await StartAsync()) first = host.SetUpLink.ShouldNotBeNull();
        await using (GatewayHost host = await StartAsync())
        {
            string link = host.SetUpLink.ShouldNotBeNull();
            link.ShouldStartWith($"{host.HttpAddress}console/setup#");
            host.SignInLink.ShouldBeNull();
            using HttpClient client = ClientOf(host);
            string SetUp(string from) => new JsonObject { ["token"] = from.Split('#')[1], ["name"] = "ada", ["password"] = "correct horse battery" }.ToJsonString();
            (await PostAsync(client, "/v1/console/setup", SetUp(first)))["code"]!.ToString().ShouldBe("link_invalid");
            (await PostAsync(client, "/v1/console/setup", SetUp(link)))["role"]!.ToString().ShouldBe("owner");
            host.SetUpLink.ShouldBeNull();
        }

        await using (GatewayHost host = await StartAsync()) host.SetUpLink.ShouldBeNull();
    }

    [Fact]
    public async Task Run_WithoutUsers_PrintsTheLinkBesideTheLog()
    {
        using var stop = new CancellationTokenSource();
        using var output = new ReadyWriter();
        using var errors = new StringWriter();
        Task<int> run = GatewayProcess.RunAsync(WriteFile(port: 0), output, errors, TimeProvider.System, stop.Token);
        string line = await output.FirstLine;
        await stop.CancelAsync();
        (await run).ShouldBe(GatewayProcess.Clean);
        errors.ToString().ShouldMatch($@"^console: there is no user yet; make the first owner at http://{line.Split('=', ' ')[2]}/console/setup#[A-Za-z0-9_-]{{43}}\s*$");
    }

    [Fact]
    public async Task Start_AsADemo_GivesALinkThatSignsItsOwnerIn_Once()
    {
        GatewayConfig config = ConfigFile.Load(WriteFile(port: 0)).Config!;
        await using GatewayHost host = await GatewayHost.StartAsync(
            config with { Http = config.Http with { Console = new() { IsDemo = true } } }, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        string link = host.SignInLink.ShouldNotBeNull();
        host.SetUpLink.ShouldBeNull();
        using HttpClient client = ClientOf(host);
        string body = new JsonObject { ["token"] = link.Split('#')[1] }.ToJsonString();
        JsonNode session = await PostAsync(client, "/v1/console/sign-in-link", body);
        (session["user"]!["name"]!.ToString(), session["role"]!.ToString(), session["demo"]!.GetValue<bool>()).ShouldBe(("demo", "owner", true));
        (await PostAsync(client, "/v1/console/sign-in-link", body))["code"]!.ToString().ShouldBe("link_invalid");
        (await PostAsync(client, "/v1/console/sign-in", """{"name":"demo","password":""}"""))["code"]!.ToString().ShouldBe("sign_in_failed");
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private const string Sid = "AC00000000000000000000000000000001";
    private const string Token = "0123456789abcdef0123456789abcdef";

    private static string Yaml(int port) =>
        $$"""
        data: ./data
        http: { listen: 127.0.0.1:{{port}} }
        accounts: [ { sid: {{Sid}}, auth_token: {{Token}} } ]
        vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: a, password: b } } ] } ]
        routing: { default: [ north-1 ] }
        log: { level: error }
        """;

    private string WriteFile(int port)
    {
        string file = Path.Combine(_directory.FullName, "gateway.yaml");
        File.WriteAllText(file, Yaml(port));
        return file;
    }

    private GatewayConfig Config() => ConfigFile.Load(WriteFile(port: 0)).Config.ShouldNotBeNull();

    private Task<GatewayHost> StartAsync() =>
        GatewayHost.StartAsync(Config(), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

    private static HttpClient ClientOf(GatewayHost host)
    {
        var client = new HttpClient { BaseAddress = host.HttpAddress };
        client.DefaultRequestHeaders.Authorization = ApiFixture.Basic(Sid, Token);
        return client;
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string json)
    {
        using HttpResponseMessage response = await client.PostAsync(
            path, new StringContent(json, Encoding.UTF8, "application/json"), CancellationToken.None);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(CancellationToken.None))!;
    }

    /// <summary>Standard output that says when its first line is there.</summary>
    private sealed class ReadyWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> FirstLine => _first.Task.WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);

        public int Lines { get; private set; }

        public override Task WriteLineAsync(string? value)
        {
            Lines++;
            _first.TrySetResult(value ?? "");
            return base.WriteLineAsync(value);
        }
    }
}
