using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.SmppListener;

/// <summary>A submit_sm or data_sm as intake takes it.</summary>
/// <param name="Part">The part of a long message that the customer cut itself; 0 for a message that came whole.</param>
/// <param name="PartKey">What the parts of one message have in common; null for a message that came whole.</param>
/// <param name="Segments">Segments that it counts against the rate.</param>
/// <param name="ReplacesPending">replace_if_present_flag: a pending message of the same addresses and service type is replaced.</param>
/// <param name="ValidUntil">The end of validity as it was given; null for the default.</param>
internal sealed record Submission(
    SendRequest Request, int Part, string? PartKey, int Segments, bool ReplacesPending, DateTimeOffset? ValidUntil)
{
    public SubmitDetails Submit => Request.Submit!;
}
