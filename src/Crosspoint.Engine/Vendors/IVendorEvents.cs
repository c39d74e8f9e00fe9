using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Engine.Vendors;

/// <summary>What a connection tells its owner. Called from reader loops: must not block; spans are valid during the call only.</summary>
public interface IVendorEvents
{
    /// <summary>A session was bound or lost.</summary>
    void SessionChanged(int session, bool isBound);

    /// <summary>The vendor answered a segment.</summary>
    /// <param name="segment">What was given to <see cref="SmppConnection.Submit"/>.</param>
    /// <param name="vendorId">The vendor's id; null when it gave none.</param>
    /// <param name="isLate">The segment was reported as unanswered before.</param>
    void Answered(object segment, CommandStatus status, string? vendorId, TimeSpan elapsed, bool isLate);

    /// <summary>A segment was written and its answer did not come in time, or its session was lost.</summary>
    void Unanswered(object segment);

    /// <summary>A deliver_sm or data_sm came in. The owner answers it through the session, now or later.</summary>
    void Received(SmppConnection connection, SmppSession session, in PduHeader header, ReadOnlySpan<byte> body);
}
