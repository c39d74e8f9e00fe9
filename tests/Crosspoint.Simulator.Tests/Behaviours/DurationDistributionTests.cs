using Crosspoint.Simulator.Behaviours;

namespace Crosspoint.Simulator.Tests.Behaviours;

public sealed class DurationDistributionTests
{
    private const int Draws = 100_000;

    private static readonly TimeSpan Mean = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Next_EachKind_HasItsMean()
    {
        Average(DurationDistribution.Fixed(Mean)).ShouldBe(20, 0.001);
        Average(DurationDistribution.Uniform(Mean / 2, Mean * 1.5)).ShouldBe(20, 0.3);
        Average(DurationDistribution.Normal(Mean, Mean / 5)).ShouldBe(20, 0.3);
        Average(DurationDistribution.Exponential(Mean)).ShouldBe(20, 0.5);
        Average(DurationDistribution.Lognormal(Mean, Mean * 5)).ShouldBe(20, 0.7);
    }

    [Fact]
    public void Next_Lognormal_HasItsP99()
    {
        double[] drawn = Draw(DurationDistribution.Lognormal(Mean, Mean * 5));
        Array.Sort(drawn);

        drawn[Draws * 99 / 100].ShouldBe(100, 6);
    }

    [Fact]
    public void Next_WithMinAndMax_StaysBetween()
    {
        double[] drawn = Draw(DurationDistribution.Exponential(Mean, TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(50)));

        drawn.Min().ShouldBe(5);
        drawn.Max().ShouldBe(50);
    }

    [Fact]
    public void Next_NormalBelowZero_IsZero() => Draw(DurationDistribution.Normal(TimeSpan.Zero, Mean)).Min().ShouldBe(0);

    private static double Average(DurationDistribution distribution) => Draw(distribution).Average();

    private static double[] Draw(DurationDistribution distribution)
    {
        var random = new SeededRandom(7);
        var drawn = new double[Draws];
        for (var i = 0; i < Draws; i++) drawn[i] = distribution.Next(random).TotalMilliseconds;
        return drawn;
    }
}
