namespace Crosspoint.Engine.Dispatch;

/// <summary>
/// Tells refusals that come at any rate from those of a carrier that takes so many a second, while a rate is cut again and again: of what is sent more slowly
/// such a carrier takes a larger share, and chance the same.
/// </summary>
internal struct PaceDescent
{
    // Of the rate at the beginning. Between what is above and what is below lies a factor of two at least, by which the share taken would rise.
    private const double Above = 0.45;
    private const double Below = 0.25;
    private const double SameShare = 1.25;

    private const int EnoughAbove = 20;
    private const int EnoughBelow = 64;
    private const int EnoughTaken = 5;

    // Fewer are hard to tell from none.
    private const double LeastShare = 0.02;

    private int _takenAbove;
    private int _refusedAbove;
    private int _takenBelow;
    private int _refusedBelow;

    private PaceDescent(double from) => From = from;

    /// <summary>The rate at its beginning; 0 while there is none.</summary>
    public double From { get; }

    public readonly bool IsUnderWay => From > 0;

    /// <summary>The share of refusals in it.</summary>
    public readonly double Share =>
        Math.Max(LeastShare, (_refusedAbove + _refusedBelow) / Math.Max(1.0, _takenAbove + _refusedAbove + _takenBelow + _refusedBelow));

    /// <summary>What was answered before it began is not of it.</summary>
    public static PaceDescent Begin(double rate) => new(rate);

    /// <summary>Adds the answers to what was sent at a rate. True when the rate is not the reason of the refusals.</summary>
    public bool Add(double rate, int taken, int refused)
    {
        if (rate > From * Above) (_takenAbove, _refusedAbove) = (_takenAbove + taken, _refusedAbove + refused);
        else if (rate <= Math.Max(From * Below, Pace.LeastRate)) (_takenBelow, _refusedBelow) = (_takenBelow + taken, _refusedBelow + refused);
        return _takenAbove + _refusedAbove >= EnoughAbove && _takenBelow + _refusedBelow >= EnoughBelow && _takenAbove >= EnoughTaken
            && ShareTaken(_takenBelow, _refusedBelow) <= SameShare * ShareTaken(_takenAbove, _refusedAbove);
    }

    private static double ShareTaken(int taken, int refused) => taken / (double)(taken + refused);
}
