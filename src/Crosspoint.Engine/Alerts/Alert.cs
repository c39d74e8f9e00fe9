using System.Text.Json.Serialization;
using Crosspoint.Engine.Incidents;

namespace Crosspoint.Engine.Alerts;

/// <summary>
/// A reason to look that lasts, or has lasted: one for each key. Immutable: each step makes a new value. Times are wall time in microseconds, 0 for
/// not yet.
/// </summary>
public sealed record Alert
{
    /// <summary><c>AL</c> and 32 hex digits, in the order of time.</summary>
    public required string Id { get; init; }

    public required string Key { get; init; }

    public required string Rule { get; init; }

    /// <summary>The worst that it has been.</summary>
    public required Severity Severity { get; init; }

    public required string Title { get; init; }

    public required string Text { get; init; }

    public required IReadOnlyDictionary<string, string[]> Labels { get; init; }

    public required IncidentLink Evidence { get; init; }

    public required IncidentLink Action { get; init; }

    /// <summary>The incident that it tells of; null for none.</summary>
    public string? Incident { get; init; }

    public required long OpenedAt { get; init; }

    /// <summary>Since when its reason is gone; 0 while it holds.</summary>
    public long ClearSince { get; init; }

    public long EndedAt { get; init; }

    /// <summary>When notifiers were told of it last.</summary>
    public long ToldAt { get; init; }

    /// <summary>The severity that they were told; null for never.</summary>
    public Severity? ToldSeverity { get; init; }

    /// <summary>How often they were told that it is there.</summary>
    public int Told { get; init; }

    /// <summary>The silence or maintenance window that keeps it quiet; null for none.</summary>
    public string? Silence { get; init; }

    public string? AcknowledgedBy { get; init; }

    public long AcknowledgedAt { get; init; }

    public Verdict Verdict { get; init; }

    public string? VerdictBy { get; init; }

    [JsonIgnore]
    public string State => EndedAt != 0 ? "resolved" : AcknowledgedBy is not null ? "acknowledged" : "open";
}
