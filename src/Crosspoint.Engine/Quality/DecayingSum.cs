namespace Crosspoint.Engine.Quality;

/// <summary>A sum whose parts count half after each half-life. A clock that steps back does not make them grow.</summary>
internal struct DecayingSum
{
    private double _value;
    private long _at;

    /// <param name="at">Microseconds at which the amount is of full weight.</param>
    public void Add(double amount, long at, long halfLife)
    {
        if (at > _at)
        {
            _value = At(at, halfLife);
            _at = at;
        }

        _value += amount * Weight(_at - at, halfLife);
    }

    public readonly double At(long now, long halfLife) => _value == 0 ? 0 : _value * Weight(now - _at, halfLife);

    /// <summary>What an observation of this age counts.</summary>
    public static double Weight(long age, long halfLife) => age <= 0 ? 1 : Math.Pow(2, -(double)age / halfLife);
}
