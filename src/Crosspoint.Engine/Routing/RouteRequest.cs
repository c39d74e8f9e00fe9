using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Routing;

/// <summary>What a decision is made of: a message, where it goes as far as is known, and when.</summary>
/// <param name="Head">The message.</param>
/// <param name="Destination">Where it goes.</param>
/// <param name="SenderKind">What kind of sender it has; null when that cannot be told.</param>
/// <param name="At">The moment, in microseconds.</param>
/// <param name="Draw">
/// Decides what goes by shares: the same number gives the same place again, so it must stay with the message and differ between messages.
/// </param>
public readonly record struct RouteRequest(
    MessageHead Head, Destination Destination, SenderKind? SenderKind, long At, ulong Draw)
{
    /// <summary>The request for a message at a moment.</summary>
    /// <param name="draw">For a message without an id; else it follows from the id.</param>
    public static RouteRequest For(MessageHead head, Destination destination, long at, ulong? draw = null) => new(
        head,
        destination,
        Senders.TryClassify(head.From, out SenderKind kind, out _) ? kind : null,
        at,
        draw ?? Shares.Mix((ulong)head.Id.Key));
}
