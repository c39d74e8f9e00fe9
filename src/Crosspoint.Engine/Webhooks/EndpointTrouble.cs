namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// A receiver that fails or is disabled: what is remembered of it while it is not in memory otherwise. Guarded by the dispatcher's lock.
/// </summary>
internal sealed class EndpointTrouble
{
    /// <summary>Microseconds of wall time of the first failure of this run; 0 when it is not known (after a restart).</summary>
    public long FailingSince { get; set; }

    /// <summary>Requests that failed since then, as far as they were counted.</summary>
    public int Failures { get; set; }

    public DisabledBecause Disabled { get; set; }

    /// <summary>Microseconds of wall time; 0 while it is enabled.</summary>
    public long DisabledSince { get; set; }

    public int LastStatus { get; set; }

    public string? LastError { get; set; }

    /// <summary>It is in the journal, too.</summary>
    public bool IsMarked { get; set; }
}
