using Crosspoint.Engine.Quality;

namespace Crosspoint.Cli.Lab;

/// <summary>The shares of a simulated cell in the present five minutes: they wander, and drift over days.</summary>
internal struct CellShares()
{
    private const double MostWander = 0.01;

    private double _driftRefused;
    private double _driftUndelivered;
    private double _driftDelay;

    public double Refused { get; private set; }

    public double Undelivered { get; private set; }

    /// <summary>How many times as long as usual everything takes.</summary>
    public double Slower { get; private set; } = 1;

    /// <summary>Goes on to the next block of time.</summary>
    /// <param name="angle">See <see cref="CellNature.AngleAt"/>.</param>
    public void Walk(CellNature nature, double angle, double blockDays, ref Draws draws)
    {
        double sway = 1 + (nature.DayOfShares * Math.Sin(angle));
        double walk = nature.Drift * Math.Sqrt(blockDays);
        double back = blockDays / 7;
        _driftRefused += (walk * Normals.Next(ref draws)) - (back * _driftRefused);
        _driftUndelivered += (walk * Normals.Next(ref draws)) - (back * _driftUndelivered);
        _driftDelay += (walk * Normals.Next(ref draws)) - (back * _driftDelay);
        Refused = nature.Refused * sway * Math.Exp((Math.Min(nature.Wander, MostWander / nature.Refused) * Normals.Next(ref draws)) + _driftRefused);
        Undelivered = nature.Undelivered * sway
            * Math.Exp((Math.Min(nature.Wander, MostWander / nature.Undelivered) * Normals.Next(ref draws)) + _driftUndelivered);
        Slower = sway * Math.Exp((nature.Wander * Normals.Next(ref draws) / 2) + _driftDelay);
    }

    /// <summary>The share of segments that is refused.</summary>
    /// <param name="part">How bad the fault is: see <see cref="CellFault.PartAfter"/>.</param>
    public readonly double RefusedUnder(CellFault? fault, double part) =>
        fault is { Refused: > 0 } ? Refused + ((fault.Refused - Refused) * part) : Refused;

    /// <summary>The share of messages taken that does not arrive.</summary>
    public readonly double UndeliveredUnder(CellFault? fault, double part) => Undelivered + (fault is null ? 0 : fault.Undelivered * part);

    /// <summary>What becomes of a message that the carrier has taken.</summary>
    public readonly MessageFate Fate(CellNature nature, CellFault? fault, double part, ref Draws draws)
    {
        bool isDelivered = draws.Next() >= UndeliveredUnder(fault, part);
        double median = nature.ReceiptMedian * Slower * (fault is null ? 1 : 1 + ((fault.Slower - 1) * part));
        double delay = median * Math.Exp(nature.ReceiptDeviation * Normals.Next(ref draws));
        if (!isDelivered)
        {
            // Some are known at once to be impossible, some are given up late.
            double how = draws.Next();
            delay *= how < 0.3 ? 0.3 : how < 0.6 ? 8 : 1;
        }

        bool isConfirmed = isDelivered && nature.Confirmed > 0 && draws.Next() < nature.Confirmed;
        var fate = new MessageFate { IsDelivered = isDelivered, EndsAfter = delay, IsConfirmed = isConfirmed };
        if (isConfirmed) fate.ConfirmedAfter = delay + 10 + (20 * draws.Next());
        (fate.SaysDelivered, fate.ReceiptAfter) = (isDelivered, delay);
        fate.HasReceipt = true;
        if (fault is { FakedAfter: > 0 })
            (fate.SaysDelivered, fate.ReceiptAfter) = (true, fault.FakedAfter + (fault.FakedSpread * ((2 * draws.Next()) - 1)));
        else
            fate.HasReceipt = draws.Next() >= nature.NoReceipt;
        fate.HasReceipt &= fault is not { IsSilent: true };
        return fate;
    }
}

/// <summary>The truth of a message that a carrier has taken, and what is told of it. Times are seconds after the carrier took it.</summary>
internal record struct MessageFate
{
    public bool IsDelivered { get; set; }

    /// <summary>When it arrives, or is given up.</summary>
    public double EndsAfter { get; set; }

    public bool HasReceipt { get; set; }

    public bool SaysDelivered { get; set; }

    public double ReceiptAfter { get; set; }

    /// <summary>The application will say that the recipient acted.</summary>
    public bool IsConfirmed { get; set; }

    public double ConfirmedAfter { get; set; }
}
