namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// The thresholds of a cell that an operator may set by class, country, network and connection. One that is set counts as it is; where it is
/// null a default counts that gives way to what is usual for the cell, as a rule that is broken for ever says nothing.
/// </summary>
public sealed record DetectionRules
{
    /// <summary>Refused segments of 60 s, from 0 to 1; 1 is never passed. Null: 3 %, or twice the usual share, and more than chance explains.</summary>
    public double? Errors { get; init; }

    /// <summary>95th percentile of the time to a receipt. Null: 4 s, or twice the usual one, and more than chance explains.</summary>
    public TimeSpan? ReceiptsP95 { get; init; }

    /// <summary>Throttled answers over <see cref="DetectionOptions.ThrottledFor"/>, from 0 to 1; 1 is never passed. Null: 20 %, or twice the usual share.</summary>
    public double? Throttled { get; init; }

    /// <summary>Segments, or receipts, that a rule needs to be judged. Null: 50.</summary>
    public int? Messages { get; init; }

    /// <summary>These, and what is null in them from others.</summary>
    public DetectionRules Or(DetectionRules others) => new()
    {
        Errors = Errors ?? others.Errors,
        ReceiptsP95 = ReceiptsP95 ?? others.ReceiptsP95,
        Throttled = Throttled ?? others.Throttled,
        Messages = Messages ?? others.Messages,
    };
}
