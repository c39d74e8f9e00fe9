namespace Crosspoint.Engine.Health.History;

/// <summary>What is stored of health, and how long.</summary>
public sealed record HistoryOptions
{
    public bool IsEnabled { get; init; } = true;

    /// <summary>How long rows of a minute are kept: two days show the same hour of the day before.</summary>
    public TimeSpan Minutes { get; init; } = TimeSpan.FromHours(48);

    /// <summary>How long rows of an hour are kept: a year and the month after it, to compare with.</summary>
    public TimeSpan Hours { get; init; } = TimeSpan.FromDays(400);
}
