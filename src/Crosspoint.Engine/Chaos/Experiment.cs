using Crosspoint.Engine.Messages;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Chaos;

/// <summary>What an experiment does to its connection.</summary>
public enum ExperimentFault : byte
{
    /// <summary>Answers come later.</summary>
    Latency,

    /// <summary>Segments are refused.</summary>
    Errors,

    /// <summary>Segments above a rate are answered with ESME_RTHROTTLED.</summary>
    Throttle,

    /// <summary>The connection looks unbound.</summary>
    Disconnect,

    /// <summary>Health hears nothing of receipts. Messages and their webhooks do: nobody is told anything that is not true.</summary>
    ReceiptsLost,
}

/// <summary>A planned fault of a live connection: what, for whom, how long, and when it is stopped early.</summary>
public sealed record Experiment
{
    /// <summary>Longest time, in seconds.</summary>
    public const int MostSeconds = 3600;

    public required string Connection { get; init; }

    public required ExperimentFault Fault { get; init; }

    /// <summary>Share of the messages in its scope that are hit, above 0 to 1; a disconnect hits all.</summary>
    public double Share { get; init; } = 0.1;

    /// <summary>Only messages of this class; null for all but one-time codes.</summary>
    public TrafficClass? Class { get; init; }

    /// <summary>Only messages to this country; null for all.</summary>
    public string? Country { get; init; }

    /// <summary>Only messages to this network; unknown for all.</summary>
    public NetworkId Network { get; init; } = NetworkId.Unknown;

    public required TimeSpan For { get; init; }

    /// <summary>For latency: what is added to the time to a response.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>For errors: what segments are answered with.</summary>
    public CommandStatus Status { get; init; } = CommandStatus.SystemError;

    /// <summary>For throttling: segments a second that go through.</summary>
    public double Rate { get; init; }

    /// <summary>It is stopped at once when fewer of the messages in its scope end as delivered than this share.</summary>
    public double DeliveryAtLeast { get; init; } = 0.9;

    /// <summary>Ended messages that it takes to judge by.</summary>
    public int GuardMessages { get; init; } = 20;

    public ExperimentTargets Targets { get; init; } = new();

    /// <summary>Whether a message belongs to what is experimented with, hit or not.</summary>
    public bool Concerns(MessageHead head, in Destination destination) =>
        !head.IsCopy
        && (Class is { } only ? head.Class == only : head.Class != TrafficClass.Otp)
        && (Country is null || destination.Country == Country)
        && (!Network.IsKnown || destination.Network == Network);
}

/// <summary>What the gateway is expected to do about it. Times are from the first hit, that of recovery from the end of the fault.</summary>
public sealed record ExperimentTargets
{
    public TimeSpan Detected { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Moved { get; init; } = TimeSpan.FromSeconds(15);

    public TimeSpan Recovered { get; init; } = TimeSpan.FromMinutes(10);
}
