using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Cli.Bench;

/// <summary>A webhook receiver on loopback that answers 200 at once and hands each request to its owner.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    private readonly Socket _listener;
    private readonly RequestSeen _seen;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;

    /// <summary>Called for each request; the spans are valid during the call only.</summary>
    public delegate void RequestSeen(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body);

    public HookReceiver(int port, RequestSeen seen)
    {
        _seen = seen;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket socket = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            socket.NoDelay = true;
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var conversation = new HttpConversation(socket);
        try
        {
            while (await conversation.ReadAsync(_stop.Token).ConfigureAwait(false))
            {
                _seen(conversation.Head, conversation.Body);
                await conversation.WriteAsync(Answer, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            // The sender went away, or the run is over.
        }
    }
}
