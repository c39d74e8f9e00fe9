using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;

namespace Crosspoint.Engine.Tests.Health.Failover;

public sealed class StepTestTests
{
    [Theory]
    [InlineData(100, 50, 38, false)]
    [InlineData(100, 50, 20, true)]
    [InlineData(100, 90, 82, false)]
    [InlineData(100, 90, 70, true)]
    [InlineData(4, 3, 1, false)]
    public void IsWorse_ByReceipts_AllowsForThoseOnTheirWay(int sent, double expected, int delivered, bool isWorse) =>
        Test(new(sent, sent, 0, 0, 0, sent, delivered, 0, expected, 0)).IsWorse(3).ShouldBe(isWorse);

    [Theory]
    [InlineData(100, 40, false)]
    [InlineData(100, 60, true)]
    [InlineData(3, 3, false)]
    public void IsWorse_MostAnswersAreLate(int accepted, int slow, bool isWorse) =>
        Test(new(accepted, accepted, 0, 0, 0, 0, 0, 0, 0, 0) { Slow = slow }).IsWorse(3).ShouldBe(isWorse);

    [Fact]
    public void Difference_LateAnswersToWhatWaitedBefore_SayNothingOfTheStep()
    {
        var before = new CellTotals(50, 30, 0, 0, 0, 0, 0, 0, 0, 0);
        var now = new CellTotals(60, 60, 0, 0, 0, 0, 0, 0, 0, 0) { Slow = 22 };
        StepTest.Difference(before, now).Slow.ShouldBe(2);
    }

    private static StepTest Test(CellTotals since) => new(since, TimeSpan.FromSeconds(10));
}
