using BenchmarkDotNet.Attributes;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Benchmarks.Numbers;

/// <summary>Look-ups in an index of a million ported numbers whose file the system holds in memory.</summary>
[MemoryDiagnoser]
public class PortedIndexBenchmarks
{
    private const ulong First = 4_915_100_000_000;
    private const int Count = 1_000_000;

    // Far apart, so that each look-up reads another block.
    private const ulong Step = 7_919 * 37;

    private string _directory = "";
    private PortedIndex? _index;
    private ulong _next;

    [GlobalSetup]
    public void Import()
    {
        _directory = Directory.CreateTempSubdirectory("crosspoint-bench-").FullName;
        string file = Path.Combine(_directory, "numbers.csv");
        using (var writer = new StreamWriter(file))
        {
            writer.WriteLine("number,network");
            for (ulong i = 0; i < Count; i++) writer.WriteLine($"+{First + (i * 37)},2620{1 + (i % 3)}");
        }

        PortedImport.Run(new() { Directory = _directory, Source = "bench", File = file }, TimeProvider.System, null, CancellationToken.None);
        _index = PortedIndex.Open(PortedImport.PathOf(_directory, "bench"));
    }

    [GlobalCleanup]
    public void Remove()
    {
        _index?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public bool TryFind_Ported() => _index!.TryFind(Next(0), out _);

    [Benchmark]
    public bool TryFind_NotPorted() => _index!.TryFind(Next(1), out _);

    private E164 Next(ulong beside)
    {
        _next = (_next + Step) % (Count * 37UL);
        return E164.FromDigits(First + _next + beside);
    }
}
