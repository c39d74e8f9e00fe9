using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Health.History;

/// <summary>One row of a step while it is put together. Not thread-safe.</summary>
internal sealed class HistoryGroup
{
    private readonly IntervalSum _sum = new();
    private long _sent;
    private long _delivered;
    private long _undelivered;

    public string? Vendor { get; init; }

    public string? Connection { get; init; }

    public string? Country { get; init; }

    public NetworkId Network { get; init; }

    public TrafficClass? Class { get; init; }

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
    public HistoryPoint Read(long at, string place, TimeSpan span, long now, ReceiptCurve curve)
    {
        IntervalReading happened = _sum.Read();
        long pending = Math.Max(0, _sent - _delivered - _undelivered);
        curve.Make(_sum.Receipts);
        long end = Math.Min(now, at + Micros.From(span));
        double arrived = now <= at ? 0 : curve.ArrivedBetween(now - end, now - at);
        double weight = _delivered + _undelivered + (pending * arrived);
        return new(at, place)
        {
            Vendor = Vendor,
            Connection = Connection,
            Country = Country,
            Network = Network,
            Class = Class,
            Ended = happened.Delivered + happened.Undelivered,
            Reading = happened with
            {
                Span = span,
                Sent = _sent,
                Delivered = _delivered,
                Undelivered = _undelivered,
                Pending = pending,
                DeliveryRate = weight < 0.5 ? null : _delivered / weight,
                DeliveryWeight = weight,
            },
        };
    }
}
