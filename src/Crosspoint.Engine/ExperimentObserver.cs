using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine;

/// <summary>
/// Stands between experiments and those who learn: quality learns nothing from what is hit, health does not hear of receipts that are said to be lost,
/// and the guard hears of every message that ended.
/// </summary>
internal sealed class ExperimentObserver(ChaosRunner runner, IRouteObserver quality, IRouteObserver health) : IRouteObserver
{
    public void Sent(string connection, MessageHead head, in Destination destination, long sentAt)
    {
        if (!runner.IsHit(connection, head)) quality.Sent(connection, head, destination, sentAt);
        health.Sent(connection, head, destination, sentAt);
    }

    public void Ended(string connection, MessageHead head, in Destination destination, in RouteEnd end)
    {
        if (!runner.IsHit(connection, head)) quality.Ended(connection, head, destination, end);
        if (end.SentAt == 0 || !runner.IsReceiptLost(connection, head)) health.Ended(connection, head, destination, end);
        if (end.IsLast && !head.IsCopy) runner.Finished(head, destination, end.IsDelivered);
    }

    public void Feedback(string connection, MessageHead head, in Destination destination, bool isConfirmed, long at)
    {
        quality.Feedback(connection, head, destination, isConfirmed, at);
        health.Feedback(connection, head, destination, isConfirmed, at);
    }
}
