using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Dispatch;

/// <summary>A message in the hands of dispatch: a cache of what the journal knows, in memory from acceptance (or reload) until the vendor has it.</summary>
public sealed class OutboundWork(MessageHead head)
{
    public MessageHead Head => head;

    /// <summary>Temporary refusals on the present connection.</summary>
    public int Tries { get; set; }

    /// <summary>The connection that holds some of its segments, and so must take the rest; null while it may go anywhere.</summary>
    public string? PinnedTo { get; set; }

    /// <summary>The connection to take while it lives, whatever the plan's order: the outcome there is unknown. Null for none.</summary>
    public string? Prefer { get; set; }

    /// <summary>Connections that refused it for good; null for none.</summary>
    public List<string>? RefusedBy { get; set; }

    /// <summary>Segments that the next attempt sends; 0 for all.</summary>
    public int SegmentsLeft { get; set; }
}
