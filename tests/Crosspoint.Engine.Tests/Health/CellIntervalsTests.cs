using Crosspoint.Engine.Health;

namespace Crosspoint.Engine.Tests.Health;

public sealed class CellIntervalsTests
{
    private const long Second = 1_000_000;
    private const long Minute = 60 * Second;
    private const long Start = 1_760_000_000 * Second;

    private static readonly HealthInterval[] All = Enum.GetValues<HealthInterval>();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void AddTo_RandomEventsAndJumps_IsWhatANaiveCountSays(int seed)
    {
        var random = new Random(seed);
        var intervals = new CellIntervals();
        var naive = new NaiveIntervals();
        long now = Start;
        for (int i = 0; i < 20_000; i++)
        {
            now += NextGap(random);
            var entry = Next(random, now - (random.Next(20) == 0 ? random.NextInt64(7 * Second) : 0));
            intervals.Add(entry);
            naive.Add(entry);
            if (i % 97 != 0) continue;
            now += random.Next(4) == 0 ? NextGap(random) : 0;
            foreach (HealthInterval interval in All) Compare(Read(intervals, interval, now), [.. naive.In(interval, now)], $"event {i}, {interval}");
        }
    }

    [Fact]
    public void AddTo_AfterAPause_EachIntervalIsEmptyWhenItsTimeIsOver()
    {
        var intervals = new CellIntervals();
        for (int i = 0; i < 100; i++) intervals.Add(Answered(Start, AnswerKind.Refused, status: 11, took: 3_000, cost: 0));
        foreach ((HealthInterval interval, long length, long step) in new[]
        {
            (HealthInterval.OneMinute, Minute, 5 * Second), (HealthInterval.FiveMinutes, 5 * Minute, Minute),
            (HealthInterval.FifteenMinutes, 15 * Minute, Minute), (HealthInterval.SixtyMinutes, 60 * Minute, 5 * Minute),
        })
        {
            Read(intervals, interval, Start + length).Refused.ShouldBe(100, $"{interval} holds at least what its name says");
            IntervalReading over = Read(intervals, interval, Start + length + step);
            (over.Refused, over.Statuses.Count, over.Response.P50, over.IsEmpty).ShouldBe((0, 0, null, true), interval.ToString());
        }
    }

    [Fact]
    public void Statuses_MoreThanADozen_TheMostFrequentKeepTheirNames()
    {
        var intervals = new CellIntervals();
        var random = new Random(5);
        long total = 0;
        var counted = new Dictionary<uint, long>();
        for (uint status = 1; status <= 12; status++) Refuse(status, 1);
        for (int i = 0; i < 20_000; i++) Refuse(random.Next(3) == 0 ? (uint)random.Next(100, 110) : 1_000, 1);
        IntervalReading reading = Read(intervals, HealthInterval.FiveMinutes, Start + (total * 3_000));
        reading.Refused.ShouldBe(total);
        reading.Statuses.Sum(static one => one.Count).ShouldBe(total);
        reading.Statuses[0].Code.ShouldBe(1_000u);
        ((double)reading.Statuses[0].Count).ShouldBe(counted[1_000], 20, "it gets a place when it is met more often than the rarest");
        reading.Statuses.Count.ShouldBe(13);
        reading.Statuses[^1].Code.ShouldBeNull();
        IntervalReading later = Read(intervals, HealthInterval.FiveMinutes, Start + (20 * Minute));
        (later.Refused, later.Statuses.Count).ShouldBe((0, 0), "what was renamed leaves the interval as it came");

        void Refuse(uint status, int times)
        {
            for (int i = 0; i < times; i++)
            {
                intervals.Add(Answered(Start + (total * 3_000), AnswerKind.Refused, status, took: -1, cost: 0));
                counted[status] = counted.GetValueOrDefault(status) + 1;
                total++;
            }
        }
    }

    [Fact]
    public void Memory_EveryCountInEveryStep_StaysWithinItsBound_AndAThinCellTakesMuchLess()
    {
        var full = new CellIntervals();
        var random = new Random(3);
        for (long at = Start; at < Start + (3 * 60 * Minute); at += Second / 10)
        {
            full.Add(Answered(at, AnswerKind.Accepted, 0, took: (long)Math.Pow(10, 3 + (random.NextDouble() * 8.5)), cost: 1));
            full.Add(Ended(at, random.Next(2) == 0, at - (long)Math.Pow(10, 3 + (random.NextDouble() * 8.5)), (uint)random.Next(40)));
            full.Add(Answered(at, AnswerKind.Refused, (uint)random.Next(40), took: -1, cost: 0));
        }

        full.Octets.ShouldBeInRange(10_000, CellIntervals.MostOctets);
        Read(full, HealthInterval.FiveMinutes, Start + (3 * 60 * Minute)).Accepted.ShouldBeInRange(2_900, 3_700);
        var thin = new CellIntervals();
        for (long at = Start; at < Start + (3 * 60 * Minute); at += 6 * Minute)
        {
            thin.Add(new(CellEventKind.Submitted, at));
            thin.Add(Answered(at + 1, AnswerKind.Accepted, 0, took: 80_000 + (at % 7_000), cost: 5_000));
            thin.Add(new(CellEventKind.Sent, at + 2) { SentAt = at + 2 });
            thin.Add(Ended(at + Second, isDelivered: true, at + 2, 0));
        }

        thin.Octets.ShouldBeLessThan(2_300);
        CellIntervals.MostOctets.ShouldBeLessThan(20_000);
    }

    [Fact]
    public void Add_AfterWarmUp_AllocatesNothing()
    {
        var intervals = new CellIntervals();
        var random = new Random(9);
        CellEvent[] events = [.. Enumerable.Range(0, 4_096).Select(_ => Next(random, Start))];
        long now = Start;
        for (int i = 0; i < 400_000; i++) Add(i);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100_000; i++) Add(i);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Add(int i)
        {
            now += 20_000;
            intervals.Add(events[i % events.Length] with { Now = now, SentAt = now - Second });
        }
    }

    [Fact]
    public void DeliveryRate_ReceiptsThatCannotHaveArrivedYet_AreNotCountedAsLost()
    {
        // Receipts take 30 s. A message a second for an hour, all of them delivered.
        var intervals = new CellIntervals();
        long end = Start + (60 * Minute);
        for (long at = Start; at < end; at += Second)
        {
            intervals.Add(new(CellEventKind.Sent, at) { SentAt = at });
            if (at - (30 * Second) >= Start) intervals.Add(Ended(at, isDelivered: true, at - (30 * Second), 0));
        }

        foreach (HealthInterval interval in All)
        {
            IntervalReading reading = Read(intervals, interval, end);
            reading.Pending.ShouldBe(30, interval.ToString());
            reading.DeliveryRate!.Value.ShouldBeGreaterThan(0.98, interval.ToString());
        }
    }

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(0)]
    public void DeliveryRate_LostMessages_ShowEvenWhereNothingIsEverSaidOfThem(double truth)
    {
        var intervals = new CellIntervals();
        var random = new Random(11);
        long end = Start + (40 * Minute);
        var receipts = new PriorityQueue<long, long>();
        for (long at = Start; at < end; at += Second / 5)
        {
            while (receipts.TryPeek(out long sentAt, out long due) && due <= at)
            {
                receipts.Dequeue();
                intervals.Add(Ended(due, isDelivered: true, sentAt, 0));
            }

            intervals.Add(new(CellEventKind.Sent, at) { SentAt = at });
            if (random.NextDouble() < truth) receipts.Enqueue(at, at + (long)(2 * Second * Math.Pow(4, random.NextDouble())));
        }

        Read(intervals, HealthInterval.FifteenMinutes, end).DeliveryRate!.Value.ShouldBe(truth, 0.03);
        Read(intervals, HealthInterval.SixtyMinutes, end).DeliveryRate!.Value.ShouldBe(truth, 0.03);
    }

    [Fact]
    public void DeliveryRate_NothingToGoBy_IsNull_AndNeverSentCountsAsLost()
    {
        var intervals = new CellIntervals();
        intervals.Add(new(CellEventKind.Sent, Start) { SentAt = Start });
        Read(intervals, HealthInterval.OneMinute, Start + 1).DeliveryRate.ShouldBeNull();
        intervals.Add(new(CellEventKind.Ended, Start) { SentAt = 0, Took = -1, Code = 30_008 });
        IntervalReading reading = Read(intervals, HealthInterval.OneMinute, Start + 1);
        (reading.DeliveryRate, reading.Undelivered, reading.Sent).ShouldBe((0, 1, 1));
    }

    private static long NextGap(Random random) => random.Next(100) switch
    {
        < 90 => random.NextInt64(Second / 2),
        < 97 => random.NextInt64(10 * Second),
        < 99 => random.NextInt64(8 * Minute),
        _ => random.NextInt64(90 * Minute),
    };

    private static CellEvent Next(Random random, long now) => random.Next(8) switch
    {
        0 => new(CellEventKind.Submitted, now),
        1 or 2 => Answered(now, AnswerKind.Accepted, 0, random.NextInt64(Second), random.NextInt64(100_000)),
        3 => Answered(now, AnswerKind.Refused, (uint)random.Next(1, 9), random.NextInt64(Second), 0),
        4 => Answered(now, random.Next(2) == 0 ? AnswerKind.Throttled : AnswerKind.Unanswered, 0, random.NextInt64(Second), 0),
        5 => new(CellEventKind.Sent, now) { SentAt = now },
        6 => Ended(now, random.Next(3) > 0, now - random.NextInt64(90 * Second), (uint)random.Next(30_003, 30_008)),
        _ => new(CellEventKind.Feedback, now) { IsGood = random.Next(2) == 0 },
    };

    private static CellEvent Answered(long now, AnswerKind kind, uint status, long took, long cost) =>
        new(CellEventKind.Answered, now) { Answer = kind, Code = status, Took = took, Bin = (byte)DelayBins.Of(took), Cost = cost };

    private static CellEvent Ended(long now, bool isDelivered, long sentAt, uint code) => new(CellEventKind.Ended, now)
    {
        IsGood = isDelivered,
        SentAt = sentAt,
        Took = now - sentAt,
        Bin = (byte)DelayBins.Of(now - sentAt),
        Code = isDelivered ? 0 : code,
    };

    private static IntervalReading Read(CellIntervals intervals, HealthInterval interval, long now)
    {
        long[] delays = new long[DelayBins.Count];
        intervals.AddDelays(delays, now);
        var curve = new ReceiptCurve();
        curve.Make(delays);
        var sum = new IntervalSum();
        intervals.AddTo(sum, interval, now, curve);
        return sum.Read();
    }

    private static void Compare(IntervalReading seen, CellEvent[] events, string when)
    {
        CellEvent[] answers = [.. events.Where(static one => one.Kind == CellEventKind.Answered)];
        CellEvent[] ends = [.. events.Where(static one => one.Kind == CellEventKind.Ended)];
        (seen.Submitted, seen.Sent).ShouldBe((Of(CellEventKind.Submitted), Of(CellEventKind.Sent)), when);
        (seen.Accepted, seen.Refused, seen.Throttled, seen.Unanswered).ShouldBe(
            (By(AnswerKind.Accepted), By(AnswerKind.Refused), By(AnswerKind.Throttled), By(AnswerKind.Unanswered)), when);
        seen.Cost.ShouldBe(answers.Sum(static one => one.Cost), when);
        (seen.Delivered, seen.Undelivered).ShouldBe((ends.Count(static one => one.IsGood), ends.Count(static one => !one.IsGood)), when);
        (seen.Confirmed, seen.NotConfirmed).ShouldBe(
            (events.Count(static one => one is { Kind: CellEventKind.Feedback, IsGood: true }),
                events.Count(static one => one is { Kind: CellEventKind.Feedback, IsGood: false })),
            when);
        Codes(seen.Statuses).ShouldBe(Counted(answers.Where(static one => one.Answer == AnswerKind.Refused)), ignoreOrder: true, when);
        Codes(seen.Errors).ShouldBe(Counted(ends.Where(static one => !one.IsGood)), ignoreOrder: true, when);
        Near(seen.Response.P95, answers.Where(static one => one.Answer != AnswerKind.Unanswered), 0.95, when);
        Near(seen.Receipt.P50, ends.Where(static one => one.IsGood), 0.5, when);

        long Of(CellEventKind kind) => events.Count(one => one.Kind == kind);
        long By(AnswerKind kind) => answers.Count(one => one.Answer == kind);
        static (uint?, long)[] Codes(IReadOnlyList<CodeCount> codes) => [.. codes.Select(static one => (one.Code, one.Count))];
        static (uint?, long)[] Counted(IEnumerable<CellEvent> of) =>
            [.. of.GroupBy(static one => one.Code).Select(static group => ((uint?)group.Key, (long)group.Count()))];
    }

    private static void Near(double? seen, IEnumerable<CellEvent> of, double share, string when)
    {
        long[] took = [.. of.Select(static one => Math.Max(one.Took, 1_000)).Order()];
        if (took.Length == 0)
        {
            seen.ShouldBeNull(when);
            return;
        }

        double exact = took[(int)Math.Ceiling(share * took.Length) - 1] / 1e6;
        seen!.Value.ShouldBe(exact, (exact * DelayBins.RelativeError) + 1e-9, when);
    }
}
