using Crosspoint.Engine.Rating;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using static Crosspoint.Engine.Tests.Rating.RatingSamples;

namespace Crosspoint.Engine.Tests.Rating;

public sealed class RateBookHolderTests
{
    private readonly ManualTimeProvider _time = new(Now);
    private readonly List<RateBook> _seen = [];

    [Fact]
    public void DatedRow_TakesOverByItself_AtItsMoment()
    {
        using RateBookHolder holder = Hold("DE 0.05", "DE 0.06 EUR 2026-02-01", "DE 0.07 EUR 2026-02-02");
        long revision = holder.Current.Revision;
        _time.Advance(Day("2026-02-01")!.Value - Now - TimeSpan.FromMilliseconds(5));
        Price(holder).ShouldBe(50_000);
        _seen.ShouldBeEmpty();

        _time.Advance(TimeSpan.FromMilliseconds(5));
        Price(holder).ShouldBe(60_000);
        _time.Advance(TimeSpan.FromDays(1));
        Price(holder).ShouldBe(70_000);
        _seen.Count.ShouldBe(2);
        _seen[^1].ShouldBeSameAs(holder.Current);
        _seen[0].Revision.ShouldBeGreaterThan(revision);
        _seen[1].Revision.ShouldBeGreaterThan(_seen[0].Revision);
        holder.Current.NextChange.ShouldBeNull();
    }

    [Fact]
    public void ClockSetForwards_IsNoticedWithinAMinute()
    {
        using RateBookHolder holder = Hold("DE 0.05", "DE 0.06 EUR 2026-02-01");
        _time.SetWallClock(Day("2026-03-01")!.Value);
        _time.Advance(TimeSpan.FromMinutes(1));
        Price(holder).ShouldBe(60_000);
    }

    [Fact]
    public void ClockSetBackwards_BringsTheEarlierPriceBack()
    {
        using RateBookHolder holder = Hold("DE 0.05", "DE 0.06 EUR 2026-02-01");
        _time.Advance(Day("2026-02-10")!.Value - Now);
        Price(holder).ShouldBe(60_000);
        _time.SetWallClock(Day("2026-01-20")!.Value);
        _time.Advance(TimeSpan.FromMinutes(1));
        Price(holder).ShouldBe(50_000);
        holder.Current.NextChange.ShouldBe(Day("2026-02-01"));
        _seen[^1].Revision.ShouldBeGreaterThan(_seen[^2].Revision);
    }

    [Fact]
    public void Replace_PublishesAtOnce_AndArmsForTheNewDates()
    {
        using RateBookHolder holder = Hold("DE 0.05");
        holder.Replace(Definition(Deck("DE 0.04", "DE 0.03 EUR 2026-01-05")));
        Price(holder).ShouldBe(40_000);
        _time.Advance(TimeSpan.FromDays(3));
        Price(holder).ShouldBe(30_000);
        _seen.Count.ShouldBe(2);
    }

    [Fact]
    public void Dispose_EndsTheTimers()
    {
        RateBookHolder holder = Hold("DE 0.05", "DE 0.06 EUR 2026-02-01");
        holder.Dispose();
        _time.Advance(TimeSpan.FromDays(60));
        _seen.ShouldBeEmpty();
    }

    private static long? Price(RateBookHolder holder) => PriceOf(holder.Current.Cost("north-1")!, To("+4915112345678", "DE"));

    private RateBookHolder Hold(params string[] rows)
    {
        var holder = new RateBookHolder(Definition(Deck(rows)), _time, NullLogger<RateBookHolder>.Instance);
        holder.Changed += _seen.Add;
        return holder;
    }
}
