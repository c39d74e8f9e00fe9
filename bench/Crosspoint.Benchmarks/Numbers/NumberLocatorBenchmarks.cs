using System.Diagnostics.Metrics;
using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Benchmarks.Numbers;

/// <summary>Where numbers live, by what ships with the gateway: as each message asks.</summary>
[MemoryDiagnoser]
public class NumberLocatorBenchmarks
{
    private const int Count = 4_096;

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly E164[] _numbers = new E164[Count];
    private NumberLocator _locator = null!;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        for (int i = 0; i < Count; i++) _numbers[i] = E164.FromDigits((ulong)random.NextInt64(10_000_000_000, 999_999_999_999));
        _locator = Open(_services.GetRequiredService<IMeterFactory>());
    }

    [Benchmark]
    public NetworkId TryLocate()
    {
        _next = (_next + 1) % Count;
        _locator.TryLocate(_numbers[_next], out Located located);
        return located.Destination.Network;
    }

    [GlobalCleanup]
    public async Task Remove()
    {
        await _locator.DisposeAsync();
        await _services.DisposeAsync();
    }

    private static NumberLocator Open(IMeterFactory meters) => new(new(), TimeProvider.System, NullLoggerFactory.Instance, meters);
}
