using System.Net;
using System.Net.Sockets;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>The other end of a connection, scripted octet by octet.</summary>
internal sealed class RawPeer : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly Socket _socket;

    private RawPeer(Socket socket) => _socket = socket;

    public static async Task<RawPeer> ConnectAsync(IPEndPoint server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server);
        return new RawPeer(socket);
    }

    public static async Task<RawPeer> AcceptAsync(Socket listener) => new(await listener.AcceptAsync().WaitAsync(Patience));

    public static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(16);
        return socket;
    }

    public async Task SendAsync(params byte[][] pdus)
    {
        byte[] all = [.. pdus.SelectMany(pdu => pdu)];
        await _socket.SendAsync(all);
    }

    public async Task<(PduHeader Header, byte[] Body)> ReadAsync()
    {
        var header = new byte[PduHeader.Bytes];
        await FillAsync(header);
        PduHeader.TryRead(header, out PduHeader read).ShouldBeTrue();
        var body = new byte[read.CommandLength - PduHeader.Bytes];
        await FillAsync(body);
        return (read, body);
    }

    public async Task<PduHeader> ExpectAsync(CommandId id, CommandStatus status = CommandStatus.Ok)
    {
        (PduHeader header, _) = await ReadAsync();
        header.CommandId.ShouldBe(id);
        header.CommandStatus.ShouldBe(status);
        return header;
    }

    /// <summary>Waits until the other side has closed; anything that still comes is dropped.</summary>
    public async Task ReadToEndAsync() => await CountToEndAsync();

    /// <summary>Waits until the other side has closed.</summary>
    /// <returns>The octets that still came.</returns>
    public Task<int> CountToEndAsync() => CountToEndOrAsync(int.MaxValue);

    /// <summary>Waits until the other side has closed, or has sent so many octets.</summary>
    public async Task<int> CountToEndOrAsync(int enough)
    {
        var count = 0;
        var buffer = new byte[4096];
        try
        {
            int bytes;
            while (count < enough && (bytes = await _socket.ReceiveAsync(buffer).WaitAsync(Patience)) > 0) count += bytes;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionReset)
        {
        }

        return count;
    }

    public void Close() => _socket.Close();

    public void Dispose() => _socket.Dispose();

    private async Task FillAsync(byte[] buffer)
    {
        var at = 0;
        while (at < buffer.Length)
        {
            int bytes = await _socket.ReceiveAsync(buffer.AsMemory(at)).AsTask().WaitAsync(Patience);
            if (bytes == 0) throw new EndOfStreamException("The peer closed in the middle.");
            at += bytes;
        }
    }
}
