using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Cli.Bench;

/// <summary>How a <see cref="HookReceiver"/> answers.</summary>
internal enum HookAnswer
{
    /// <summary>200, at once.</summary>
    Success,

    /// <summary>500, and the request counts as not seen.</summary>
    Error,

    /// <summary>Never, and the request counts as not seen.</summary>
    None,
}

/// <summary>A webhook receiver that answers each request at once and hands it to its owner.</summary>
internal sealed class HookReceiver : IAsyncDisposable
{
    private static readonly byte[] Failure = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private static readonly byte[] Answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    private readonly Socket _listener;
    private readonly RequestSeen _seen;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private int _answer;

    /// <summary>Called for each request; the spans are valid during the call only.</summary>
    public delegate void RequestSeen(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body);

    /// <summary>Listens on loopback.</summary>
    public HookReceiver(int port, RequestSeen seen)
        : this(new IPEndPoint(IPAddress.Loopback, port), seen)
    {
    }

    public HookReceiver(IPEndPoint listen, RequestSeen seen)
    {
        _seen = seen;
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(listen);
        _listener.Listen(512);
        Port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        _accepting = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>How requests are answered from now on.</summary>
    public HookAnswer Answers
    {
        get => (HookAnswer)Volatile.Read(ref _answer);
        set => Volatile.Write(ref _answer, (int)value);
    }

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
                if (Answers != HookAnswer.Success)
                {
                    if (!await DenyAsync(conversation).ConfigureAwait(false)) return;
                    continue;
                }

                _seen(conversation.Head, conversation.Body);
                await conversation.WriteAsync(Answer, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException or InvalidDataException)
        {
            // The sender went away, or the run is over.
        }
    }

    /// <summary>False when the connection is of no more use: a request without an answer keeps it for itself.</summary>
    private async ValueTask<bool> DenyAsync(HttpConversation conversation)
    {
        if (Answers == HookAnswer.None)
        {
            // Whoever asked hangs up in the end, and sends nothing more before.
            await conversation.ReadAsync(_stop.Token).ConfigureAwait(false);
            return false;
        }

        await conversation.WriteAsync(Failure, _stop.Token).ConfigureAwait(false);
        return true;
    }
}
