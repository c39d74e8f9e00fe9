using Crosspoint.Engine.Health.Detection;
using Crosspoint.Engine.Health.History;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>health</c>: each reaches its option, or is refused by name.</summary>
public sealed class HealthKeyTests
{
    [Fact]
    public void Parse_EveryKeyOfHistory_ReachesItsOption()
    {
        Read("health:\n  history:\n    enabled: false\n    minutes: 7d\n    hours: 90d\n").Config.ShouldNotBeNull().Engine.History
            .ShouldBe(new HistoryOptions { IsEnabled = false, Minutes = TimeSpan.FromDays(7), Hours = TimeSpan.FromDays(90) });
        Read("").Config.ShouldNotBeNull().Engine.History
            .ShouldBe(new HistoryOptions { IsEnabled = true, Minutes = TimeSpan.FromHours(48), Hours = TimeSpan.FromDays(400) });
    }

    [Theory]
    [InlineData("minutes: 1h", "minutes", "a duration from 2h to 31d")]
    [InlineData("hours: 12h", "hours", "a duration from 1d to 3650d")]
    [InlineData("hours: 1d", "hours", "must not be kept for less time")]
    [InlineData("enabled: maybe", "enabled", "true or false")]
    [InlineData("days: 5", "days", "is not a known key")]
    public void Parse_WrongKeyOfHistory_IsRefusedByName(string line, string key, string expected)
    {
        ConfigError error = Read($"health:\n  history:\n    {line}\n").Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe($"health.history.{key}");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Parse_EveryKeyOfDetection_ReachesItsOption()
    {
        DetectionOptions options = Read(
            """
            health:
              detection:
                errors: 0.05
                receipts_p95: 6s
                throttled: 0.4
                messages: 80
                unbound_after: 8s
                stalled_after: 2s
                stalled_factor: 6
                stalled_waiting: 4
                response_p99: 700ms
                responses_slow_for: 40s
                throttled_for: 1m
                new_error_share: 0.02
                new_error_count: 7
                receipts_silent_after: 45s
                receipts_stretch: 2
                evidence: 12.5
                repeat: 1m
                adopt_after: 12h
                overrides:
                  - match: { connection: north-1, country: DE, network: 262-01, class: otp }
                    errors: 0.01
                  - match: {}
                    receipts_p95: 10s
                    throttled: 1
                    messages: 10
            """).Config.ShouldNotBeNull().Engine.Detection;
        options.Problems().ShouldBeEmpty();
        options.Overrides.ShouldBe(
        [
            new() { Connection = "north-1", Country = "DE", Network = NetworkId.FromCodes(262, 1, 2), Class = TrafficClass.Otp, Rules = new() { Errors = 0.01 } },
            new() { Rules = new() { ReceiptsP95 = TimeSpan.FromSeconds(10), Throttled = 1, Messages = 10 } },
        ]);
        (options with { Overrides = [] }).ShouldBe(new DetectionOptions
        {
            Rules = new() { Errors = 0.05, ReceiptsP95 = TimeSpan.FromSeconds(6), Throttled = 0.4, Messages = 80 },
            UnboundAfter = TimeSpan.FromSeconds(8),
            StalledAfter = TimeSpan.FromSeconds(2),
            StalledFactor = 6,
            StalledWaiting = 4,
            ResponseP99 = TimeSpan.FromMilliseconds(700),
            ResponsesSlowFor = TimeSpan.FromSeconds(40),
            ThrottledFor = TimeSpan.FromMinutes(1),
            NewErrorShare = 0.02,
            NewErrorCount = 7,
            ReceiptsSilentAfter = TimeSpan.FromSeconds(45),
            ReceiptsStretch = 2,
            Evidence = 12.5,
            Repeat = TimeSpan.FromMinutes(1),
            AdoptAfter = TimeSpan.FromHours(12),
            Overrides = [],
        });
    }

    [Fact]
    public void Parse_WithoutTheKey_HasDefaults() => Read("").Config.ShouldNotBeNull().Engine.Detection.RulesOf(default).ShouldBe(new DetectionRules());

    [Theory]
    [InlineData("errors: 3", "health.detection.errors", "expected a number from 0 to 1")]
    [InlineData("errors: 3%", "health.detection.errors", "expected a number from 0 to 1")]
    [InlineData("errors: ", "health.detection.errors", "expected a number from 0 to 1")]
    [InlineData("receipts_p95: 4", "health.detection.receipts_p95", "expected a duration from 100ms to 1d")]
    [InlineData("throttled: -1", "health.detection.throttled", "expected a number from 0 to 1")]
    [InlineData("messages: 0", "health.detection.messages", "expected a whole number from 1 to 1000000")]
    [InlineData("stalled_after: 1ms", "health.detection.stalled_after", "expected a duration from 250ms to 10m")]
    [InlineData("unbound_after: 500ms", "health.detection.unbound_after", "expected a duration from 1s to 1h")]
    [InlineData("responses_slow_for: 2h", "health.detection.responses_slow_for", "expected a duration from 5s to 1h")]
    [InlineData("stalled_factor: 0.5", "health.detection.stalled_factor", "expected a number from 1 to 100")]
    [InlineData("evidence: NaN", "health.detection.evidence", "expected a number from 3 to 50")]
    [InlineData("receipts_stretch: 0.9", "health.detection.receipts_stretch", "expected a number from 1 to 10")]
    [InlineData("adopt_after: 1m", "health.detection.adopt_after", "expected a duration from 10m to 7d")]
    [InlineData("error: 0.05", "health.detection.error", "did you mean 'errors'?")]
    [InlineData("overrides: [ { errors: 0.1 } ]", "health.detection.overrides[0].match", "is missing")]
    [InlineData("overrides: [ { match: { class: otp } } ]", "health.detection.overrides[0]", "sets nothing; expected at least one of errors")]
    [InlineData("overrides: [ { match: { class: bulk }, errors: 0.1 } ]", "health.detection.overrides[0].match.class", "expected one of")]
    [InlineData("overrides: [ { match: { country: de }, errors: 0.1 } ]", "health.detection.overrides[0].match.country", "two capitals")]
    [InlineData("overrides: [ { match: { network: 1 }, errors: 0.1 } ]", "health.detection.overrides[0].match.network", "expected MCC and MNC")]
    [InlineData("overrides: [ { match: { connection: nroth-1 }, errors: 0.1 } ]", "health.detection.overrides[0].match.connection", "did you mean 'north-1'?")]
    [InlineData("overrides: [ { match: {}, evidence: 3, errors: 0.1 } ]", "health.detection.overrides[0].evidence", "is not a known key")]
    public void Parse_NotRight_IsRefusedByNameOnce(string line, string key, string expected)
    {
        ConfigResult result = Read($"health:\n  detection:\n    {line}\n");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Parse_AnotherKeyOfHealth_IsRefused() => Read("health: { detecton: {} }").Errors.ShouldHaveSingleItem().Message.ShouldContain("did you mean 'detection'?");

    private static ConfigResult Read(string health) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{health}", "crosspoint.yaml", "/etc/crosspoint");
}
