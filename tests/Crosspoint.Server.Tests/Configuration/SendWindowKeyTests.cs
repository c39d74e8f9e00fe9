using Crosspoint.Engine.Limits;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;
using NodaTime;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>send_windows</c>: each reaches its option, or is refused by name.</summary>
public sealed class SendWindowKeyTests
{
    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        IReadOnlyList<SendWindow> windows = Read(
            """
            send_windows:
              - name: day
                match: { account: AC00000000000000000000000000000001, class: marketing, sender_type: long_code, country: US, prefix: "+1212", campaign: spring }
                from: "08:00"
                to: "21:30"
                days: [mon, tue, sun]
                zone: America/Chicago
              - { name: night, from: "22:00", to: "24:00" }
            """).Config.ShouldNotBeNull().Engine.SendWindows;

        windows.ShouldBe([
            new SendWindow
            {
                Name = "day",
                Match = new Limit
                {
                    Name = "day",
                    Rate = 0,
                    Account = "AC00000000000000000000000000000001",
                    Class = TrafficClass.Marketing,
                    SenderKind = SenderKind.LongCode,
                    Country = "US",
                    Prefix = "+1212",
                    Campaign = "spring",
                },
                From = 480,
                To = 1290,
                Days = 0b100_0011,
                Zone = DateTimeZoneProviders.Tzdb["America/Chicago"],
            },
            new SendWindow { Name = "night", Match = new Limit { Name = "night", Rate = 0 }, From = 1320, To = 1440, Zone = DateTimeZone.Utc },
        ]);
    }

    [Theory]
    [InlineData("{ from: \"08:00\", to: \"21:00\" }", "send_windows[0].name", "is missing")]
    [InlineData("{ name: a, to: \"21:00\" }", "send_windows[0].from", "is missing")]
    [InlineData("{ name: a, from: \"8:00\", to: \"21:00\" }", "send_windows[0].from", "such as \"08:00\"")]
    [InlineData("{ name: a, from: \"24:00\", to: \"21:00\" }", "send_windows[0].from", "from 00:00 to 23:59")]
    [InlineData("{ name: a, from: \"08:60\", to: \"21:00\" }", "send_windows[0].from", "from 00:00 to 23:59")]
    [InlineData("{ name: a, from: \"08:00\", to: \"24:01\" }", "send_windows[0].to", "from 00:00 to 24:00")]
    [InlineData("{ name: a, from: \"08:00\", to: \"-1:00\" }", "send_windows[0].to", "from 00:00 to 24:00")]
    [InlineData("{ name: a, from: \"08:00\", to: \"08:00\" }", "send_windows[0].to", "the same as 'from'")]
    [InlineData("{ name: a, from: \"08:00\", to: \"21:00\", days: [monday] }", "send_windows[0].days[0]", "expected one of: mon")]
    [InlineData("{ name: a, from: \"08:00\", to: \"21:00\", days: [] }", "send_windows[0].days", "expected some of: mon")]
    [InlineData("{ name: a, from: \"08:00\", to: \"21:00\", zone: Berlin }", "send_windows[0].zone", "a time zone of the tz database")]
    [InlineData("{ name: a, from: \"08:00\", to: \"21:00\", match: { connection: north-1 } }", "send_windows[0].match.connection", "expected no connection")]
    [InlineData("{ name: a, from: \"08:00\", to: \"21:00\", rate: 5 }", "send_windows[0].rate", "is not a known key")]
    [InlineData("{ name: a, from: \"08:00\", to: \"21:00\" }, { name: a, from: \"08:00\", to: \"21:00\" }", "send_windows[1].name", "each must be different")]
    public void Parse_NotRight_IsRefusedByNameOnce(string windows, string key, string expected)
    {
        ConfigResult result = Read($"send_windows: [ {windows} ]");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.Message.ShouldContain(expected);
    }

    private static ConfigResult Read(string windows) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{windows}", "crosspoint.yaml", "/etc/crosspoint");
}
