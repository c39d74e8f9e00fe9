using System.Numerics;

namespace Crosspoint.Engine.Health.Detection;

/// <summary>
/// Times in bins of half an octave, from a power of two of microseconds on. What lies between two bounds is taken as spread evenly over their
/// logarithms. Not thread-safe.
/// </summary>
internal struct LogHistogram
{
    private readonly float[] _bins;
    private readonly int _firstPower;

    /// <param name="firstPower">The first bin ends at 2 to this power, in microseconds.</param>
    public LogHistogram(int bins, int firstPower) => (_bins, _firstPower) = (new float[bins], firstPower);

    public double Total { get; private set; }

    public void Add(long micros)
    {
        _bins[BinOf(micros)]++;
        Total++;
    }

    /// <summary>Takes what another of the same form holds, and empties it.</summary>
    public void Take(ref LogHistogram other)
    {
        for (int i = 0; i < _bins.Length; i++) _bins[i] += other._bins[i];
        Total += other.Total;
        other.Clear();
    }

    public void Clear()
    {
        Array.Clear(_bins);
        Total = 0;
    }

    /// <summary>Changes places with another.</summary>
    public void Swap(ref LogHistogram other) => (this, other) = (other, this);

    public void Scale(double by)
    {
        double sum = 0;
        for (int i = 0; i < _bins.Length; i++)
        {
            _bins[i] *= (float)by;
            sum += _bins[i];
        }

        Total = sum;
    }

    /// <summary>Fills it with a log-normal distribution.</summary>
    /// <param name="deviation">Of the natural logarithm.</param>
    public void FillLogNormal(double median, double deviation, double weight)
    {
        double before = 0;
        for (int i = 0; i < _bins.Length; i++)
        {
            double share = i == _bins.Length - 1 ? 1 : 1 / (1 + Math.Exp(-1.702 * Math.Log(EndOf(i) / median) / deviation));
            _bins[i] = (float)((share - before) * weight);
            before = share;
        }

        Total = weight;
    }

    /// <summary>The shares of its bins, which <see cref="Fill"/> takes.</summary>
    public readonly ushort[] Shares => CellMemory.SharesOf(_bins, Total);

    /// <summary>Fills it with what another of the same form was.</summary>
    public void Fill(IReadOnlyList<ushort> shares, double weight)
    {
        double sum = 0;
        for (int i = 0; i < _bins.Length; i++) sum += shares[i];
        for (int i = 0; i < _bins.Length; i++) _bins[i] = (float)(shares[i] / Math.Max(1, sum) * weight);
        Total = sum > 0 ? weight : 0;
    }

    /// <summary>Share of the times that are no longer than this.</summary>
    public readonly double ShareUpTo(double micros)
    {
        if (Total <= 0 || micros <= 0) return 0;
        int bin = BinOf((long)Math.Min(micros, long.MaxValue / 2));
        double sum = 0;
        for (int i = 0; i < bin; i++) sum += _bins[i];
        double end = EndOf(bin);
        double part = micros >= end ? 1 : Math.Clamp(1 + (Math.Log2(micros / end) * 2), 0, 1);
        return Math.Min(1, (sum + (_bins[bin] * part)) / Total);
    }

    /// <summary>The time, in microseconds, that this share does not exceed; 0 without any.</summary>
    public readonly double Quantile(double share)
    {
        double left = share * Total;
        if (Total <= 0) return 0;
        for (int i = 0; i < _bins.Length; i++)
        {
            if (_bins[i] <= 0 || (left > _bins[i] && i < _bins.Length - 1))
            {
                left -= _bins[i];
                continue;
            }

            return EndOf(i) * Math.Pow(2, (Math.Min(1, left / _bins[i]) - 1) / 2);
        }

        return EndOf(_bins.Length - 1);
    }

    private readonly double EndOf(int bin) => Math.Pow(2, _firstPower + (bin / 2.0));

    // Half octaves: the power of two, and whether it is beyond that times the square root of two.
    private readonly int BinOf(long micros)
    {
        if (micros <= 1) return 0;
        ulong value = (ulong)(micros - 1);
        int power = BitOperations.Log2(value);
        bool isUpper = value / (double)(1UL << power) >= 1.4142135623730951;
        int bin = ((power - _firstPower) * 2) + (isUpper ? 2 : 1);
        return Math.Clamp(bin, 0, _bins.Length - 1);
    }
}
