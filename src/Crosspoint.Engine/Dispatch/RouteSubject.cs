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
        RouteRequest request = RouteRequest.For(head, Locate(head, sources), at: 0, draw);
        return new(request.Destination, request.SenderKind, request.Draw);
    }

    /// <summary>Where a message's number lives.</summary>
    public static Destination Locate(MessageHead head, RoutingSources sources) => E164.TryParse(head.To, out E164 number)
        ? sources.DestinationOf(number) : new(default, "", NumberType.Unknown, NetworkId.Unknown, NetworkSource.None);

    public RouteRequest At(MessageHead head, long now) => new(head, Destination, SenderKind, now, Draw);
}
