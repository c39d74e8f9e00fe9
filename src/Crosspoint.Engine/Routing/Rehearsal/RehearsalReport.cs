namespace Crosspoint.Engine.Routing.Rehearsal;

/// <summary>What a draft of a plan would change for the messages that were rehearsed.</summary>
public sealed record RehearsalReport
{
    public long Messages { get; init; }

    public long Segments { get; init; }

    /// <summary>Those that would go another way: by another connection, or by one where there was none, or the other way round.</summary>
    public long Moved { get; init; }

    /// <summary>Those whose text was removed: what rules say of the text does not fit them.</summary>
    public long Redacted { get; init; }

    /// <summary>ISO 4217 code of all costs; empty when no prices are known.</summary>
    public string Currency { get; init; } = "";

    /// <summary>By the plan in force.</summary>
    public required RehearsalSide Before { get; init; }

    /// <summary>By the draft.</summary>
    public required RehearsalSide After { get; init; }

    /// <summary>How many more messages are expected to be delivered by the draft.</summary>
    public double Gain { get; init; }

    /// <summary>The error of that: see <see cref="RehearsalSide.Error"/>. What stays where it is has no part in it.</summary>
    public double GainError { get; init; }

    /// <summary>From where to where, the most messages first; what stays as well.</summary>
    public required IReadOnlyList<RehearsalMove> Moves { get; init; }

    /// <summary>The same by country, the one with the most messages first.</summary>
    public required IReadOnlyList<RehearsalCountry> Countries { get; init; }

    /// <summary>What became of the messages in truth, by the connection that took them; empty for a sample.</summary>
    public required IReadOnlyList<RehearsalActual> Actual { get; init; }
}

/// <summary>What one plan does with the messages.</summary>
public sealed record RehearsalSide
{
    /// <summary>Those for which it has a connection.</summary>
    public long Routed { get; init; }

    /// <summary>Those that no connection may take.</summary>
    public long NoRoute { get; init; }

    public long Denied { get; init; }

    /// <summary>Those of the routed ones whose connection has no price for them; they are not in the cost.</summary>
    public long Unpriced { get; init; }

    /// <summary>Those of the routed ones whose quality nobody has measured; they are expected to arrive as often as anything unknown.</summary>
    public long Unmeasured { get; init; }

    /// <summary>In micro-units: the price of a segment by the number of segments, summed up without rounding.</summary>
    public Int128 Cost { get; init; }

    /// <summary>Messages that are expected to be delivered.</summary>
    public double Delivered { get; init; }

    /// <summary>
    /// In 95 of 100 cases no more than so many messages off, while quality stays what it is: what is not known of the quality, and chance.
    /// </summary>
    public double Error { get; init; }
}

/// <summary>Messages that go from one place to another, or stay.</summary>
/// <param name="From">The connection by the plan in force; <see cref="NoRoute"/> or <see cref="Denied"/> for none.</param>
/// <param name="To">The same by the draft.</param>
/// <param name="Before">Cost by the plan in force, in micro-units.</param>
/// <param name="After">Cost by the draft.</param>
public sealed record RehearsalMove(string From, string To, long Messages, long Segments, Int128 Before, Int128 After)
{
    // No connection has such a name.
    public const string NoRoute = "(no route)";
    public const string Denied = "(denied)";

    public bool IsMove => From != To;
}

/// <summary>The messages of a country.</summary>
/// <param name="Country">ISO 3166-1 code; empty for unknown.</param>
public sealed record RehearsalCountry(
    string Country, long Messages, long Moved, RehearsalSide Before, RehearsalSide After, IReadOnlyList<RehearsalMove> Moves);

/// <summary>What became of messages in truth.</summary>
/// <param name="Connection">That took them; empty for those that none has taken.</param>
/// <param name="Delivered">Those of them that are delivered by now.</param>
/// <param name="Cost">At today's prices, in micro-units.</param>
/// <param name="Unpriced">Those without a price today, or of a connection that is gone.</param>
public sealed record RehearsalActual(string Connection, long Messages, long Segments, long Delivered, Int128 Cost, long Unpriced);
