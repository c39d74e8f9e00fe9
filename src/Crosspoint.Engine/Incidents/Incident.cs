using System.Text.Json.Serialization;
using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Incidents;

/// <summary>Where an incident stands.</summary>
public enum IncidentState : byte
{
    /// <summary>Something is wrong, and nobody has said that they look at it.</summary>
    Open,

    /// <summary>Something is wrong, and somebody looks at it.</summary>
    Acknowledged,

    /// <summary>Nothing is wrong any more that is known of: traffic comes back by steps.</summary>
    Recovering,

    Resolved,
}

/// <summary>
/// A detected degradation and all that was done about it. Immutable: each step makes a new value. Times are wall time in microseconds, 0 for not yet.
/// </summary>
public sealed record Incident
{
    /// <summary><c>IN</c> and 32 hex digits, in the order of time.</summary>
    public required string Id { get; init; }

    public required long OpenedAt { get; init; }

    public long UpdatedAt { get; init; }

    public long ResolvedAt { get; init; }

    /// <summary>The worst that it has been.</summary>
    public Severity Severity { get; init; } = Severity.L1;

    /// <summary>In the order in which they fell ill.</summary>
    public IReadOnlyList<IncidentCell> Cells { get; init; } = [];

    /// <summary>In the order of time.</summary>
    public IReadOnlyList<IncidentEntry> Timeline { get; init; } = [];

    /// <summary>Entries that were left out of the middle of the timeline, because it had become too long.</summary>
    public int LeftOut { get; init; }

    /// <summary>How often a cell of it fell ill again.</summary>
    public int Relapses { get; init; }

    public string? AcknowledgedBy { get; init; }

    public long AcknowledgedAt { get; init; }

    public Verdict Verdict { get; init; }

    public string? VerdictBy { get; init; }

    [JsonIgnore]
    public IncidentState State => ResolvedAt != 0 ? IncidentState.Resolved
        : Cells.All(static cell => cell.State is CellState.Healthy or CellState.Probing or CellState.Recovering)
            && Cells.Any(static cell => cell.State == CellState.Recovering) ? IncidentState.Recovering
        : AcknowledgedBy is not null ? IncidentState.Acknowledged
        : IncidentState.Open;

    /// <summary>Messages that were refused, unanswered or not delivered before anything was moved, as far as the signals say.</summary>
    [JsonIgnore]
    public long Hit => (long)Math.Round(Cells.Sum(static cell => cell.Hit));

    /// <summary>Messages that took another way than usual, or waited: an estimate by what the cells carried before.</summary>
    [JsonIgnore]
    public long Moved => (long)Math.Round(Cells.Sum(static cell => cell.Moved));
}

/// <summary>A connection on a network, as an incident knows it.</summary>
public sealed record IncidentCell
{
    public required string Connection { get; init; }

    /// <summary>Empty where it is not known.</summary>
    public string Vendor { get; init; } = "";

    /// <summary>ISO 3166-1 alpha-2; empty for all that the connection carries.</summary>
    public required string Country { get; init; }

    /// <summary>MCC and MNC; empty for the whole country.</summary>
    public required string Network { get; init; }

    public required CellState State { get; init; }

    /// <summary>Share of its usual messages that it takes, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>Messages a second that it carried when it fell ill.</summary>
    public double Rate { get; init; }

    /// <summary>When it fell ill, the last time.</summary>
    public long Since { get; init; }

    /// <summary>When it was well again; 0 while it is not.</summary>
    public long HealthyAt { get; init; }

    /// <summary>Until when <see cref="Moved"/> is counted.</summary>
    public long CountedTo { get; init; }

    public double Moved { get; init; }

    public double Hit { get; init; }

    /// <summary>What the moved messages cost beyond the usual, in millionths of <see cref="Currency"/>; less than nothing where it was saved.</summary>
    public double ExtraMicros { get; init; }

    /// <summary>Empty where prices are not known.</summary>
    public string Currency { get; init; } = "";

    /// <summary>What was noticed first.</summary>
    public IncidentSignal? First { get; init; }

    [JsonIgnore]
    public bool IsHealthy => State == CellState.Healthy;

    /// <summary>For people: <c>north-1 to DE 26201</c>.</summary>
    [JsonIgnore]
    public string Name => Country.Length == 0 ? Connection : Network.Length == 0 ? $"{Connection} to {Country}" : $"{Connection} to {Country} {Network}";

    internal bool Is(in HealthCell cell) => Connection == cell.Connection && Country == cell.Country && Network == cell.Network.ToString();
}

/// <summary>What was noticed, as an incident keeps it: see <see cref="HealthSignal"/>.</summary>
/// <param name="Seconds">The time in which it was seen.</param>
public sealed record IncidentSignal(SignalKind Kind, SignalSource Source, double Seen, double Expected, long Messages, double Seconds, uint Status)
{
    public static IncidentSignal? From(HealthSignal? signal) => signal is null
        ? null
        : new(signal.Kind, signal.Source, Finite(signal.Seen), Finite(signal.Expected), signal.Messages, signal.Over.TotalSeconds, signal.Status);

    // JSON has no other numbers.
    private static double Finite(double value) => double.IsFinite(value) ? value : 0;
}

/// <summary>What an entry of a timeline tells.</summary>
public enum EntryKind : byte
{
    /// <summary>A cell fell ill.</summary>
    Noticed,

    /// <summary>A cell went from one state to another, or a step further.</summary>
    Changed,

    /// <summary>A cell was well and fell ill again.</summary>
    Relapsed,

    Acknowledged,

    Note,

    /// <summary>The operator said whether it needed action.</summary>
    Judged,

    Resolved,
}

/// <summary>A line of a timeline.</summary>
/// <param name="Cell">Of which cell; empty for the incident as a whole.</param>
/// <param name="Text">A sentence for people.</param>
/// <param name="By">Who did it; null for the gateway itself.</param>
public sealed record IncidentEntry(long At, EntryKind Kind, string Cell, string Text, string? By = null)
{
    public CellState? From { get; init; }

    public CellState? To { get; init; }

    /// <summary>Share of its usual messages that the cell takes from here on.</summary>
    public double? Share { get; init; }

    public IncidentSignal? Signal { get; init; }
}
