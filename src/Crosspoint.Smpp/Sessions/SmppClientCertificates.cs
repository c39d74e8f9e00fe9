namespace Crosspoint.Smpp.Sessions;

/// <summary>Whether a server asks its clients for a certificate.</summary>
public enum SmppClientCertificates
{
    /// <summary>None is asked for.</summary>
    None,

    /// <summary>One is asked for; a client without one is served, one with a certificate that is not trusted is not.</summary>
    Optional,

    /// <summary>A client without a trusted one is not served.</summary>
    Required,
}
