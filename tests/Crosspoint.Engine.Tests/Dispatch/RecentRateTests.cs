using Crosspoint.Engine.Dispatch;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class RecentRateTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(100)]
    public void At_AnEvenFlow_IsItsRateFromTheFirstSecondOn(int seconds)
    {
        var time = new ManualTimeProvider();
        var rate = new RecentRate();
        for (int i = 0; i < seconds * 20; i++)
        {
            rate.Count(time);
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        rate.At(time).ShouldBe(20, 1);
    }

    [Fact]
    public void At_AfterAPause_FallsByHalfInSevenSeconds()
    {
        var time = new ManualTimeProvider();
        var rate = new RecentRate();
        rate.At(time).ShouldBe(0);
        for (int i = 0; i < 2_000; i++)
        {
            rate.Count(time);
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        time.Advance(TimeSpan.FromSeconds(7));
        rate.At(time).ShouldBe(10, 1);
    }

    [Fact]
    public void At_ASingleEvent_IsNoMoreThanOneASecond()
    {
        var time = new ManualTimeProvider();
        var rate = new RecentRate();
        rate.Count(time);
        rate.At(time).ShouldBe(1, 0.1);
    }
}
