using BenchmarkDotNet.Attributes;
using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Benchmarks.Sms;

[MemoryDiagnoser]
public class SegmenterBenchmarks
{
    private const string Gsm =
        "Your parcel arrives today between 14:00 and 16:00 (cost: 5 €). Track it: https://example.com/t/a1b2c3 " +
        "[Reply STOP to end these messages]";

    private static readonly string LongGsm = Gsm + Gsm + Gsm + Gsm;
    private static readonly string LongEmoji = string.Concat(Enumerable.Repeat("Party tonight 👋🏽 bring 👨‍👩‍👧‍👦 ", 8));

    private readonly byte[] _octets = new byte[160];

    [Benchmark(Baseline = true)]
    public int Count_OneSegment() => Segmenter.Count(Gsm, SmsEncoding.Gsm7, SegmentMethod.Udh8);

    [Benchmark]
    public int Count_LongGsm() => Segmenter.Count(LongGsm, SmsEncoding.Gsm7, SegmentMethod.Udh8);

    [Benchmark]
    public int Count_LongEmoji() => Segmenter.Count(LongEmoji, SmsEncoding.Ucs2, SegmentMethod.Udh8);

    [Benchmark]
    public SmsEncoding Choose_LongGsm() => EncodingChoice.Cheapest(LongGsm);

    [Benchmark]
    public int SplitAndEncode_LongGsm()
    {
        var total = 0;
        foreach (var part in Segmenter.Split(LongGsm, SmsEncoding.Gsm7, SegmentMethod.Udh8))
            total += Segmenter.Encode(part, SmsEncoding.Gsm7, _octets);
        return total;
    }
}
