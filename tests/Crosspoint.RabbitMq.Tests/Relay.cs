using System.Net;
using System.Net.Sockets;

namespace Crosspoint.RabbitMq.Tests;

/// <summary>Stands between a gateway and the broker; cut, it drops every connection and takes no more.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _cut = new();
    private readonly List<Task> _pumps = [];
    private readonly Uri _target;
    private readonly Task _accepting;

    public Relay(Uri target)
    {
        _target = target;
        _listener.Start();
        Url = new UriBuilder(target) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.Uri;
        _accepting = AcceptAsync();
    }

    public Uri Url { get; }

    public async Task CutAsync()
    {
        await _cut.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_pumps);
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        _cut.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _pumps.Add(PumpAsync(await _listener.AcceptTcpClientAsync(_cut.Token)));
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // It is cut.
        }
    }

    private async Task PumpAsync(TcpClient near)
    {
        using (near)
        {
            using var far = new TcpClient();
            try
            {
                await far.ConnectAsync(_target.Host, _target.Port, _cut.Token);
                await Task.WhenAny(
                    near.GetStream().CopyToAsync(far.GetStream(), _cut.Token), far.GetStream().CopyToAsync(near.GetStream(), _cut.Token));
            }
            catch (Exception error) when (error is OperationCanceledException or IOException or SocketException)
            {
                // An end is gone.
            }
        }
    }
}
