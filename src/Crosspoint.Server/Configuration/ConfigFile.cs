using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Routing;
using Crosspoint.Server.SmppListener;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Configuration;

/// <summary>
/// Reads the configuration file (docs/configuration.md): strict, all errors at once, each with its line and what was expected.
/// </summary>
public static class ConfigFile
{
    private const long MaxBytes = 64 * 1024 * 1024;

    private static readonly Dictionary<string, LogLevel> Levels = new(StringComparer.Ordinal)
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };

    private static readonly Dictionary<string, LogFormat> Formats = new(StringComparer.Ordinal)
    {
        ["text"] = LogFormat.Text,
        ["json"] = LogFormat.Json,
    };

    /// <summary>Reads and checks a file. Never throws for what is in it, nor when it cannot be read.</summary>
    public static ConfigResult Load(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) return Failed(path, "does not exist");
            if (info.Length > MaxBytes) return Failed(path, $"is larger than {Units.FormatSize(MaxBytes)}");
            return Parse(File.ReadAllText(path), path, info.DirectoryName ?? ".");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Failed(path, $"cannot be read: {error.Message}");
        }
    }

    /// <summary>Checks the text of a file.</summary>
    /// <param name="file">The name used in errors.</param>
    /// <param name="directory">Relative paths in the text start here.</param>
    public static ConfigResult Parse(string text, string file, string directory)
    {
        var errors = new ConfigErrors(file);
        ConfigNode? root = ConfigDocument.Read(text, file, errors.Errors);
        if (root is ConfigMap map)
        {
            GatewayConfig config = ReadRoot(new(errors, "", map), directory);
            if (errors.Errors.Count == 0) return new(config with { Warnings = errors.Warnings }, []);
        }
        else if (root is not null && errors.Errors.Count == 0)
        {
            errors.Add(root.Line, "", $"is {root.Kind}; expected a group of keys: accounts, vendors, routing, …");
        }

        errors.Errors.Sort(static (a, b) => a.Line != b.Line ? a.Line.CompareTo(b.Line) : string.CompareOrdinal(a.Key, b.Key));
        return new(null, errors.Errors);
    }

    private static ConfigResult Failed(string path, string message) => new(null, [new(path, 0, "", message)]);

    private static GatewayConfig ReadRoot(ConfigSection root, string directory)
    {
        string data = root.Text("data", most: 4096, expected: "a directory, relative to this file") ?? "./data";
        root.NotSupported("database", "leave it out: messages are kept in SQLite under 'data'");
        HttpOptions http = ReadHttp(root.Group("http")) with { FilesDirectory = directory };
        SmppListenerOptions? smpp = SmppListenerConfig.Read(root.Group("smpp"), directory, out TimeSpan keepFor);
        var engine = new EngineOptions
        {
            Accounts = AccountConfig.Read(root),
            Connections = ConnectionConfig.Read(root, directory),
            Routing = new(1, []),
            Webhooks = WebhookConfig.Read(root.Group("webhooks")),
            Queues = ReadQueues(root.Group("queues")),
            KeepForCustomers = keepFor,
        };
        if (smpp is null && engine.Accounts.Any(account => account.Smpp.Count > 0))
            root.Warn("accounts", "there are credentials for SMPP binds, and no listener: 'smpp' is not configured");
        WarnOfTargets(root, engine);
        engine = engine with
        {
            Numbers = NumberConfig.Read(root.Group("numbers"), Path.GetFullPath(data, Path.GetFullPath(directory))),
            Limits = LimitConfig.Read(root, engine),
            SendWindows = SendWindowConfig.Read(root, engine),
            Retries = RetryConfig.Read(root, engine),
        };
        ConfigSection? health = root.Group("health");
        engine = engine with
        {
            Detection = HealthConfig.ReadDetection(health, engine),
            Failover = FailoverConfig.Read(health?.Group("failover")),
            History = HealthConfig.ReadHistory(health?.Group("history")),
        };
        health?.Close();
        ConfigSection? routing = root.Group("routing", required: true);
        engine = engine with { Routing = RoutingConfig.Read(routing, engine, directory) };
        RateOptions rates = RateConfig.Read(root.Group("rates"), directory, engine);
        var config = new GatewayConfig
        {
            Rates = rates,
            DataDirectory = Path.GetFullPath(data, Path.GetFullPath(directory)),
            Http = http,
            Smpp = smpp,
            Engine = engine,
            RoutingText = routing is null ? [] : RoutingDocument.Write(routing.Map, engine.Routing.SenderRules),
            RabbitMq = RabbitMqConfig.Read(root.Group("rabbitmq"), engine.Accounts),
            Alerts = AlertConfig.Read(root.Group("alerts"), directory, engine),
            Journal = ReadJournal(root.Group("journal")),
            Log = ReadLog(root.Group("log")),
        };
        root.Close();
        return config;
    }

    // An inbound URL that would never be called is no error: the rules on targets may be changed later, and the message is kept all the
    // same.
    private static void WarnOfTargets(ConfigSection root, EngineOptions engine)
    {
        foreach (Account account in engine.Accounts)
        {
            foreach (OwnedNumber number in account.Numbers)
            {
                if (number.InboundUrl is { } url && !WebhookTarget.TryCheck(url, engine.Webhooks, out string problem))
                    root.Warn("accounts", $"inbound messages to {number.Number} cannot be reported to its inbound_url: {problem}");
            }

            foreach (WebhookEndpointSettings endpoint in account.WebhookEndpoints)
            {
                if (!WebhookTarget.TryCheck(endpoint.Url, engine.Webhooks, out string problem))
                    root.Warn("accounts", $"the webhook endpoint {endpoint.Url} cannot be called: {problem}");
            }
        }
    }

    private static HttpOptions ReadHttp(ConfigSection? section)
    {
        var defaults = new HttpOptions();
        if (section is null) return defaults;
        HttpOptions options = defaults with
        {
            Listen = section.EndPoint("listen", defaults.Listen)!,
            AdminToken = ReadAdminToken(section),
            MaxBody = section.Size("max_body", defaults.MaxBody, 16 * 1024, 64 * 1024 * 1024),
            MaxConnections = section.Int("max_connections", defaults.MaxConnections, 1, 1_000_000),
            Console = ConsoleConfig.Read(section.Group("console")),
        };
        section.NotSupported("tls", "put a proxy that ends TLS before it");
        section.NotSupported("admin_listen", "leave it out: metrics and health are on 'listen'");
        section.NotSupported("trusted_proxies", "leave it out: nothing depends on the caller's address");
        section.Close();
        return options;
    }

    private static string? ReadAdminToken(ConfigSection section)
    {
        const int Least = 16;
        string? token = section.Text("admin_token", most: 256, expected: "a secret of 16 to 256 characters");
        if (token is { Length: < Least }) section.Fail("admin_token", $"has {token.Length} characters; expected a secret of {Least} to 256");
        return token;
    }

    private static QueueOptions ReadQueues(ConfigSection? section)
    {
        var defaults = new QueueOptions();
        if (section is null) return defaults;
        QueueOptions options = defaults with
        {
            DispatchMessages = section.Int("dispatch", defaults.DispatchMessages, 100, 10_000_000),
            JournalTransitions = section.Int("journal", defaults.JournalTransitions, 100, 10_000_000),
            Webhooks = section.Int("webhooks", defaults.Webhooks, 100, 10_000_000),
            Customers = section.Int("customers", defaults.Customers, 100, 10_000_000),
        };
        section.Close();
        return options;
    }

    private static JournalOptions ReadJournal(ConfigSection? section)
    {
        var defaults = new JournalOptions();
        if (section is null) return defaults;
        JournalOptions options = defaults with
        {
            Slice = section.Duration("slice", defaults.Slice, TimeSpan.FromMinutes(1), TimeSpan.FromDays(31)),
            Retention = section.Duration("retention", defaults.Retention, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3660)),
            CorrelationWindow = section.Duration(
                "correlation_window", defaults.CorrelationWindow, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366)),
            ParkedFor = section.Duration("parked_for", defaults.ParkedFor, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366)),
            CacheMessages = section.Int("cache_messages", defaults.CacheMessages, 1_000, 10_000_000),
            Reserve = section.Size("reserve", defaults.Reserve, 0, 1L << 30),
        };
        section.Close();
        TimeSpan day = TimeSpan.FromDays(1);
        bool divides = options.Slice.Ticks % TimeSpan.TicksPerMinute == 0
            && (day.Ticks % options.Slice.Ticks == 0 || options.Slice.Ticks % day.Ticks == 0);
        if (!divides)
            section.Fail("slice", $"is {Units.Format(options.Slice)}; expected whole minutes that divide a day evenly, or whole days");
        if (options.Slice > options.Retention)
            section.Fail(section.Has("slice") ? "slice" : "retention", "'slice' must not be longer than 'retention'");
        return options;
    }

    private static LogOptions ReadLog(ConfigSection? section)
    {
        var defaults = new LogOptions();
        if (section is null) return defaults;
        LogOptions options = defaults with
        {
            Level = section.Choice("level", defaults.Level, Levels),
            Format = section.Choice("format", defaults.Format, Formats),
        };
        section.Close();
        return options;
    }
}
