namespace Crosspoint.Smpp.Sessions;

/// <summary>Why a session ended.</summary>
public enum SmppCloseReason
{
    /// <summary>Closed by this side in an orderly way.</summary>
    ClosedByOwner,

    /// <summary>Cut by this side: <see cref="SmppSession.Abort"/>.</summary>
    Aborted,

    /// <summary>The peer sent unbind.</summary>
    UnboundByPeer,

    /// <summary>The peer closed the connection without unbind: normal life.</summary>
    ClosedByPeer,

    /// <summary>The connection broke.</summary>
    ConnectionFailed,

    /// <summary>The peer sent octets that cannot be cut into PDUs.</summary>
    InvalidPdu,

    /// <summary>The bind was refused.</summary>
    BindRefused,

    /// <summary>No bind, or no answer to it, came in time.</summary>
    SessionInitTimeout,

    /// <summary>The peer did not answer enquire_link in time: the link is dead.</summary>
    EnquireLinkTimeout,

    /// <summary>No message passed for the inactivity time.</summary>
    InactivityTimeout,

    /// <summary>A PDU was begun and not finished in time.</summary>
    PartialPduTimeout,

    /// <summary>The peer did not read what was written in time.</summary>
    WriteTimeout,
}
