using Crosspoint.Smpp.Codec;

namespace Crosspoint.Engine.Vendors;

/// <summary>A query_sm for one segment: what the session keeps for it until its answer comes.</summary>
internal abstract class SegmentQuery
{
    /// <summary>Called once, from a reader loop: must not block.</summary>
    /// <param name="status">The answer's status; null when none came.</param>
    /// <param name="state">message_state of an answer with ESME_ROK.</param>
    /// <param name="error">error_code of the network in it; 0 for none.</param>
    public abstract void Ended(CommandStatus? status, byte state, byte error);
}
