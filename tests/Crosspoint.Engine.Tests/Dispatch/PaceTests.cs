using Crosspoint.Engine.Dispatch;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Dispatch;

public sealed class PaceTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly Random _jitter = new(3);

    [Theory]
    [InlineData(50, 10, 5)]
    [InlineData(50, 100, 200)]
    [InlineData(500, 10, 5)]
    [InlineData(500, 100, 50)]
    [InlineData(500, 500, 5)]
    [InlineData(2_000, 100, 5)]
    [InlineData(2_000, 1_000, 200)]
    public void Pace_CarrierTakesNASecond_IsUsedAlmostWholeWithFewRefusals(int rate, int window, int answerMs)
    {
        foreach (bool isByTheSecond in new[] { false, true })
        {
            var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
            var carrier = new Carrier(_clock) { Rate = rate, IsByTheSecond = isByTheSecond };
            var run = new Run(_clock, pace, carrier, window, TimeSpan.FromMilliseconds(answerMs));

            run.For(TimeSpan.FromSeconds(60));

            run.Accepted.ShouldBeGreaterThanOrEqualTo((int)(rate * 60 * 0.85), run.ToString());
            (run.Sent / (double)run.Accepted).ShouldBeLessThan(1.15, run.ToString());
            pace.LearnedRate.ShouldBeInRange(rate * 0.6, rate * 1.4);
        }
    }

    [Theory]
    [InlineData(0, 10, 10)]
    [InlineData(100, 10, 10)]
    [InlineData(100, 100, 0)]
    [InlineData(100, 0, 0)]
    public void Cap_HoldsBelowTheContractedRate_Alone(double contracted, double cap, double holds)
    {
        var pace = new Pace(contracted, 0, _clock);
        pace.ChangeCap(cap);
        pace.Cap.ShouldBe(holds);
        int taken = 0;
        for (int i = 0; i < 1_000; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            if (pace.TryTake()) taken++;
        }

        double rate = holds > 0 ? holds : 100;
        taken.ShouldBeInRange((int)(rate * 9.9), (int)((rate * 10.1) + 1));
    }

    [Fact]
    public void Cap_TakenAway_WhatWasLearnedHoldsOn()
    {
        var pace = new Pace(0, 0, _clock);
        pace.StartAt(50);
        pace.ChangeCap(10);
        pace.StartAt(50);
        pace.LearnedRate.ShouldBe(50);
        pace.ChangeCap(0);
        (pace.LearnedRate, pace.IsUnlimited).ShouldBe((50, false));
    }

    [Fact]
    public void Pace_CarrierTakesMoreAndLess_IsFollowedWithinSeconds()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = 500 };
        var run = new Run(_clock, pace, carrier, 100, TimeSpan.FromMilliseconds(20));
        run.For(TimeSpan.FromSeconds(30));
        foreach (int rate in new[] { 2_000, 100, 1_000 })
        {
            carrier.Rate = rate;
            run.For(TimeSpan.FromSeconds(20));
            run.Reset();

            run.For(TimeSpan.FromSeconds(30));

            run.Accepted.ShouldBeGreaterThanOrEqualTo((int)(rate * 30 * 0.85), $"{rate}: {run}");
            (run.Sent / (double)run.Accepted).ShouldBeLessThan(1.15, $"{rate}: {run}");
        }
    }

    [Fact]
    public void Pace_TrafficInBursts_EachMessageIsSentTwiceAtMost()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = 200 };
        var run = new Run(_clock, pace, carrier, 50, TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 20; i++)
        {
            run.Give(500);
            run.For(TimeSpan.FromSeconds(10));
        }

        run.Accepted.ShouldBe(20 * 500);
        (run.Sent / (double)run.Accepted).ShouldBeLessThan(1.2, run.ToString());
    }

    [Fact]
    public void Pace_CarrierRefusesHalfAtAnyRate_GoesOnAndDoesNotCreep()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = 1e9, Share = 0.5 };
        var run = new Run(_clock, pace, carrier, 10, TimeSpan.FromMilliseconds(10));

        run.For(TimeSpan.FromSeconds(60));

        // As many as the carrier's dice allow: two each, within their spread.
        (run.Sent / (double)run.Accepted).ShouldBe(2, 0.1);
        run.Accepted.ShouldBeGreaterThan(60 * 100, run.ToString());
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.03)]
    [InlineData(0.08)]
    [InlineData(0.2)]
    public void Pace_CarrierRefusesAShareAtAnyRate_IsNotSlowedByIt(double share)
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = 1e9, Share = share };
        var run = new Run(_clock, pace, carrier, 20, TimeSpan.FromMilliseconds(100));
        run.For(TimeSpan.FromSeconds(30));
        run.Reset();

        run.For(TimeSpan.FromSeconds(120));

        // Twenty in flight for a tenth of a second each.
        run.Accepted.ShouldBeGreaterThan((int)(120 * 200 * (1 - share) * 0.5), run.ToString());
    }

    [Theory]
    [InlineData(0.03, 20)]
    [InlineData(0.08, 100)]
    public void Pace_CarrierRefusesAShareAndTakesNASecond_BothAreFound(double share, int rate)
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = rate, Share = share };
        var run = new Run(_clock, pace, carrier, 100, TimeSpan.FromMilliseconds(20));
        run.For(TimeSpan.FromSeconds(60));
        run.Reset();

        run.For(TimeSpan.FromSeconds(120));

        run.Accepted.ShouldBeGreaterThan((int)(120 * rate * 0.5), run.ToString());
        (run.Sent / (double)run.Accepted).ShouldBeLessThan(1.5, run.ToString());
    }

    [Theory]
    [InlineData(1_000, 100)]
    [InlineData(1_000, 20)]
    public void Pace_CarrierTakesFarLess_IsNotTakenForChance(int before, int after)
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = before };
        var run = new Run(_clock, pace, carrier, 100, TimeSpan.FromMilliseconds(20));
        run.For(TimeSpan.FromSeconds(30));
        carrier.Rate = after;
        run.For(TimeSpan.FromSeconds(30));
        run.Reset();

        run.For(TimeSpan.FromSeconds(60));

        run.Accepted.ShouldBeGreaterThan((int)(60 * after * 0.6), run.ToString());
        (run.Sent / (double)run.Accepted).ShouldBeLessThan(1.5, run.ToString());
    }

    [Theory]
    [InlineData(100, 80)]
    [InlineData(100, 1e9)]
    [InlineData(1_000, 1_200)]
    [InlineData(1_000, 600)]
    public void Pace_ContractedRate_IsNeverExceededByMoreThanAHundredth(int contracted, double carrierRate)
    {
        var pace = new Pace(contracted, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = carrierRate };
        var run = new Run(_clock, pace, carrier, 1_000, TimeSpan.FromMilliseconds(20));

        run.For(TimeSpan.FromSeconds(30));

        run.MostInASecond.ShouldBeLessThanOrEqualTo(contracted + Math.Max(1, contracted / 100));
        run.Accepted.ShouldBeGreaterThanOrEqualTo((int)(Math.Min(contracted, carrierRate) * 30 * 0.85), run.ToString());
    }

    [Fact]
    public void Pace_CarrierTakesNothing_PausesDoubleFromOneSecondToSixty()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        foreach (int seconds in new[] { 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            long started = _clock.GetTimestamp();
            pace.Throttled(pace.Epoch).ShouldBeTrue();
            while (pace.PauseLeft > TimeSpan.Zero) _clock.Advance(pace.PauseLeft);

            _clock.GetElapsedTime(started).TotalSeconds.ShouldBe(seconds, seconds * 0.1001);
        }

        pace.LearnedRate.ShouldBe(0);
    }

    [Fact]
    public void Throttled_DuringAPauseOrForAnEarlierEpoch_DoesNotLengthenIt()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        int epoch = pace.Epoch;
        pace.Throttled(epoch).ShouldBeTrue();
        for (int i = 0; i < 50; i++) pace.Throttled(epoch).ShouldBeFalse();
        long started = _clock.GetTimestamp();
        while (pace.PauseLeft > TimeSpan.Zero) _clock.Advance(pace.PauseLeft);
        _clock.GetElapsedTime(started).TotalSeconds.ShouldBe(1, 0.11);

        pace.Throttled(epoch).ShouldBeFalse();

        pace.PauseLeft.ShouldBe(TimeSpan.Zero);
        pace.Epoch.ShouldBe(epoch + 1);
    }

    [Fact]
    public void LearnedRate_TenMinutesWithoutARefusal_IsForgotten()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = 100 };
        var run = new Run(_clock, pace, carrier, 10, TimeSpan.FromMilliseconds(20));
        run.For(TimeSpan.FromSeconds(10));
        pace.LearnedRate.ShouldBeGreaterThan(0);

        // Traffic so thin that the rate is never tried.
        run.Give(0);
        run.For(TimeSpan.FromSeconds(1));
        run.Reset();
        for (int i = 0; i < 700; i++)
        {
            run.Give(1);
            run.For(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100));
        }

        pace.LearnedRate.ShouldBe(0);
        run.Sent.ShouldBe(run.Accepted);
    }

    [Fact]
    public void LearnedRate_ThinTraffic_DoesNotGrowUnproven()
    {
        var pace = new Pace(0, 0, _clock) { Jitter = _jitter.NextDouble };
        var carrier = new Carrier(_clock) { Rate = 100 };
        var run = new Run(_clock, pace, carrier, 10, TimeSpan.FromMilliseconds(20));
        run.For(TimeSpan.FromSeconds(10));
        double learned = pace.LearnedRate;
        run.Reset();

        for (int i = 0; i < 60; i++)
        {
            run.Give(2);
            run.For(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10));
        }

        pace.LearnedRate.ShouldBe(learned, learned * 0.4);
    }

    /// <summary>Takes so many a second, with a tenth of a second's worth at once or counted by the second, and refuses the rest.</summary>
    private sealed class Carrier(ManualTimeProvider clock)
    {
        private readonly Random _dice = new(7);
        private double _tokens = 100;
        private long _filledAt = clock.GetTimestamp();
        private long _second = -1;
        private int _taken;

        public double Rate { get; set; }

        public bool IsByTheSecond { get; init; }

        /// <summary>Share of refusals at any rate.</summary>
        public double Share { get; init; }

        public bool Takes()
        {
            if (_dice.NextDouble() < Share) return false;
            long now = clock.GetTimestamp();
            if (IsByTheSecond)
            {
                long second = now / clock.TimestampFrequency;
                if (second != _second) (_second, _taken) = (second, 0);
                return ++_taken <= Rate;
            }

            _tokens = Math.Min(Math.Max(1, Rate / 10), _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * Rate));
            _filledAt = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }

    /// <summary>A connection that always has something to send, or what it was given, and sends what was refused again.</summary>
    private sealed class Run(ManualTimeProvider clock, Pace pace, Carrier carrier, int window, TimeSpan answerTime)
    {
        private readonly Queue<(long Due, int Epoch, bool IsTaken)> _answers = new();
        private readonly Queue<long> _lastSecond = new();
        private long _waiting = long.MaxValue / 2;

        public int Sent { get; private set; }

        public int Accepted { get; private set; }

        public int MostInASecond { get; private set; }

        /// <summary>From now on only what is given is sent.</summary>
        public void Give(int messages) => _waiting = (_waiting > int.MaxValue ? 0 : _waiting) + messages;

        public void Reset() => (Sent, Accepted) = (0, 0);

        public void For(TimeSpan time) => For(time, TimeSpan.FromMilliseconds(1));

        public void For(TimeSpan time, TimeSpan step)
        {
            long end = clock.GetTimestamp() + time.Ticks;
            while (clock.GetTimestamp() < end)
            {
                TakeAnswers();
                while (_waiting > 0 && _answers.Count < window && pace.PauseLeft == TimeSpan.Zero && pace.TryTake()) Send();
                clock.Advance(step);
            }
        }

        public override string ToString() => $"sent {Sent}, accepted {Accepted}, learned {pace.LearnedRate:0}";

        private void Send()
        {
            long now = clock.GetTimestamp();
            _waiting--;
            Sent++;
            _answers.Enqueue((now + answerTime.Ticks, pace.Epoch, carrier.Takes()));
            _lastSecond.Enqueue(now);
            while (now - _lastSecond.Peek() >= TimeSpan.TicksPerSecond) _lastSecond.Dequeue();
            MostInASecond = Math.Max(MostInASecond, _lastSecond.Count);
        }

        private void TakeAnswers()
        {
            while (_answers.TryPeek(out var answer) && answer.Due <= clock.GetTimestamp())
            {
                _answers.Dequeue();
                if (answer.IsTaken)
                {
                    Accepted++;
                    pace.Accepted(answer.Epoch);
                }
                else
                {
                    _waiting++;
                    pace.Throttled(answer.Epoch);
                }
            }
        }
    }
}
