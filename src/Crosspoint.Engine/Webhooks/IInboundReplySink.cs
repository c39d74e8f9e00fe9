using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Takes what an application answered to the webhook of an inbound message. Called before the delivery is recorded, from the sender's
/// workers,
/// at most once for a try that delivered; a crash before the record repeats the webhook, and so the reply. Must not block.
/// </summary>
public interface IInboundReplySink
{
    /// <summary>Texts to send back to the sender of <paramref name="inbound"/>, in this order. Never empty.</summary>
    void Reply(MessageHead inbound, IReadOnlyList<string> bodies);

    /// <summary>The answer asked for something that is not supported. To be noted in the message's record.</summary>
    /// <param name="verb">The element, attribute or content type concerned, or a few words; at most 80 characters.</param>
    void ReplyIgnored(MessageHead inbound, string verb);
}
