using Crosspoint.Sms.Numbers;

namespace Crosspoint.Sms.Tests.Numbers;

public sealed class NetworksTests
{
    [Fact]
    public void Locate_NumbersOfTheFixture_GiveTheSameAnswers()
    {
        HashSet<string> countries = [];
        HashSet<string> countriesWithNetwork = [];
        foreach (var line in Fixtures.Text("networks.csv").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#')
                continue;
            var fields = line.Split(';');
            var found = Locate(fields[0]);
            found.Country.ShouldBe(fields[1], line);
            found.Type.ToString().ShouldBe(fields[2], line);
            found.Network.ToString().ShouldBe(fields[3], line);
            found.Source.ShouldBe(fields[3].Length > 0 ? NetworkSource.Range : NetworkSource.None, line);
            countries.Add(fields[1]);
            if (fields[3].Length > 0)
                countriesWithNetwork.Add(fields[1]);
        }

        countries.Count.ShouldBeGreaterThanOrEqualTo(200);
        countriesWithNetwork.Count.ShouldBeGreaterThanOrEqualTo(200);
    }

    [Theory]
    [InlineData("+4915112345678", "26201")]
    [InlineData("+491721234567", "26202")]
    [InlineData("+447400123456", "23420")]
    [InlineData("+33612345678", "20810")]
    [InlineData("+905321234567", "28601")]
    [InlineData("+821123456789", "45005")] // joined by an alias
    public void Locate_MobileNumbers_GiveTheOperatorOfTheRange(string number, string network) =>
        Locate(number).Network.ToString().ShouldBe(network);

    [Theory]
    [InlineData("+14155550123")] // North America does not tell
    [InlineData("+493012345678")] // a fixed line
    [InlineData("+4980012345678")] // free of charge
    [InlineData("+80012345678")] // no country
    public void Locate_WhereNumbersDoNotTell_IsUnknown(string number)
    {
        var found = Locate(number);
        found.Network.ShouldBe(NetworkId.Unknown);
        found.Source.ShouldBe(NetworkSource.None);
    }

    [Fact]
    public void Locate_DefaultNumber_KnowsNothing()
    {
        var found = Networks.Locate(default);
        found.ShouldBe(new Destination(default, "", NumberType.Unknown, default, NetworkSource.None));
    }

    [Fact]
    public void Locate_SmallestAndLargestNumbers_DoNotFail()
    {
        foreach (var digits in (ulong[])[1_000_000, 9_999_999, 99_999_999_999, 100_000_000_000, 999_999_999_999_999])
            Networks.Locate(E164.FromDigits(digits)).Number.Digits.ShouldBe(digits);
    }

    [Fact]
    public void Locate_Repeatedly_AllocatesNothing()
    {
        var number = E164.FromDigits(4915112345678);
        var known = Networks.Locate(number).Network.IsKnown;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            known &= Networks.Locate(number).Network.IsKnown;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        known.ShouldBeTrue();
    }

    [Fact]
    public void Find_KnownNetwork_HasNamesAndCountries()
    {
        var network = Networks.Find(Id("26201")).ShouldNotBeNull();
        network.Name.ShouldBe("Telekom");
        network.Operator.ShouldStartWith("Telekom Deutschland");
        network.Countries.ShouldBe(["DE"]);
        network.IsOperational.ShouldBeTrue();
        Networks.Find(Id("34001")).ShouldNotBeNull().Countries.ShouldContain("GP");
        Networks.Find(Id("90112")).ShouldNotBeNull().Countries.ShouldBeEmpty();
    }

    [Fact]
    public void Find_NoSuchNetwork_IsNull()
    {
        Networks.Find(default).ShouldBeNull();
        Networks.Find(Id("26299")).ShouldBeNull();
    }

    [Theory]
    [InlineData("26209", "26202")]
    [InlineData("21406", "21401")]
    [InlineData("40497", "40410")] // an operator with a code for each part of the country
    [InlineData("26201", "26201")]
    [InlineData("99999", "99999")] // not in the list
    public void MainOf_GivesTheCodeThatStandsForTheOperator(string network, string main) =>
        Networks.MainOf(Id(network)).ToString().ShouldBe(main);

    [Theory]
    [InlineData("604001", "60401")]
    [InlineData("310260", "310260")]
    [InlineData("26201", "26201")]
    [InlineData("310410", "310410")]
    [InlineData("999001", "999001")] // neither form is in the list
    public void Resolve_CodesWithAZeroTooMany_FindsTheNetwork(string given, string network) =>
        Networks.Resolve(Id(given)).ToString().ShouldBe(network);

    [Fact]
    public void All_NetworksAreInOrderAndTheirMainsAreThemselvesMain()
    {
        Networks.All.Count.ShouldBeGreaterThan(2_900);
        var before = "";
        foreach (var network in Networks.All)
        {
            var place = $"{network.Id.Mcc:000}{network.Id.MncDigits}{network.Id.Mnc:000}";
            string.CompareOrdinal(before, place).ShouldBeLessThan(0, place);
            before = place;
            Networks.MainOf(network.Main).ShouldBe(network.Main, place);
            network.Name.ShouldNotBeNull();
        }
    }

    [Theory]
    [InlineData(262, 1, 2, "26201")]
    [InlineData(310, 26, 3, "310026")]
    [InlineData(1, 1, 2, "00101")]
    public void FromCodes_GivesTheNetwork(int mcc, int mnc, int digits, string network) =>
        NetworkId.FromCodes(mcc, mnc, digits).ToString().ShouldBe(network);

    [Theory]
    [InlineData(1000, 1, 2)]
    [InlineData(262, 100, 2)]
    [InlineData(262, 1000, 3)]
    [InlineData(262, 1, 4)]
    [InlineData(-1, 1, 2)]
    public void FromCodes_TooManyDigits_IsRefused(int mcc, int mnc, int digits) =>
        Should.Throw<ArgumentOutOfRangeException>(() => NetworkId.FromCodes(mcc, mnc, digits));

    private static Destination Locate(string number)
    {
        E164.TryParse(number, out var parsed).ShouldBeTrue(number);
        return Networks.Locate(parsed);
    }

    private static NetworkId Id(string text)
    {
        NetworkId.TryParse(text, out var network).ShouldBeTrue(text);
        return network;
    }
}
