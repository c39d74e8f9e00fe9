using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crosspoint.Benchmarks.Webhooks;

/// <summary>
/// The least that can answer a POST, so that the figures are the gateway's. Paths that begin with /hang are never answered, those with
/// /flap every other time with 500.
/// </summary>
internal sealed class BenchReceiver : IAsyncDisposable
{
    private static readonly byte[] Ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private static readonly byte[] Error = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"u8.ToArray();
    private readonly TcpListener _listener = new(IPAddress.Any, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waits = new();
    private readonly Task _loop;
    private int _requests;
    private int _taken;

    public BenchReceiver()
    {
        _listener.Start(4096);
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        Url = $"http://127.0.0.1:{Port}";
        _loop = AcceptAsync();
    }

    public string Url { get; }

    public int Port { get; }

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Requests answered 200 for paths that are not waited for.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>Completes when a request for this path comes.</summary>
    public Task WhenAsync(string path) => _waits.GetOrAdd(path, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>One of 15,000,000 hosts of the loopback network, all of them this receiver.</summary>
    public string HostOf(int number) => $"http://127.{1 + number / 62_500}.{number / 250 % 250}.{1 + number % 250}:{Port}";

    /// <summary>Lets the requests that hang go.</summary>
    public void Release() => _release.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Release();
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using Socket owned = socket;
        socket.NoDelay = true;
        byte[] buffer = new byte[2_048];
        int length = 0;
        try
        {
            while (true)
            {
                int end;
                while ((end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8)) < 0)
                {
                    int count = await socket.ReceiveAsync(buffer.AsMemory(length), _stop.Token);
                    if (count == 0) return;
                    length += count;
                }

                string path = PathOf(buffer.AsSpan(0, end));
                int left = LengthOf(buffer.AsSpan(0, end)) - (length - end - 4);
                while (left > 0)
                {
                    int count = await socket.ReceiveAsync(buffer.AsMemory(0, Math.Min(left, buffer.Length)), _stop.Token);
                    if (count == 0) return;
                    left -= count;
                }

                length = 0;
                int number = Interlocked.Increment(ref _requests);
                bool isRefused = path.StartsWith("/flap", StringComparison.Ordinal) && number % 2 == 0;
                if (path.StartsWith("/hang", StringComparison.Ordinal)) await _release.Task;
                if (path.StartsWith("/ok", StringComparison.Ordinal)) Interlocked.Increment(ref _taken);
                if (_waits.TryGetValue(path, out TaskCompletionSource? waiting)) waiting.TrySetResult();
                await socket.SendAsync(isRefused ? Error : Ok, _stop.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The other side went away, or the benchmark ends.
        }
    }

    private static string PathOf(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> rest = head[(head.IndexOf((byte)' ') + 1)..];
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)' ')]);
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        int at = head.IndexOf("Content-Length: "u8) + 16;
        int length = 0;
        for (; at < head.Length && head[at] is >= (byte)'0' and <= (byte)'9'; at++) length = length * 10 + head[at] - '0';
        return length;
    }
}
