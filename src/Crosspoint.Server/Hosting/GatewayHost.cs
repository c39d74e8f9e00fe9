using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Crosspoint.Engine;
using Crosspoint.Engine.Stores;
using Crosspoint.RabbitMq;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Api;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Health;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rates;
using Crosspoint.Server.Routing;
using Crosspoint.Server.SmppListener;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Hosting;

/// <summary>
/// A whole gateway in this process: journal, engine and HTTP. Takes traffic from the end of <see cref="StartAsync(GatewayConfig,
/// TimeProvider, ILoggerFactory, CancellationToken)"/>.
/// </summary>
public sealed partial class GatewayHost : IAsyncDisposable
{
    // Requests under way answer in milliseconds; a carrier may take its whole response timeout (30 s by default).
    private static readonly TimeSpan RequestsMayTake = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan EngineMayTake = TimeSpan.FromSeconds(35);

    private readonly ServiceProvider _services;
    private readonly IJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ApiServer? _api;
    private CustomerListener? _smpp;
    private RabbitMqBridge? _rabbitMq;
    private SqliteRevisionStore? _revisions;
    private AccountDesk? _accounts;
    private RateDesk? _rates;
    private RoutingDesk? _plans;
    private FailoverDesk? _failover;
    private SqliteHealthStore? _health;
    private SqliteUserStore? _users;
    private IdentityDesk? _identity;
    private AlertDesk? _alerts;
    private HealthHistory? _history;
    private volatile bool _isDraining;
    private bool _isStopped;

    private GatewayHost(GatewayConfig config, IJournal journal, ServiceProvider services, TimeProvider time, ILoggerFactory loggers)
    {
        _journal = journal;
        _services = services;
        _time = time;
        _logger = loggers.CreateLogger<GatewayHost>();
        Gateway = new Gateway(config.Engine, journal, time, loggers, services.GetRequiredService<IMeterFactory>());
        Readings = new GatewayReadings(config, Gateway, time);
    }

    public Gateway Gateway { get; }

    /// <summary>Where the HTTP listener can be reached from this host.</summary>
    public Uri HttpAddress => _api!.Address;

    /// <summary>The link that makes the first owner of the console, once; null when there are users.</summary>
    public string? SetUpLink => _identity?.SetUpToken is { } token ? ConsoleLinks.SetUp(ConsoleAddress, token) : null;

    /// <summary>The link that signs the demo's owner in, once; null when this is no demo.</summary>
    public string? SignInLink => _identity?.SignInToken is { } token ? ConsoleLinks.SignIn(ConsoleAddress, token) : null;

    /// <summary>Where customers bind; null when there is no listener.</summary>
    public IPEndPoint? SmppEndPoint => _smpp?.EndPoint;

    /// <summary>The book of prices in force, and the store of revisions.</summary>
    public RateDesk Rates => _rates!;

    /// <summary>Incidents, alerts and notifiers: what notices changes of health tells them here.</summary>
    public AlertDesk Alerts => _alerts!;

    /// <summary>What alerts are judged by.</summary>
    public GatewayReadings Readings { get; }

    /// <summary>Completes when the journal broke: the process must end, and recover at its next start.</summary>
    public Task JournalBroken => _journal.Broken;

    /// <summary>Opens the journal, takes up what was left unfinished, and listens.</summary>
    /// <exception cref="GatewayStartException">The store or the port cannot be had.</exception>
    public static async Task<GatewayHost> StartAsync(
        GatewayConfig config, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        try
        {
            IJournal journal = await JournalOpening.OpenAsync(
                config, time, loggers, services.GetRequiredService<IMeterFactory>(), cancellationToken).ConfigureAwait(false);
            return await StartAsync(config, journal, services, time, loggers, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await services.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// Drains: readiness turns to 503 and new messages are refused, what is in flight at carriers is waited for, requests under way are
    /// answered, everything is committed.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting; what is unfinished then is taken up at the next start.</param>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_isStopped) return;
        _isStopped = true;
        _isDraining = true;
        Log.Draining(_logger);

        // Customers first: what they have submitted is answered, and they are unbound in order.
        Gateway.Close();
        if (_smpp is not null) await WithinAsync(RequestsMayTake, _smpp.StopAsync, cancellationToken).ConfigureAwait(false);
        if (_rabbitMq is not null) await WithinAsync(RequestsMayTake, _rabbitMq.StopIntakeAsync, cancellationToken).ConfigureAwait(false);

        // The listener goes last: until then whoever asks can see that this gateway is no longer ready.
        await WithinAsync(EngineMayTake, Gateway.StopAsync, cancellationToken).ConfigureAwait(false);
        if (_api is not null) await WithinAsync(RequestsMayTake, _api.StopAsync, cancellationToken).ConfigureAwait(false);
        if (_rabbitMq is not null) await WithinAsync(RequestsMayTake, _rabbitMq.StopEventsAsync, cancellationToken).ConfigureAwait(false);
        await _journal.CloseAsync(CancellationToken.None).ConfigureAwait(false);
        Log.Stopped(_logger);
    }

    public async ValueTask DisposeAsync()
    {
        _isDraining = true;
        if (_rabbitMq is not null) await _rabbitMq.DisposeAsync().ConfigureAwait(false);
        if (_smpp is not null) await _smpp.DisposeAsync().ConfigureAwait(false);
        if (_api is not null) await _api.DisposeAsync().ConfigureAwait(false);
        if (_alerts is not null) await _alerts.DisposeAsync().ConfigureAwait(false);
        if (_history is not null) await _history.DisposeAsync().ConfigureAwait(false);
        if (_health is not null) await _health.DisposeAsync().ConfigureAwait(false);
        if (_identity is not null) await _identity.DisposeAsync().ConfigureAwait(false);
        if (_users is not null) await _users.DisposeAsync().ConfigureAwait(false);
        await Gateway.DisposeAsync().ConfigureAwait(false);
        _failover?.Dispose();
        _plans?.Dispose();
        _rates?.Dispose();
        _accounts?.Dispose();
        if (_revisions is not null) await _revisions.DisposeAsync().ConfigureAwait(false);
        await _journal.DisposeAsync().ConfigureAwait(false);
        await _services.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<GatewayHost> StartAsync(
        GatewayConfig config,
        IJournal journal,
        ServiceProvider services,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var host = new GatewayHost(config, journal, services, time, loggers);
        string step = "data: the revisions of configuration cannot be read";
        try
        {
            foreach (ConfigError warning in config.Warnings) Log.ConfigWarning(host._logger, warning.ToString());
            host._revisions = JournalOpening.OpenRevisions(config, time);
            host._accounts = await AccountDesk.OpenAsync(
                host._revisions, config.Engine.Accounts, host.Gateway.Accounts, JournalOpening.KeysOf(config), time, loggers, cancellationToken).ConfigureAwait(false);
            host._rates = await RateDesk.OpenAsync(host._revisions, config.Rates, time, loggers, cancellationToken).ConfigureAwait(false);
            host._rates.Holder.Changed += host.Gateway.TakeRates;
            host.Gateway.TakeRates(host._rates.Holder.Current);
            host._plans = new(host._revisions, config, host.Gateway, host.Gateway, () => host._rates.Holder.Current, () => host.Gateway.Accounts.Accounts, loggers);
            if (await host._plans.StartAsync(cancellationToken).ConfigureAwait(false) is { } fault) throw new GatewayStartException($"routing: {fault}");
            host._failover = new(host._revisions, host.Gateway, time, loggers);
            await host._failover.StartAsync(cancellationToken).ConfigureAwait(false);
            step = "data: incidents and alerts cannot be read";
            host._health = JournalOpening.OpenHealth(config);
            host._alerts = new AlertDesk(host.WithVendors(config.Alerts), host._health, host.Readings, time, loggers);
            step = "data: users cannot be read";
            host._users = JournalOpening.OpenUsers(config);
            await OperatorRecord.PrepareAsync(host._revisions, host._users, time, loggers.CreateLogger<OperatorRecord>(), cancellationToken).ConfigureAwait(false);
            host._identity = await IdentityDesk.OpenAsync(
                host._users, JournalOpening.KeysOf(config), config.Http.Console, host.Gateway.Accounts, time, loggers, services.GetRequiredService<IMeterFactory>(),
                cancellationToken).ConfigureAwait(false);
            host._history = new(host.Gateway.Health, host._health, config.Engine.History, time, loggers.CreateLogger<HealthHistory>());
            step = "data: the long view of health cannot be read";
            await host.Readings.StartAsync(host._history, cancellationToken).ConfigureAwait(false);
            host._history.Start();
            step = "data: the journal cannot be read";
            await host.Gateway.StartAsync(cancellationToken).ConfigureAwait(false);
            step = "the gateway cannot start";
            await host._alerts.StartAsync(cancellationToken).ConfigureAwait(false);
            host.Gateway.HealthWatch.Changed += change => host._alerts.Take(change);
            host.Gateway.ConnectionRemoved += host._alerts.Incidents.Forget;
            step = $"http.listen: {config.Http.Listen} cannot be listened on";
            var backend = new ApiBackend
            {
                Intake = host.Gateway.Intake,
                Messages = host.Gateway.Messages,
                Accounts = host.Gateway.Accounts,
                AccountDesk = host._accounts,
                KeyLastUsed = host.Gateway.KeyUses.LastUseOf,
                Binds = systemId => host._smpp?.BindsOf(systemId) ?? [],
                Events = host.Gateway.Events,
                Webhooks = host.Gateway.Webhooks,
                Connections = host.Gateway,
                Traffic = host.Gateway,
                Rates = host._rates,
                Plans = host._plans,
                Numbers = host.Gateway.Numbers,
                Routing = host.Gateway,
                Quality = host.Gateway.Quality,
                Experiments = host.Gateway.Experiments,
                Health = host.Gateway.Health,
                Totals = host.Gateway.Totals,
                Spent = () => host.Gateway.Spent,
                Sold = () => host.Gateway.Sold,
                History = host._history,
                Failover = host._failover,
                Alerts = host._alerts,
                Identity = host._identity,
                Time = time,
                IsReady = () => !host._isDraining && host.Gateway.IsTakingTraffic,
            };
            host._api = await ApiServer.StartAsync(
                config.Http, backend, loggers, services.GetRequiredService<IMeterFactory>(), cancellationToken).ConfigureAwait(false);
            step = "the gateway cannot start";
            if (config.RabbitMq is not null) host.ConnectBroker(config.RabbitMq, backend.IsReady, time, loggers, services.GetRequiredService<IMeterFactory>());
            if (config.Smpp is not null) host.ListenForBinds(config.Smpp, time, loggers);
            Log.Started(host._logger, host.HttpAddress, config.DataDirectory);
            return host;
        }
        catch (Exception error)
        {
            await host.DisposeAsync().ConfigureAwait(false);
            if (error is GatewayStartException or OperationCanceledException) throw;
            throw new GatewayStartException($"{step}: {error.Message}", error);
        }
    }

    private Uri ConsoleAddress => _identity!.Options.Url ?? HttpAddress;

    private AlertDeskOptions WithVendors(AlertDeskOptions options) => options with
    {
        Incidents = options.Incidents with
        {
            ExtraPriceOf = cell => Gateway.ExtraPriceOf(cell) is { } micros ? new(micros, Gateway.Snapshot.Sources.Rates?.Currency ?? "") : null,
            VendorOf = name => Gateway.ConnectionOptions().FirstOrDefault(connection => connection.Name == name)?.Vendor ?? "",
        },
    };

    private void ConnectBroker(RabbitMqOptions options, Func<bool> isReady, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        _rabbitMq = new(options, Gateway, EventJson.Write, new QueueRequests(), isReady, time, loggers, meters);
        _rabbitMq.Start();
    }

    private void ListenForBinds(SmppListenerOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        _smpp = new CustomerListener(options, Gateway, time, loggers);
        try
        {
            _smpp.Start();
        }
        catch (SocketException error)
        {
            throw new GatewayStartException($"smpp.listen: {options.Listen} cannot be listened on: {error.Message}", error);
        }
    }

    private async Task WithinAsync(TimeSpan limit, Func<CancellationToken, Task> stop, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await stop(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.DrainCut(_logger);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4000, LogLevel.Information, "Taking traffic at {Address}, data in {Directory}")]
        public static partial void Started(ILogger logger, Uri address, string directory);

        [LoggerMessage(4001, LogLevel.Warning, "Configuration: {Warning}")]
        public static partial void ConfigWarning(ILogger logger, string warning);

        [LoggerMessage(4002, LogLevel.Information, "Draining")]
        public static partial void Draining(ILogger logger);

        [LoggerMessage(4003, LogLevel.Warning, "The drain was cut short; what is unfinished is taken up at the next start")]
        public static partial void DrainCut(ILogger logger);

        [LoggerMessage(4004, LogLevel.Information, "Stopped")]
        public static partial void Stopped(ILogger logger);
    }
}
