using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing.Explaining;

namespace Crosspoint.Server.Api;

/// <summary>
/// Hides what is personal in a message from roles that may not see it: the last four digits of the person's number, body, metadata and callback URL. The
/// operator's own number or name stays.
/// </summary>
internal static class ContentMask
{
    private const int Hidden = 4;
    private const string Stars = "****";

    /// <summary>A number with its last four digits hidden; what is that short is hidden whole.</summary>
    public static string Number(string number) => number.Length <= Hidden ? Stars : number[..^Hidden] + Stars;

    public static MessageHead Of(MessageHead head) => head with
    {
        To = head.IsInbound ? head.To : Number(head.To),
        From = head.IsInbound ? Number(head.From) : head.From,
        Body = "",
        Metadata = Metadata.Empty,
        CallbackUrl = null,
    };

    public static RouteExplanation Of(RouteExplanation told, MessageHead head)
    {
        string Hide(string text) => text.Replace(head.To, Number(head.To), StringComparison.Ordinal);
        return told with { Message = Hide(told.Message), Matched = Hide(told.Matched), NotMatched = [.. told.NotMatched.Select(Hide)] };
    }
}
