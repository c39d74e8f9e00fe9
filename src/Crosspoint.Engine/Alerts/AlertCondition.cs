using Crosspoint.Engine.Incidents;

namespace Crosspoint.Engine.Alerts;

/// <summary>A reason for an alert that holds at this moment.</summary>
public sealed record AlertCondition
{
    /// <summary>What it is about: one alert a key, while it lasts.</summary>
    public required string Key { get; init; }

    /// <summary>country_delivery, queue, vendor_spend, webhook, certificate, disk, notifier or incident.</summary>
    public required string Rule { get; init; }

    public required Severity Severity { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>Sentences: what was seen, against what, over how much, and what to do.</summary>
    public required string Text { get; init; }

    /// <summary>What silences match: each name may have several values.</summary>
    public IReadOnlyDictionary<string, string[]> Labels { get; init; } = new Dictionary<string, string[]>();

    public required IncidentLink Evidence { get; init; }

    public required IncidentLink Action { get; init; }

    /// <summary>The incident that it tells of; null for none.</summary>
    public string? Incident { get; init; }

    /// <summary>Who acknowledged it where it comes from; null for nobody.</summary>
    public string? AcknowledgedBy { get; init; }
}
