using Crosspoint.Engine.Health;
using Crosspoint.Sms.Segments;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// An attempt whose record is on disk and whose segments are being written. Touched only on the journal's completion loop.
/// </summary>
internal sealed class ActiveAttempt(OutboundWork work, Lane lane, int session, int attempt, ushort reference, int[]? segments, int total)
{
    private int _next;

    public OutboundWork Work => work;

    public Lane Lane => lane;

    /// <summary>Where it counts what becomes of its segments.</summary>
    public WatchedPath Watched { get; init; }

    /// <summary>What the vendor takes for a segment, in micro-units; 0 where it is not known.</summary>
    public long SegmentCost { get; init; }

    /// <summary>What the account pays for a segment, in micro-units; 0 where it has no price.</summary>
    public long SegmentSell { get; init; }

    /// <summary>How the message goes on this connection.</summary>
    public WireForm Form { get; } = AttemptRules.FormOf(work.Head, lane.Options.Smpp);

    public int Session => session;

    /// <summary>The slots of its network; null before it has some.</summary>
    public CellSlots? Slots { get; set; }

    public int Attempt => attempt;

    public ushort Reference => reference;

    /// <summary>Segments of the message.</summary>
    public int Total => total;

    /// <summary>Segments that this attempt sends.</summary>
    public int Count => segments?.Length ?? total;

    /// <summary>The next segment (from 0) to write, or -1.</summary>
    public int TakeNext() => _next >= Count ? -1 : segments is null ? _next++ : segments[_next++];
}
