using System.Globalization;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Sms.Tests.Numbers;

public sealed class NumberPlanTests
{
    [Fact]
    public void Lookup_NumbersOfTheFixture_GiveTheSameAnswers()
    {
        var differences = new List<string>();
        var asked = 0;
        foreach (var line in Fixtures.Text("number-plan.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                continue;
            var fields = line.Split(',');
            E164.TryParse(fields[0], out var number).ShouldBeTrue(line);
            var expected = new NumberInfo(fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture), Enum.Parse<NumberType>(fields[3]));
            var actual = NumberPlan.Lookup(number);
            asked++;
            if (actual != expected)
                differences.Add($"{line}: {actual}");
        }

        asked.ShouldBeGreaterThan(2000);
        differences.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("+447700900123", "", 44, NumberType.Unknown)] // set apart for fiction: nobody's range, and +44 is shared
    [InlineData("+447400123456", "GB", 44, NumberType.Mobile)]
    [InlineData("+4915112345678", "DE", 49, NumberType.Mobile)]
    [InlineData("+493012345678", "DE", 49, NumberType.FixedLine)]
    [InlineData("+12125551234", "US", 1, NumberType.FixedLineOrMobile)]
    [InlineData("+18005551234", "US", 1, NumberType.TollFree)]
    [InlineData("+14165551234", "CA", 1, NumberType.FixedLineOrMobile)]
    [InlineData("+77012345678", "KZ", 7, NumberType.Mobile)]
    [InlineData("+79161234567", "RU", 7, NumberType.Mobile)]
    [InlineData("+80012345678", "", 800, NumberType.TollFree)]
    [InlineData("+15550001000", "", 1, NumberType.Unknown)]
    [InlineData("+9991234567", "", 0, NumberType.Unknown)]
    [InlineData("+499999999999999", "DE", 49, NumberType.Unknown)]
    public void Lookup_Number_TellsCountryAndType(string text, string country, int callingCode, NumberType type)
    {
        E164.TryParse(text, out var number).ShouldBeTrue();
        NumberPlan.Lookup(number).ShouldBe(new NumberInfo(country, callingCode, type));
    }

    [Fact]
    public void Lookup_DefaultNumber_IsUnknown() => NumberPlan.Lookup(default).ShouldBe(new NumberInfo("", 0, NumberType.Unknown));

    [Fact]
    public void CallingCodeCount_Table_HoldsTheCodesInUse() => NumberPlan.CallingCodeCount.ShouldBeInRange(200, 255);

    [Fact]
    public void Lookup_AnyDigits_NeverThrowsAndAllocatesNothing()
    {
        var random = new Random(5);
        NumberPlan.Lookup(E164.FromDigits(14155550123));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var known = 0;
        for (var i = 0; i < 200_000; i++)
        {
            var info = NumberPlan.Lookup(E164.FromDigits((ulong)random.NextInt64(1_000_000, 999_999_999_999_999)));
            known += info.CallingCode != 0 ? 1 : 0;
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        known.ShouldBeGreaterThan(100_000);
    }
}
