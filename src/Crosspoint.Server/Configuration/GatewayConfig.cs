using System.Net;
using Crosspoint.Engine;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Configuration;

/// <summary>The whole configuration of one gateway, validated. docs/configuration.md lists every key.</summary>
public sealed record GatewayConfig
{
    /// <summary>Directory of the journal, absolute.</summary>
    public required string DataDirectory { get; init; }

    public HttpOptions Http { get; init; } = new();

    /// <summary>The listener for customers' binds, when one is configured. This version checks it and does not open it.</summary>
    public IPEndPoint? SmppListen { get; init; }

    public required EngineOptions Engine { get; init; }

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

    /// <summary>Longest request body in bytes. A batch of 1,000 messages of 160 characters takes a quarter of the default.</summary>
    public long MaxBody { get; init; } = 1024 * 1024;

    /// <summary>Connections held open at once; more are closed as they come.</summary>
    public int MaxConnections { get; init; } = 10_000;
}

/// <summary>How long messages are kept.</summary>
public sealed record JournalOptions
{
    /// <summary>Span of time that one file holds.</summary>
    public TimeSpan Slice { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Finished messages older than this are removed. 400 days: thirteen months, so that a month can be compared with that of the year before.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(400);
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
