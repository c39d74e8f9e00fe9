using System.Net;
using Crosspoint.Smpp.Sessions;

namespace Crosspoint.Server.SmppListener;

/// <summary>The listener for customers' binds.</summary>
public sealed record SmppListenerOptions
{
    /// <summary>Port 0 takes any free one.</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>system_id in bind responses: at most 15 characters.</summary>
    public string SystemId { get; init; } = "Crosspoint";

    /// <summary>Silence before enquire_link.</summary>
    public TimeSpan EnquireLink { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long enquire_link waits for any PDU before the session is cut.</summary>
    public TimeSpan EnquireLinkTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a deliver_sm waits for its answer before it is sent again.</summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connected so long without a bind: cut.</summary>
    public TimeSpan SessionInitTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Unbinds after so long without a message either way; zero for never.</summary>
    public TimeSpan InactivityTimeout { get; init; }

    /// <summary>Connections open at once; more are closed as they come.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>The same from one address.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 1_000;

    /// <summary>TLVs of submissions that become metadata.</summary>
    public IReadOnlyList<NamedTlv> Tlvs { get; init; } = [];

    /// <summary>The highest version that is spoken: 0x34 or 0x50.</summary>
    public byte InterfaceVersion { get; init; } = 0x50;

    /// <summary>Proxies whose connections begin with a PROXY header (version 2); null when nobody sends one.</summary>
    public IReadOnlyList<IPNetwork>? TrustedProxies { get; init; }

    /// <summary>Null for plain TCP.</summary>
    public SmppTlsOptions? Tls { get; init; }
}

/// <summary>TLS of the listener, 1.2 or later.</summary>
/// <param name="Certificate">PEM file, absolute: the certificate and those of its issuers.</param>
/// <param name="Key">PEM file, absolute.</param>
/// <param name="ClientCertificates">Whether customers must show one.</param>
/// <param name="ClientIssuers">PEM file with the issuers of customers' certificates; null for those that the system trusts.</param>
public sealed record SmppTlsOptions(
    string Certificate, string Key, SmppClientCertificates ClientCertificates, string? ClientIssuers);
