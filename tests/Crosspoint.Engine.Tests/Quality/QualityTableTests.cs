using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Quality;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Engine.Tests.Quality;

public sealed class QualityTableTests
{
    private const long Second = 1_000_000;
    private const long Hour = 3600 * Second;
    private const long Start = 1_000 * Hour;
    private const TrafficClass Class = TrafficClass.Transactional;

    private static readonly Destination First = To("DE", "26201");
    private static readonly Destination Second2 = To("DE", "26202");
    private static readonly Destination Abroad = To("FR", "20801");
    private static readonly Destination NoNetwork = To("US", "");

    private readonly QualityTable _table = new(new());
    private readonly int _north;
    private readonly int _south;

    public QualityTableTests() => (_north, _south) = (_table.NumberOf("north"), _table.NumberOf("south"));

    [Fact]
    public void Estimate_NothingKnown_IsThePrior()
    {
        QualityEstimate estimate = _table.Estimate(_north, First, Class, Start);
        (estimate.Probability, estimate.Weight, estimate.IsMeasured, estimate.IsSuspect).ShouldBe((0.9, 20, false, false));
        estimate.ReceiptDelay.TotalSeconds.ShouldBeInRange(6, 10);
        _table.Count.ShouldBe(0);
        _table.NumberOf("north").ShouldBe(_north);
        _south.ShouldNotBe(_north);
    }

    [Theory]
    [InlineData(0.95)]
    [InlineData(0.5)]
    [InlineData(0)]
    public void Estimate_ManyReceipts_IsTheShareDelivered(double truth)
    {
        Send(_north, First, Start, 2_000, truth);
        QualityEstimate estimate = _table.Estimate(_north, First, Class, Start + Hour);
        estimate.Probability.ShouldBe(truth, 0.02);
        estimate.Weight.ShouldBeGreaterThan(1_500);
        estimate.IsMeasured.ShouldBeTrue();
        _table.Estimate(_south, First, Class, Start + Hour).Probability.ShouldBe(0.9, "what is known of one connection says nothing of another");
    }

    [Fact]
    public void StandardError_ShrinksWithMessages_AndGrowsWithEachLevelThatIsMissing()
    {
        double Error(Destination to, TrafficClass trafficClass = Class) => _table.Estimate(_north, to, trafficClass, Start + Hour).StandardError;
        Error(First).ShouldBe(Math.Sqrt(0.9 * 0.1 / 21), 1e-9, "the prior alone");
        Send(_north, First, Start, 2_000, 0.8);

        QualityEstimate own = _table.Estimate(_north, First, Class, Start + Hour);
        own.StandardError.ShouldBe(Math.Sqrt(own.Probability * (1 - own.Probability) / (own.Weight + 1)), 1e-9);
        own.StandardError.ShouldBeInRange(0.005, 0.015);
        double step = 0.8 * 0.2 / 31;
        Error(First, TrafficClass.Otp).ShouldBe(Math.Sqrt(step + 0.0001), 0.005, "another class of the network");
        Error(Second2).ShouldBe(Math.Sqrt((2 * step) + 0.0001), 0.005, "another network of the country");
        Error(Abroad).ShouldBe(Math.Sqrt((3 * step) + 0.0001), 0.005, "another country of the connection");
    }

    [Fact]
    public void StandardError_WithFeedback_HasTheDoubtAboutTrust()
    {
        Send(_north, First, Start, 2_000, 0.9);
        double before = _table.Estimate(_north, First, Class, Start + Hour).StandardError;
        for (int i = 0; i < 200; i++)
        {
            _table.Feedback(_north, First, Class, isConfirmed: i % 2 == 0, Start + Hour);
            _table.Feedback(_south, First, Class, isConfirmed: true, Start + Hour);
        }

        QualityEstimate after = _table.Estimate(_north, First, Class, Start + Hour + (10 * Second));
        after.Probability.ShouldBeLessThan(0.7);
        after.StandardError.ShouldBeGreaterThan(before);
        after.StandardError.ShouldBeLessThan(0.1);
    }

    [Fact]
    public void Estimate_ReceiptsThatAreMerelyLate_AreNoFailures()
    {
        // A minute each, so far; then a burst whose receipts cannot have come yet.
        for (int i = 0; i < 600; i++) Told(_north, First, Start + (i * Second), delay: 60 * Second);
        long now = Start + (700 * Second);
        for (int i = 0; i < 500; i++) _table.Sent(_north, First, Class, now - (5 * Second));
        _table.Estimate(_north, First, Class, now).Probability.ShouldBeGreaterThan(0.95);

        // An hour later they can no longer come.
        _table.Estimate(_north, First, Class, now + Hour).Probability.ShouldBeLessThan(0.65);
    }

    [Fact]
    public void Estimate_ReceiptAfterItsHourWasClosed_Counts()
    {
        for (int i = 0; i < 200; i++) _table.Sent(_north, First, Class, Start + i);
        long now = Start + (3 * Hour);
        Told(_north, First, now, 2 * Second);
        _table.Estimate(_north, First, Class, now + (5 * Second)).Probability.ShouldBeLessThan(0.2);
        for (int i = 0; i < 200; i++) _table.Ended(_north, First, Class, Start + i, isDelivered: true, now + (6 * Second));
        _table.Estimate(_north, First, Class, now + (10 * Second)).Probability.ShouldBeGreaterThan(0.95);
    }

    [Fact]
    public void Estimate_ThinCell_BorrowsFromItsCountryAndThatFromItsConnection()
    {
        Send(_north, First, Start, 1_000, 0.4);
        long now = Start + Hour;
        _table.Estimate(_north, Second2, Class, now).Probability.ShouldBe(0.4, 0.05, "a network of the same country");
        _table.Estimate(_north, Abroad, Class, now).Probability.ShouldBe(0.4, 0.05, "another country: the connection as a whole");
        _table.Estimate(_north, First, TrafficClass.Otp, now).Probability.ShouldBe(0.4, 0.05, "another class of the same network");

        // Its own few count beside what it borrows, which they change as well; many push that aside.
        Send(_north, Second2, now, 30, 1);
        _table.Estimate(_north, Second2, Class, now + Hour).Probability.ShouldBeInRange(0.65, 0.9);
        Send(_north, Second2, now + Hour, 1_000, 1);
        _table.Estimate(_north, Second2, Class, now + (2 * Hour)).Probability.ShouldBeGreaterThan(0.97);
        _table.Estimate(_north, First, Class, now + (2 * Hour)).Probability.ShouldBe(0.4, 0.05);
    }

    [Fact]
    public void Estimate_UnknownNetwork_IsThatOfTheCountry()
    {
        Send(_north, NoNetwork, Start, 500, 0.6);
        _table.Estimate(_north, NoNetwork, Class, Start + Hour).Probability.ShouldBe(0.6, 0.05);
        _table.Estimate(_north, To("US", "310260"), Class, Start + Hour).Probability.ShouldBe(0.6, 0.05);
    }

    [Fact]
    public void Estimate_SuddenDrop_IsSeenWithinMinutesThoughHoursWereGood()
    {
        Send(_north, First, Start, 20_000, 0.97, spacing: Second);
        long now = Start + (20_000 * Second);
        _table.Estimate(_north, First, Class, now).Probability.ShouldBeGreaterThan(0.95);
        Send(_north, First, now, 300, 0.1, spacing: Second);
        _table.Estimate(_north, First, Class, now + (300 * Second)).Probability.ShouldBeLessThan(0.7);
        Send(_north, First, now + (300 * Second), 600, 0.1, spacing: Second);
        _table.Estimate(_north, First, Class, now + (900 * Second)).Probability.ShouldBeLessThan(0.3);
    }

    [Fact]
    public void Estimate_OldObservations_FadeIntoThePrior()
    {
        Send(_north, First, Start, 1_000, 0.2);
        _table.Estimate(_north, First, Class, Start + (100 * Hour)).Probability.ShouldBeGreaterThan(0.85);
        _table.Sweep(Start + (30 * Hour));
        _table.Count.ShouldBe(4);
        _table.Sweep(Start + (100 * Hour));
        _table.Count.ShouldBe(0);
    }

    [Fact]
    public void Estimate_ClockThatStepsBack_ChangesNothingMuch()
    {
        Send(_north, First, Start + Hour, 500, 0.8);
        Send(_north, First, Start, 500, 0.8);
        _table.Estimate(_north, First, Class, Start).Probability.ShouldBe(0.8, 0.05);
        _table.Estimate(_north, First, Class, Start + Hour).Probability.ShouldBe(0.8, 0.05);
    }

    [Fact]
    public void Estimate_ResultsOfMessagesSentBeforeARestart_Count()
    {
        for (int i = 0; i < 300; i++) _table.Ended(_north, First, Class, Start, isDelivered: i % 2 == 0, Start + Second);
        _table.Estimate(_north, First, Class, Start + Hour).Probability.ShouldBe(0.52, 0.05);
    }

    [Fact]
    public void Feedback_BelowWhatReceiptsSay_OutranksThemAndMakesSuspect()
    {
        // Both say that nearly all arrives. Of what north delivers, four in five act; of what south does, one in three.
        for (int i = 0; i < 1_000; i++)
        {
            long at = Start + (i * Second);
            Told(_north, First, at, 5 * Second);
            Told(_south, First, at, 5 * Second);
            _table.Feedback(_north, First, Class, isConfirmed: i % 5 != 0, at + (60 * Second));
            _table.Feedback(_south, First, Class, isConfirmed: i % 3 == 0, at + (60 * Second));
        }

        long now = Start + Hour;
        QualityEstimate honest = _table.Estimate(_north, First, Class, now);
        QualityEstimate faked = _table.Estimate(_south, First, Class, now);
        (honest.IsSuspect, faked.IsSuspect).ShouldBe((false, true));
        honest.Probability.ShouldBeGreaterThan(0.9);
        faked.Probability.ShouldBe(0.45, 0.07);
        _table.Estimate(_south, Second2, Class, now).IsSuspect.ShouldBeTrue("feedback counts for the country");
        _table.Estimate(_south, Abroad, Class, now).IsSuspect.ShouldBeFalse();
    }

    [Fact]
    public void Feedback_OfOneConnectionAlone_ChangesNothing()
    {
        for (int i = 0; i < 500; i++)
        {
            Told(_north, First, Start + (i * Second), 5 * Second);
            _table.Feedback(_north, First, Class, isConfirmed: i % 3 == 0, Start + (i * Second));
        }

        QualityEstimate estimate = _table.Estimate(_north, First, Class, Start + Hour);
        (estimate.Probability > 0.95, estimate.IsSuspect).ShouldBe((true, false));
    }

    [Fact]
    public void HotPath_KnownKeys_AllocatesNothing()
    {
        Send(_north, First, Start, 100, 0.9);
        for (int i = 0; i < 100; i++) _table.Feedback(_north, First, Class, isConfirmed: true, Start);
        _table.Estimate(_north, First, Class, Start + Hour - Second);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1_000; i++)
        {
            long at = Start + Hour + (i * Second);
            _table.Sent(_north, First, Class, at);
            _table.Ended(_north, First, Class, at, isDelivered: true, at + Second);
            _table.Feedback(_north, First, Class, isConfirmed: true, at);
            _table.Estimate(_north, First, Class, at);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void ReceiptDelay_OfManyReceipts_IsTheirMedian()
    {
        for (int i = 1; i <= 1_000; i++) Told(_north, First, Start + i, delay: i * Second / 10);
        _table.Estimate(_north, First, Class, Start + Hour).ReceiptDelay.TotalSeconds.ShouldBe(50, 10);
        _table.Estimate(_north, Abroad, Class, Start + Hour).ReceiptDelay.TotalSeconds.ShouldBe(50, 10);
    }

    [Fact]
    public void Draws_Probability_HasTheMeanAndTheWidthThatItsWeightGives()
    {
        var draws = new Draws(7);
        foreach ((double mean, double weight) in new[] { (0.9, 20.0), (0.5, 400.0), (0.02, 10.0), (1.0, 50.0) })
        {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < 20_000; i++)
            {
                double drawn = draws.NextProbability(mean, weight);
                drawn.ShouldBeInRange(0, 1);
                sum += drawn;
                squares += drawn * drawn;
            }

            double average = sum / 20_000;
            average.ShouldBe(mean, 0.005);
            ((squares / 20_000) - (average * average)).ShouldBe(mean * (1 - mean) / (weight + 1), 0.0006);
        }
    }

    [Fact]
    public void Draws_OneSeed_IsOneSequence()
    {
        var one = new Draws(42);
        var other = new Draws(42);
        for (int i = 0; i < 100; i++) one.Next().ShouldBe(other.Next());
        new Draws(43).Next().ShouldNotBe(new Draws(42).Next());
    }

    private static Destination To(string country, string network)
    {
        NetworkId id = NetworkId.TryParse(network, out NetworkId known) ? known : NetworkId.Unknown;
        return new(default, country, NumberType.Mobile, id, NetworkSource.Range);
    }

    private void Told(int connection, in Destination to, long sentAt, long delay)
    {
        _table.Sent(connection, to, Class, sentAt);
        _table.Ended(connection, to, Class, sentAt, isDelivered: true, sentAt + delay);
    }

    // Evenly spread: of each hundred, the share that is delivered first.
    private void Send(int connection, in Destination to, long from, int count, double delivered, long spacing = Second / 10)
    {
        for (int i = 0; i < count; i++)
        {
            long at = from + (i * spacing);
            _table.Sent(connection, to, Class, at);
            _table.Ended(connection, to, Class, at, isDelivered: i * 37 % 100 < delivered * 100, at + (2 * Second));
        }
    }
}
