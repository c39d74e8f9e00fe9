using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Health;

public sealed class CellDetectorTests
{
    private const long Second = DetectorRig.Second;
    private const double Hour = 3600;

    [Theory]
    [InlineData(100)]
    [InlineData(5)]
    [InlineData(0.02)]
    public void Turn_NothingWrong_SaysNothing(double rate)
    {
        var rig = new DetectorRig();
        rig.Play(rate < 1 ? 100 * Hour : 2 * Hour, rate).ShouldBeEmpty();
        CellTotals totals = rig.Detector.Totals;
        totals.Submitted.ShouldBe(totals.Accepted + totals.Refused);
        totals.ExpectedRefused.ShouldBe(totals.Refused, Math.Max(5, totals.Refused * 0.3));
        totals.ExpectedDelivered.ShouldBe(totals.Delivered, Math.Max(10, totals.Delivered * 0.1));
    }

    [Fact]
    public void Turn_NothingIsAnswered_IsStalledWithinAQuarterOfASecondOfTheLimit()
    {
        var rig = new DetectorRig();
        rig.Play(60, 100);
        rig.IsDead = true;
        HealthSignal signal = rig.Play(3, 100).ShouldHaveSingleItem();
        (signal.Kind, signal.Source, signal.IsHard, signal.IsInSeconds, signal.Cell).ShouldBe((SignalKind.Stalled, SignalSource.Sign, true, true, DetectorRig.Cell));
        signal.Expected.ShouldBe(1, 0.01, "five times 75 ms is less than a second");
        signal.Seen.ShouldBeInRange(1, 1.25);
        signal.Messages.ShouldBeGreaterThan(3);

        rig.Play(29, 100).ShouldHaveSingleItem("it is told again after half a minute").Seen.ShouldBeGreaterThan(30);
        rig.IsDead = false;
        rig.Play(10, 100).ShouldBeEmpty();
        rig.IsDead = true;
        rig.Play(2, 100).ShouldHaveSingleItem("another stall is told at once").Kind.ShouldBe(SignalKind.Stalled);
    }

    [Fact]
    public void Turn_SlowResponsesAreUsual_StallLimitFollows_AndAStallTeachesNothing()
    {
        var detector = new CellDetector(DetectorRig.Cell, new());
        List<HealthSignal> signals = [];
        long now = 1_000 * Second;
        for (int i = 0; i < 4_000; i++)
        {
            detector.Submitted(now - (2 * Second));
            detector.Answered(AnswerKind.Accepted, 0, 2 * Second, now);
            detector.Turn(now += Second / 4, signals);
        }

        for (int i = 0; i < 5; i++) detector.Submitted(now);
        detector.Turn(now + (9 * Second), signals);
        signals.ShouldBeEmpty();
        detector.Turn(now + (15 * Second), signals);
        signals.ShouldHaveSingleItem().Expected.ShouldBeInRange(9, 15);
        double usual = detector.Usual.ResponseP99.TotalSeconds;
        for (int i = 0; i < 5; i++) detector.Answered(AnswerKind.Accepted, 0, 20 * Second, now + (20 * Second));
        detector.Usual.ResponseP99.TotalSeconds.ShouldBe(usual);
    }

    [Fact]
    public void Turn_TwoWait_IsNoStall()
    {
        var detector = new CellDetector(DetectorRig.Cell, new());
        List<HealthSignal> signals = [];
        detector.Submitted(Second);
        detector.Submitted(Second);
        detector.Turn(100 * Second, signals);
        signals.ShouldBeEmpty();
        detector.Submitted(100 * Second);
        detector.Turn(104 * Second, signals);
        signals.ShouldBeEmpty("three have not waited for long");
        detector.Turn(106 * Second, signals);
        signals.ShouldHaveSingleItem().Messages.ShouldBe(3);
    }

    [Fact]
    public void Turn_ErrorsStepToTenPercent_IsFoundWithinTenSeconds_AndEndsByItself()
    {
        var rig = new DetectorRig();
        rig.Play(3 * Hour, 100).ShouldBeEmpty();
        rig.Refused = 0.1;
        HealthSignal signal = rig.Play(10, 100).ShouldHaveSingleItem();
        (signal.Kind, signal.IsHard).ShouldBe((SignalKind.Errors, false));
        signal.Seen.ShouldBe(0.1, 0.06);
        signal.Expected.ShouldBeInRange(0.005, 0.04);
        signal.Messages.ShouldBeGreaterThan(50);
        signal.Over.ShouldBeLessThan(TimeSpan.FromMinutes(1.1));
        CellTotals before = rig.Detector.Totals;
        rig.Play(60, 100).Count(static told => told.Kind == SignalKind.Errors).ShouldBe(2);
        CellTotals after = rig.Detector.Totals;
        (after.Refused - before.Refused).ShouldBeGreaterThan(400);
        (after.ExpectedRefused - before.ExpectedRefused).ShouldBeLessThan(120, "the alarm's own messages are no new usual");
        rig.Refused = 0.01;
        rig.Play(120, 100);
        rig.Play(600, 100).ShouldBeEmpty();
    }

    [Fact]
    public void Turn_MinuteWithinWhatFewAnswersAllowFor_SaysNothing()
    {
        // What is allowed for on top of what 210 answers show is over 3 %: less than that is no evidence, over however many messages.
        var detector = new CellDetector(DetectorRig.Cell, new());
        List<HealthSignal> signals = [];
        long now = 1_000 * Second;
        for (int i = 0; i < 210; i++) Answer(isRefused: i % 100 == 0);
        for (int i = 0; i < 2_900; i++) Answer(isRefused: i % 28 == 0);
        signals.ShouldNotContain(static signal => signal.Kind == SignalKind.Errors);

        for (int i = 0; i < 500; i++) Answer(isRefused: i % 5 == 0);
        signals.ShouldContain(static signal => signal.Kind == SignalKind.Errors);

        void Answer(bool isRefused)
        {
            detector.Submitted(now);
            detector.Answered(isRefused ? AnswerKind.Refused : AnswerKind.Accepted, isRefused ? 8u : 0, 0, now);
            detector.Turn(now += Second / 50, signals);
        }
    }

    [Fact]
    public void Turn_LevelThatStays_IsUsualAfterADay()
    {
        var rig = new DetectorRig();
        rig.Play(12 * Hour, 2).ShouldBeEmpty();
        rig.Refused = 0.3;
        rig.Play(Hour, 2).ShouldContain(static signal => signal.Kind == SignalKind.Errors);
        rig.Play(25 * Hour, 2);
        rig.Play(12 * Hour, 2).ShouldBeEmpty();
        rig.Detector.Usual.Refused.ShouldBe(0.3, 0.05);
    }

    [Fact]
    public void Turn_ErrorsDriftOverDays_SaysNothing()
    {
        var rig = new DetectorRig();
        rig.Play(24 * Hour, 2).ShouldBeEmpty();
        for (int day = 0; day < 5; day++)
        {
            rig.Refused *= 1.15;
            rig.Undelivered *= 1.1;
            rig.Slower *= 1.1;
            rig.Play(24 * Hour, 2).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Turn_NewStatus_IsToldWithTheStatus_AKnownOneIsNot()
    {
        var rig = new DetectorRig();
        rig.Play(2 * Hour, 20).ShouldBeEmpty();
        rig.Status = 0x45;
        rig.Refused = 0.025;
        List<HealthSignal> signals = rig.Play(50, 20);
        signals.Count.ShouldBeInRange(1, 2);
        signals.ShouldAllBe(static signal => signal.Kind == SignalKind.NewError && signal.Status == 0x45 && signal.Seen > 0.01);
        rig.Status = 0x0B;
        rig.Refused = 0.01;
        rig.Play(Hour, 20);
        rig.Status = 0x45;
        rig.Play(Hour, 20).ShouldBeEmpty("it has been seen before");
    }

    [Fact]
    public void Turn_ThrottledForLong_IsTold_ABurstIsNot()
    {
        var rig = new DetectorRig();
        rig.Play(600, 20);
        rig.Throttled = 0.5;
        rig.Play(15, 20).ShouldBeEmpty();
        rig.Throttled = 0;
        rig.Play(600, 20).ShouldBeEmpty();
        rig.Throttled = 0.5;
        HealthSignal signal = rig.Play(40, 20).ShouldHaveSingleItem();
        (signal.Kind, signal.Source, signal.Expected).ShouldBe((SignalKind.Throttled, SignalSource.Rule, 0.2));
        signal.Seen.ShouldBe(0.5, 0.15);
    }

    [Fact]
    public void Turn_ManyUnanswered_IsTold_OneLostSessionIsNot()
    {
        var rig = new DetectorRig();
        rig.Play(Hour, 20).ShouldBeEmpty();
        for (int i = 0; i < 30; i++)
        {
            rig.Detector.Submitted(rig.Now);
            rig.Detector.Answered(AnswerKind.Unanswered, 0, Second, rig.Now);
        }

        rig.Play(600, 20).ShouldBeEmpty();
        rig.Unanswered = 0.4;
        rig.Play(20, 20).ShouldContain(static signal => signal.Kind == SignalKind.Timeouts);
    }

    [Fact]
    public void Turn_DeliveryDropsByTenPoints_IsFoundWithinAMinute()
    {
        var rig = new DetectorRig();
        rig.Play(3 * Hour, 100).ShouldBeEmpty();
        rig.Undelivered = 0.15;
        HealthSignal signal = rig.Play(60, 100).First();
        signal.Kind.ShouldBe(SignalKind.Delivery);
        signal.Seen.ShouldBe(0.86, 0.05);
        signal.Expected.ShouldBe(0.95, 0.02);
    }

    [Fact]
    public void Turn_ReceiptsGoSilent_IsTold_UnlessRecipientsConfirm()
    {
        var rig = new DetectorRig { Confirmed = 0.5 };
        rig.Play(2 * Hour, 20).ShouldBeEmpty();
        rig.Receipts = 0;
        rig.Play(300, 20).ShouldBeEmpty("messages arrive, as recipients confirm");
        rig.Confirmed = 0;
        HealthSignal signal = rig.Play(400, 20).First();
        signal.Kind.ShouldBe(SignalKind.ReceiptsSilent);
        signal.Seen.ShouldBeLessThan(0.2);
        signal.Expected.ShouldBe(1);
        signal.Over.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Turn_ReceiptsSomewhatLater_OrHeldBackForSeconds_SaysNothing()
    {
        var rig = new DetectorRig();
        rig.Play(2 * Hour, 20).ShouldBeEmpty();
        rig.Slower = 1.4;
        rig.Play(Hour, 20).ShouldBeEmpty();
        rig.Slower = 1;
        rig.Play(Hour, 20).ShouldBeEmpty();
        rig.Receipts = 0;
        rig.Play(12, 20).ShouldBeEmpty();
        rig.Receipts = 0.95;
        rig.Play(600, 20).ShouldBeEmpty();
    }

    [Fact]
    public void Turn_BurstsAndPauses_SayNothing()
    {
        var rig = new DetectorRig();
        rig.Play(2 * Hour, 2).ShouldBeEmpty();
        for (int i = 0; i < 20; i++)
        {
            rig.Play(60, 100).ShouldBeEmpty();
            rig.Play(300, 0).ShouldBeEmpty();
            rig.Play(300, 1).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Turn_ReceiptsSlow_DefaultGivesWayToTheUsual_ASettingDoesNot()
    {
        var usual = new DetectorRig();
        usual.Play(2 * Hour, 20).ShouldBeEmpty("7.7 s are usual here, though above 4 s");
        usual.Slower = 4;
        usual.Play(180, 20).ShouldContain(static signal => signal.Kind == SignalKind.ReceiptsSlow);

        var set = new DetectorRig(new() { Rules = new() { ReceiptsP95 = TimeSpan.FromSeconds(6) } });
        HealthSignal signal = set.Play(120, 20).First();
        (signal.Kind, signal.Source, signal.Expected).ShouldBe((SignalKind.ReceiptsSlow, SignalSource.Rule, 6));
        signal.Seen.ShouldBeInRange(6, 9);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(4)]
    public void Turn_ReceiptsMadeUp_AreSuspect(double after)
    {
        var rig = new DetectorRig();
        rig.Play(2 * Hour, 20).ShouldBeEmpty();
        rig.FakedAfter = after;
        rig.Play(120, 20).ShouldContain(static signal => signal.Kind == SignalKind.ReceiptsSuspect);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.3)]
    [InlineData(0.364)]
    [InlineData(3)]
    public void Turn_ReceiptsThatAlwaysTakeAsLong_AreNotSuspect(double after)
    {
        var rig = new DetectorRig { FakedAfter = after };
        for (int i = 0; i < 240; i++)
        {
            // A little more, a little less, as machines are busy.
            rig.FakedAfter = after * (1 + (i % 7 * 0.01));
            rig.Play(30, 50).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Turn_ErrorsAsSet_CountAsTheyAre()
    {
        var rig = new DetectorRig(new()
        {
            Rules = new() { Errors = 0.5 },
            Overrides =
            [
                new() { Class = TrafficClass.Otp, Rules = new() { Errors = 0.001 } },
                new() { Country = "DE", Rules = new() { Errors = 0.02, Messages = 1_000 } },
            ],
        });
        rig.Refused = 0.04;
        HealthSignal signal = rig.Play(120, 20).First();
        (signal.Kind, signal.Source, signal.Expected).ShouldBe((SignalKind.Errors, SignalSource.Rule, 0.02));
        signal.Messages.ShouldBeGreaterThanOrEqualTo(1_000);
    }

    [Fact]
    public void Turn_ThinTrafficThatFailsAltogether_IsFound()
    {
        var rig = new DetectorRig();
        rig.Play(24 * Hour * 10, 0.01).ShouldBeEmpty();
        rig.Refused = 1;
        HealthSignal signal = rig.Play(12 * Hour, 0.01).First();
        signal.Kind.ShouldBe(SignalKind.Errors);
        signal.Messages.ShouldBeInRange(5, 60);
    }

    [Theory]
    [InlineData(SignalKind.Errors, 1, 40)]
    [InlineData(SignalKind.Errors, 0.5, 400)]
    [InlineData(SignalKind.Timeouts, 1, 30)]
    [InlineData(SignalKind.Delivery, 1, 200)]
    public void Turn_IllFromTheFirstMessageOn_IsSaid(SignalKind kind, double share, int messages)
    {
        // A message in five seconds.
        DetectorRig rig = IllRig(kind, share);
        HealthSignal signal = rig.Play(messages * 5, 0.2).First(signal => signal.Kind == kind);
        signal.Messages.ShouldBeInRange(15, messages);
        (kind == SignalKind.Delivery ? 1 - signal.Expected : signal.Expected).ShouldBeLessThanOrEqualTo(kind == SignalKind.Delivery ? 0.41 : 0.21);
    }

    [Theory]
    [InlineData(SignalKind.Errors, 0.6)]
    [InlineData(SignalKind.Timeouts, 0.5)]
    [InlineData(SignalKind.Delivery, 0.8)]
    public void Turn_IllFromTheFirstMessageOn_IsUsualAfterADay(SignalKind kind, double share)
    {
        DetectorRig rig = IllRig(kind, share);
        rig.Play(20 * Hour, 0.2);
        rig.Play(3 * Hour, 0.2).ShouldContain(signal => signal.Kind == kind, "the day is not over yet");
        rig.Play(12 * Hour, 0.2);
        rig.Play(12 * Hour, 0.2).ShouldBeEmpty();
        CellUsual usual = rig.Detector.Usual;
        (kind == SignalKind.Errors ? usual.Refused : kind == SignalKind.Timeouts ? usual.Unanswered : usual.Undelivered).ShouldBe(share, 0.05);
    }

    [Theory]
    [InlineData(0.05, 0.1, 1)]
    [InlineData(0.15, 0.3, 1)]
    [InlineData(0.15, 0.3, 20)]
    [InlineData(0.2, 0.4, 0.05)]
    public void Turn_ThatManyFromTheFirstMessageOn_IsWhatIsUsual(double refused, double undelivered, double rate)
    {
        var rig = new DetectorRig { Refused = refused, Undelivered = undelivered };
        rig.Play(30 * Hour, rate).ShouldBeEmpty();
        rig.Detector.Usual.Refused.ShouldBe(refused, 0.03);
        rig.Detector.Usual.Undelivered.ShouldBe(undelivered, 0.04);
    }

    [Fact]
    public void Turn_MoreThanANewCellMayTeach_IsUsualInTheEnd()
    {
        var rig = new DetectorRig { Refused = 0.33 };
        rig.Play(52 * Hour, 1);
        rig.Play(12 * Hour, 1).ShouldBeEmpty();
        rig.Detector.Usual.Refused.ShouldBe(0.33, 0.03);
    }

    [Fact]
    public void Memory_OfANewCellThatWasIll_IsNothingUsual()
    {
        var rig = new DetectorRig { Refused = 0.5 };
        rig.Play(30, 5);
        rig.Detector.Memory.ShouldNotBeNull();
        rig.Idle(10 * Hour);
        rig.Detector.Usual.Refused.ShouldBeLessThanOrEqualTo(0.2);
        rig.Refused = 1;
        rig.Play(30, 5).ShouldContain(static signal => signal.Kind == SignalKind.Errors);
    }

    [Fact]
    public void Detector_NewOne_BeginsWithWhatAWiderCellKnows()
    {
        var rig = new DetectorRig { Refused = 0.15 };
        rig.Play(24 * Hour, 5);
        CellUsual usual = rig.Detector.Usual;
        usual.Refused.ShouldBe(0.15, 0.03);
        usual.ReceiptMedian.TotalSeconds.ShouldBe(5, 1);
        new CellDetector(DetectorRig.Cell, new(), usual).Usual.Refused.ShouldBe(0.15, 0.03);
        new CellDetector(DetectorRig.Cell, new()).Usual.Refused.ShouldBe(0.02, 0.01);
    }

    [Fact]
    public void Turn_MostAnswersLateForHalfAMinute_IsSaid_AndEndsWithThem()
    {
        var rig = new DetectorRig();
        rig.Play(600, 100).ShouldBeEmpty();
        rig.Response = 2.5;
        HealthSignal signal = rig.Play(45, 100).ShouldHaveSingleItem();
        (signal.Kind, signal.Source, signal.IsHard, signal.IsInSeconds).ShouldBe((SignalKind.ResponsesSlow, SignalSource.Rule, false, true));
        signal.Seen.ShouldBe(2.5, 0.3);
        signal.Expected.ShouldBe(1, 0.01, "as for a stall: five times 75 ms is less than a second");
        signal.Messages.ShouldBeGreaterThan(2_500);
        HealthWords.Of(signal).ShouldStartWith("answers take 2.");
        rig.Detector.Totals.Slow.ShouldBeGreaterThan(2_500);
        rig.Response = 0.05;
        rig.Play(15, 100);
        rig.Play(120, 100).ShouldBeEmpty();
    }

    [Fact]
    public void Turn_AnswersLateForAMoment_OrSomeOfThem_OrAsEver_IsNothing()
    {
        var rig = new DetectorRig();
        rig.Play(600, 100);
        for (int i = 0; i < 5; i++)
        {
            rig.Response = 3;
            rig.Play(12, 100).ShouldBeEmpty();
            rig.Response = 0.05;
            rig.Play(60, 100).ShouldBeEmpty();
        }

        var slow = new DetectorRig { Response = 2.5 };
        slow.Play(3_600, 20).ShouldBeEmpty("this carrier never took less");
    }

    [Fact]
    public void Turn_AnswersLateForADay_AreWhatIsUsual()
    {
        var rig = new DetectorRig();
        rig.Play(600, 5);
        rig.Response = 2.5;
        rig.Play(25 * Hour, 5).ShouldNotBeEmpty();
        rig.Play(2 * Hour, 5).ShouldBeEmpty();
    }

    [Fact]
    public void Turn_AnswersLateForADay_OfProbesAlone_AreWhatIsUsual()
    {
        var rig = new DetectorRig();
        rig.Play(600, 5);
        rig.Response = 6;
        rig.Play(60, 5).ShouldNotBeEmpty();
        Probe(44);
        long slow = rig.Detector.Totals.Slow;
        Probe(1);
        rig.Detector.Totals.Slow.ShouldBeGreaterThan(slow, "not yet");
        Probe(10);
        slow = rig.Detector.Totals.Slow;
        Probe(4);
        rig.Detector.Totals.Slow.ShouldBe(slow);
        rig.Play(2 * Hour, 5).ShouldBeEmpty();

        // Five of them every half an hour, as when each of its probes fails.
        void Probe(int times)
        {
            for (int i = 0; i < times; i++)
            {
                rig.Play(5, 1);
                rig.Play(1_795, 0);
            }
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(5)]
    public void Totals_WhenTrafficComesBack_ExpectReceiptsWhenTheyCome(double slower)
    {
        var rig = new DetectorRig { Slower = slower };
        rig.Play(Hour, 50);
        rig.Play(60 * slower, 0.1);
        CellTotals before = rig.Detector.Totals;
        for (int i = 0; i < 40; i++)
        {
            rig.Play(0.25 * slower, 100);
            CellTotals now = rig.Detector.Totals;
            double expected = now.ExpectedDelivered - before.ExpectedDelivered;
            long sent = now.Sent - before.Sent;
            expected.ShouldBe(now.Delivered - before.Delivered, (0.12 * sent) + 5, $"of {sent} after {(i + 1) * 0.25 * slower} s");
        }
    }

    [Fact]
    public void Memory_AfterANight_IsNoNewCell()
    {
        var rig = new DetectorRig { Refused = 0.03, Undelivered = 0.2 };
        rig.Play(8 * Hour, 5).ShouldBeEmpty();
        CellUsual evening = rig.Detector.Usual;
        rig.Idle(16 * Hour);
        CellUsual morning = rig.Detector.Usual;
        morning.Refused.ShouldBe(evening.Refused, 0.002);
        morning.Undelivered.ShouldBe(evening.Undelivered, 0.005);
        morning.Receipts.ShouldBe(evening.Receipts, 0.001);
        morning.ReceiptMedian.TotalSeconds.ShouldBe(evening.ReceiptMedian.TotalSeconds, 0.01);
        morning.ReceiptP95.TotalSeconds.ShouldBe(evening.ReceiptP95.TotalSeconds, 0.01);
        morning.ResponseP99.ShouldBe(evening.ResponseP99);
        morning.Weight.ShouldBe(evening.Weight * Math.Pow(2, -16 / 48.0), 0.05 * evening.Weight);

        // A status that it never showed is told in the first minutes of the morning, as at noon.
        rig.Status = 0x58_00;
        HealthSignal signal = rig.Play(300, 5).First();
        (signal.Kind, signal.Status).ShouldBe((SignalKind.NewError, 0x58_00u));
    }

    [Fact]
    public void Memory_SilenceOfReceiptsInTheMorning_IsNoticedAtOnce()
    {
        var rig = new DetectorRig();
        rig.Play(2 * Hour, 20);
        rig.Idle(10 * Hour);
        rig.Receipts = 0;
        rig.Play(90, 20).ShouldContain(static signal => signal.Kind == SignalKind.ReceiptsSilent);
    }

    [Fact]
    public void Memory_CleanTrafficOfManyDays_IsNoAlarm()
    {
        // In business hours alone, with a share of errors and of losses that is a little different each day.
        var rig = new DetectorRig();
        for (int day = 0; day < 40; day++)
        {
            rig.Refused = 0.01 + (0.002 * (day % 4));
            rig.Undelivered = 0.05 + (0.005 * (day % 3));
            rig.Play(8 * Hour, 1).ShouldBeEmpty($"day {day}");
            rig.Idle(16 * Hour);
        }
    }

    [Fact]
    public void Memory_OfLittle_IsNotKept_AndWhatIsVeryOldIsAGuess()
    {
        var rig = new DetectorRig();
        rig.Play(10, 5);
        rig.Detector.Memory.ShouldBeNull();
        rig.Play(Hour, 5);
        rig.Idle(100 * 24 * Hour);
        rig.Detector.Usual.Weight.ShouldBe(20, 1);
        rig.Play(2 * Hour, 5).ShouldBeEmpty();
    }

    [Fact]
    public void Memory_OfADetectorThatIsToldNothing_IsWhatItWasGiven()
    {
        var rig = new DetectorRig();
        rig.Play(2 * Hour, 5);
        double weight = rig.Detector.Usual.Weight;
        for (int i = 0; i < 4; i++) rig.Idle(4 * Hour);
        rig.Detector.Usual.Weight.ShouldBe(weight * Math.Pow(2, -16 / 48.0), 0.05 * weight);
        rig.Detector.Memory.ShouldNotBeNull().IsResponseKnown.ShouldBeTrue();
    }

    [Fact]
    public void Memory_OfFewAnswers_IsNoWordOnHowLongTheyTake()
    {
        var rig = new DetectorRig();
        rig.Play(30, 5);
        rig.Idle(Hour);
        rig.Response = 2.5;
        rig.Play(90, 2).ShouldBeEmpty("this carrier may take that long with all");
    }

    [Fact]
    public void Times_ThatGoBack_HurtNothing()
    {
        var rig = new DetectorRig();
        rig.Play(600, 20);
        List<HealthSignal> signals = [];
        rig.Detector.Submitted(0);
        rig.Detector.Answered(AnswerKind.Accepted, 0, -5, long.MinValue / 2);
        rig.Detector.Sent(0);
        rig.Detector.Ended(isDelivered: true, long.MaxValue / 4, 0);
        rig.Detector.Ended(isDelivered: true, -1, 0);
        rig.Detector.Answered(AnswerKind.Refused, uint.MaxValue, 0, 0);
        rig.Detector.Turn(0, signals);
        signals.ShouldBeEmpty();
        rig.Play(600, 20).ShouldBeEmpty();
    }

    [Fact]
    public void HotPath_AllocatesNothing_AndAThinCellIsSmall()
    {
        var rig = new DetectorRig();
        rig.Play(600, 20);
        List<HealthSignal> signals = [];
        Burst(rig, signals, rig.Now);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Burst(rig, signals, rig.Now + (600 * Second));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        signals.ShouldBeEmpty();

        var options = new DetectionOptions();
        CellDetector[] cells = new CellDetector[100];
        cells[0] = new(DetectorRig.Cell, options);
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 1; i < cells.Length; i++) cells[i] = new(DetectorRig.Cell, options);
        ((GC.GetAllocatedBytesForCurrentThread() - before) / (cells.Length - 1)).ShouldBeLessThan(3_300);
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByName()
    {
        new DetectionOptions().Problems().ShouldBeEmpty();
        Should.Throw<ArgumentException>(static () => new CellDetector(DetectorRig.Cell, new() { StalledFactor = double.NaN })).Message.ShouldContain("StalledFactor");
        new DetectionOptions { Overrides = [new() { Rules = new() { Errors = 1.5 } }], Evidence = 0, Repeat = TimeSpan.Zero }.Problems().Count.ShouldBe(3);
    }

    [Fact]
    public void RulesOf_TakesForEachThresholdTheFirstThatFits()
    {
        var options = new DetectionOptions
        {
            Rules = new() { Errors = 0.1, Messages = 10 },
            Overrides =
            [
                new() { Connection = "south-1", Rules = new() { Errors = 0.01 } },
                new() { Network = NetworkId.FromCodes(262, 1, 2), Rules = new() { Throttled = 0.9 } },
                new() { Country = "DE", Rules = new() { Errors = 0.02, Throttled = 0.5 } },
            ],
        };
        options.RulesOf(new("north-1", "DE", NetworkId.FromCodes(262, 1, 2), null)).ShouldBe(new() { Errors = 0.02, Throttled = 0.9, Messages = 10 });
        options.RulesOf(new("north-1", "FR", NetworkId.Unknown, null)).ShouldBe(new() { Errors = 0.1, Messages = 10 });
        options.RulesOf(new("south-1", "DE", NetworkId.Unknown, null)).Errors.ShouldBe(0.01);
    }

    private static DetectorRig IllRig(SignalKind kind, double share) => kind switch
    {
        SignalKind.Errors => new() { Refused = share },
        SignalKind.Timeouts => new() { Unanswered = share },
        _ => new() { Undelivered = share },
    };

    private static void Burst(DetectorRig rig, List<HealthSignal> signals, long from)
    {
        for (int i = 0; i < 10_000; i++)
        {
            long now = from + (i * Second / 20);
            rig.Detector.Submitted(now);
            rig.Detector.Answered(i % 100 == 0 ? AnswerKind.Refused : AnswerKind.Accepted, i % 100 == 0 ? 0x0Bu : 0, 50_000, now);
            rig.Detector.Sent(now);
            rig.Detector.Ended(i % 20 != 0, 2 * Second + (i % 60 * Second / 10), now);
            rig.Detector.Feedback(isConfirmed: true, now);
            if (i % 5 == 0) rig.Detector.Turn(now, signals);
        }
    }
}
