using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Numbers;
using Crosspoint.Engine.Quality;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine;

/// <summary>Feeds the table of qualities with what becomes of messages, and answers routing from it.</summary>
internal sealed class LearnedQuality(QualityTable table, NumberLocator numbers, TimeProvider time) : IRouteObserver, IQuality
{
    private const long SweepMicros = 3_600 * Micros.PerSecond;
    private long _sweptAt;

    /// <summary>Which connections give no receipts of success: nothing can be learned of them. Named once, before anything is told.</summary>
    public Func<string, bool> IsSilent { get; set; } = static _ => false;

    public void Sent(string connection, MessageHead head, long sentAt)
    {
        if (IsSilent(connection)) return;
        table.Sent(table.NumberOf(connection), DestinationOf(head), head.Class, sentAt);
        if (sentAt - _sweptAt < SweepMicros) return;
        _sweptAt = sentAt;
        table.Sweep(sentAt);
    }

    public void Ended(string connection, MessageHead head, long sentAt, bool isDelivered, long at)
    {
        if (!IsSilent(connection)) table.Ended(table.NumberOf(connection), DestinationOf(head), head.Class, sentAt, isDelivered, at);
    }

    public void Feedback(string connection, MessageHead head, bool isConfirmed, long at) =>
        table.Feedback(table.NumberOf(connection), DestinationOf(head), head.Class, isConfirmed, at);

    public IConnectionQuality Of(string connection) => new OfConnection(table, table.NumberOf(connection), time);

    // The network may have become known, or another one, since the message was sent: what counts is where it lives now.
    private Destination DestinationOf(MessageHead head)
    {
        if (!E164.TryParse(head.To, out E164 number)) return new(default, "", NumberType.Unknown, NetworkId.Unknown, NetworkSource.None);
        numbers.TryLocate(number, out Located located);
        return located.Destination;
    }

    private sealed class OfConnection(QualityTable table, int connection, TimeProvider time) : IConnectionQuality
    {
        public RouteQuality Find(in Destination destination, TrafficClass trafficClass)
        {
            QualityEstimate estimate = table.Estimate(connection, destination, trafficClass, time.GetUtcMicros());
            return new(estimate.Probability, estimate.ReceiptDelay.TotalSeconds, estimate.IsMeasured)
            {
                AtBest = estimate.AtBest,
                StandardError = estimate.StandardError,
            };
        }
    }
}
