using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Tests.Alerts;

public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly TestReadings _readings = new();

    [Theory]
    [InlineData(0.991, null)]
    [InlineData(0.99, null)]
    [InlineData(0.989, Severity.L1)]
    [InlineData(0.979, Severity.L2)]
    [InlineData(0.949, Severity.L3)]
    [InlineData(double.NaN, null)]
    public void Judge_CountryDelivery_GivesTheSeverityOfItsThreshold(double delivered, Severity? expected)
    {
        _readings.Countries.Add(new("DE", null, 500, delivered));
        AlertRules.Judge(new(), _readings, Now).SingleOrDefault()?.Severity.ShouldBe(expected!.Value);
        AlertRules.Judge(new(), _readings, Now).Count.ShouldBe(expected is null ? 0 : 1);
        _readings.Asked[0].ShouldBe(TimeSpan.FromMinutes(15));
    }

    [Fact]
    public void Judge_CountryDelivery_SaysWhatWasSeenAgainstWhatOverHowMany()
    {
        _readings.Countries.Add(new("DE", null, 12_345, 0.94567));
        AlertCondition found = AlertRules.Judge(new(), _readings, Now).ShouldHaveSingleItem();
        found.Title.ShouldBe("Delivery to DE is 94.57 %, below 95 %");
        found.Text.ShouldStartWith("94.57 % of 12,345 messages to DE of the last 15 min were delivered");
        (found.Key, found.Rule).ShouldBe(("country_delivery:DE:", "country_delivery"));
        found.Evidence.Path.ShouldBe("/v1/health/cells?level=network&interval=15m&country=DE");
    }

    [Fact]
    public void Judge_TooFewMessages_SaysNothing()
    {
        _readings.Countries.Add(new("DE", null, 499, 0));
        AlertRules.Judge(new(), _readings, Now).ShouldBeEmpty();
    }

    [Fact]
    public void Judge_Overrides_ByCountryAndClass_TheFirstThatFitsCounts()
    {
        var options = new AlertOptions
        {
            Delivery =
            [
                new() { Country = "NG", Share = new(0.8, null, null), LeastMessages = 10 },
                new() { Class = TrafficClass.Otp, Share = new(null, null, 0.97), LeastMessages = 50, Over = TimeSpan.FromMinutes(5) },
                new(),
            ],
        };
        _readings.Countries.AddRange(
        [
            new("NG", null, 100, 0.85), new("NG", TrafficClass.Otp, 100, 0.5), new("DE", TrafficClass.Otp, 100, 0.98), new("DE", null, 1_000, 0.985),
            new("DE", TrafficClass.Marketing, 1_000, 0.1),
        ]);
        AlertRules.Judge(options, _readings, Now).Select(static found => (found.Key, found.Severity)).ShouldBe(
            [("country_delivery:NG:otp", Severity.L3), ("country_delivery:DE:", Severity.L1)], ignoreOrder: true);
        _readings.Asked.ShouldBe([TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(5)]);
    }

    [Theory]
    [InlineData(TrafficClass.Otp, 100, 31.0, Severity.L1)]
    [InlineData(TrafficClass.Marketing, 100, 31.0, null)]
    [InlineData(TrafficClass.Marketing, 100, 3601.0, Severity.L3)]
    [InlineData(TrafficClass.Marketing, 9, 3601.0, null)]
    [InlineData(TrafficClass.Marketing, 100, null, null)]
    public void Judge_Queue_GoesByItsWait(TrafficClass of, long waiting, double? seconds, Severity? expected)
    {
        _readings.Waiting.Add(new("north-1", of, waiting, seconds is { } wait ? TimeSpan.FromSeconds(wait) : null));
        AlertRules.Judge(new(), _readings, Now).Select(static found => (Severity?)found.Severity).SingleOrDefault().ShouldBe(expected);
    }

    [Fact]
    public void Judge_QueueThatStands_GoesByItsLength()
    {
        var options = new AlertOptions { Queues = [new() { Connection = "north-1", Waiting = new(100, 1_000, null) }] };
        _readings.Waiting.Add(new("north-1", TrafficClass.Otp, 1_001, null));
        _readings.Waiting.Add(new("south-1", TrafficClass.Otp, 1_001, null));
        AlertCondition found = AlertRules.Judge(options, _readings, Now).ShouldHaveSingleItem();
        found.Title.ShouldBe("1,001 otp messages wait for north-1");
        found.Text.ShouldStartWith("1,001 otp messages wait for north-1, and hardly anything leaves; L2 begins above 1,000.");
        found.Labels["connection"].ShouldBe(["north-1"]);
    }

    [Fact]
    public void Judge_Spend_GoesByVendorAndCurrency()
    {
        var options = new AlertOptions { Spend = [new() { Vendor = "north", Currency = "EUR", PerDay = new(100, 200, null) }] };
        _readings.Spent.AddRange([new("north", 150_500_000, "EUR"), new("north", 900_000_000, "USD"), new("south", 900_000_000, "EUR")]);
        AlertCondition found = AlertRules.Judge(options, _readings, Now).ShouldHaveSingleItem();
        (found.Severity, found.Title).ShouldBe((Severity.L1, "north has cost 150.50 EUR today, more than 100.00 EUR"));
    }

    [Fact]
    public void Judge_WebhookCertificateAndDisk_GoByTheirThresholds()
    {
        _readings.Failing.Add(new("AC1", "WE1", "https://x.example/", Micros.From(Now.AddHours(-3)), 40, "HTTP 500"));
        _readings.Failing.Add(new("AC1", "WE2", "https://y.example/", Micros.From(Now.AddMinutes(-1)), 1, ""));
        _readings.Ending.Add(new("/etc/tls/server.pem", Now.AddDays(2)));
        _readings.Ending.Add(new("/etc/tls/other.pem", Now.AddDays(60)));
        _readings.Disk.Add(new("/data", 8, 100));
        _readings.Disk.Add(new("/other", 0, 0));
        AlertRules.Judge(new(), _readings, Now).Select(static found => (found.Rule, found.Severity, found.Title)).ShouldBe(
        [
            ("webhook", Severity.L2, "Webhooks to https://x.example/ have failed for 3 h"),
            ("certificate", Severity.L3, "The certificate server.pem ends in 2 d"),
            ("disk", Severity.L2, "8 % of the disk of /data is free"),
        ]);
    }
}
