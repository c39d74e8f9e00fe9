using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine;

/// <summary>Feeds the table of health with what becomes of messages. What becomes of segments is told to it by dispatch.</summary>
internal sealed class HealthFeed : IRouteObserver, IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private const long SweepMicros = 60 * Micros.PerSecond;

    private readonly HealthTable _table;
    private readonly ITimer _timer;
    private long _sweptAt;
    private int _isLooking;

    public HealthFeed(HealthTable table, TimeProvider time)
    {
        _table = table;
        _sweptAt = table.Clock.Now;
        _timer = time.CreateTimer(static self => ((HealthFeed)self!).Look(), this, LookEvery, LookEvery);
    }

    /// <summary>Which connections give no receipts of success: of these, only segments tell. Named once, before anything is told.</summary>
    public Func<string, bool> IsSilent { get; set; } = static _ => false;

    public void Sent(string connection, MessageHead head, in Destination destination, long sentAt)
    {
        if (IsSilent(connection)) return;
        long since = _table.Clock.Translate(sentAt, out long now);
        PathOf(connection, head, destination).Sent(OrWall(since, sentAt), now);
    }

    public void Ended(string connection, MessageHead head, in Destination destination, in RouteEnd end)
    {
        if (IsSilent(connection)) return;
        long since = _table.Clock.Translate(end.SentAt, out long now);
        PathOf(connection, head, destination).Ended(end.IsDelivered, end.SentAt == 0 ? 0 : OrWall(since, end.SentAt), end.ErrorCode, end.IsLast, now);
    }

    public void Feedback(string connection, MessageHead head, in Destination destination, bool isConfirmed, long at) =>
        PathOf(connection, head, destination).Feedback(isConfirmed, _table.Clock.Now);

    public void Dispose() => _timer.Dispose();

    // The minute of the wall clock is told where the steady time cannot be: the long view still finds it.
    private static long OrWall(long steady, long wall) => steady == SteadyClock.Unknown ? -wall : steady;

    private WatchedPath PathOf(string connection, MessageHead head, in Destination destination) =>
        _table.Find(_table.NumberOf(connection), destination, head.Class, head.AccountSid);

    // One that takes longer than a turn is not overtaken by the next.
    private void Look()
    {
        if (Interlocked.Exchange(ref _isLooking, 1) == 1) return;
        try
        {
            _table.Clock.Look();
            long now = _table.Clock.Now;
            if (now - _sweptAt < SweepMicros) return;
            _sweptAt = now;
            _table.Sweep(now);
        }
        finally
        {
            Volatile.Write(ref _isLooking, 0);
        }
    }
}
