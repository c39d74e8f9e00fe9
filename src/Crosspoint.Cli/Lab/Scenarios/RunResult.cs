using Crosspoint.Engine.Health;

namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>Why a message did not reach its recipient in its time.</summary>
internal enum LossKind
{
    /// <summary>Its validity ended while it waited.</summary>
    Expired,

    /// <summary>Every connection refused it.</summary>
    Refused,

    /// <summary>It was submitted and never answered, and not sent again.</summary>
    Unknown,

    /// <summary>A carrier took it and could not deliver it.</summary>
    Undelivered,

    /// <summary>The same, and the carrier said that it was delivered.</summary>
    Faked,

    /// <summary>It arrived after the end of its validity.</summary>
    Late,
}

/// <summary>What a policy came to in one run.</summary>
internal sealed record RunResult(PolicyKind Policy, RunCounts Counts, FaultWatch Watch);

internal sealed class RunCounts
{
    private readonly long[] _lost = new long[Enum.GetValues<LossKind>().Length];
    private readonly long[] _delays = new long[DelayBins.Count];

    public long Messages { get; set; }

    public long Delivered { get; private set; }

    /// <summary>Messages to networks that a fault hit at that time, and those of them that arrived.</summary>
    public long HitMessages { get; set; }

    public long HitDelivered { get; private set; }

    /// <summary>First submitted elsewhere than at the operator's first choice.</summary>
    public long Moved { get; set; }

    /// <summary>Of these, while nothing was wrong with the first choice there.</summary>
    public long Needless { get; set; }

    /// <summary>Micro-units of all that carriers took.</summary>
    public long Cost { get; set; }

    public long Lost => Messages - Delivered;

    /// <summary>Seconds from acceptance to arrival that 95 of 100 messages that arrived took at most.</summary>
    public double P95 => (DelayBins.Quantile(_delays, 0.95) ?? 0) / 1e6;

    public long LostBy(LossKind why) => _lost[(int)why];

    public void Deliver(long micros, bool isHit)
    {
        Delivered++;
        if (isHit) HitDelivered++;
        _delays[DelayBins.Of(micros)]++;
    }

    public void Lose(LossKind why) => _lost[(int)why]++;
}
