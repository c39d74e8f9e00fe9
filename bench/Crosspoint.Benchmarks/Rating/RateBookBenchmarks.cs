using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Rating;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Rating;

/// <summary>Look-ups in a deck of 1,000 networks and all countries with fees, and in one of a million prefixes.</summary>
[MemoryDiagnoser]
public class RateBookBenchmarks
{
    private const int Numbers = 1024;

    private readonly Destination[] _numbers = new Destination[Numbers];
    private ConnectionRates _small = null!;
    private ConnectionRates _fees = null!;
    private ConnectionRates _large = null!;
    private Destination _network;
    private Destination _country;
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        _small = Samples.Compile(Samples.Networks());
        _fees = Samples.Compile(
            Samples.Networks(),
            new Fee { Name = "surcharge", Nanos = 3_000_000, Currency = "EUR", Country = "DE", SenderKind = SenderKind.LongCode },
            new Fee { Name = "campaign", Nanos = 1_000_000, Currency = "EUR", Country = "DE", Campaign = Fee.AnyCampaign });
        _large = Samples.Compile(Samples.Prefixes(1_000_000));
        _network = new(E164.FromDigits(4915112345678), "DE", NumberType.Mobile, Samples.Network("26201"), NetworkSource.Range);
        _country = _network with { Network = default, Source = NetworkSource.None };

        // Different numbers, so that the processor's cache does not hold all that is asked for.
        var random = new Random(1);
        for (int i = 0; i < Numbers; i++)
            _numbers[i] = new(E164.FromDigits((ulong)random.NextInt64(1_000_000_000, 8_000_000_000)), "", NumberType.Unknown, default, NetworkSource.None);
    }

    [Benchmark(Baseline = true)]
    public long TryFind_Network() => _small.TryFind(_network, out long micros) ? micros : -1;

    [Benchmark]
    public long TryFind_Country() => _small.TryFind(_country, out long micros) ? micros : -1;

    [Benchmark]
    public long TryFind_NetworkWithFees() => _fees.TryFind(_network, new(SenderKind.LongCode, "spring"), out long micros) ? micros : -1;

    [Benchmark]
    public long TryFind_PrefixOfAMillion() => _large.TryFind(_numbers[_next++ & (Numbers - 1)], out long micros) ? micros : -1;
}
