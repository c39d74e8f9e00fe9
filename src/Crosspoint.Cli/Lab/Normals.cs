using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab;

/// <summary>Draws of the standard normal distribution, one uniform draw for each; its ends are those of one in 8,192.</summary>
internal static class Normals
{
    private static readonly double[] Quantiles = Make();

    public static double Next(ref Draws draws)
    {
        double place = draws.Next() * (Quantiles.Length - 1);
        int index = (int)place;
        return Quantiles[index] + ((Quantiles[index + 1] - Quantiles[index]) * (place - index));
    }

    // By halving.
    private static double[] Make()
    {
        double[] quantiles = new double[4097];
        for (int i = 0; i < quantiles.Length; i++)
        {
            double share = Math.Clamp(i / 4096.0, 1.0 / 8192, 1 - (1.0 / 8192));
            double low = -5;
            double high = 5;
            while (high - low > 1e-9)
            {
                double middle = (low + high) / 2;
                if (Cumulative(middle) < share) low = middle;
                else high = middle;
            }

            quantiles[i] = low;
        }

        return quantiles;
    }

    // Abramowitz and Stegun (1964), 26.2.17.
    private static double Cumulative(double x)
    {
        double t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        double tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return x >= 0 ? 1 - tail : tail;
    }
}
