using Crosspoint.Engine.Health.Detection;

namespace Crosspoint.Engine.Tests.Health;

public sealed class CohortsTests
{
    private const long Second = 1_000_000;
    private const long Width = 2 * Second;

    [Fact]
    public void Aged_WhileTimePasses_GrowsEvenly()
    {
        var delays = new LogHistogram(33, 17);
        delays.FillLogNormal(5 * Second, 0.8, 1_000);
        var cohorts = new Cohorts(Width);
        double before = 0;
        double most = 0;
        for (long now = 0; now < 30 * Second; now += Second / 4)
        {
            // Twenty a second, so about five receipts more are due in each quarter of a second at most.
            if (now / Width > cohorts.Head && cohorts.Head >= 0) cohorts.Next();
            for (int i = 0; i < 5; i++) cohorts.Sent(now);
            double aged = cohorts.Aged(in delays, now);
            most = Math.Max(most, aged - before);
            before = aged;
        }

        most.ShouldBeInRange(4, 7);
    }
}
