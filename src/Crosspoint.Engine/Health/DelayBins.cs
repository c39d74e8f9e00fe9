namespace Crosspoint.Engine.Health;

/// <summary>
/// The bins of a quantile sketch of durations: bounds from 1 ms to 3 days, each 11/9 of the one before, so that the value that stands for a bin is at most
/// a tenth away from any in it (the sketch of Masson, Rim and Lee, "DDSketch", 2019, with a fixed range). Two sketches are merged by adding their bins.
/// </summary>
public static class DelayBins
{
    /// <summary>The error of a quantile, as a share of it; of durations under 1 ms or over 3 days it is larger.</summary>
    public const double RelativeError = 0.1;

    public const int Count = 98;

    private const double First = 1_000;
    private const double Ratio = (1 + RelativeError) / (1 - RelativeError);
    private static readonly double LogRatio = Math.Log(Ratio);
    private static readonly double[] Upper = [.. Enumerable.Range(0, Count).Select(static bin => First * Math.Pow(Ratio, bin))];

    /// <summary>The bin of a duration in microseconds.</summary>
    public static int Of(long micros)
    {
        if (micros <= First) return 0;
        int bin = (int)Math.Ceiling(Math.Log(micros / First) / LogRatio);
        return Math.Min(bin, Count - 1);
    }

    /// <summary>The longest duration of a bin, in microseconds.</summary>
    public static double UpperBound(int bin) => Upper[bin];

    /// <summary>The duration that stands for a bin, in microseconds.</summary>
    public static double Middle(int bin) => bin == 0 ? First : 2 * Upper[bin] / (Ratio + 1);

    /// <summary>The duration in microseconds that a share of those counted does not exceed; null where nothing was counted.</summary>
    /// <param name="counts">Counts of all bins.</param>
    public static double? Quantile(ReadOnlySpan<long> counts, double share)
    {
        long total = 0;
        foreach (long count in counts) total += count;
        if (total == 0) return null;
        long wanted = Math.Clamp((long)Math.Ceiling(share * total), 1, total);
        int bin = -1;
        for (long seen = 0; seen < wanted;) seen += counts[++bin];
        return Middle(bin);
    }
}
