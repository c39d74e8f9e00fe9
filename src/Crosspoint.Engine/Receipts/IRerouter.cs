using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;

namespace Crosspoint.Engine.Receipts;

/// <summary>What becomes of a message that a carrier took and could not deliver.</summary>
internal enum RerouteResult
{
    /// <summary>It ends.</summary>
    No,

    /// <summary>It goes on when its other segments are answered.</summary>
    WhenAnswered,

    /// <summary>It is queued again, for another connection.</summary>
    Done,
}

/// <summary>Sends messages through another connection after a negative receipt, where a rule allows it. Runs inside transitions.</summary>
internal interface IRerouter
{
    /// <param name="receiptState">SMPP message_state of the receipt.</param>
    /// <param name="error">The receipt's own error code, or null.</param>
    RerouteResult Reroute(Message message, byte receiptState, string? error, long now, ref NoticeList list);
}
