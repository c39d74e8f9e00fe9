namespace Crosspoint.Simulator;

/// <summary>What a carrier has counted for one network since the network was configured, or the last reset.</summary>
public sealed record NetworkCounters
{
    public long Submits { get; init; }

    /// <summary>Submissions with status ESME_ROK, answered or not.</summary>
    public long Accepted { get; init; }

    public long Refused { get; init; }

    /// <summary>Submissions accepted and never answered (no_response).</summary>
    public long Unanswered { get; init; }

    /// <summary>Submissions read and forgotten (stall of the network).</summary>
    public long Ignored { get; init; }

    /// <summary>Submissions that really end on a handset, whatever their receipts say.</summary>
    public long Delivered { get; init; }
}
