using System.Globalization;

namespace Crosspoint.Server.Metrics;

/// <summary>The value of one metric for one set of tags.</summary>
internal sealed class MetricCell(int bounds)
{
    private readonly long[] _counts = bounds == 0 ? [] : new long[bounds + 1];
    private double _value;

    public double Value => Volatile.Read(ref _value);

    public void Set(double value) => Volatile.Write(ref _value, value);

    public void Add(double value)
    {
        double seen = Volatile.Read(ref _value);
        while (true)
        {
            double found = Interlocked.CompareExchange(ref _value, seen + value, seen);
            if (found.Equals(seen)) return;
            seen = found;
        }
    }

    public void Observe(double value, double[] bounds)
    {
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket]) bucket++;
        Interlocked.Increment(ref _counts[bucket]);
        Add(value);
    }

    public void WriteHistogram(ref PrometheusText text, string name, string labels, double[] bounds)
    {
        long count = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            count += Volatile.Read(ref _counts[i]);
            string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Sample(name, "_bucket", labels, $"le=\"{bound}\"", count);
        }

        text.Sample(name, "_sum", labels, "", Value);
        text.Sample(name, "_count", labels, "", count);
    }
}
