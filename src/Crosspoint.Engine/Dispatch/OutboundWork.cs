using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// A message in the hands of dispatch: a cache of what the journal knows, in memory from acceptance (or reload) until the vendor has it.
/// </summary>
public sealed class OutboundWork(MessageHead head)
{
    public MessageHead Head { get; internal set; } = head;

    /// <summary>The connection that holds some of its segments, and so must take the rest; null while it may go anywhere.</summary>
    public string? PinnedTo { get; set; }

    /// <summary>
    /// The connection to take while it lives and health does not leave it alone, whatever the plan's order: the outcome there is unknown. Null for none.
    /// </summary>
    public string? Prefer { get; set; }

    /// <summary>Connections that refused it for good, or could not deliver it; null for none.</summary>
    public List<string>? RefusedBy { get; set; }

    /// <summary>What routing looks at of it, found when it was first asked for; null before.</summary>
    internal RouteSubject? Subject { get; set; }

    /// <summary>The number of its network, found when it was first asked for; 0 before.</summary>
    internal ulong Network { get; set; }

    /// <summary>Where it stood aside for its network before it came back into line; null otherwise.</summary>
    internal AsideQueue? StoodAside { get; set; }

    /// <summary>Segments that the next attempt sends; 0 for all.</summary>
    public int SegmentsLeft { get; set; }

    /// <summary>Some of it is with a vendor, or may be: it comes to its end whatever is paused or canceled.</summary>
    public bool HasBegun
    {
        get => field || PinnedTo is not null || Prefer is not null;
        set;
    }

    /// <summary>Nothing is known of it here that the journal does not say: it may leave memory and be read back.</summary>
    public bool IsAsOnRecord => PinnedTo is null && Prefer is null;

    /// <summary>
    /// The work that a message on record stands for: which connections refused it, which one holds some of its segments, and whether one may.
    /// </summary>
    public static OutboundWork From(Message message)
    {
        var work = new OutboundWork(message.Head);
        bool holds = false;
        foreach (SegmentProgress segment in message.Segments)
        {
            work.HasBegun |= segment.MayBeAtVendor;
            if (segment.State is SegmentState.Pending or SegmentState.Unknown or SegmentState.InFlight) work.SegmentsLeft++;
            else holds = true;
        }

        work.PinnedTo = holds ? message.LastAttempt?.Connection : null;
        foreach (Attempt attempt in message.Attempts)
        {
            if (attempt.Outcome is not (AttemptOutcome.NextCandidate or AttemptOutcome.Rerouted)) continue;
            work.RefusedBy ??= [];
            if (!work.RefusedBy.Contains(attempt.Connection)) work.RefusedBy.Add(attempt.Connection);
        }

        return work;
    }
}
