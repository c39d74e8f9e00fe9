using System.Net;
using System.Net.Security;

namespace Crosspoint.Smpp.Sessions;

/// <summary>How a server listens and what it allows.</summary>
public sealed class SmppServerOptions
{
    /// <summary>Where to listen; port 0 takes a free one. Default 127.0.0.1:2775.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 2775);

    /// <summary>system_id told in bind responses: at most 15 characters. Default <c>Crosspoint</c>.</summary>
    public string SystemId { get; init; } = "Crosspoint";

    /// <summary>
    /// The highest version served, 0x33, 0x34 or 0x50; told in bind responses and used with clients that offer as much. Default 0x34
    /// (SMPP 3.4), which every client knows.
    /// </summary>
    public byte InterfaceVersion { get; init; } = 0x34;

    /// <summary>A client that is connected so long without a bind is cut. Default 10 s.</summary>
    public TimeSpan SessionInitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a PDU may take from its first octet to its last. Default 10 s.</summary>
    public TimeSpan PartialPduTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Silence before enquire_link. Default 30 s: half the shortest idle cut-off of firewalls (60 s).</summary>
    public TimeSpan EnquireLinkInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long enquire_link waits for any PDU before the link counts as dead. Default 10 s.</summary>
    public TimeSpan EnquireLinkTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Unbinds after so long without a message either way. Default zero: never.</summary>
    public TimeSpan InactivityTimeout { get; init; }

    /// <summary>How long a request waits for its response. Default 30 s.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a write to the socket may take. Default 10 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Unanswered requests that this side may have at a client, unless the bind decision says otherwise. Default 10.</summary>
    public int InFlightWindow { get; init; } = 10;

    /// <summary>Longest PDU accepted before the bind, in octets. Default 1 024.</summary>
    public int MaxPreBindPduBytes { get; init; } = 1024;

    /// <summary>Longest PDU accepted after the bind, in octets. Default 70 000: a full message_payload and its fields.</summary>
    public int MaxPduBytes { get; init; } = Codec.PduFrame.DefaultMaxBytes;

    /// <summary>Connections allowed in all; more are closed at once. Default 10 000.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Connections allowed from one address; more are closed at once. Default 1 000.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>
    /// Networks of the load balancers in front of this listener; every connection must then come from one of them and begin with a binary
    /// PROXY protocol header of version 2, and the client that it announces counts as the remote end. Null, the default, for none.
    /// </summary>
    public IReadOnlyList<IPNetwork>? TrustedProxies { get; init; }

    /// <summary>TLS with a certificate that may be renewed while the server runs; null for plain TCP, the default.</summary>
    public SmppServerTls? SecureTls { get; init; }

    /// <summary>
    /// TLS settings in the runtime's own form, fixed for the life of the server, TLS 1.2 or later; null for plain TCP, the default.
    /// </summary>
    public SslServerAuthenticationOptions? Tls { get; init; }
}
