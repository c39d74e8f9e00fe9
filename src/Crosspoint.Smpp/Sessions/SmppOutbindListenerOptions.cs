using System.Net;

namespace Crosspoint.Smpp.Sessions;

/// <summary>Where an ESME waits for the outbind of a message centre, and how it then binds.</summary>
public sealed class SmppOutbindListenerOptions
{
    /// <summary>Where to listen; port 0 takes a free one. Default 127.0.0.1:2775.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 2775);

    /// <summary>system_id that the outbind must bring: at most 15 characters. Default empty.</summary>
    public string SystemId { get; init; } = "";

    /// <summary>password that the outbind must bring: at most 8 characters. Default empty.</summary>
    public string Password { get; init; } = "";

    /// <summary>
    /// How to bind on the connection that brought the outbind, as receiver or transceiver. What is about connecting and reconnecting is not
    /// used: the message centre connects. Required.
    /// </summary>
    public required SmppClientOptions Bind { get; init; }

    /// <summary>Connections allowed at once; more are closed at once. Default 10: message centres open one or two.</summary>
    public int MaxConnections { get; init; } = 10;
}
