using System.Diagnostics.Metrics;
using Crosspoint.Server.Api;
using Crosspoint.Server.Api.TwilioCompat;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Metrics;
using Crosspoint.Server.Rehearsals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Hosting;

/// <summary>The HTTP listener with everything that it serves.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;
    private readonly PrometheusExporter _exporter;
    private readonly DeckEndpoints _decks;
    private readonly RehearsalDesk _rehearsals;
    private readonly OverviewFeed _overview;

    private ApiServer(
        WebApplication app, CancellationTokenSource stopping, PrometheusExporter exporter, DeckEndpoints decks, RehearsalDesk rehearsals, OverviewFeed overview)
    {
        _overview = overview;
        _app = app;
        _decks = decks;
        _rehearsals = rehearsals;
        _stopping = stopping;
        _exporter = exporter;
        string address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        address = address.Replace("://[::]", "://[::1]", StringComparison.Ordinal);
        Address = new(address.Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal));
    }

    /// <summary>Where it can be reached from this host, with the port that it really has.</summary>
    public Uri Address { get; }

    /// <summary>Every route that is served.</summary>
    public IReadOnlyList<Endpoint> Endpoints =>
        ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints).ToList();

    /// <exception cref="IOException">The port cannot be had.</exception>
    public static async Task<ApiServer> StartAsync(
        HttpOptions options, ApiBackend backend, ILoggerFactory loggers, IMeterFactory meters, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRoutingCore();
        builder.Services.Replace(ServiceDescriptor.Singleton(loggers));
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, OwnersLifetime>());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Configure(kestrel, options));

        // A connection keeps its 4 KiB while it is idle, and saves a system call a request.
        builder.WebHost.UseSockets(static sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        WebApplication app = builder.Build();
        var stopping = new CancellationTokenSource();
        var exporter = new PrometheusExporter(meters, backend.Time);
        var boundary = new ErrorBoundary(new(meters), backend.Time, loggers.CreateLogger("Crosspoint.Server.Api"));
        app.Use(next => context => boundary.InvokeAsync(context, next));
        var token = new OperatorToken(options.AdminToken);
        var door = new OperatorDoor(token);
        var gate = new AccessGate(door, backend.Identity);
        app.Use(next => context => gate.InvokeAsync(context, next));
        var record = new OperatorRecord(backend.Rates.Store, loggers.CreateLogger<OperatorRecord>());
        var keeper = new RecordKeeper(record);
        app.Use(next => context => keeper.InvokeAsync(context, next));
        var files = ConsoleFiles.Read(backend.Identity.Options.Files);
        app.Use(next => context => files.InvokeAsync(context, next));
        new MessageEndpoints(backend).Map(app);
        new MessageListEndpoints(backend, record).Map(app);
        new WebhookEndpoints(backend).Map(app);
        new EventStream(backend, stopping.Token).Map(app);
        new TwilioEndpoints(backend).Map(app);
        new DocumentEndpoints().Map(app);
        new ConnectionEndpoints(backend, options).Map(app);
        new QueueEndpoints(backend).Map(app);
        new TrafficEndpoints(backend).Map(app);
        new AccountEndpoints(backend, door).Map(app);
        new AccessEndpoints(backend, door).Map(app);
        new RevisionEndpoints(backend, door).Map(app);
        var decks = new DeckEndpoints(backend, door);
        decks.Map(app);
        new RateEndpoints(backend, door).Map(app);
        new RoutingEndpoints(backend, door).Map(app);
        new QualityEndpoints(backend, door).Map(app);
        new ChaosEndpoints(backend.Experiments, door).Map(app);
        new HealthEndpoints(backend, door).Map(app);
        var overview = new OverviewFeed(backend, loggers.CreateLogger<OverviewFeed>());
        new OverviewEndpoints(backend, door, overview, stopping.Token).Map(app);
        new HistoryEndpoint(backend, door).Map(app);
        new FailoverEndpoints(backend, door).Map(app);
        new IncidentEndpoints(backend, door).Map(app);
        new AlertEndpoints(backend, door).Map(app);
        new SilenceEndpoints(backend, door).Map(app);
        new ReportEndpoints(backend, door).Map(app);
        var rehearsals = new RehearsalDesk(backend.Routing, backend.Messages, backend.Time, loggers.CreateLogger<RehearsalDesk>());
        new SimulationEndpoints(backend, door, rehearsals).Map(app);
        new TestMessageEndpoints(backend, door, record).Map(app);
        new LookupEndpoints(backend).Map(app);
        new ExplainEndpoints(backend).Map(app);
        new ConsoleEndpoints(backend.Identity).Map(app);
        new SecondFactorEndpoints(backend.Identity).Map(app);
        new UserEndpoints(backend.Identity, door).Map(app);
        new OperatorEndpoints(backend, exporter).Map(app);
        RequireRecord(app);
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            exporter.Dispose();
            stopping.Dispose();
            decks.Dispose();
            overview.Dispose();
            await rehearsals.DisposeAsync().ConfigureAwait(false);
            await app.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        return new(app, stopping, exporter, decks, rehearsals, overview);
    }

    /// <summary>Stops listening, ends streams, and waits for the requests that are under way as long as the token allows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _rehearsals.DisposeAsync().ConfigureAwait(false);
        await _app.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _rehearsals.DisposeAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _exporter.Dispose();
        _decks.Dispose();
        _overview.Dispose();
        _stopping.Dispose();
    }

    // A fault of the program that its first start shows: who changed what must not depend on whether somebody remembered.
    private static void RequireRecord(WebApplication app)
    {
        IReadOnlyList<string> undeclared = RecordRule.Undeclared(((IEndpointRouteBuilder)app).DataSources.SelectMany(static source => source.Endpoints));
        if (undeclared.Count == 0) return;
        throw new InvalidOperationException(
            $"Say OnRecord, RecordsItself or ChangesNothing of these routes: {string.Join(", ", undeclared)}.");
    }

    /// <summary>The framework's own would answer SIGTERM by closing the listener at once; here the process drains first.</summary>
    private sealed class OwnersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static void Configure(KestrelServerOptions kestrel, HttpOptions options)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxRequestBodySize = options.MaxBody;
        limits.MaxConcurrentConnections = options.MaxConnections;

        // nginx's defaults are the measure: 8 KiB a line, 32 KiB of headers in all, 100 of them.
        limits.MaxRequestLineSize = 8 * 1024;
        limits.MaxRequestHeadersTotalSize = 32 * 1024;
        limits.MaxRequestHeaderCount = 100;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(75);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
        kestrel.Listen(options.Listen, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
