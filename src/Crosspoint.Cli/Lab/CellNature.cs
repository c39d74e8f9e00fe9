using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab;

/// <summary>How the traffic of a simulated cell is, as long as nothing is wrong with it.</summary>
internal sealed record CellNature
{
    private const double DaySeconds = 86_400;

    /// <summary>Messages a second in the mean of a day.</summary>
    public required double Rate { get; init; }

    /// <summary>How far the rate, and how far shares, swing in a day, from 0 to 1; and when the day is highest, in hours.</summary>
    public double DayDepth { get; init; } = 0.3;

    public double DayOfShares { get; init; } = 0.1;

    public double Noon { get; init; } = 13;

    /// <summary>Deviation of the logarithm of the rate from five minutes to the next.</summary>
    public double Burst { get; init; } = 0.3;

    /// <summary>The same of shares and delays; of shares one point at most, as more would be the very change that is looked for.</summary>
    public double Wander { get; init; } = 0.1;

    /// <summary>Deviation of the logarithm of shares and delays in a day, as a walk that returns within a week.</summary>
    public double Drift { get; init; } = 0.05;

    /// <summary>Times a day that a campaign multiplies the rate for five minutes, and pauses of an hour.</summary>
    public double Campaigns { get; init; } = 1;

    public double CampaignFactor { get; init; } = 5;

    public double Pauses { get; init; } = 0.3;

    public double Refused { get; init; } = 0.01;

    /// <summary>Chance that after one refused message the next four may be, as lists with bad numbers have it.</summary>
    public double Clumps { get; init; } = 0.05;

    public double Undelivered { get; init; } = 0.05;

    public double NoReceipt { get; init; } = 0.05;

    public double Unanswered { get; init; } = 0.0002;

    /// <summary>Lost sessions a day: what waits for an answer gets none.</summary>
    public double Drops { get; init; } = 0.2;

    /// <summary>Times a day that receipts are held back for 5 to 20 s and then come all at once.</summary>
    public double Hiccups { get; init; } = 0.3;

    /// <summary>Seconds; deviation of the natural logarithm.</summary>
    public double ReceiptMedian { get; init; } = 5;

    public double ReceiptDeviation { get; init; } = 0.8;

    public double ResponseMedian { get; init; } = 0.08;

    public double ResponseDeviation { get; init; } = 0.5;

    /// <summary>Share of delivered messages that recipients confirm.</summary>
    public double Confirmed { get; init; }

    /// <summary>Where in the day a moment lies, as an angle: 0 when the day is highest.</summary>
    public double AngleAt(long micros) => ((micros / 1e6 % DaySeconds) - (Noon * 3600)) / DaySeconds * 2 * Math.PI;

    /// <summary>Messages a second in the five minutes that begin.</summary>
    public double RateAt(double angle, ref Draws draws) =>
        Rate * Math.Max(0.02, 1 + (DayDepth * Math.Cos(angle))) * Math.Exp((Burst * Normals.Next(ref draws)) - (Burst * Burst / 2));

    /// <summary>A cell of a market: the first ones are busy, seven of ten have some messages an hour.</summary>
    /// <param name="place">From 0 to 1: by how many of the cells are busier.</param>
    public static CellNature Draw(double place, ref Draws draws)
    {
        double rate = place switch
        {
            < 0.002 => 100,
            < 0.02 => Between(3, 30, ref draws),
            < 0.1 => Between(0.3, 3, ref draws),
            < 0.3 => Between(0.03, 0.3, ref draws),
            _ => Between(1.0 / 3600, 100.0 / 3600, ref draws),
        };
        bool isSlow = draws.Next() < 0.05;
        return new()
        {
            Rate = rate,
            DayDepth = 0.2 + (draws.Next() * 0.75),
            DayOfShares = draws.Next() * 0.3,
            Noon = draws.Next() * 24,
            Burst = 0.1 + (draws.Next() * 0.6),
            Wander = 0.05 + (draws.Next() * 0.2),
            Drift = 0.02 + (draws.Next() * 0.1),
            Campaigns = draws.Next() < 0.3 ? 0 : draws.Next() * 4,
            CampaignFactor = Between(2, 20, ref draws),
            Pauses = draws.Next(),
            Refused = Between(0.001, 0.08, ref draws),
            Clumps = draws.Next() < 0.5 ? 0 : draws.Next() * 0.1,
            Undelivered = Between(0.01, 0.25, ref draws),
            NoReceipt = Between(0.005, 0.2, ref draws),
            Unanswered = Between(0.00001, 0.002, ref draws),
            Drops = draws.Next() * 0.5,
            Hiccups = draws.Next() * 0.6,
            ReceiptMedian = isSlow ? Between(120, 1200, ref draws) : Between(0.8, 60, ref draws),
            ReceiptDeviation = 0.2 + draws.Next(),
            ResponseMedian = Between(0.02, 0.4, ref draws),
            ResponseDeviation = 0.3 + (draws.Next() * 0.5),
            Confirmed = draws.Next() < 0.3 ? 0.2 + (draws.Next() * 0.6) : 0,
        };
    }

    // Evenly over the logarithms.
    private static double Between(double least, double most, ref Draws draws) => least * Math.Pow(most / least, draws.Next());
}
