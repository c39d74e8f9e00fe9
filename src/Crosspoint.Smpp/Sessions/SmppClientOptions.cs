using System.Net.Security;

namespace Crosspoint.Smpp.Sessions;

/// <summary>How a client binds and keeps its bind.</summary>
public sealed class SmppClientOptions
{
    /// <summary>A name for logs; the default is made from system id, host and port.</summary>
    public string? Name { get; init; }

    /// <summary>Host name or address of the message centre. Required.</summary>
    public string Host { get; init; } = "";

    /// <summary>TCP port. Default 2775, the port registered for SMPP.</summary>
    public int Port { get; init; } = 2775;

    /// <summary>
    /// Further ends of the same message centre, in order, tried when <see cref="Host"/> cannot be bound to: one after the other without a
    /// wait; after the last comes the wait, and after it, as after the end of a session, the first again. Default none.
    /// </summary>
    public IReadOnlyList<SmppHost> FurtherHosts { get; init; } = [];

    /// <summary>system_id: at most 15 characters. Default empty.</summary>
    public string SystemId { get; init; } = "";

    /// <summary>password: at most 8 characters. Default empty.</summary>
    public string Password { get; init; } = "";

    /// <summary>system_type: at most 12 characters. Default empty.</summary>
    public string SystemType { get; init; } = "";

    /// <summary>Which bind. Default transceiver.</summary>
    public SmppBindType BindType { get; init; } = SmppBindType.Transceiver;

    /// <summary>interface_version: the highest version offered, 0x33, 0x34 or 0x50. Default 0x34 (SMPP 3.4).</summary>
    public byte InterfaceVersion { get; init; } = 0x34;

    /// <summary>
    /// True to take a message centre that does not say its version for one of 3.3, and to send it no TLVs. Default false: many carriers of
    /// 3.4 leave it out.
    /// </summary>
    public bool StrictInterfaceVersion { get; init; }

    /// <summary>addr_ton of the bind. Default 0.</summary>
    public byte AddrTon { get; init; }

    /// <summary>addr_npi of the bind. Default 0.</summary>
    public byte AddrNpi { get; init; }

    /// <summary>address_range of the bind: at most 40 characters. Default empty.</summary>
    public string AddressRange { get; init; } = "";

    /// <summary>Unanswered requests allowed. Default 10, the value that SMPP v3.4 §2.9 recommends.</summary>
    public int InFlightWindow { get; init; } = 10;

    /// <summary>
    /// How long a request waits for its response. Default 30 s: longer than the slowest carrier answers seen, short enough to act.
    /// </summary>
    public TimeSpan ResponseTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence before enquire_link. Default 30 s: half the shortest idle cut-off of firewalls (60 s).</summary>
    public TimeSpan EnquireLinkInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long enquire_link waits for any PDU before the link counts as dead. Default 10 s.</summary>
    public TimeSpan EnquireLinkTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the bind waits for its answer. Default 10 s.</summary>
    public TimeSpan BindTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Unbinds after so long without a message either way. Default zero: never.</summary>
    public TimeSpan InactivityTimeout { get; init; }

    /// <summary>How long connecting (with TLS) may take. Default 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a write to the socket may take. Default 10 s.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a PDU may take from its first octet to its last. Default 10 s.</summary>
    public TimeSpan PartialPduTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The first wait before a new try; doubles with each failure. Default 1 s.</summary>
    public TimeSpan ReconnectFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait before a new try. Default 60 s.</summary>
    public TimeSpan ReconnectMost { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a bind must have lived for the waits to start again from the first. Default 30 s.</summary>
    public TimeSpan StableAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest PDU accepted, in octets. Default 70 000: a full message_payload and its fields.</summary>
    public int MaxPduBytes { get; init; } = Codec.PduFrame.DefaultMaxBytes;

    /// <summary>
    /// Refusals for credentials in a row (RINVPASWD, RINVSYSID) over all clients of one <see cref="BindBudget"/> from which on a client that
    /// is refused so is suspended. Default 3: carriers lock accounts that hammer.
    /// </summary>
    public int CredentialFailureLimit { get; init; } = 3;

    /// <summary>Shared by the clients that bind one account, so that the limit of binds a minute is theirs together. Default: one of its
    /// own.</summary>
    public SmppBindBudget? BindBudget { get; init; }

    /// <summary>TLS settings; null for plain TCP, the default. TargetHost is taken from <see cref="Host"/> when it is not set.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>
    /// Makes the TLS settings of each connect anew, for the host that is given, so that changed certificates count from the next bind on;
    /// used instead of <see cref="Tls"/>. What it throws as IOException or CryptographicException ends the try. Default null.
    /// </summary>
    public Func<string, SslClientAuthenticationOptions>? TlsSource { get; init; }

    /// <summary>
    /// Puts a stream of the owner around the connection, behind TLS, so that tools see or add octets. It must hand on every read and write.
    /// Null, the default, for none.
    /// </summary>
    public Func<Stream, Stream>? WrapStream { get; init; }
}
