namespace Crosspoint.Smpp.Sessions;

/// <summary>The states of a session (SMPP v3.4 §2.2).</summary>
public enum SmppSessionState
{
    /// <summary>Connected, not bound.</summary>
    Open,

    /// <summary>Bound as transmitter: messages go from the ESME to the message centre.</summary>
    BoundTx,

    /// <summary>Bound as receiver: messages go from the message centre to the ESME.</summary>
    BoundRx,

    /// <summary>Bound as transceiver: messages go both ways.</summary>
    BoundTrx,

    /// <summary>An unbind was seen; only answers to what is outstanding may still come.</summary>
    Unbound,

    /// <summary>The connection is gone.</summary>
    Closed,

    /// <summary>
    /// The message centre has connected and sent outbind; the bind of the ESME has not been accepted yet (SMPP v5.0 §2.2.2).
    /// </summary>
    Outbound,
}
