using BenchmarkDotNet.Attributes;
using Crosspoint.Sms.Text;

namespace Crosspoint.Benchmarks.Sms;

[MemoryDiagnoser]
public class GsmAlphabetBenchmarks
{
    private const string Text =
        "Your parcel arrives today between 14:00 and 16:00 (cost: 5 €). Track it: https://example.com/t/a1b2c3 " +
        "[Reply STOP to end these messages]";

    private readonly byte[] _unpacked = new byte[320];
    private readonly byte[] _packed = new byte[280];
    private int _septets;

    [GlobalSetup]
    public void Encode() => GsmAlphabet.TryEncode(Text, _unpacked, out _septets);

    [Benchmark(Baseline = true)]
    public int CountSeptets_OneSegment() => GsmAlphabet.CountSeptets(Text);

    [Benchmark]
    public bool TryEncode_OneSegment() => GsmAlphabet.TryEncode(Text, _unpacked, out _);

    [Benchmark]
    public int Pack_OneSegment() => GsmAlphabet.Pack(_unpacked.AsSpan(0, _septets), _packed, 1);

    [Benchmark]
    public int Unpack_OneSegment() => GsmAlphabet.Unpack(_packed.AsSpan(0, 140), _unpacked.AsSpan(0, _septets));
}
