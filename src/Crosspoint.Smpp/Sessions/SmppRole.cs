namespace Crosspoint.Smpp.Sessions;

/// <summary>Which end of a session this process is.</summary>
public enum SmppRole
{
    /// <summary>The client that binds: an external short message entity.</summary>
    Esme,

    /// <summary>The server that is bound to: a message centre.</summary>
    MessageCentre,
}
