namespace Crosspoint.Cli.Lab.Scenarios;

/// <summary>A clock that is set: of a simulated day that passes in seconds. Has no timers, since nobody would wait for them.</summary>
internal sealed class VirtualTime(long start) : TimeProvider
{
    /// <summary>Microseconds, wall and monotonic at once.</summary>
    public long Now { get; set; } = start;

    public override long TimestampFrequency => 1_000_000;

    public override long GetTimestamp() => Now;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(Now * TimeSpan.TicksPerMicrosecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("Simulated time has no timers.");
}
