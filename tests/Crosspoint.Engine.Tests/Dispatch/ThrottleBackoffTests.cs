using Crosspoint.Engine.Dispatch;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class ThrottleBackoffTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly ThrottleBackoff _backoff;

    public ThrottleBackoffTests() => _backoff = new(_clock);

    [Fact]
    public void Throttled_AgainAndAgain_PausesDoubleFromOneSecondToSixty()
    {
        int[] expected = [1, 2, 4, 8, 16, 32, 60, 60];
        foreach (int seconds in expected)
        {
            _backoff.Throttled().ShouldBeTrue();
            _backoff.Remaining.TotalSeconds.ShouldBe(seconds, seconds * 0.1001);
            _clock.Advance(_backoff.Remaining);
            _backoff.Remaining.ShouldBe(TimeSpan.Zero);
        }
    }

    [Fact]
    public void Throttled_DuringAPause_DoesNotLengthenIt()
    {
        _backoff.Throttled();
        TimeSpan first = _backoff.Remaining;

        for (int i = 0; i < 50; i++) _backoff.Throttled().ShouldBeFalse();

        _backoff.Remaining.ShouldBe(first);
        _clock.Advance(first);
        _backoff.Throttled().ShouldBeTrue();
        _backoff.Remaining.TotalSeconds.ShouldBe(2, 0.21);
    }

    [Fact]
    public void Accepted_TenCleanAnswers_GoesBackToTheFirstStep()
    {
        _backoff.Throttled();
        _clock.Advance(_backoff.Remaining);
        _backoff.Throttled();
        _clock.Advance(_backoff.Remaining);
        for (int i = 0; i < 10; i++) _backoff.Accepted();

        _backoff.Throttled();

        _backoff.Remaining.TotalSeconds.ShouldBe(1, 0.11);
    }

    [Fact]
    public void Accepted_NineCleanAnswersAndAnotherPause_StaysUp()
    {
        _backoff.Throttled();
        _clock.Advance(_backoff.Remaining);
        for (int i = 0; i < 9; i++) _backoff.Accepted();

        _backoff.Throttled();

        _backoff.Remaining.TotalSeconds.ShouldBe(2, 0.21);
    }
}
