namespace Crosspoint.Engine.Health;

/// <summary>What was noticed.</summary>
public enum SignalKind : byte
{
    /// <summary>No session of the connection is bound, or is again and again: for <see cref="HealthSignal.Seen"/> of the time.</summary>
    Unbound,

    /// <summary>Nothing was answered for max(1 s, 5 × the usual 99th percentile of the time to a response) while several segments wait.</summary>
    Stalled,

    /// <summary>The carrier keeps asking for less, for longer than bursts last.</summary>
    Throttled,

    /// <summary>Segments go unanswered until the response timeout.</summary>
    Timeouts,

    /// <summary>More segments are refused than usual.</summary>
    Errors,

    /// <summary>Segments are refused with a status that this cell has not shown before.</summary>
    NewError,

    /// <summary>Fewer messages are delivered than usual, by the receipts that came.</summary>
    Delivery,

    /// <summary>Receipts that were to be expected do not come.</summary>
    ReceiptsSilent,

    /// <summary>Receipts take longer than the rule allows.</summary>
    ReceiptsSlow,

    /// <summary>Receipts come at other times than they ever did, as made-up ones do.</summary>
    ReceiptsSuspect,

    /// <summary>Most answers take longer than a stall does until it is one, though answers come.</summary>
    ResponsesSlow,
}

/// <summary>What noticed it.</summary>
public enum SignalSource : byte
{
    /// <summary>A plain fact: unbound, stalled.</summary>
    Sign,

    /// <summary>A threshold that the operator set.</summary>
    Rule,

    /// <summary>A sequential test against what is usual for the cell.</summary>
    Statistic,
}

/// <summary>Something is wrong with a cell: what was seen, what was to be expected, and over how many messages and how long.</summary>
public sealed record HealthSignal
{
    public required SignalKind Kind { get; init; }

    public required SignalSource Source { get; init; }

    public required HealthCell Cell { get; init; }

    /// <summary>A share from 0 to 1, or seconds, as its kind says (<see cref="IsInSeconds"/>).</summary>
    public required double Seen { get; init; }

    /// <summary>In the unit of <see cref="Seen"/>; for rules the threshold.</summary>
    public required double Expected { get; init; }

    /// <summary>Segments or messages that it rests on.</summary>
    public required long Messages { get; init; }

    /// <summary>The time in which they were seen.</summary>
    public required TimeSpan Over { get; init; }

    /// <summary>The <c>command_status</c> that stands out; 0 for none.</summary>
    public uint Status { get; init; }

    /// <summary>Of a whole connection: the networks, of all classes, that do well meanwhile. They are not meant.</summary>
    public IReadOnlyList<HealthCell> Except { get; init; } = [];

    /// <summary>Steady microseconds: see <see cref="ICellDetector"/>.</summary>
    public required long At { get; init; }

    /// <summary>Nothing gets through: the cell's traffic moves at once, queued messages included.</summary>
    public bool IsHard => Kind is SignalKind.Unbound or SignalKind.Stalled;

    public bool IsInSeconds => Kind is SignalKind.Stalled or SignalKind.ReceiptsSlow or SignalKind.ResponsesSlow or SignalKind.Unbound;
}
