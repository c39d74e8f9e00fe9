using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Simulator.Proxies;

/// <summary>One connection through a <see cref="TcpFaultProxy"/>: two sockets and a pump for each direction.</summary>
internal sealed class ProxyLink(TcpFaultProxy proxy, Socket client) : IDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int PiecesASecond = 20;

    private readonly Socket _target = new(client.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(proxy.Stopping);
    private readonly Lock _gate = new();
    private ProxyBehaviour? _counted;
    private long _toTarget;
    private bool _isOver;

    /// <summary>Completes when both sockets are closed.</summary>
    public Task Ended => _ended.Task;

    public async Task RunAsync(IPEndPoint target)
    {
        client.NoDelay = true;
        try
        {
            await WhileHeldAsync(ProxyDirections.ToTarget).ConfigureAwait(false);
            await _target.ConnectAsync(target, _end.Token).ConfigureAwait(false);
            Task there = PumpAsync(client, _target, ProxyDirections.ToTarget), back = PumpAsync(_target, client, ProxyDirections.ToClient);
            await Task.WhenAny(there, back).ConfigureAwait(false);
            End(isReset: false);
            await Task.WhenAll(there, back).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The target cannot be reached, or the link was ended.
        }

        End(isReset: false);
        _ended.TrySetResult();
    }

    /// <summary>Ends the connection on purpose, and counts it. False when it was over before.</summary>
    public bool Cut(bool isReset) => Close(isReset, isCut: true);

    /// <summary>Closes both sockets, if nobody has.</summary>
    public void End(bool isReset) => Close(isReset, isCut: false);

    /// <summary>After <see cref="RunAsync"/>.</summary>
    public void Dispose()
    {
        End(isReset: false);
        _target.Dispose();
        _end.Dispose();
    }

    private bool Close(bool isReset, bool isCut)
    {
        lock (_gate)
        {
            if (_isOver) return false;
            _isOver = true;
        }

        // Before the peers can see it: whoever has seen the end finds it counted.
        if (isCut) proxy.CountCut();

        foreach (Socket socket in new[] { client, _target }) Prepare(socket, isReset);

        // The pumps let go first: a socket that closes under a read does so with a RST.
        _end.Cancel();
        client.Dispose();
        _target.Dispose();
        return true;
    }

    private static void Prepare(Socket socket, bool isReset)
    {
        try
        {
            // No lingering: what was not taken yet is dropped, and the peer gets a RST.
            if (isReset) socket.LingerState = new LingerOption(true, 0);
            else socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // It was never connected, its peer has ended it, or the pumps came to their end meanwhile.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, ProxyDirections direction)
    {
        byte[] buffer = new byte[BufferBytes];
        try
        {
            while (true)
            {
                await WhileHeldAsync(direction).ConfigureAwait(false);
                int read = await from.ReceiveAsync(buffer, SocketFlags.None, _end.Token).ConfigureAwait(false);

                // What came while nothing may pass waits here, an end too.
                await WhileHeldAsync(direction).ConfigureAwait(false);
                if (read == 0 || !await PassAsync(buffer.AsMemory(0, read), to, direction).ConfigureAwait(false)) return;
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone; the other follows.
        }
    }

    /// <summary>False when the link was cut.</summary>
    private async ValueTask<bool> PassAsync(ReadOnlyMemory<byte> bytes, Socket to, ProxyDirections direction)
    {
        TimeSpan delay = proxy.Behaviour.Delay;
        if (delay > TimeSpan.Zero) await Task.Delay(delay, proxy.Time, _end.Token).ConfigureAwait(false);
        while (!bytes.IsEmpty)
        {
            ProxyBehaviour behaviour = proxy.Behaviour;
            int length = behaviour.BytesPerSecond > 0 ? Math.Min(bytes.Length, Math.Max(1, behaviour.BytesPerSecond / PiecesASecond)) : bytes.Length;
            bool isCut = false;
            if (direction == ProxyDirections.ToTarget && behaviour.CutAfter > 0)
            {
                if (!ReferenceEquals(behaviour, _counted)) (_counted, _toTarget) = (behaviour, 0);
                long left = behaviour.CutAfter - _toTarget;
                isCut = left <= length;
                if (isCut) length = (int)Math.Max(0, left);
            }

            int sent = length == 0 ? 0 : await to.SendAsync(bytes[..length], SocketFlags.None, _end.Token).ConfigureAwait(false);
            if (direction == ProxyDirections.ToTarget) _toTarget += sent;
            if (isCut && sent == length)
            {
                Cut(behaviour.CutByReset);
                return false;
            }

            bytes = bytes[sent..];
            if (behaviour.BytesPerSecond <= 0) continue;
            await Task.Delay(TimeSpan.FromSeconds((double)sent / behaviour.BytesPerSecond), proxy.Time, _end.Token).ConfigureAwait(false);
            await WhileHeldAsync(direction).ConfigureAwait(false);
        }

        return true;
    }

    private async ValueTask WhileHeldAsync(ProxyDirections direction)
    {
        while (proxy.Current is var state && (state.Behaviour.Held & direction) != 0)
            await state.Changed.Task.WaitAsync(_end.Token).ConfigureAwait(false);
    }
}
