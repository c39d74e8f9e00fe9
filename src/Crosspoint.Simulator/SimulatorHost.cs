using System.Net;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Simulator.Carriers;
using Crosspoint.Simulator.Handsets;
using Crosspoint.Simulator.Http;
using Crosspoint.Simulator.Proxies;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Simulator;

/// <summary>A running simulator: its carriers, their handsets and the control API.</summary>
public sealed class SimulatorHost : IAsyncDisposable
{
    private readonly TimerWheel _wheel;
    private readonly List<SimulatedCarrier> _carriers = [];
    private readonly List<(string Name, TcpFaultProxy Proxy)> _proxies = [];
    private ControlApi? _api;

    private SimulatorHost(SimulatorOptions options, TimeProvider time)
    {
        _wheel = new TimerWheel(time);
        Handsets = new HandsetStore(options.Handsets);
    }

    public IReadOnlyList<SimulatedCarrier> Carriers => _carriers;

    public IReadOnlyList<(string Name, TcpFaultProxy Proxy)> Proxies => _proxies;

    /// <summary>The phones of all carriers.</summary>
    public HandsetStore Handsets { get; }

    /// <summary>Where the control API listens; null without one.</summary>
    public EndPoint? HttpEndPoint => _api?.EndPoint;

    /// <summary>Starts everything; what could not listen stops it all again.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">An address of a carrier or a proxy cannot be had.</exception>
    /// <exception cref="IOException">The address of the control API, or a submit_log, cannot be had.</exception>
    public static async Task<SimulatorHost> StartAsync(
        SimulatorOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(loggers);
        var host = new SimulatorHost(options, time);
        try
        {
            ILogger logger = loggers.CreateLogger<SimulatedCarrier>();
            foreach (CarrierOptions carrier in options.Carriers)
            {
                var random = new SeededRandom(options.Seed + (ulong)host._carriers.Count * 7919);
                host._carriers.Add(new SimulatedCarrier(carrier, host.Handsets, host._wheel, random, time, logger));
            }

            foreach (SimulatedCarrier carrier in host._carriers)
            {
                carrier.StartListening();
                carrier.StartInbound();
            }

            foreach (ProxyOptions proxy in options.Proxies)
            {
                var started = TcpFaultProxy.Start(proxy.Listen, proxy.Target, time);
                started.Behaviour = proxy.Behaviour;
                host._proxies.Add((proxy.Name, started));
            }

            if (options.HttpListen is { } listen)
                host._api = await ControlApi.StartAsync(host, listen, loggers, cancellationToken).ConfigureAwait(false);
            return host;
        }
        catch
        {
            await host.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public SimulatedCarrier? Find(string name)
    {
        foreach (SimulatedCarrier carrier in _carriers)
        {
            if (string.Equals(carrier.Name, name, StringComparison.OrdinalIgnoreCase)) return carrier;
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null) await _api.DisposeAsync().ConfigureAwait(false);
        foreach ((_, TcpFaultProxy proxy) in _proxies) await proxy.DisposeAsync().ConfigureAwait(false);
        foreach (SimulatedCarrier carrier in _carriers) await carrier.DisposeAsync().ConfigureAwait(false);
        _wheel.Dispose();
    }
}
