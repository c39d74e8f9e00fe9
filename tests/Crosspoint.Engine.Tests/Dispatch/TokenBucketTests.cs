using Crosspoint.Engine.Dispatch;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class TokenBucketTests
{
    private readonly ManualTimeProvider _clock = new();

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void TryTake_AsFastAsAllowed_NoSecondHoldsMoreThanOnePercentAboveTheRate(int rate)
    {
        var bucket = new TokenBucket(rate, 0, _clock);
        var taken = new List<TimeSpan>();
        long start = _clock.GetTimestamp();
        while (_clock.GetElapsedTime(start) < TimeSpan.FromSeconds(5))
        {
            while (bucket.TryTake(1)) taken.Add(_clock.GetElapsedTime(start));
            _clock.Advance(bucket.WaitFor(1) + TimeSpan.FromTicks(1));
        }

        taken.Count.ShouldBeGreaterThanOrEqualTo((rate * 5) - 1);
        for (int i = 0; i < taken.Count; i++)
        {
            int within = 0;
            for (int j = i; j < taken.Count && taken[j] - taken[i] < TimeSpan.FromSeconds(1); j++) within++;
            within.ShouldBeLessThanOrEqualTo(rate + Math.Max(1, rate / 100));
        }
    }

    [Fact]
    public void TryTake_MessageLargerThanTheBurst_GoesAtOnceAndLeavesADebt()
    {
        var bucket = new TokenBucket(10, 2, _clock);

        bucket.TryTake(6).ShouldBeTrue();
        bucket.TryTake(1).ShouldBeFalse();
        bucket.WaitFor(1).ShouldBe(TimeSpan.FromMilliseconds(500));
        _clock.Advance(TimeSpan.FromMilliseconds(499));
        bucket.TryTake(1).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        bucket.TryTake(1).ShouldBeTrue();
    }

    [Fact]
    public void TryTake_LongIdle_NoMoreThanTheBurst()
    {
        var bucket = new TokenBucket(10, 5, _clock);
        _clock.Advance(TimeSpan.FromHours(1));

        Enumerable.Range(0, 20).Count(_ => bucket.TryTake(1)).ShouldBe(5);
    }

    [Fact]
    public void Return_NeverUsed_CanBeTakenAgain()
    {
        var bucket = new TokenBucket(10, 3, _clock);
        bucket.TryTake(3).ShouldBeTrue();
        bucket.Return(2);

        bucket.TryTake(2).ShouldBeTrue();
        bucket.TryTake(1).ShouldBeFalse();
    }

    [Fact]
    public void TryTake_NoRate_IsUnlimited()
    {
        var bucket = new TokenBucket(0, 0, _clock);

        Enumerable.Range(0, 10_000).All(_ => bucket.TryTake(255)).ShouldBeTrue();
        bucket.WaitFor(255).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void TryTake_WallClockSetBack_RateGoesOn()
    {
        var bucket = new TokenBucket(10, 1, _clock);
        bucket.TryTake(1).ShouldBeTrue();
        _clock.SetWallClock(_clock.GetUtcNow() - TimeSpan.FromDays(1));
        _clock.Advance(TimeSpan.FromMilliseconds(101));

        bucket.TryTake(1).ShouldBeTrue();
    }
}
