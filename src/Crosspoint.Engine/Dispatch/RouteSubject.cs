using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Dispatch;

/// <summary>What routing looks at of a message and does not change while it is held: found once, for it is asked for often.</summary>
/// <param name="Draw">Where it falls into shares.</param>
internal sealed record RouteSubject(Destination Destination, SenderKind? SenderKind, ulong Draw)
{
    /// <param name="draw">For a message without an id; else it follows from the id.</param>
    public static RouteSubject Of(MessageHead head, RoutingSources sources, ulong? draw = null)
    {
        E164.TryParse(head.To, out E164 number);
        RouteRequest request = RouteRequest.For(head, sources.DestinationOf(number), at: 0, draw);
        return new(request.Destination, request.SenderKind, request.Draw);
    }

    public RouteRequest At(MessageHead head, long now) => new(head, Destination, SenderKind, now, Draw);
}
