using BenchmarkDotNet.Attributes;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Sms;

[MemoryDiagnoser]
public class NetworksBenchmarks
{
    private readonly E164 _german = E164.FromDigits(4915112345678);
    private readonly E164 _brazilian = E164.FromDigits(5511987654321);
    private readonly E164 _american = E164.FromDigits(14155550123);

    [Benchmark(Baseline = true)]
    public Destination Locate_German() => Networks.Locate(_german);

    // The country with the most ranges.
    [Benchmark]
    public Destination Locate_Brazilian() => Networks.Locate(_brazilian);

    [Benchmark]
    public Destination Locate_American() => Networks.Locate(_american);
}
