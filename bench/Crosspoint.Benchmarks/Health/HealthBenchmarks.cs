using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Health;

/// <summary>What health adds to a message.</summary>
[MemoryDiagnoser]
public class HealthBenchmarks
{
    private readonly HealthTable _table = new(new SteadyClock(TimeProvider.System));
    private readonly Destination _destination = new(default, "DE", NumberType.Mobile, NetworkId.FromCodes(262, 1, 2), NetworkSource.Range);
    private readonly long _sentAt = TimeProvider.System.GetUtcMicros();
    private long _turn;

    /// <summary>As dispatch and the observer of notices do it: a look-up for the attempt, one for "sent", one for the receipt; four events.</summary>
    [Benchmark]
    public long Message()
    {
        WatchedPath attempt = Find();
        attempt.Submitted(_table.Clock.Now);
        attempt.Answered(AnswerKind.Accepted, 0, 30_000 + (_turn++ % 20_000), 7_500, _table.Clock.Now);
        long sentAt = _table.Clock.Translate(_sentAt, out long now);
        Find().Sent(sentAt, now);
        sentAt = _table.Clock.Translate(_sentAt, out now);
        Find().Ended(isDelivered: true, sentAt, 0, isLast: true, now);
        return _turn;
    }

    [Benchmark]
    public bool FindCell() => Find().Cell is not null;

    private WatchedPath Find() => _table.Find(_table.NumberOf("north-1"), _destination, TrafficClass.Otp, HealthWorld.Account);
}
