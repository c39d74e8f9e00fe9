using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Health;

public sealed class SteadyClockTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly SteadyClock _clock;

    public SteadyClockTests() => _clock = new(_time);

    [Fact]
    public void FromWall_ClockNotSet_IsTheWallTime()
    {
        _time.Advance(TimeSpan.FromHours(2));
        long sentAt = _time.GetUtcMicros() - Micros.PerSecond;
        _clock.FromWall(sentAt).ShouldBe(sentAt);
        _clock.Now.ShouldBe(_time.GetUtcMicros());
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(5, false)]
    [InlineData(-5, true)]
    [InlineData(-5, false)]
    public void FromWall_ClockSetBetweenSentAndReceipt_DelayIsTrueOrNotKnown(double hours, bool looked)
    {
        _time.Advance(TimeSpan.FromHours(1));
        long sentAt = _time.GetUtcMicros();
        long steady = _clock.Now;
        _time.Advance(TimeSpan.FromSeconds(3));
        _time.SetWallClock(_time.GetUtcNow() + TimeSpan.FromHours(hours));
        if (looked) _clock.Look();
        _time.Advance(TimeSpan.FromSeconds(4));
        _clock.FromWall(sentAt).ShouldBe(steady);
        (_clock.Now - _clock.FromWall(sentAt)).ShouldBe(7 * Micros.PerSecond);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    [InlineData(-0.3)]
    public void FromWall_SentAfterTheClockWasSet_IsNeverAFalseDelay(double hours)
    {
        _time.Advance(TimeSpan.FromHours(10));
        _clock.Look();
        _time.Advance(TimeSpan.FromSeconds(2));
        _time.SetWallClock(_time.GetUtcNow() + TimeSpan.FromHours(hours));
        _time.Advance(TimeSpan.FromSeconds(1));
        long sentAt = _time.GetUtcMicros();
        long steady = _clock.Now;
        _time.Advance(TimeSpan.FromSeconds(2));
        _clock.FromWall(sentAt).ShouldBeOneOf(steady, SteadyClock.Unknown);
        _time.Advance(TimeSpan.FromHours(Math.Abs(hours) + 1));
        sentAt = _time.GetUtcMicros();
        steady = _clock.Now;
        _time.Advance(TimeSpan.FromSeconds(2));
        _clock.FromWall(sentAt).ShouldBe(steady, "where wall time is told once, it can be told again");
    }

    [Fact]
    public void FromWall_ManySteps_NoDelayIsEverFalse()
    {
        var random = new Random(8);
        var sent = new List<(long Wall, long Steady)>();
        for (int i = 0; i < 5_000; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(random.NextDouble() * 20));
            if (random.Next(40) == 0) _time.SetWallClock(_time.GetUtcNow() + TimeSpan.FromMinutes((random.NextDouble() * 600) - 300));
            if (random.Next(3) == 0) _clock.Look();
            sent.Add((_time.GetUtcMicros(), _clock.Now));
            (long wall, long steady) = sent[random.Next(Math.Max(0, sent.Count - 200), sent.Count)];
            long told = _clock.FromWall(wall);
            if (told != SteadyClock.Unknown) Math.Abs(told - steady).ShouldBeLessThan(500 * Micros.PerMillisecond, $"round {i}");
        }
    }

    [Fact]
    public void FromWall_BeforeTheStartOrInTheFuture_IsNotKnown()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        _clock.FromWall(_clock.Now - (62 * Micros.PerSecond)).ShouldBe(SteadyClock.Unknown);
        _clock.FromWall(_clock.Now + (2 * Micros.PerSecond)).ShouldBe(SteadyClock.Unknown);
    }

    [Fact]
    public void FromWall_ClockThatIsSlewed_IsFollowed()
    {
        for (int i = 0; i < 10_000; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _time.SetWallClock(_time.GetUtcNow() + TimeSpan.FromMicroseconds(400));
            _clock.Look();
        }

        (_clock.Now - _clock.FromWall(_time.GetUtcMicros())).ShouldBe(0);
        (_time.GetUtcMicros() - _clock.Now).ShouldBe(4 * Micros.PerSecond);
    }
}
