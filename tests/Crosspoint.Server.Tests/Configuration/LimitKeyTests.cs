using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>limits</c>: each reaches its option, or is refused by name.</summary>
public sealed class LimitKeyTests
{
    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        IReadOnlyList<Limit> limits = Read(
            """
            limits:
              - name: all
                rate: 500
              - name: codes
                match: { account: AC00000000000000000000000000000001, class: marketing, sender_type: long_code, country: US, prefix: "+1212", campaign: spring }
                each: sender
                rate: 0.5
                burst: 3
                queue: 4h
                over: refuse
              - name: one
                match: { sender: "+1 555 000 1000", connection: north-1 }
                rate: 1
              - name: days
                match: { class: marketing }
                per_day: 10000
                zone: America/New_York
                each: account
              - name: refused
                per_day: 5
                zone: Europe/Berlin
                over: refuse
            """).Config.ShouldNotBeNull().Engine.Limits;

        limits.ShouldBe([
            new Limit { Name = "all", Rate = 500 },
            new Limit
            {
                Name = "codes",
                Account = "AC00000000000000000000000000000001",
                Class = TrafficClass.Marketing,
                SenderKind = SenderKind.LongCode,
                Country = "US",
                Prefix = "+1212",
                Campaign = "spring",
                Each = LimitEach.Sender,
                Rate = 0.5,
                Burst = 3,
                Queue = TimeSpan.FromHours(4),
                Over = LimitAnswer.Refuse,
            },
            new Limit { Name = "one", Sender = "+15550001000", Connection = "north-1", Rate = 1 },
            new Limit
            {
                Name = "days",
                Class = TrafficClass.Marketing,
                Rate = 0,
                PerDay = 10_000,
                Zone = DateTimeZoneProviders.Tzdb["America/New_York"],
                Each = LimitEach.Account,
                Over = LimitAnswer.Queue,
            },
            new Limit { Name = "refused", Rate = 0, PerDay = 5, Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"], Over = LimitAnswer.Refuse },
        ]);
    }

    [Fact]
    public void Parse_WithoutTheKey_HasNone() => Read("").Config.ShouldNotBeNull().Engine.Limits.ShouldBeEmpty();

    [Theory]
    [InlineData("{ rate: 1 }", "limits[0].name", "is missing")]
    [InlineData("{ name: a }", "limits[0].rate", "expected segments a second")]
    [InlineData("{ name: a, rate: 0 }", "limits[0].rate", "expected a number")]
    [InlineData("{ name: a, rate: 1, burst: -1 }", "limits[0].burst", "expected a number")]
    [InlineData("{ name: a, rate: 1, each: number }", "limits[0].each", "expected one of: account, sender, campaign, country")]
    [InlineData("{ name: a, rate: 1, queue: 1h, over: drop }", "limits[0].over", "expected one of: throttle, refuse")]
    [InlineData("{ name: a, rate: 1, over: refuse }", "limits[0].over", "expected 'queue' beside it")]
    [InlineData("{ name: a, rate: 1, queue: 99d }", "limits[0].queue", "expected a duration")]
    [InlineData("{ name: a, rate: 1, match: { account: AC00000000000000000000000000000002 } }", "limits[0].match.account", "which is no account; did you mean")]
    [InlineData("{ name: a, rate: 1, match: { connection: nroth-1 } }", "limits[0].match.connection", "which is no connection; did you mean 'north-1'?")]
    [InlineData("{ name: a, rate: 1, queue: 1h, match: { connection: north-1 } }", "limits[0].match.connection", "expected no 'queue'")]
    [InlineData("{ name: a, rate: 1, match: { sender: \"?\" } }", "limits[0].match.sender", "expected a number in E.164 form")]
    [InlineData("{ name: a, rate: 1, match: { sender_type: name } }", "limits[0].match.sender_type", "expected one of")]
    [InlineData("{ name: a, rate: 1, match: { country: usa } }", "limits[0].match.country", "two capitals")]
    [InlineData("{ name: a, rate: 1, match: { prefix: 1212 } }", "limits[0].match.prefix", "such as +1212")]
    [InlineData("{ name: a, rate: 1, match: { class: bulk } }", "limits[0].match.class", "expected one of")]
    [InlineData("{ name: a, rate: 1, match: { network: 310260 } }", "limits[0].match.network", "is not a known key")]
    [InlineData("{ name: a, per_day: 0, zone: UTC }", "limits[0].per_day", "expected a whole number")]
    [InlineData("{ name: a, per_day: 5 }", "limits[0].zone", "is missing")]
    [InlineData("{ name: a, per_day: 5, zone: America/NewYork }", "limits[0].zone", "did you mean 'America/New_York'?")]
    [InlineData("{ name: a, rate: 1, zone: UTC }", "limits[0].zone", "expected that beside it")]
    [InlineData("{ name: a, per_day: 5, zone: UTC, rate: 1 }", "limits[0].rate", "in a limit of its own")]
    [InlineData("{ name: a, per_day: 5, zone: UTC, queue: 1h }", "limits[0].queue", "in a limit of its own")]
    [InlineData("{ name: a, per_day: 5, zone: UTC, over: drop }", "limits[0].over", "expected one of: throttle, refuse, queue")]
    [InlineData("{ name: a, per_day: 5, zone: UTC, over: refuse, match: { connection: north-1 } }", "limits[0].match.connection", "expected 'over: queue'")]
    [InlineData("{ name: a, rate: 1 }, { name: a, rate: 2 }", "limits[1].name", "each must be different")]
    [InlineData("5", "limits[0]", "expected a group of keys")]
    public void Parse_NotRight_IsRefusedByNameOnce(string limits, string key, string expected)
    {
        ConfigResult result = Read($"limits: [ {limits} ]");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(expected);
    }

    [Fact]
    public void Parse_OfAnAccount_ReachesIt()
    {
        Account account = ReadAccount("{ rate: 2.5, burst: 9, queue: 4h, over: refuse, per_day: 100, zone: Europe/Berlin, per_day_over: throttle }")
            .Config.ShouldNotBeNull().Engine.Accounts[0];
        account.Limits.ShouldBe(new AccountLimits
        {
            Rate = 2.5,
            Burst = 9,
            Queue = TimeSpan.FromHours(4),
            Over = LimitAnswer.Refuse,
            PerDay = 100,
            Zone = DateTimeZoneProviders.Tzdb["Europe/Berlin"],
            PerDayOver = LimitAnswer.Throttle,
        });
        ReadAccount("{ rate: 0, per_day: 0 }").Config.ShouldNotBeNull().Engine.Accounts[0].Limits.ShouldBe(new AccountLimits { Rate = 0, PerDay = 0 });
    }

    [Theory]
    [InlineData("{ rate: 0.00001 }", "accounts[0].limits.rate", "less than one segment a day")]
    [InlineData("{ burst: 5 }", "accounts[0].limits.burst", "about the cap of 'rate'")]
    [InlineData("{ per_day: 0, zone: UTC }", "accounts[0].limits.zone", "about the cap of 'per_day'")]
    [InlineData("{ rate: 1, each: sender }", "accounts[0].limits.each", "is not a known key")]
    public void Parse_OfAnAccountNotRight_IsRefusedByName(string limits, string key, string expected)
    {
        ConfigError error = ReadAccount(limits).Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(expected);
    }

    private static ConfigResult ReadAccount(string limits)
    {
        const string Before = "  - sid: AC00000000000000000000000000000001\n";
        ConfigFileTests.Contract.ShouldContain(Before);
        return ConfigFile.Parse(ConfigFileTests.Contract.Replace(Before, $"{Before}    limits: {limits}\n"), "crosspoint.yaml", "/etc/crosspoint");
    }

    private static ConfigResult Read(string limits) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{limits}", "crosspoint.yaml", "/etc/crosspoint");
}
