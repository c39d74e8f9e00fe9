using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Tests.Configuration;

public sealed class ConsoleKeyTests
{
    [Fact]
    public void Console_LeftOut_HasTheDefaultsOfTheDocumentation()
    {
        ConsoleOptions options = Read("").Config!.Http.Console;
        (options.IdleTimeout, options.SessionLifetime, options.SignInsPerMinute, options.AllowHttp, options.Url).ShouldBe(
            (TimeSpan.FromHours(12), TimeSpan.FromDays(7), 30, false, null));
    }

    [Fact]
    public void Console_EveryKey_IsTaken()
    {
        ConsoleOptions options = Read("console: { url: https://gateway.example, idle_timeout: 30m, session_lifetime: 1d, sign_ins_per_minute: 300, allow_http: true }").Config!.Http.Console;
        (options.IdleTimeout, options.SessionLifetime, options.SignInsPerMinute, options.AllowHttp, options.Url).ShouldBe(
            (TimeSpan.FromMinutes(30), TimeSpan.FromDays(1), 300, true, new Uri("https://gateway.example")));
    }

    [Fact]
    public void Console_ShortLifetimeAlone_ShortensTheIdleTimeout() =>
        Read("console: { session_lifetime: 1h }").Config!.Http.Console.IdleTimeout.ShouldBe(TimeSpan.FromHours(1));

    [Theory]
    [InlineData("url: gateway.example", "http.console.url: is 'gateway.example'; expected an address such as https://gateway.example, without a path")]
    [InlineData("url: https://gateway.example/console", "http.console.url: is")]
    [InlineData("url: ftp://gateway.example", "http.console.url: is")]
    [InlineData("idle_timeout: 1m", "http.console.idle_timeout: is '1m'; expected a duration from 5m to 30d")]
    [InlineData("session_lifetime: 1y", "http.console.session_lifetime: is '1y'")]
    [InlineData("idle_timeout: 2h, session_lifetime: 1h", "http.console.idle_timeout: must not be longer than 'session_lifetime'")]
    [InlineData("sign_ins_per_minute: 0", "http.console.sign_ins_per_minute: is '0'; expected a whole number from 1 to 10000")]
    [InlineData("allow_http: perhaps", "http.console.allow_http: is 'perhaps'; expected true or false")]
    [InlineData("alow_http: true", "http.console.alow_http: is not a known key; did you mean 'allow_http'?")]
    public void Console_WhatIsNotRight_IsRefused(string keys, string message) =>
        string.Join('\n', Read($"console: {{ {keys} }}").Errors).ShouldContain(message);

    private static ConfigResult Read(string http) => ConfigFile.Parse(
        $$"""
        http: { listen: "127.0.0.1:0"{{(http.Length > 0 ? ", " : "")}}{{http}} }
        accounts: [ { sid: AC00000000000000000000000000000001, auth_token: 0123456789abcdef0123456789abcdef } ]
        vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: 3775, system_id: cp, password: cp } } ] } ]
        routing: { default: [ north-1 ] }
        """, "test.yaml", ".");
}
