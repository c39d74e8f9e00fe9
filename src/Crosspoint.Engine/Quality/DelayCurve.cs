namespace Crosspoint.Engine.Quality;

/// <summary>
/// How long receipts of delivered messages take: a histogram with bounds in steps of the square root of two from 0.1 s to 29 hours, in which
/// older observations count less. Answers which share of the receipts that will come has come at an age. Not thread-safe.
/// </summary>
internal sealed class DelayCurve
{
    private const int Bins = 41;
    private const double First = 100_000;
    private const double PriorWeight = 10;

    private static readonly double[] Bounds = [.. Enumerable.Range(0, Bins).Select(static i => First * Math.Pow(2, i / 2.0))];
    private static readonly double[] Prior = MakePrior();

    private readonly DecayingSum[] _counts = new DecayingSum[Bins];
    private readonly double[] _share = new double[Bins];
    private readonly double[] _area = new double[Bins];
    private DecayingSum _total;
    private long _madeAt = long.MinValue;

    /// <param name="micros">From submission to the final receipt.</param>
    public void Add(long micros, long at, long halfLife)
    {
        int bin = 0;
        while (bin < Bins - 1 && micros > Bounds[bin]) bin++;
        _counts[bin].Add(1, at, halfLife);
        _total.Add(1, at, halfLife);
    }

    /// <summary>Observations, as they count now.</summary>
    public double WeightAt(long now, long halfLife) => _total.At(now, halfLife);

    /// <summary>Brings the answers up to date.</summary>
    /// <param name="parent">What is borrowed from while little is known; null for what is usual in the field.</param>
    public void Refresh(long now, long halfLife, DelayCurve? parent)
    {
        if (_madeAt == now) return;
        _madeAt = now;
        double total = _total.At(now, halfLife) + PriorWeight;
        double sum = 0;
        for (int i = 0; i < Bins; i++)
        {
            double prior = parent is null ? Prior[i] : parent._share[i] - (i == 0 ? 0 : parent._share[i - 1]);
            sum += (_counts[i].At(now, halfLife) + (prior * PriorWeight)) / total;
            _share[i] = Math.Min(1, sum);
            double left = i == 0 ? 0 : Bounds[i - 1];
            double before = i == 0 ? 0 : _share[i - 1];
            _area[i] = (i == 0 ? 0 : _area[i - 1]) + ((Bounds[i] - left) * (before + _share[i]) / 2);
        }
    }

    /// <summary>Mean share of receipts that have come, of messages sent evenly between two ages.</summary>
    public double ArrivedBetween(double youngest, double oldest) =>
        oldest - youngest < 1 ? Arrived(oldest) : (AreaTo(oldest) - AreaTo(youngest)) / (oldest - youngest);

    /// <summary>Share of the receipts that will come at all that has come at an age.</summary>
    public double Arrived(double age)
    {
        int bin = BinOf(age);
        if (bin == Bins) return 1;
        double left = bin == 0 ? 0 : Bounds[bin - 1];
        double before = bin == 0 ? 0 : _share[bin - 1];
        return before + ((_share[bin] - before) * (age - left) / (Bounds[bin] - left));
    }

    /// <summary>The delay within which a share of the receipts comes.</summary>
    public TimeSpan Quantile(double share)
    {
        for (int i = 0; i < Bins; i++)
        {
            if (_share[i] < share) continue;
            double before = i == 0 ? 0 : _share[i - 1];
            double left = i == 0 ? 0 : Bounds[i - 1];
            double part = _share[i] > before ? (share - before) / (_share[i] - before) : 1;
            return TimeSpan.FromMicroseconds(left + ((Bounds[i] - left) * part));
        }

        return TimeSpan.FromMicroseconds(Bounds[^1]);
    }

    private double AreaTo(double age)
    {
        if (age <= 0) return 0;
        int bin = BinOf(age);
        if (bin == Bins) return _area[^1] + (age - Bounds[^1]);
        double left = bin == 0 ? 0 : Bounds[bin - 1];
        double before = bin == 0 ? 0 : _share[bin - 1];
        return (bin == 0 ? 0 : _area[bin - 1]) + ((age - left) * (before + Arrived(age)) / 2);
    }

    private static int BinOf(double age)
    {
        int bin = 0;
        while (bin < Bins && age > Bounds[bin]) bin++;
        return bin;
    }

    // Log-normal, median 8 s: nine in ten within 40 s.
    private static double[] MakePrior()
    {
        double[] prior = new double[Bins];
        double before = 0;
        for (int i = 0; i < Bins; i++)
        {
            double share = i == Bins - 1 ? 1 : 1 / (1 + Math.Exp(-1.702 * Math.Log(Bounds[i] / 8_000_000) / 1.25));
            prior[i] = share - before;
            before = share;
        }

        return prior;
    }
}
