namespace Crosspoint.Smpp.Sessions;

/// <summary>Which bind a client makes (SMPP v3.4 §4.1).</summary>
public enum SmppBindType
{
    /// <summary>bind_transmitter: sends only.</summary>
    Transmitter,

    /// <summary>bind_receiver: receives only.</summary>
    Receiver,

    /// <summary>bind_transceiver: both ways on one session.</summary>
    Transceiver,
}
