using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Retries;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>retries</c>: each reaches its option, or is refused by name.</summary>
public sealed class RetryKeyTests
{
    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        IReadOnlyList<RetryRule> rules = Read(
            """
            retries:
              - retry: none
              - match: { class: otp, account: AC00000000000000000000000000000001, connection: north-1, on: temporary, status: [ ESME_RSYSERR, 0x400-0x4FF, 69 ], error: [ 30008, 30004 ], attempt: 2-4 }
                retry: same
                after: 5s
                growth: 1.5
                most: 10m
                attempts: 3
                until: 2h
              - match: { class: transactional, on: negative_receipt, error: 30003 }
                retry: next
                attempts: 1
                until: 10m
              - match: { on: throttled, attempt: 5- }
                retry: next
              - match: { on: session, status: ESME_RBINDFAIL, attempt: "7" }
                attempts: 2
              - match: { on: permanent }
                after: 0s
            """).Config.ShouldNotBeNull().Engine.Retries;

        RetryRule[] expected =
        [
            new() { Retry = RetryStep.None },
            new()
            {
                Class = TrafficClass.Otp,
                Account = "AC00000000000000000000000000000001",
                Connection = "north-1",
                On = RetryKind.Temporary,
                Statuses = [new(0x08, 0x08), new(0x400, 0x4FF), new(0x45, 0x45)],
                Errors = [30008, 30004],
                FirstAttempt = 2,
                LastAttempt = 4,
                Retry = RetryStep.Same,
                After = TimeSpan.FromSeconds(5),
                Growth = 1.5,
                Most = TimeSpan.FromMinutes(10),
                Attempts = 3,
                Until = TimeSpan.FromHours(2),
            },
            new()
            {
                Class = TrafficClass.Transactional,
                On = RetryKind.NegativeReceipt,
                Errors = [30003],
                Retry = RetryStep.Next,
                Attempts = 1,
                Until = TimeSpan.FromMinutes(10),
            },
            new() { On = RetryKind.Throttled, FirstAttempt = 5, Retry = RetryStep.Next },
            new() { On = RetryKind.Session, Statuses = [new(0x0D, 0x0D)], FirstAttempt = 7, LastAttempt = 7, Attempts = 2 },
            new() { On = RetryKind.Permanent, After = TimeSpan.Zero },
        ];
        rules.Count.ShouldBe(expected.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            rules[i].Statuses.ShouldBe(expected[i].Statuses);
            rules[i].Errors.ShouldBe(expected[i].Errors);
            (rules[i] with { Statuses = [], Errors = [] }).ShouldBe(expected[i] with { Statuses = [], Errors = [] });
        }
    }

    [Fact]
    public void Parse_WithoutTheKey_HasNone() => Read("").Config.ShouldNotBeNull().Engine.Retries.ShouldBeEmpty();

    [Theory]
    [InlineData("{ match: { class: otp } }", "retries[0].retry", "at least one of retry, after, attempts, until")]
    [InlineData("{ retry: again }", "retries[0].retry", "expected one of: same, next, none")]
    [InlineData("{ retry: none, attempts: 2 }", "retries[0].attempts", "expected none of it beside 'retry: none'")]
    [InlineData("{ retry: none, until: 2m }", "retries[0].until", "expected none of it beside 'retry: none'")]
    [InlineData("{ retry: same, growth: 2 }", "retries[0].growth", "expected 'after'")]
    [InlineData("{ retry: same, most: 2m }", "retries[0].most", "expected 'after'")]
    [InlineData("{ after: 5s, growth: 0.5 }", "retries[0].growth", "expected a number from 1 to 10")]
    [InlineData("{ after: 5m, most: 1m }", "retries[0].most", "expected no less than 'after', 5m")]
    [InlineData("{ after: 2d }", "retries[0].after", "expected a duration from 0s to 1d")]
    [InlineData("{ after: soon }", "retries[0].after", "expected a duration")]
    [InlineData("{ after: 5s, most: 2d }", "retries[0].most", "expected a duration")]
    [InlineData("{ attempts: 0 }", "retries[0].attempts", "expected a whole number from 1 to 100")]
    [InlineData("{ until: 0s }", "retries[0].until", "expected a duration from 1s to 35d")]
    [InlineData("{ until: 99d }", "retries[0].until", "expected a duration from 1s to 35d")]
    [InlineData("{ retry: next, jitter: 1 }", "retries[0].jitter", "is not a known key")]
    [InlineData("{ retry: next, match: { class: bulk } }", "retries[0].match.class", "expected one of")]
    [InlineData("{ retry: next, match: { account: AC00000000000000000000000000000002 } }", "retries[0].match.account", "which is no account; did you mean")]
    [InlineData("{ retry: next, match: { connection: nroth-1 } }", "retries[0].match.connection", "which is no connection; did you mean 'north-1'?")]
    [InlineData("{ retry: next, match: { on: unknown } }", "retries[0].match.on", "expected one of: temporary, throttled, session, permanent, negative_receipt")]
    [InlineData("{ retry: next, match: { status: ESME_RSYSER } }", "retries[0].match.status", "did you mean 'ESME_RSYSERR'?")]
    [InlineData("{ retry: next, match: { status: [ 0x45, 0 ] } }", "retries[0].match.status[1]", "is ESME_ROK")]
    [InlineData("{ retry: next, match: { status: 0x4FF-0x400 } }", "retries[0].match.status", "expected the lower status first")]
    [InlineData("{ retry: next, match: { status: { a: 1 } } }", "retries[0].match.status", "expected a list")]
    [InlineData("{ retry: next, match: { error: 30003 } }", "retries[0].match.error", "expected one of a list of error codes: 30004, 30005, 30008, 30017")]
    [InlineData("{ retry: next, match: { on: negative_receipt, error: 30005 } }", "retries[0].match.error", "error codes: 30003, 30007, 30008")]
    [InlineData("{ retry: next, match: { attempt: 0 } }", "retries[0].match.attempt", "expected the number of an attempt")]
    [InlineData("{ retry: next, match: { attempt: 4-2 } }", "retries[0].match.attempt", "expected the number of an attempt")]
    [InlineData("{ retry: next, match: { attempt: -2 } }", "retries[0].match.attempt", "expected the number of an attempt")]
    [InlineData("{ retry: next, match: { attempt: 1001 } }", "retries[0].match.attempt", "expected the number of an attempt")]
    [InlineData("{ retry: same, match: { on: negative_receipt } }", "retries[0].retry", "expected next or none")]
    [InlineData("{ until: 5m, match: { on: negative_receipt } }", "retries[0].retry", "expected next or none")]
    [InlineData("{ match: { on: negative_receipt } }", "retries[0].retry", "expected next or none")]
    [InlineData("{ retry: next, match: { on: negative_receipt, status: 0x45 } }", "retries[0].match.status", "expected no 'status'")]
    [InlineData("{ retry: next, match: { country: US } }", "retries[0].match.country", "is not a known key")]
    [InlineData("5", "retries[0]", "expected a group of keys")]
    public void Parse_NotRight_IsRefusedByNameOnce(string rules, string key, string expected)
    {
        ConfigResult result = Read($"retries: [ {rules} ]");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(expected);
    }

    private static ConfigResult Read(string rules) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{rules}", "crosspoint.yaml", "/etc/crosspoint");
}
