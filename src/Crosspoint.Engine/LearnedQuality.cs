using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine;

/// <summary>Feeds the table of qualities with what becomes of messages, and answers routing from it.</summary>
internal sealed class LearnedQuality : IRouteObserver, IQuality, IDisposable
{
    private const long SweepMicros = 3_600 * Micros.PerSecond;
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private readonly QualityTable _table;
    private readonly QualityReadings _readings;
    private readonly ITimer _timer;
    private int _isTurning;
    private long _sweptAt;

    public LearnedQuality(QualityTable table, TimeProvider time)
    {
        (_table, _readings) = (table, new(table, time));
        _timer = time.CreateTimer(static self => ((LearnedQuality)self!).RenewReadings(), this, Turn, Turn);
    }

    /// <summary>Which connections give no receipts of success: nothing can be learned of them. Named once, before anything is told.</summary>
    public Func<string, bool> IsSilent { get; set; } = static _ => false;

    // The network may have become known, or another one, since the message was sent: what counts is where it lives now.
    public void Sent(string connection, MessageHead head, in Destination destination, long sentAt)
    {
        if (IsSilent(connection)) return;
        _table.Sent(_table.NumberOf(connection), destination, head.Class, sentAt);
        if (sentAt - _sweptAt < SweepMicros) return;
        _sweptAt = sentAt;
        _table.Sweep(sentAt);
    }

    public void Ended(string connection, MessageHead head, in Destination destination, in RouteEnd end)
    {
        if (IsSilent(connection)) return;

        // Where nothing was sent it was the vendor that refused; at that moment.
        if (end.SentAt == 0) Sent(connection, head, destination, end.At);
        long sentAt = end.SentAt == 0 ? end.At : end.SentAt;
        _table.Ended(_table.NumberOf(connection), destination, head.Class, sentAt, end.IsDelivered, end.At);
    }

    public void Feedback(string connection, MessageHead head, in Destination destination, bool isConfirmed, long at) =>
        _table.Feedback(_table.NumberOf(connection), destination, head.Class, isConfirmed, at);

    public IConnectionQuality Of(string connection) => new OfConnection(_readings, _table.NumberOf(connection));

    IQualityRows IQuality.Rows => _readings;

    public void Dispose() => _timer.Dispose();

    private void RenewReadings()
    {
        // One that takes longer than a turn is not overtaken by the next.
        if (Interlocked.Exchange(ref _isTurning, 1) == 1) return;
        try
        {
            _readings.Turn();
        }
        finally
        {
            Volatile.Write(ref _isTurning, 0);
        }
    }

    private sealed class OfConnection(QualityReadings readings, int number) : IConnectionQuality
    {
        public RouteQuality Find(in Destination destination, TrafficClass trafficClass) => readings.Find(number, destination, trafficClass);
    }
}
