using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Monitoring;

/// <summary>What is counted of messages over all connections, for those who watch.</summary>
public enum TrafficCount
{
    /// <summary>Taken at the APIs and on disk.</summary>
    Accepted,

    /// <summary>A vendor took every segment.</summary>
    Sent,

    /// <summary>A receipt says that it arrived.</summary>
    Delivered,

    /// <summary>Ended without having arrived: undelivered, failed or expired.</summary>
    NotDelivered,

    /// <summary>Inbound: whole.</summary>
    Received,
}

/// <summary>Messages counted since the start of the process, and in the present day (UTC). Thread-safe; counting allocates nothing.</summary>
public sealed class TrafficTotals(TimeProvider time)
{
    private const long DayMicros = 86_400 * Micros.PerSecond;

    private static readonly int Kinds = Enum.GetValues<TrafficCount>().Length;

    private readonly Lock _turning = new();
    private readonly long[] _all = new long[Kinds];
    private readonly long[] _before = new long[Kinds];
    private readonly long _startedAt = time.GetUtcMicros();
    private long _day = time.GetUtcMicros() / DayMicros;

    /// <summary>Since when <see cref="Today"/> counts: the beginning of the day, or of the process.</summary>
    public long TodaySince
    {
        get
        {
            Turn();
            return Math.Max(_startedAt, Volatile.Read(ref _day) * DayMicros);
        }
    }

    /// <summary>Since the start of the process.</summary>
    public long All(TrafficCount kind) => Volatile.Read(ref _all[(int)kind]);

    /// <summary>In the present day, since the start of the process at most.</summary>
    public long Today(TrafficCount kind)
    {
        Turn();
        return Volatile.Read(ref _all[(int)kind]) - Volatile.Read(ref _before[(int)kind]);
    }

    public void Add(TrafficCount kind)
    {
        Turn();
        Interlocked.Increment(ref _all[(int)kind]);
    }

    public void Reached(MessageState state)
    {
        TrafficCount? kind = state switch
        {
            MessageState.Sent => TrafficCount.Sent,
            MessageState.Delivered => TrafficCount.Delivered,
            MessageState.Undelivered or MessageState.Failed or MessageState.Expired => TrafficCount.NotDelivered,
            MessageState.Received => TrafficCount.Received,
            _ => null,
        };
        if (kind is { } counted) Add(counted);
    }

    // A clock that was set back goes on with the day that it left.
    private void Turn()
    {
        long today = time.GetUtcMicros() / DayMicros;
        if (today <= Volatile.Read(ref _day)) return;
        lock (_turning)
        {
            if (today <= _day) return;
            for (int i = 0; i < _all.Length; i++) Volatile.Write(ref _before[i], Volatile.Read(ref _all[i]));
            Volatile.Write(ref _day, today);
        }
    }
}
