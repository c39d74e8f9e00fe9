namespace Crosspoint.Smpp.Sessions;

/// <summary>What a client is doing.</summary>
public enum SmppClientState
{
    /// <summary>Not started, or stopped.</summary>
    Stopped,

    /// <summary>Making the TCP (and TLS) connection.</summary>
    Connecting,

    /// <summary>Waiting for the answer to the bind.</summary>
    Binding,

    /// <summary>Bound.</summary>
    Bound,

    /// <summary>Waiting before the next try.</summary>
    WaitingToReconnect,

    /// <summary>Refused for its credentials several times in a row: there is no further try until a new client is started.</summary>
    Suspended,
}
