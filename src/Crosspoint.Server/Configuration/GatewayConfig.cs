using System.Net;
using Crosspoint.Engine;
using Crosspoint.RabbitMq;
using Crosspoint.Server.Identity;
using Crosspoint.Server.SmppListener;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Configuration;

/// <summary>The whole configuration of one gateway, validated. docs/configuration.md lists every key.</summary>
public sealed record GatewayConfig
{
    /// <summary>Directory of the journal, absolute.</summary>
    public required string DataDirectory { get; init; }

    public HttpOptions Http { get; init; } = new();

    /// <summary>The listener for customers' binds; null for none.</summary>
    public SmppListenerOptions? Smpp { get; init; }

    public required EngineOptions Engine { get; init; }

    /// <summary>The file's routing as a document of its own (docs/routing.md), UTF-8: at start it becomes a revision of the plan when it is another than last time.</summary>
    public ReadOnlyMemory<byte> RoutingText { get; init; }

    /// <summary>The broker that events go to and requests come from; null for none.</summary>
    public RabbitMqOptions? RabbitMq { get; init; }

    /// <summary>Prices that are the file's.</summary>
    public RateOptions Rates { get; init; } = new();

    /// <summary>Rules, silences' limits and notifiers.</summary>
    public AlertDeskOptions Alerts { get; init; } = new();

    public JournalOptions Journal { get; init; } = new();

    public LogOptions Log { get; init; } = new();

    /// <summary>What the operator should know though it is no error; logged at start.</summary>
    public IReadOnlyList<ConfigError> Warnings { get; init; } = [];
}

/// <summary>The HTTP listener.</summary>
public sealed record HttpOptions
{
    /// <summary>Port 0 takes any free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 8080);

    /// <summary>Bearer token of the operator's endpoints; null switches them off.</summary>
    public string? AdminToken { get; init; }

    /// <summary>Signing in to the console.</summary>
    public ConsoleOptions Console { get; init; } = new();

    /// <summary>Where relative names of files in a connection that is given at run time start: the directory of the configuration.</summary>
    public string FilesDirectory { get; init; } = ".";

    /// <summary>Longest request body in bytes. A batch of 1,000 messages of 160 characters takes a quarter of the default.</summary>
    public long MaxBody { get; init; } = 1024 * 1024;

    /// <summary>Connections held open at once; more are closed as they come.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Without the token: what is printed may be kept.</summary>
    public override string ToString() =>
        $"{nameof(HttpOptions)} {{ Listen = {Listen}, AdminToken = {(AdminToken is null ? "none" : "hidden")} }}";
}

/// <summary>How messages are kept. Defaults are those of the journal, which says where they come from.</summary>
public sealed record JournalOptions
{
    /// <summary>Span of time that one file holds.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Files wholly older than this, with nothing open in them, are deleted.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>How far back a receipt finds its message.</summary>
    public TimeSpan CorrelationWindow { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long a receipt that matches nothing waits for its message.</summary>
    public TimeSpan ParkedFor { get; init; } = TimeSpan.FromHours(72);

    /// <summary>Open messages held in memory.</summary>
    public int CacheMessages { get; init; } = 60_000;

    /// <summary>Bytes kept aside on the disk, so that carriers' answers can still be recorded when it is full.</summary>
    public long Reserve { get; init; } = 8 * 1024 * 1024;
}

/// <summary>The log on standard error.</summary>
public sealed record LogOptions
{
    public LogLevel Level { get; init; } = LogLevel.Information;

    public LogFormat Format { get; init; }
}

public enum LogFormat
{
    Text,
    Json,
}
