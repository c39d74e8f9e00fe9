using Crosspoint.Engine.Limits;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Limits;

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
            while (bucket.TryTake()) taken.Add(_clock.GetElapsedTime(start));
            _clock.Advance(bucket.Wait + TimeSpan.FromTicks(1));
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
    public void TryTake_LongIdle_NoMoreThanTheBurst()
    {
        var bucket = new TokenBucket(10, 5, _clock);
        _clock.Advance(TimeSpan.FromHours(1));

        Enumerable.Range(0, 20).Count(_ => bucket.TryTake()).ShouldBe(5);
    }

    [Fact]
    public void Return_NeverUsed_CanBeTakenAgain()
    {
        var bucket = new TokenBucket(10, 3, _clock);
        for (int i = 0; i < 3; i++) bucket.TryTake().ShouldBeTrue();
        bucket.TryTake().ShouldBeFalse();
        bucket.Return();

        bucket.TryTake().ShouldBeTrue();
        bucket.TryTake().ShouldBeFalse();
    }

    [Fact]
    public void TryTake_NoRate_IsUnlimited()
    {
        var bucket = new TokenBucket(0, 0, _clock);

        Enumerable.Range(0, 10_000).All(_ => bucket.TryTake()).ShouldBeTrue();
        bucket.Wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void TryTake_WallClockSetBack_RateGoesOn()
    {
        var bucket = new TokenBucket(10, 1, _clock);
        bucket.TryTake().ShouldBeTrue();
        _clock.SetWallClock(_clock.GetUtcNow() - TimeSpan.FromDays(1));
        _clock.Advance(TimeSpan.FromMilliseconds(101));

        bucket.TryTake().ShouldBeTrue();
    }
}
