using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;

namespace Crosspoint.Engine.Tests.Health.Failover;

public sealed class StepTestTests
{
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
        var since = new CellTotals(sent, sent, 0, 0, 0, sent, delivered, 0, expected, 0);
        new StepTest(since, TimeSpan.FromSeconds(10)).Judge(SignalKind.Delivery, TimeSpan.FromSeconds(10), 20).ToString().ShouldBe(verdict);
    }
}
