using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Monitoring;

/// <summary>Learns from what becomes of messages on their connections. Told after commits, in their order; must not block.</summary>
public interface IRouteObserver
{
    /// <summary>A vendor took a whole message.</summary>
    /// <param name="destination">Where the number lives by now.</param>
    void Sent(string connection, MessageHead head, in Destination destination, long sentAt);

    /// <summary>The last word of a connection on a message: a final receipt, or that it refused it for good.</summary>
    void Ended(string connection, MessageHead head, in Destination destination, in RouteEnd end);

    /// <summary>What the application says about the recipient.</summary>
    void Feedback(string connection, MessageHead head, in Destination destination, bool isConfirmed, long at);
}

/// <summary>The last word of a connection on a message.</summary>
/// <param name="SentAt">Microseconds at which the vendor had all of the message; 0 when it never had it.</param>
/// <param name="ErrorCode">Of a message that is not delivered; 0 when it is.</param>
/// <param name="IsLast">The message ended with it; else it goes to another connection.</param>
public readonly record struct RouteEnd(long SentAt, bool IsDelivered, int ErrorCode, bool IsLast, long At);
