using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Cli.Bench;

/// <summary>The least of HTTP/1.1 that a load tool needs: whole messages with Content-Length over one keep-alive connection.</summary>
internal sealed class HttpConversation(Socket socket) : IDisposable
{
    private const int MostBytes = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start;
    private int _end;

    /// <summary>First line and headers of the message that was read last.</summary>
    public ReadOnlySpan<byte> Head => _buffer.AsSpan(_start, HeadLength);

    public ReadOnlySpan<byte> Body => _buffer.AsSpan(_start + HeadLength, BodyLength);

    private int HeadLength { get; set; }

    private int BodyLength { get; set; }

    /// <summary>Whether the peer has closed the connection while nothing was asked: whoever writes all the same gets no answer.</summary>
    public bool IsEnded => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    public static async Task<HttpConversation> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
        return new(socket);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        while (!message.IsEmpty)
            message = message[await socket.SendAsync(message, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
    }

    /// <summary>Reads the next whole message; false when the peer has closed.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellationToken)
    {
        _start += HeadLength + BodyLength;
        HeadLength = BodyLength = 0;
        while (true)
        {
            if (TryFrame()) return true;
            if (_start > 0)
            {
                Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
                _end -= _start;
                _start = 0;
            }

            if (_end == _buffer.Length)
            {
                if (_end >= MostBytes) throw new InvalidDataException("The HTTP message is too large.");
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            int read = await socket.ReceiveAsync(_buffer.AsMemory(_end), SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (read == 0) return false;
            _end += read;
        }
    }

    /// <summary>The status of the response that was read last.</summary>
    public int Status
    {
        get
        {
            ReadOnlySpan<byte> head = Head;
            return head.Length < 12 ? 0 : ((head[9] - '0') * 100) + ((head[10] - '0') * 10) + (head[11] - '0');
        }
    }

    public void Dispose() => socket.Dispose();

    private bool TryFrame()
    {
        ReadOnlySpan<byte> waiting = _buffer.AsSpan(_start, _end - _start);
        int end = waiting.IndexOf("\r\n\r\n"u8);
        if (end < 0) return false;
        int head = end + 4;
        int body = ContentLength(waiting[..head]);
        if (waiting.Length < head + body) return false;
        (HeadLength, BodyLength) = (head, body);
        return true;
    }

    private static int ContentLength(ReadOnlySpan<byte> head)
    {
        while (true)
        {
            int line = head.IndexOf("\r\n"u8);
            if (line < 0) return 0;
            head = head[(line + 2)..];
            ReadOnlySpan<byte> name = "content-length:"u8;
            if (head.Length < name.Length || !System.Text.Ascii.EqualsIgnoreCase(head[..name.Length], name)) continue;
            return System.Buffers.Text.Utf8Parser.TryParse(head[name.Length..].TrimStart((byte)' '), out int length, out _) ? length : 0;
        }
    }
}
