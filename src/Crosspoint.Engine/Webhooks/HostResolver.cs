using System.Net;

namespace Crosspoint.Engine.Webhooks;

/// <summary>
/// Looks host names up on threads of its own: the system's resolver blocks for seconds when a name server is dead, and must not take the
/// thread pool with it. One look-up a host at a time, and a bounded number in all.
/// </summary>
internal sealed class HostResolver : IDisposable
{
    private const int MostAtOnce = 16;
    private readonly Dictionary<string, Task<IPAddress[]>> _underWay = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly Func<string, IPAddress[]> _lookUp;

    public HostResolver(Func<string, IPAddress[]>? lookUp = null) => _lookUp = lookUp ?? Dns.GetHostAddresses;

    public async ValueTask<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out IPAddress? literal)) return [literal];
        Task<IPAddress[]>? lookUp;
        lock (_gate)
        {
            if (!_underWay.TryGetValue(host, out lookUp))
            {
                lookUp = LookUpAsync(host);
                _underWay[host] = lookUp;
            }
        }

        return await lookUp.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _places.Dispose();

    private async Task<IPAddress[]> LookUpAsync(string host)
    {
        await Task.Yield();
        await _places.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            return await Task.Factory.StartNew(
                () => _lookUp(host), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        }
        finally
        {
            _places.Release();
            lock (_gate) _underWay.Remove(host);
        }
    }
}
