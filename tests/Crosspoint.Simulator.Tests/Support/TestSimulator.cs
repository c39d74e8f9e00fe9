using System.Net;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Simulator.Tests.Support;

/// <summary>A simulator with one carrier, whose clock the test moves.</summary>
public sealed class TestSimulator : IAsyncDisposable
{
    private readonly SimulatorHost _host;

    private TestSimulator(SimulatorHost host, ManualTimeProvider time)
    {
        _host = host;
        Time = time;
    }

    public ManualTimeProvider Time { get; }

    public SimulatedCarrier Carrier => _host.Carriers[0];

    public SimulatorHost Host => _host;

    public static async Task<TestSimulator> StartAsync(
        CarrierBehaviour behaviour, Func<CarrierOptions, CarrierOptions>? change = null, bool http = false)
    {
        var carrier = new CarrierOptions
        {
            Name = "north",
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Behaviour = behaviour,
            FirstId = 1000,
        };
        var options = new SimulatorOptions
        {
            Carriers = [change is null ? carrier : change(carrier)],
            HttpListen = http ? new IPEndPoint(IPAddress.Loopback, 0) : null,
        };
        var time = new ManualTimeProvider();
        return new TestSimulator(await SimulatorHost.StartAsync(options, time, NullLoggerFactory.Instance, CancellationToken.None), time);
    }

    /// <summary>Lets a second pass, in which receipts of the default delay fall due.</summary>
    public void Second() => Time.Advance(TimeSpan.FromSeconds(1.001));

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
