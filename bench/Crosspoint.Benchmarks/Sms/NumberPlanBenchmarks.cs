using BenchmarkDotNet.Attributes;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Sms;

[MemoryDiagnoser]
public class NumberPlanBenchmarks
{
    private readonly E164 _german = E164.FromDigits(4915112345678);
    private readonly E164 _american = E164.FromDigits(14155550123);
    private readonly E164 _unknown = E164.FromDigits(15550001000);

    [Benchmark(Baseline = true)]
    public NumberInfo Lookup_German() => NumberPlan.Lookup(_german);

    [Benchmark]
    public NumberInfo Lookup_American() => NumberPlan.Lookup(_american);

    [Benchmark]
    public NumberInfo Lookup_UnknownRange() => NumberPlan.Lookup(_unknown);

    [Benchmark]
    public bool TryParse_Number() => E164.TryParse("+4915112345678", out _);
}
