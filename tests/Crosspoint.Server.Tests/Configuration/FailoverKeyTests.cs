using Crosspoint.Engine.Health.Failover;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>health.failover</c>: each reaches its option, or is refused by name.</summary>
public sealed class FailoverKeyTests
{
    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        FailoverOptions options = Read(
            """
            health:
              failover:
                enabled: false
                hold: 1m
                longest_hold: 1h
                forget_after: 2h
                degraded_share: 20%
                probe_share: 0.5%
                steps: [ 2%, 10%, 100% ]
                step_time: 30s
                step_messages: 50
                move_at_most: 40%
                price_factor: 1.5
                test_numbers: [ +4915112345678, "+33612345678" ]
            """).Config.ShouldNotBeNull().Engine.Failover;

        options.TestNumbers.ShouldBe([4915112345678UL, 33612345678UL]);
        options.Steps.ShouldBe([0.02, 0.1, 1]);
        (options with { Steps = [], TestNumbers = [] }).ShouldBe(new FailoverOptions
        {
            IsEnabled = false,
            Hold = TimeSpan.FromMinutes(1),
            LongestHold = TimeSpan.FromHours(1),
            ForgetAfter = TimeSpan.FromHours(2),
            DegradedShare = 0.2,
            ProbeShare = 0.005,
            Steps = [],
            StepTime = TimeSpan.FromSeconds(30),
            StepMessages = 50,
            MoveAtMost = 0.4,
            PriceFactor = 1.5,
            TestNumbers = [],
        });
    }

    [Fact]
    public void Parse_NoKeys_IsTheDefault()
    {
        Read("").Config.ShouldNotBeNull().Engine.Failover.ShouldSatisfyAllConditions(
            static options => options.IsEnabled.ShouldBeTrue(), static options => options.PriceFactor.ShouldBeNull(),
            static options => options.Steps.ShouldBe([0.01, 0.05, 0.25, 0.5, 1]));
    }

    [Theory]
    [InlineData("hold: 0s", "hold", "a duration from 1s to 1d")]
    [InlineData("hold: 2h", "hold", "must not be shorter")]
    [InlineData("longest_hold: 10s", "longest_hold", "must not be shorter")]
    [InlineData("degraded_share: 0.1", "degraded_share", "a share from 0.1% to 90%")]
    [InlineData("degraded_share: 95%", "degraded_share", "a share from 0.1% to 90%")]
    [InlineData("probe_share: 50%", "probe_share", "a share from 0% to 25%")]
    [InlineData("probe_share: 0%", "probe_share", "nothing would find out")]
    [InlineData("steps: []", "steps", "rising shares")]
    [InlineData("steps: [ 5%, 1%, 100% ]", "steps[1]", "rising shares")]
    [InlineData("steps: [ 1%, 50% ]", "steps", "end with 100%")]
    [InlineData("step_messages: 1", "step_messages", "from 3")]
    [InlineData("move_at_most: 0%", "move_at_most", "a share from 1% to 100%")]
    [InlineData("price_factor: 0.5", "price_factor", "a number from 1 to 1000")]
    [InlineData("test_numbers: [ 0151 ]", "test_numbers[0]", "an international number")]
    [InlineData("enabled: maybe", "enabled", "true or false")]
    [InlineData("holds: 5s", "holds", "did you mean 'hold'?")]
    public void Parse_Wrong_IsRefusedByName(string line, string key, string expected)
    {
        ConfigError error = Read($"health:\n  failover:\n    {line}\n").Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe($"health.failover.{key}");
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Parse_UnknownGroup_IsRefused() => Read("health:\n  failovers: {}\n").Errors.ShouldHaveSingleItem().Key.ShouldBe("health.failovers");

    private static ConfigResult Read(string text) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{text}", "crosspoint.yaml", "/etc/crosspoint");
}
