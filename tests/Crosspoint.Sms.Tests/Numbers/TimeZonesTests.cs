using Crosspoint.Sms.Numbers;

namespace Crosspoint.Sms.Tests.Numbers;

public sealed class TimeZonesTests
{
    [Fact]
    public void Lookup_NumbersOfTheFixture_GiveTheSameAnswers()
    {
        var asked = 0;
        foreach (var line in Fixtures.Text("time-zones.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                continue;
            var fields = line.Split(',');
            ZonesOf(fields[0]).ShouldBe(fields[1].Split('&'), line);
            asked++;
        }

        asked.ShouldBeGreaterThan(700);
    }

    [Theory]
    [InlineData("+12125551234", "America/New_York")]
    [InlineData("+14155551234", "America/Los_Angeles")]
    [InlineData("+493012345678", "Europe/Berlin")]
    [InlineData("+919812345678", "Asia/Calcutta")]
    [InlineData("+61412345678", "Australia/Sydney")] // no place is known of these mobiles, and the data gives them one zone
    public void Lookup_OfOneZone_IsThatZone(string number, string zone) => ZonesOf(number).ShouldBe([zone]);

    [Theory]
    [InlineData("+5215512345678", "America/Tijuana", "America/Cancun")]
    [InlineData("+18005551234", "America/New_York", "Pacific/Guam")]
    public void Lookup_OfSeveralZones_HoldsAll(string number, string one, string other)
    {
        ZonesOf(number).ShouldContain(one);
        ZonesOf(number).ShouldContain(other);
    }

    [Theory]
    [InlineData("+80012345678")]
    [InlineData("+88212345678")]
    public void Lookup_OfNoCountry_KnowsNothing(string number)
    {
        E164.TryParse(number, out var parsed).ShouldBeTrue();
        TimeZones.Lookup(parsed).ShouldBe(-1);
    }

    private static IReadOnlyList<string> ZonesOf(string number)
    {
        E164.TryParse(number, out var parsed).ShouldBeTrue(number);
        var set = TimeZones.Lookup(parsed);
        set.ShouldBeGreaterThanOrEqualTo(0, number);
        return TimeZones.Sets[set];
    }
}
