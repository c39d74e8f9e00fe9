using System.Net;

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
}
