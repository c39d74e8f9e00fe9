using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Monitoring;

/// <summary>Learns from what becomes of messages on their connections. Told after commits, in their order; must not block.</summary>
public interface IRouteObserver
{
    /// <summary>A vendor took a whole message.</summary>
    void Sent(string connection, MessageHead head, long sentAt);

    /// <summary>The last word of a connection on a message: a final receipt, or that it refused it for good.</summary>
    void Ended(string connection, MessageHead head, long sentAt, bool isDelivered, long at);

    /// <summary>What the application says about the recipient.</summary>
    void Feedback(string connection, MessageHead head, bool isConfirmed, long at);
}
