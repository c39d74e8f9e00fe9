using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Engine.Tests.Rigs;

/// <summary>
/// The wire to a carrier, which may go dead: both ends stay connected, and nothing is read or passed on, as with a router that has lost the
/// connection. What it held then is lost.
/// </summary>
internal sealed class SilentRelay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<CancellationTokenSource, (TcpClient Gateway, TcpClient Carrier)> _links = [];
    private readonly int _carrierPort;
    private readonly Task _accepting;
    private volatile TaskCompletionSource _alive = Done();

    public SilentRelay(int carrierPort)
    {
        _carrierPort = carrierPort;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Dead from now on: connections stay, new ones are taken by the system alone.</summary>
    public void FallSilent()
    {
        if (_alive.Task.IsCompleted) _alive = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (CancellationTokenSource link in _links.Keys) link.Cancel();
    }

    /// <summary>Passes on new connections. Those that went dead never come back.</summary>
    public void Speak()
    {
        if (_alive.Task.IsCompleted) return;
        foreach ((CancellationTokenSource dead, (TcpClient gateway, TcpClient carrier)) in _links)
        {
            gateway.Dispose();
            carrier.Dispose();
            _links.TryRemove(dead, out _);
        }

        _alive.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _alive.TrySetResult();
        _listener.Dispose();
        foreach ((TcpClient gateway, TcpClient carrier) in _links.Values)
        {
            gateway.Dispose();
            carrier.Dispose();
        }

        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await _alive.Task;
            TcpClient gateway = await _listener.AcceptTcpClientAsync(_end.Token);
            await _alive.Task;
            var carrier = new TcpClient { NoDelay = true };
            gateway.NoDelay = true;
            try
            {
                await carrier.ConnectAsync(IPAddress.Loopback, _carrierPort, _end.Token);
            }
            catch (SocketException)
            {
                gateway.Dispose();
                continue;
            }

            var link = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            _links[link] = (gateway, carrier);
            if (!_alive.Task.IsCompleted) await link.CancelAsync();
            _ = PassAsync(link, gateway, carrier);
        }
    }

    private async Task PassAsync(CancellationTokenSource link, TcpClient gateway, TcpClient carrier)
    {
        try
        {
            await Task.WhenAny(
                gateway.GetStream().CopyToAsync(carrier.GetStream(), link.Token), carrier.GetStream().CopyToAsync(gateway.GetStream(), link.Token));
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One end is gone, and the other learns of it below.
        }

        // Cancelled is dead, not closed: the sockets stay open and unread.
        if (link.IsCancellationRequested) return;
        gateway.Dispose();
        carrier.Dispose();
        _links.TryRemove(link, out _);
    }
}
