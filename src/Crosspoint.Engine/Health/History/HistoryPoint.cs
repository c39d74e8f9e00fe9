using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health.History;

/// <summary>What happened in a step, in one cell or several as one. Null, or unknown, where it is of all.</summary>
/// <param name="At">When the step began: wall time in microseconds.</param>
/// <param name="Place">Its place among the rows of its step, by ordinal order.</param>
public sealed record HistoryPoint(long At, string Place)
{
    public string? Vendor { get; init; }

    public string? Connection { get; init; }

    /// <summary><see cref="HealthCell.UnknownCountry"/> where it is not known.</summary>
    public string? Country { get; init; }

    public NetworkId Network { get; init; }

    public TrafficClass? Class { get; init; }

    /// <summary>Final words on messages that came in the step, whenever those were sent.</summary>
    public required long Ended { get; init; }

    /// <summary>
    /// Messages and the delivery rate: of those that were sent in the step, however late the word came. All else: what happened in it.
    /// </summary>
    public required IntervalReading Reading { get; init; }
}
