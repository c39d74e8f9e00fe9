using System.Diagnostics.Metrics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Events;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Quality;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Api;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rates;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Support;

/// <summary>The real listener on a free port, in front of a fake engine.</summary>
internal sealed class ApiFixture : IAsyncDisposable
{
    public static readonly Account Demo = new()
    {
        Sid = "AC00000000000000000000000000000001",
        Name = "demo",
        AuthToken = "0123456789abcdef0123456789abcdef",
        WebhookSecret = AccountConfig.DeriveWebhookSecret("0123456789abcdef0123456789abcdef"),
        ApiKeys = [new ApiKey("SK00000000000000000000000000000001", "key-secret-of-the-demo-account")],
    };

    public static readonly Account Other = new()
    {
        Sid = "AC00000000000000000000000000000002",
        Name = "other",
        AuthToken = "another-token-of-another-account",
        WebhookSecret = AccountConfig.DeriveWebhookSecret("another-token-of-another-account"),
    };

    private readonly ServiceProvider _services;
    private readonly DirectoryInfo _folder;

    private ApiFixture(
        ServiceProvider services, ApiServer server, FakeEngine engine, FakeEventLog events, ManualTimeProvider time, RateDesk rates, DirectoryInfo folder)
    {
        _services = services;
        _folder = folder;
        Rates = rates;
        Server = server;
        Engine = engine;
        Events = events;
        Time = time;
        Client = ClientFor(Demo);
    }

    public ApiServer Server { get; }

    public FakeEngine Engine { get; }

    public FakeEventLog Events { get; }

    public ManualTimeProvider Time { get; }

    /// <summary>Prices, with a store of its own.</summary>
    public RateDesk Rates { get; }

    /// <summary>How connections do on networks: well at first.</summary>
    public required TestHealth Failover { get; init; }

    /// <summary>Experiments; their target is a fake.</summary>
    public required ChaosRunner Experiments { get; init; }

    /// <summary>What is learned of delivery: nothing at first.</summary>
    public required QualityTable Quality { get; init; }

    /// <summary>What happened in the last minutes: nothing at first.</summary>
    public required HealthTable Health { get; init; }

    /// <summary>What was counted of messages: nothing at first.</summary>
    public required TrafficTotals Totals { get; init; }

    /// <summary>Incidents and alerts, with a store of its own and readings that the test sets.</summary>
    public required AlertDesk Alerts { get; init; }

    public required FakeReadings Readings { get; init; }

    public required SqliteHealthStore HealthStore { get; init; }

    /// <summary>Users of the console, with a store of their own: none at first.</summary>
    public required IdentityDesk Identity { get; init; }

    /// <summary>Accounts of the file and of the store.</summary>
    public required AccountDesk Accounts { get; init; }

    /// <summary>Where the files of the stores are.</summary>
    public string Folder => _folder.FullName;
    /// <summary>The long view of it: taken and written when the test says so.</summary>
    public required HealthHistory History { get; init; }

    /// <summary>Basic credentials of <see cref="Demo"/>.</summary>
    public HttpClient Client { get; }

    public bool IsReady { get; set; } = true;

    /// <summary>What was sold today, and what it cost.</summary>
    public (long Sell, long Cost)? Sold { get; set; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public static string TwilioMessages => $"/2010-04-01/Accounts/{Demo.Sid}/Messages";

    public static async Task<ApiFixture> StartAsync(
        HttpOptions? options = null, RateOptions? rates = null, NumberOptions? numbers = null, AlertDeskOptions? alerts = null, ILoggerFactory? loggers = null)
    {
        ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var time = new ManualTimeProvider();
        var engine = new FakeEngine(time);
        var events = new FakeEventLog();
        var totals = new TrafficTotals(time);
        var quality = new QualityTable(new());
        var health = new HealthTable(new SteadyClock(time)) { VendorOf = static name => name.Split('-')[0], KeepsHistory = true };
        ApiFixture? fixture = null;
        DirectoryInfo folder = Directory.CreateTempSubdirectory("crosspoint-api-");
        SqliteRevisionStore revisions = SqliteRevisionStore.Open(Path.Combine(folder.FullName, "config.db"), time);
        RateDesk desk = await RateDesk.OpenAsync(revisions, rates ?? new(), time, NullLoggerFactory.Instance, CancellationToken.None);
        var config = new GatewayConfig
        {
            DataDirectory = folder.FullName,
            Engine = new() { Accounts = [Demo, Other], Connections = engine.ConnectionOptions(), Routing = engine.Routing.Plan },
            RoutingText = Encoding.UTF8.GetBytes("default: [ north-1 ]"),
        };
        var failover = new TestHealth(time);
        var experiments = new ChaosRunner(new FakeFaultTarget(), time, NullLogger<ChaosRunner>.Instance);
        SqliteHealthStore healthStore = SqliteHealthStore.Open(Path.Combine(folder.FullName, SqliteHealthStore.FileName));
        var history = new HealthHistory(health, healthStore, new(), time, NullLogger<HealthHistory>.Instance);
        var readings = new FakeReadings();
        var alertDesk = new AlertDesk(alerts ?? new(), healthStore, readings, time, NullLoggerFactory.Instance);
        options ??= new();
        options = options with { Console = options.Console with { HashIterations = 1_000 } };
        var accounts = new AccountDirectory([Demo, Other]);
        AccountDesk accountDesk = await AccountDesk.OpenAsync(
            revisions, [Demo, Other], accounts, Path.Combine(folder.FullName, SqliteUserStore.KeysFolder), time, NullLoggerFactory.Instance, CancellationToken.None);
        SqliteUserStore users = SqliteUserStore.Open(Path.Combine(folder.FullName, SqliteUserStore.FileName));
        IdentityDesk identity = await IdentityDesk.OpenAsync(
            users, Path.Combine(folder.FullName, SqliteUserStore.KeysFolder), options.Console, accounts, time, NullLoggerFactory.Instance,
            services.GetRequiredService<IMeterFactory>(), CancellationToken.None);
        var backend = new ApiBackend
        {
            Intake = engine,
            Messages = engine,
            Accounts = accounts,
            AccountDesk = accountDesk,
            KeyLastUsed = static _ => 0,
            Binds = static _ => [],
            Events = new EventFeed(events),
            Webhooks = engine,
            Connections = engine,
            Traffic = engine,
            Rates = desk,
            Plans = new(revisions, config, engine, engine, () => desk.Holder.Current, () => accounts.Accounts, NullLoggerFactory.Instance),
            Numbers = new NumberLocator(numbers ?? new(), time, NullLoggerFactory.Instance, services.GetRequiredService<IMeterFactory>()),
            Routing = engine,
            Quality = quality,
            Health = health,
            Totals = totals,
            Spent = () => [("north-1", 1_500_000)],
            Sold = () => fixture!.Sold,
            History = history,
            Failover = new(revisions, failover, time, NullLoggerFactory.Instance),
            Experiments = experiments,
            Alerts = alertDesk,
            Identity = identity,
            Time = time,
            IsReady = () => fixture!.IsReady,
        };
        ApiServer server = await ApiServer.StartAsync(
            options with { Listen = new(System.Net.IPAddress.Loopback, 0) },
            backend,
            loggers ?? NullLoggerFactory.Instance,
            services.GetRequiredService<IMeterFactory>(),
            CancellationToken.None);
        return fixture = new(services, server, engine, events, time, desk, folder)
        {
            Quality = quality,
            Health = health,
            Totals = totals,
            Failover = failover,
            Experiments = experiments,
            Alerts = alertDesk,
            Readings = readings,
            HealthStore = healthStore,
            Identity = identity,
            Accounts = accountDesk,
            History = history,
        };
    }

    public HttpClient ClientFor(Account? account)
    {
        var client = new HttpClient { BaseAddress = Server.Address, Timeout = TimeSpan.FromSeconds(30) };
        if (account is not null) client.DefaultRequestHeaders.Authorization = Basic(account.Sid, account.AuthToken);
        return client;
    }

    public static AuthenticationHeaderValue Basic(string user, string password) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<Answer> PostAsync(string path, string json) =>
        SendAsync(HttpMethod.Post, path, new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<Answer> PostFormAsync(string path, params (string Name, string Value)[] fields) =>
        SendAsync(HttpMethod.Post, path, new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value))));

    public async Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        foreach ((string name, string value) in headers) request.Headers.Add(name, value);
        return await Answer.ReadAsync(Client, request);
    }

    /// <summary>From now on the file of users refuses every change, as a disk does that is gone.</summary>
    public void RefuseChangesOfUsers() => RefuseRecord(SqliteUserStore.FileName);

    /// <summary>From now on nothing can be put on record, as on a disk that is gone.</summary>
    public void RefuseRecord() => RefuseRecord("config.db");

    private void RefuseRecord(string file)
    {
        using SqliteDatabase database = SqliteDatabase.OpenForWriting(Path.Combine(Folder, file));
        database.Execute("CREATE TRIGGER refuse BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'refused'); END");
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        await Alerts.DisposeAsync();
        await History.DisposeAsync();
        await HealthStore.DisposeAsync();
        await Identity.DisposeAsync();
        await Identity.Store.DisposeAsync();
        Accounts.Dispose();
        Rates.Dispose();
        await Rates.Store.DisposeAsync();
        await _services.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}

/// <summary>An answer, read whole.</summary>
internal sealed record Answer(int Status, string ContentType, string Text, HttpResponseHeaders Headers)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public static async Task<Answer> ReadAsync(HttpClient client, HttpRequestMessage request)
    {
        using HttpResponseMessage response = await client.SendAsync(request, CancellationToken.None);
        string text = await response.Content.ReadAsStringAsync(CancellationToken.None);
        return new((int)response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", text, response.Headers);
    }

    /// <summary>The value at a dotted path, as text; "null" for null.</summary>
    public string? At(string path)
    {
        JsonNode? node = Json;
        foreach (string part in path.Split('.')) node = int.TryParse(part, out int index) ? node![index] : node![part];
        return node?.ToString();
    }
}
