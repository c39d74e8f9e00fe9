using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;

namespace Crosspoint.Engine.Tests.Health.Failover;

public sealed class StepTestTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(10);

    [Theory]
    // Of receipts that are only due by now, half may be late by chance.
    [InlineData(20, 10.7, 5, "Open")]
    [InlineData(20, 5, 0, "Open")]
    [InlineData(60, 30, 8, "Failed")]
    [InlineData(400, 300, 200, "Failed")]

    // What is not bad for sure is not good for that: it has to have its receipts.
    [InlineData(200, 100, 80, "Open")]
    [InlineData(200, 100, 95, "Passed")]
    public void Judge_ByReceipts_FailsOnWhatIsFarOffAndPassesOnWhatIsNear(int sent, double expected, int delivered, string verdict)
    {
        Test(new(sent, sent, 0, 0, 0, sent, delivered, 0, expected, 0)).Judge(SignalKind.Delivery, TimeSpan.FromSeconds(10), 20).ToString().ShouldBe(verdict);
    }

    [Theory]
    [InlineData(100, 50, 38, false)]
    [InlineData(100, 50, 20, true)]
    [InlineData(100, 90, 82, false)]
    [InlineData(100, 90, 70, true)]
    [InlineData(4, 3, 1, false)]
    public void IsWorse_ByReceipts_AllowsForThoseOnTheirWay(int sent, double expected, int delivered, bool isWorse) =>
        Test(new(sent, sent, 0, 0, 0, sent, delivered, 0, expected, 0)).IsWorse(3, Step).ShouldBe(isWorse);

    [Theory]
    [InlineData(6, 0, false)]
    [InlineData(20, 8, false)]
    [InlineData(20, 0, true)]
    [InlineData(300, 200, true)]
    public void IsWorse_BeforeTheStepIsOver_AllowsForAllTheChanceOfReceiptsOfBefore(double expected, int delivered, bool isWorse) =>
        new StepTest(new(400, 400, 0, 0, 0, 400, delivered, 0, expected, 0), TimeSpan.FromSeconds(1)).IsWorse(3, Step).ShouldBe(isWorse);

    [Theory]
    [InlineData(100, 40, false)]
    [InlineData(100, 60, true)]
    [InlineData(3, 3, false)]
    public void IsWorse_MostAnswersAreLate(int accepted, int slow, bool isWorse) =>
        Test(new(accepted, accepted, 0, 0, 0, 0, 0, 0, 0, 0) { Slow = slow }).IsWorse(3, Step).ShouldBe(isWorse);

    [Fact]
    public void Difference_LateAnswersToWhatWaitedBefore_SayNothingOfTheStep()
    {
        var before = new CellTotals(50, 30, 0, 0, 0, 0, 0, 0, 0, 0);
        var now = new CellTotals(60, 60, 0, 0, 0, 0, 0, 0, 0, 0) { Slow = 22 };
        StepTest.Difference(before, now).Slow.ShouldBe(2);
    }

    private static StepTest Test(CellTotals since) => new(since, TimeSpan.FromSeconds(10));
}
