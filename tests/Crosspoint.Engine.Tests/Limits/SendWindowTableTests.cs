using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Engine.Tests.Limits;

public sealed class SendWindowTableTests
{
    private const string NewYork = "+12125551234";
    private const string LosAngeles = "+14155551234";

    // From Tijuana, eight hours behind UTC in winter, to Cancun, five behind.
    private const string Mexico = "+5215512345678";

    // Any zone of the North American plan, from Saint John's to Guam.
    private const string TollFree = "+18005551234";
    private const string NoCountry = "+80012345678";

    // 08:00 to 21:00. The clocks of New York go forward on 8 March 2026 at 02:00 and back on 1 November.
    [Theory]
    [InlineData(NewYork, "2026-01-05T12:59:59Z", "2026-01-05T13:00:00Z")]
    [InlineData(NewYork, "2026-01-05T13:00:00Z", null)]
    [InlineData(NewYork, "2026-01-06T01:59:59Z", null)]
    [InlineData(NewYork, "2026-01-06T02:00:00Z", "2026-01-06T13:00:00Z")]
    [InlineData(NewYork, "2026-03-08T02:00:00Z", "2026-03-08T12:00:00Z")]
    [InlineData(NewYork, "2026-03-09T00:59:59Z", null)]
    [InlineData(NewYork, "2026-11-01T01:00:00Z", "2026-11-01T13:00:00Z")]
    [InlineData(LosAngeles, "2026-01-05T13:00:00Z", "2026-01-05T16:00:00Z")]
    [InlineData(Mexico, "2026-01-05T15:59:59Z", "2026-01-05T16:00:00Z")]
    [InlineData(Mexico, "2026-01-06T01:59:59Z", null)]
    [InlineData(Mexico, "2026-01-06T02:00:00Z", "2026-01-06T16:00:00Z")]
    [InlineData(TollFree, "2026-01-05T12:00:00Z", "2026-01-05T22:00:00Z")]
    [InlineData(TollFree, "2026-01-06T00:29:59Z", null)]
    [InlineData(TollFree, "2026-01-06T00:30:00Z", "2026-01-06T22:00:00Z")]
    [InlineData(NoCountry, "2026-01-05T07:00:00Z", "2026-01-05T08:00:00Z")]
    public void OpensAt_OfADay_IsByTheRecipientsClock(string to, string now, string? expected) =>
        Opens(Window(8 * 60, 21 * 60), to, now).ShouldBe(expected is null ? 0 : At(expected));

    [Theory]
    [InlineData("2026-01-02T23:00:00Z", "2026-01-05T14:00:00Z")] // Friday evening: Monday
    [InlineData("2026-01-05T14:00:00Z", null)]
    [InlineData("2026-01-04T18:00:00Z", "2026-01-05T14:00:00Z")]
    public void OpensAt_OfWorkingDays_SkipsTheOthers(string now, string? expected) =>
        Opens(Window(9 * 60, 17 * 60) with { Days = 0b001_1111 }, NewYork, now).ShouldBe(expected is null ? 0 : At(expected));

    [Theory]
    [InlineData("2026-01-06T02:59:00Z", "2026-01-06T03:00:00Z")]
    [InlineData("2026-01-06T06:59:59Z", null)] // 01:59 of Tuesday belongs to Monday's window
    [InlineData("2026-01-06T07:00:00Z", "2026-01-13T03:00:00Z")]
    public void OpensAt_OverMidnight_BelongsToTheDayOnWhichItOpened(string now, string? expected) =>
        Opens(Window(22 * 60, 2 * 60) with { Days = 0b000_0001 }, NewYork, now).ShouldBe(expected is null ? 0 : At(expected));

    [Fact]
    public void OpensAt_HourThatTheClockLeavesOut_OpensThatMuchLater() =>
        Opens(Window((2 * 60) + 30, 21 * 60), NewYork, "2026-03-08T06:00:00Z").ShouldBe(At("2026-03-08T07:30:00Z"));

    [Fact]
    public void OpensAt_NoMomentSuitsAllZones_IsNever() =>
        Opens(Window(12 * 60, 13 * 60), Mexico, "2026-01-05T12:00:00Z").ShouldBe(SendWindowTable.Never);

    [Fact]
    public void OpensAt_SeveralThatMatch_IsTheLastOfThem()
    {
        var table = new SendWindowTable([Window(8 * 60, 21 * 60), Window(10 * 60, 22 * 60)]);
        table.OpensAt(Head(NewYork), At("2026-01-05T12:00:00Z")).ShouldBe(At("2026-01-05T15:00:00Z"));
        table.OpensAt(Head(NewYork), At("2026-01-05T15:00:00Z")).ShouldBe(0);
        table.OpensAt(Head(NewYork), At("2026-01-06T02:30:00Z")).ShouldBe(At("2026-01-06T13:00:00Z"));
    }

    [Fact]
    public void OpensAt_WhileTheClockGoesOnAndBack_FollowsIt()
    {
        var table = new SendWindowTable([Window(8 * 60, 21 * 60)]);
        for (int hour = 0; hour < 24 * 9; hour++)
        {
            long now = At("2026-03-05T00:30:00Z") + (hour * 3600L * Micros.PerSecond);
            ZonedDateTime local = Instant.FromUnixTimeTicks(now * 10).InZone(DateTimeZoneProviders.Tzdb["America/New_York"]);
            (table.OpensAt(Head(NewYork), now) == 0).ShouldBe(local.Hour is >= 8 and < 21, local.ToString());
        }

        table.OpensAt(Head(NewYork), At("2026-03-05T08:00:00Z")).ShouldBe(At("2026-03-05T13:00:00Z"));
    }

    [Fact]
    public void OpensAt_OneTimeCodes_AreConcernedOnlyByTheirClass()
    {
        SendWindow window = Window(8 * 60, 21 * 60);
        MessageHead code = Head(NewYork) with { Class = TrafficClass.Otp };
        long night = At("2026-01-05T05:00:00Z");
        new SendWindowTable([window]).OpensAt(code, night).ShouldBe(0);
        new SendWindowTable([window with { Match = window.Match with { Class = TrafficClass.Otp } }]).OpensAt(code, night).ShouldBeGreaterThan(night);
        new SendWindowTable([window with { Match = window.Match with { Class = TrafficClass.Otp } }]).OpensAt(Head(NewYork), night).ShouldBe(0);
        new SendWindowTable([window with { Match = window.Match with { Country = "DE" } }]).OpensAt(Head(NewYork), night).ShouldBe(0);
    }

    [Fact]
    public void Zones_OfTheNumberTable_AreAllInTheDatabase()
    {
        foreach (string id in TimeZones.Sets.SelectMany(static set => set).Distinct()) DateTimeZoneProviders.Tzdb.GetZoneOrNull(id).ShouldNotBeNull(id);
    }

    internal static SendWindow Window(int from, int to) => new()
    {
        Name = "day",
        Match = new Limit { Name = "day", Rate = 0 },
        From = from,
        To = to,
        Zone = DateTimeZone.Utc,
    };

    private static long Opens(SendWindow window, string to, string now) => new SendWindowTable([window]).OpensAt(Head(to), At(now));

    private static MessageHead Head(string to) => new()
    {
        Id = default,
        AccountSid = Rig.Account.Sid,
        From = Rig.Number,
        To = to,
        Body = "x",
        Class = TrafficClass.Marketing,
        SegmentCount = 1,
    };

    private static long At(string time) =>
        Micros.From(DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture));
}
