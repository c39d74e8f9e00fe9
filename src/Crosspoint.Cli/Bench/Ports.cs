using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Cli.Bench;

/// <summary>Ports for a rig.</summary>
internal static class Ports
{
    /// <summary>A port of an address that nobody listens on now.</summary>
    public static int Free(IPAddress address)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>A port of loopback that nobody listens on now.</summary>
    public static int Free() => Free(IPAddress.Loopback);
}
