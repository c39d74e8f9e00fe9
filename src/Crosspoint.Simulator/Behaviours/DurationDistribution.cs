namespace Crosspoint.Simulator.Behaviours;

/// <summary>The shape of a random duration.</summary>
public enum DistributionKind
{
    /// <summary>Always the mean.</summary>
    Fixed,

    /// <summary>Evenly between min and max.</summary>
    Uniform,

    /// <summary>Bell curve of mean and stddev, cut at zero.</summary>
    Normal,

    /// <summary>Many short ones, few long ones, around the mean.</summary>
    Exponential,

    /// <summary>A long tail, stated by its mean and its 99th percentile: what networks look like.</summary>
    Lognormal,
}

/// <summary>A random duration: how long an answer or a receipt takes.</summary>
public sealed record DurationDistribution
{
    /// <summary>The 99th percentile of the standard normal distribution.</summary>
    internal const double Z99 = 2.3263478740408408;

    /// <summary>The longest duration that a distribution may yield.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private double _mu;
    private double _sigma;
    private double _meanTicks;
    private double _spreadTicks;
    private long _minTicks;
    private long _maxTicks;

    private DurationDistribution()
    {
    }

    /// <summary>No time at all.</summary>
    public static DurationDistribution Zero { get; } = Fixed(TimeSpan.Zero);

    public DistributionKind Kind { get; private init; }

    public TimeSpan Mean { get; private init; }

    /// <summary>Standard deviation; normal only.</summary>
    public TimeSpan StdDev { get; private init; }

    /// <summary>99th percentile; lognormal only.</summary>
    public TimeSpan P99 { get; private init; }

    /// <summary>No value is below it. Uniform: the lower end.</summary>
    public TimeSpan Min { get; private init; }

    /// <summary>No value is above it; zero means <see cref="Longest"/>. Uniform: the upper end.</summary>
    public TimeSpan Max { get; private init; }

    public static DurationDistribution Fixed(TimeSpan mean) =>
        new DurationDistribution { Kind = DistributionKind.Fixed, Mean = mean }.Prepared();

    public static DurationDistribution Uniform(TimeSpan min, TimeSpan max) =>
        new DurationDistribution { Kind = DistributionKind.Uniform, Min = min, Max = max }.Prepared();

    public static DurationDistribution Normal(TimeSpan mean, TimeSpan stdDev, TimeSpan min = default, TimeSpan max = default) =>
        new DurationDistribution { Kind = DistributionKind.Normal, Mean = mean, StdDev = stdDev, Min = min, Max = max }.Prepared();

    public static DurationDistribution Exponential(TimeSpan mean, TimeSpan min = default, TimeSpan max = default) =>
        new DurationDistribution { Kind = DistributionKind.Exponential, Mean = mean, Min = min, Max = max }.Prepared();

    /// <summary>A long tail. <paramref name="p99"/> must lie between the mean and 14 times the mean: no lognormal curve has more.</summary>
    public static DurationDistribution Lognormal(TimeSpan mean, TimeSpan p99, TimeSpan min = default, TimeSpan max = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(mean, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(p99, mean);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(p99, mean * 14);
        return new DurationDistribution { Kind = DistributionKind.Lognormal, Mean = mean, P99 = p99, Min = min, Max = max }.Prepared();
    }

    /// <summary>True when every draw is zero, so that nothing needs a timer.</summary>
    internal bool IsZero => Kind == DistributionKind.Fixed && Mean == TimeSpan.Zero;

    internal TimeSpan Next(SeededRandom random)
    {
        double ticks = Kind switch
        {
            DistributionKind.Fixed => _meanTicks,
            DistributionKind.Uniform => _minTicks + random.NextDouble() * _spreadTicks,
            DistributionKind.Normal => _meanTicks + random.NextGaussian() * _spreadTicks,
            DistributionKind.Exponential => -_meanTicks * Math.Log(1 - random.NextDouble()),
            _ => Math.Exp(_mu + random.NextGaussian() * _sigma),
        };
        return TimeSpan.FromTicks(Math.Clamp((long)ticks, _minTicks, _maxTicks));
    }

    private DurationDistribution Prepared()
    {
        _meanTicks = Mean.Ticks;
        _minTicks = Min.Ticks;
        _maxTicks = Max == TimeSpan.Zero && Kind != DistributionKind.Uniform ? Longest.Ticks : Max.Ticks;
        _spreadTicks = Kind == DistributionKind.Uniform ? Max.Ticks - Min.Ticks : StdDev.Ticks;
        if (Kind == DistributionKind.Lognormal)
        {
            // mean = exp(mu + sigma²/2) and p99 = exp(mu + z·sigma): solved for the smaller sigma.
            _sigma = Z99 - Math.Sqrt(Z99 * Z99 - 2 * Math.Log((double)P99.Ticks / Mean.Ticks));
            _mu = Math.Log(Mean.Ticks) - _sigma * _sigma / 2;
        }

        return this;
    }
}
