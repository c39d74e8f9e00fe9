using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using NodaTime;

namespace Crosspoint.Engine.Tests.Limits;

public sealed class DayCountTests
{
    private static readonly DateTimeZone NewYork = DateTimeZoneProviders.Tzdb["America/New_York"];

    // The last second of a day, and the first of the next; in March the clocks go forward, in November back, in Havana at midnight itself.
    [Theory]
    [InlineData("America/New_York", "2026-01-02T04:59:59Z", "2026-01-02T05:00:00Z", 24)]
    [InlineData("America/New_York", "2026-03-09T03:59:59Z", "2026-03-09T04:00:00Z", 24)]
    [InlineData("America/New_York", "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", 23)]
    [InlineData("America/New_York", "2026-11-01T03:59:59Z", "2026-11-01T04:00:00Z", 25)]
    [InlineData("America/Havana", "2026-03-08T04:59:59Z", "2026-03-08T05:00:00Z", 23)]
    [InlineData("Asia/Kolkata", "2026-06-01T18:29:59Z", "2026-06-01T18:30:00Z", 24)]
    [InlineData("UTC", "2026-06-01T23:59:59Z", "2026-06-02T00:00:00Z", 24)]
    public void Day_EndsAtLocalMidnightAndHasItsHours(string zone, string last, string first, int hours)
    {
        var day = new DayCount(DateTimeZoneProviders.Tzdb[zone], 2);
        Commit(day, 2, At(last));
        day.TryTake(1, At(last)).ShouldBeFalse();
        day.Left(At(last)).ShouldBe(TimeSpan.FromSeconds(1));
        day.Left(At(first)).ShouldBe(TimeSpan.FromHours(hours));
        day.TryTake(2, At(first)).ShouldBeTrue();
        day.TryTake(1, At(first)).ShouldBeFalse();
    }

    [Fact]
    public void TryTake_BeforeMidnightCommittedAfter_CountsInTheNewDay()
    {
        var day = new DayCount(NewYork, 3);
        long before = At("2026-01-02T04:59:59Z");
        long after = At("2026-01-02T05:00:00Z");
        day.TryTake(2, before).ShouldBeTrue();
        day.TryTake(2, after).ShouldBeFalse();
        day.Settle(2, DayOf(day.Apply(2, after, out _, out int number), number));
        day.CountAt(after).ShouldBe(2);
        day.TryTake(1, after).ShouldBeTrue();
    }

    [Fact]
    public void Clock_SetBackOverMidnight_BringsNoDayBack()
    {
        var day = new DayCount(NewYork, 1);
        Commit(day, 1, At("2026-01-02T05:00:00Z"));
        day.TryTake(1, At("2026-01-02T04:59:00Z")).ShouldBeFalse();
        day.Apply(1, At("2026-01-02T04:59:00Z"), out _, out int number);
        number.ShouldBe(new DateOnly(2026, 1, 2).DayNumber);
    }

    [Fact]
    public void Apply_OfAGroupThatIsAppliedAgain_CountsItOnce()
    {
        var day = new DayCount(NewYork, 100);
        long now = At("2026-01-02T12:00:00Z");
        Count(day.Apply(5, now, out _, out _)).ShouldBe(5);
        Count(day.Apply(2, now, out long first, out int number)).ShouldBe(7);
        Count(day.Apply(3, now, out long second, out _)).ShouldBe(10);

        // The group of the last two is applied again, the first of them without a count.
        day.Rewind(first, number);
        day.Rewind(second, number);
        Count(day.Apply(3, now, out _, out _)).ShouldBe(8);
        day.Undo(3, number);
        Count(day.Apply(1, now, out _, out _)).ShouldBe(6);
    }

    [Fact]
    public void Restore_OfAnEarlierDay_CountsNothing()
    {
        long mark = new DayCount(NewYork, 5).Apply(5, At("2026-01-02T12:00:00Z"), out _, out _);
        var same = new DayCount(NewYork, 5);
        same.Restore(mark);
        same.TryTake(1, At("2026-01-02T13:00:00Z")).ShouldBeFalse();
        var next = new DayCount(NewYork, 5);
        next.Restore(mark);
        next.TryTake(5, At("2026-01-03T13:00:00Z")).ShouldBeTrue();
        next.IsIdleAt(At("2026-01-03T13:00:00Z")).ShouldBeFalse();
        next.Return(5);
        next.IsIdleAt(At("2026-01-03T13:00:00Z")).ShouldBeTrue();
    }

    private static void Commit(DayCount day, int segments, long now)
    {
        day.TryTake(segments, now).ShouldBeTrue();
        day.Apply(segments, now, out _, out int number);
        day.Settle(segments, number);
    }

    private static int DayOf(long mark, int number)
    {
        ((int)(mark >> 40)).ShouldBe(number);
        return number;
    }

    private static long Count(long mark) => mark & ((1L << 40) - 1);

    private static long At(string time) =>
        Micros.From(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
}
