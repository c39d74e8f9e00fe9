namespace Crosspoint.Engine.Messages;

/// <summary>Wall time of records: whole microseconds since 1970-01-01 UTC, as stored in the journal.</summary>
public static class Micros
{
    public const long PerSecond = 1_000_000;
    public const long PerMillisecond = 1_000;

    public static long GetUtcMicros(this TimeProvider time) => From(time.GetUtcNow());

    public static long From(DateTimeOffset instant) =>
        (instant.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static long From(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToInstant(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
