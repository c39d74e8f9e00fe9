using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Tests.Health;

public sealed class DelayBinsTests
{
    private const long Shortest = 1_000;
    private const long Longest = 3L * 24 * 3_600 * 1_000_000;

    [Fact]
    public void Middle_OfAnyDuration_IsWithinTheStatedError()
    {
        var random = new Random(1);
        for (int i = 0; i < 200_000; i++)
        {
            long micros = (long)(Shortest * Math.Pow((double)Longest / Shortest, random.NextDouble()));
            DelayBins.Middle(DelayBins.Of(micros)).ShouldBe(micros, (micros * DelayBins.RelativeError) + 1);
        }

        DelayBins.Middle(DelayBins.Of(Longest)).ShouldBe(Longest, Longest * DelayBins.RelativeError);
    }

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(0, 0)]
    [InlineData(1_000, 0)]
    [InlineData(1_001, 1)]
    [InlineData(long.MaxValue, DelayBins.Count - 1)]
    public void Of_OutsideOfTheRange_IsTheFirstOrTheLast(long micros, int bin) => DelayBins.Of(micros).ShouldBe(bin);

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(50_000)]
    public void Quantile_OfRandomDurations_IsWithinTheStatedError(int count)
    {
        var random = new Random(count);
        long[] values = [.. Enumerable.Range(0, count).Select(_ => (long)(Shortest * Math.Pow(1e7, Math.Pow(random.NextDouble(), 3))) + 1)];
        long[] bins = BinsOf(values);
        Array.Sort(values);
        foreach (double share in new[] { 0, 0.01, 0.5, 0.9, 0.95, 0.99, 1 })
        {
            double exact = values[Math.Max(0, (int)Math.Ceiling(share * count) - 1)];
            DelayBins.Quantile(bins, share)!.Value.ShouldBe(exact, (exact * DelayBins.RelativeError) + 1, $"{share} of {count}");
        }
    }

    [Fact]
    public void Merge_IsTheSketchOfTheUnion()
    {
        var random = new Random(4);
        long[] one = [.. Enumerable.Range(0, 5_000).Select(_ => random.NextInt64(Longest / 100))];
        long[] other = [.. Enumerable.Range(0, 700).Select(_ => random.NextInt64(50_000))];
        long[] merged = [.. BinsOf(one).Zip(BinsOf(other), static (a, b) => a + b)];
        merged.ShouldBe(BinsOf([.. one, .. other]));
    }

    [Fact]
    public void Quantile_OfNothing_IsNull() => DelayBins.Quantile(new long[DelayBins.Count], 0.5).ShouldBeNull();

    private static long[] BinsOf(long[] values)
    {
        long[] bins = new long[DelayBins.Count];
        foreach (long value in values) bins[DelayBins.Of(value)]++;
        return bins;
    }
}
