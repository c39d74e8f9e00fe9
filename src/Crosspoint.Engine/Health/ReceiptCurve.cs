namespace Crosspoint.Engine.Health;

/// <summary>
/// Which share of the receipts that will come has come at an age, by the delays of those that came in the last hour; while they are few, by what is usual in
/// the field. Made anew for each reading. Not thread-safe.
/// </summary>
internal sealed class ReceiptCurve
{
    // Ten receipts say as much as what is usual.
    private const double PriorWeight = 10;
    private static readonly double[] Prior = MakePrior();

    private readonly double[] _share = new double[DelayBins.Count];
    private readonly double[] _area = new double[DelayBins.Count];

    /// <param name="delays">Receipts by bin.</param>
    public void Make(ReadOnlySpan<long> delays)
    {
        double total = PriorWeight;
        foreach (long count in delays) total += count;
        double seen = 0;
        (double left, double before, double area) = (0, 0, 0);
        for (int i = 0; i < DelayBins.Count; i++)
        {
            seen += delays[i];
            double share = Math.Min(1, (seen + (Prior[i] * PriorWeight)) / total);
            double right = DelayBins.UpperBound(i);
            area += (right - left) * (before + share) / 2;
            (_share[i], _area[i]) = (share, area);
            (left, before) = (right, share);
        }
    }

    /// <summary>Mean share of receipts that have come, of messages sent evenly between two ages.</summary>
    public double ArrivedBetween(double youngest, double oldest) => oldest - youngest < 1
        ? ArrivedAt(oldest, DelayBins.Of((long)oldest))
        : (AreaTo(oldest) - AreaTo(youngest)) / (oldest - youngest);

    private double ArrivedAt(double age, int bin)
    {
        if (age <= 0) return 0;
        (double left, double before) = Before(bin);
        double right = DelayBins.UpperBound(bin);
        return age >= right ? _share[bin] : before + ((_share[bin] - before) * (age - left) / (right - left));
    }

    private double AreaTo(double age)
    {
        if (age <= 0) return 0;
        int bin = DelayBins.Of((long)age);
        double right = DelayBins.UpperBound(bin);
        if (age >= right) return _area[bin] + (age - right);
        (double left, double before) = Before(bin);
        return (bin == 0 ? 0 : _area[bin - 1]) + ((age - left) * (before + ArrivedAt(age, bin)) / 2);
    }

    private (double Bound, double Share) Before(int bin) => bin == 0 ? (0, 0) : (DelayBins.UpperBound(bin - 1), _share[bin - 1]);

    // As quality begins with: log-normal, median 8 s, nine in ten within 40 s.
    private static double[] MakePrior() =>
        [.. Enumerable.Range(0, DelayBins.Count).Select(static bin => 1 / (1 + Math.Exp(-1.702 * Math.Log(DelayBins.UpperBound(bin) / 8_000_000) / 1.25)))];
}
