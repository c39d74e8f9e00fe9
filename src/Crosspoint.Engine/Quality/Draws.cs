namespace Crosspoint.Engine.Quality;

/// <summary>
/// Random numbers of a seed, the same on every machine: an explanation can be worked out again. SplitMix64 (Steele, Lea, Flood, 2014);
/// gamma by Marsaglia and Tsang (2000).
/// </summary>
public struct Draws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Evenly from 0 to below 1.</summary>
    public double Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>
    /// A delivery probability that fits what was seen: from the beta distribution with this mean, as narrow as its weight in messages makes it
    /// (Thompson sampling).
    /// </summary>
    public double NextProbability(double mean, double weight)
    {
        double yes = Gamma(Math.Max(mean * weight, 0.01));
        double no = Gamma(Math.Max((1 - mean) * weight, 0.01));
        return yes + no > 0 ? yes / (yes + no) : mean;
    }

    private double Gamma(double shape)
    {
        if (shape < 1) return Gamma(shape + 1) * Math.Pow(1 - Next(), 1 / shape);
        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal();
            double v = 1 + (c * x);
            if (v <= 0) continue;
            v = v * v * v;
            double u = 1 - Next();
            if (Math.Log(u) < (0.5 * x * x) + (d * (1 - v + Math.Log(v)))) return d * v;
        }
    }

    // Box and Muller (1958).
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - Next())) * Math.Cos(2 * Math.PI * Next());
}
