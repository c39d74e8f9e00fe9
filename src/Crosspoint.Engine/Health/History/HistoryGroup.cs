using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Health.History;

/// <summary>One row of a step while it is put together. Used again and again. Not thread-safe.</summary>
internal sealed class HistoryGroup
{
    private readonly IntervalSum _sum = new();
    private long _sent;
    private long _delivered;
    private long _undelivered;

    /// <summary>Final words that came in the step.</summary>
    public long Ended => _sum.Counts[CellCounts.Delivered] + _sum.Undelivered;

    public void Clear()
    {
        _sum.Clear();
        (_sent, _delivered, _undelivered) = (0, 0, 0);
    }

    /// <exception cref="InvalidDataException">The body is damaged; the messages were added.</exception>
    public void Add(long sent, long delivered, long undelivered, ReadOnlySpan<byte> body)
    {
        _sent += sent;
        _delivered += delivered;
        _undelivered += undelivered;
        HistoryBody.AddTo(body, _sum);
    }

    /// <param name="at">When the step began, wall time in microseconds.</param>
    /// <param name="now">Until when it is known what became of the messages.</param>
    /// <param name="curve">Made anew of the receipts that came in the step.</param>
    public IntervalReading Read(long at, TimeSpan span, long now, ReceiptCurve curve)
    {
        long pending = Math.Max(0, _sent - _delivered - _undelivered);
        curve.Make(_sum.Receipts);
        long end = Math.Min(now, at + Micros.From(span));
        double arrived = now <= at ? 0 : curve.ArrivedBetween(now - end, now - at);
        double weight = _delivered + _undelivered + (pending * arrived);
        return _sum.Read() with
        {
            Span = span,
            Sent = _sent,
            Delivered = _delivered,
            Undelivered = _undelivered,
            Pending = pending,
            DeliveryRate = weight < 0.5 ? null : _delivered / weight,
            DeliveryWeight = weight,
        };
    }
}
