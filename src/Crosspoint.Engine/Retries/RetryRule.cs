using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Retries;

/// <summary>What a carrier's word means for further tries.</summary>
public enum RetryKind : byte
{
    /// <summary>A refusal for now.</summary>
    Temporary,

    /// <summary>The carrier asks to slow down.</summary>
    Throttled,

    /// <summary>The session's own trouble, which says nothing about the message.</summary>
    Session,

    /// <summary>This connection, or all of them, will never take it.</summary>
    Permanent,

    /// <summary>The carrier took it, and a receipt says that it will not arrive.</summary>
    NegativeReceipt,
}

/// <summary>Where a message is tried again.</summary>
public enum RetryStep : byte
{
    /// <summary>On the same connection, to a limit; then on the next candidate.</summary>
    Same,

    /// <summary>On the next candidate.</summary>
    Next,

    /// <summary>Nowhere: it ends.</summary>
    None,
}

/// <summary>Statuses from one to another, both included.</summary>
public readonly record struct StatusRange(uint From, uint To);

/// <summary>
/// What the operator wants done after refusals and negative receipts of certain messages. Of several the first that fits decides, and what
/// it leaves out stays as usual. What is unknown is none of its business.
/// </summary>
public sealed record RetryRule
{
    public const double DefaultGrowth = 2;

    /// <summary>Only messages of this class; null for all.</summary>
    public TrafficClass? Class { get; init; }

    /// <summary>Only this account's messages; null for all.</summary>
    public string? Account { get; init; }

    /// <summary>Only what this connection said; null for all.</summary>
    public string? Connection { get; init; }

    /// <summary>Only this kind; null for every refusal. Negative receipts are for those rules alone that name them.</summary>
    public RetryKind? On { get; init; }

    /// <summary>Only these <c>command_status</c>; empty for all.</summary>
    public IReadOnlyList<StatusRange> Statuses { get; init; } = [];

    /// <summary>Only what leads to one of these public error codes; empty for all.</summary>
    public IReadOnlyList<int> Errors { get; init; } = [];

    /// <summary>Only attempts from this number on.</summary>
    public int FirstAttempt { get; init; } = 1;

    /// <summary>Only attempts up to this number.</summary>
    public int LastAttempt { get; init; } = int.MaxValue;

    /// <summary>Null for what is usual after such a word.</summary>
    public RetryStep? Retry { get; init; }

    /// <summary>How long to wait before the first further try; null for what is usual.</summary>
    public TimeSpan? After { get; init; }

    /// <summary>By what each later wait is longer than the one before it.</summary>
    public double Growth { get; init; } = DefaultGrowth;

    /// <summary>The longest wait.</summary>
    public TimeSpan Most { get; init; } = SubmitPolicy.MostRetry;

    /// <summary>Most further tries: on the same connection, or on others; null for what is usual.</summary>
    public int? Attempts { get; init; }

    /// <summary>Age at which the message ends; null for the end of its validity.</summary>
    public TimeSpan? Until { get; init; }
}
