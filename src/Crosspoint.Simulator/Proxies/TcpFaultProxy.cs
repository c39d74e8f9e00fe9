using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Crosspoint.Simulator.Proxies;

/// <summary>
/// A TCP proxy that misbehaves as told: delays, drips, drops, resets, holds links half-open, cuts in the middle of a PDU. It knows nothing of
/// what it carries.
/// </summary>
public sealed class TcpFaultProxy : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly ConcurrentDictionary<ProxyLink, byte> _links = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private State _state = new(ProxyBehaviour.Clean);
    private long _accepted;
    private long _cut;

    private TcpFaultProxy(IPEndPoint listen, IPEndPoint target, TimeProvider time)
    {
        (Target, _time) = (target, time);
        _listener = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(listen);
            _listener.Listen(512);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }

        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens: the real port, when 0 was asked for.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Where it carries connections to.</summary>
    public IPEndPoint Target { get; }

    /// <summary>How it treats connections. A new value is in force at once, for those that are open too.</summary>
    public ProxyBehaviour Behaviour
    {
        get => Volatile.Read(ref _state).Behaviour;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            Interlocked.Exchange(ref _state, new State(value)).Changed.TrySetResult();
        }
    }

    /// <summary>Connections open now.</summary>
    public int Connections => _links.Count;

    /// <summary>Connections taken since the start.</summary>
    public long Accepted => Volatile.Read(ref _accepted);

    /// <summary>Connections that this proxy has ended itself: cut, dropped or reset.</summary>
    public long Cut => Volatile.Read(ref _cut);

    /// <summary>Listens, and carries each connection to the target.</summary>
    /// <param name="listen">Port 0 takes a free one.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public static TcpFaultProxy Start(IPEndPoint listen, IPEndPoint target, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(listen);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(time);
        return new TcpFaultProxy(listen, target, time);
    }

    /// <summary>Ends every open connection in order (FIN on both sides).</summary>
    /// <returns>How many there were.</returns>
    public int DropAll() => EndAll(isReset: false);

    /// <summary>Resets every open connection (RST on both sides).</summary>
    /// <returns>How many there were.</returns>
    public int ResetAll() => EndAll(isReset: true);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ProxyLink link in _links.Keys) link.End(isReset: false);
        await Task.WhenAll(_links.Keys.Select(static link => link.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>The behaviour in force, and what completes when another takes its place.</summary>
    internal State Current => Volatile.Read(ref _state);

    internal TimeProvider Time => _time;

    internal CancellationToken Stopping => _stop.Token;

    internal void CountCut() => Interlocked.Increment(ref _cut);

    private int EndAll(bool isReset)
    {
        int count = 0;
        foreach (ProxyLink link in _links.Keys)
        {
            if (link.Cut(isReset)) count++;
        }

        return count;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client was gone before it was taken, or the listener is; the next turn tells.
                if (_stop.IsCancellationRequested) return;
                continue;
            }

            Interlocked.Increment(ref _accepted);
            if (Behaviour.Refuse)
            {
                client.Dispose();
                continue;
            }

            var link = new ProxyLink(this, client);
            _links[link] = 0;
            _ = RunAsync(link);
        }
    }

    private async Task RunAsync(ProxyLink link)
    {
        await link.RunAsync(Target).ConfigureAwait(false);
        _links.TryRemove(link, out _);
        link.Dispose();
    }

    internal sealed record State(ProxyBehaviour Behaviour)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
