namespace Crosspoint.Simulator.Proxies;

/// <summary>What a proxy does to the connections that go through it. Immutable: a change is a new value, in force at once.</summary>
public sealed record ProxyBehaviour
{
    /// <summary>A proxy that passes everything on at once.</summary>
    public static ProxyBehaviour Clean { get; } = new();

    /// <summary>Time that each piece waits before it is passed on, in both directions.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Most bytes a second of each connection and direction, passed on in small pieces; 0 = no limit.</summary>
    public int BytesPerSecond { get; init; }

    /// <summary>Directions in which nothing is passed on, not even an end, while TCP stays open on both sides: a half-open link.</summary>
    public ProxyDirections Held { get; init; }

    /// <summary>
    /// Bytes to the target after which a connection is ended, in the middle of a PDU as like as not; 0 = never. Counted for each connection
    /// from the moment at which this behaviour came into force.
    /// </summary>
    public long CutAfter { get; init; }

    /// <summary>Whether <see cref="CutAfter"/> ends a connection with a reset (RST); otherwise with an orderly end (FIN).</summary>
    public bool CutByReset { get; init; }

    /// <summary>Closes every new connection as soon as it is there.</summary>
    public bool Refuse { get; init; }
}
