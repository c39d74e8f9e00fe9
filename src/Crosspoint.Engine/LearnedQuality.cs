using System.Collections.Concurrent;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
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
    private readonly NumberLocator _numbers;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, QualityReadings> _readings = new(StringComparer.Ordinal);
    private readonly ITimer _timer;
    private int _isTurning;
    private long _sweptAt;

    public LearnedQuality(QualityTable table, NumberLocator numbers, TimeProvider time)
    {
        (_table, _numbers, _time) = (table, numbers, time);
        _timer = time.CreateTimer(static self => ((LearnedQuality)self!).RenewReadings(), this, Turn, Turn);
    }

    /// <summary>Which connections give no receipts of success: nothing can be learned of them. Named once, before anything is told.</summary>
    public Func<string, bool> IsSilent { get; set; } = static _ => false;

    public void Sent(string connection, MessageHead head, long sentAt)
    {
        if (IsSilent(connection)) return;
        _table.Sent(_table.NumberOf(connection), DestinationOf(head), head.Class, sentAt);
        if (sentAt - _sweptAt < SweepMicros) return;
        _sweptAt = sentAt;
        _table.Sweep(sentAt);
    }

    public void Ended(string connection, MessageHead head, long sentAt, bool isDelivered, long at)
    {
        if (!IsSilent(connection)) _table.Ended(_table.NumberOf(connection), DestinationOf(head), head.Class, sentAt, isDelivered, at);
    }

    public void Feedback(string connection, MessageHead head, bool isConfirmed, long at) =>
        _table.Feedback(_table.NumberOf(connection), DestinationOf(head), head.Class, isConfirmed, at);

    public IConnectionQuality Of(string connection) =>
        _readings.GetOrAdd(connection, static (name, self) => new(self._table, name, self._time), this);

    public void Dispose() => _timer.Dispose();

    private void RenewReadings()
    {
        // One that takes longer than a turn is not overtaken by the next.
        if (Interlocked.Exchange(ref _isTurning, 1) == 1) return;
        try
        {
            foreach (QualityReadings readings in _readings.Values) readings.Turn();
        }
        finally
        {
            Volatile.Write(ref _isTurning, 0);
        }
    }

    // The network may have become known, or another one, since the message was sent: what counts is where it lives now.
    private Destination DestinationOf(MessageHead head)
    {
        if (!E164.TryParse(head.To, out E164 number)) return new(default, "", NumberType.Unknown, NetworkId.Unknown, NetworkSource.None);
        _numbers.TryLocate(number, out Located located);
        return located.Destination;
    }
}
