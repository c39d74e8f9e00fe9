using Crosspoint.Engine.Numbers;
using Crosspoint.Server.Configuration;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>numbers</c>: each reaches its option, or is refused by name.</summary>
public sealed class NumberKeyTests
{
    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        NumberOptions options = Read(
            """
            numbers:
              ported: [ bnetza, nl-coin ]
              refresh: 30s
              wait: 250ms
              cache: 5000
              services:
                - name: hlr
                  countries: [ DE, AT ]
                  timeout: 2s
                  per_second: 12.5
                  per_day: 100000
                  concurrency: 7
                  ttl: 12h
                  negative_ttl: 10m
                  names: { D001: "26201", Vodafone D2: 262-02 }
                  http:
                    url: https://lookup.example.net/v1/{number}?full=1
                    headers: { Authorization: Bearer abc, X-Other: "1" }
                    network: result.network
                    mcc: $.result.codes[0].mcc
                    mnc: result.codes[0].mnc
                    ported: result.ported
                - name: enum
                  enum: { server: "192.0.2.1:5353", suffix: lookup.example.net. }
                - name: public
                  enum: { server: "[2001:db8::1]:53" }
            """).Config.ShouldNotBeNull().Engine.Numbers;

        options.Directory.ShouldBe("/etc/crosspoint/data/numbers");
        options.Ported.ShouldBe(["bnetza", "nl-coin"]);
        options.Refresh.ShouldBe(TimeSpan.FromSeconds(30));
        options.Wait.ShouldBe(TimeSpan.FromMilliseconds(250));
        options.CacheNumbers.ShouldBe(5000);
        options.Services.Count.ShouldBe(3);
        LookupServiceOptions hlr = options.Services[0];
        hlr.Name.ShouldBe("hlr");
        hlr.Countries.ShouldBe(["DE", "AT"], ignoreOrder: true);
        hlr.Timeout.ShouldBe(TimeSpan.FromSeconds(2));
        hlr.PerSecond.ShouldBe(12.5);
        hlr.PerDay.ShouldBe(100_000);
        hlr.Concurrency.ShouldBe(7);
        hlr.Ttl.ShouldBe(TimeSpan.FromHours(12));
        hlr.NegativeTtl.ShouldBe(TimeSpan.FromMinutes(10));
        var telekom = NetworkId.FromCodes(262, 1, 2);
        var vodafone = NetworkId.FromCodes(262, 2, 2);
        hlr.Names["d001"].ShouldBe(telekom);
        hlr.Names["vodafone d2"].ShouldBe(vodafone);
        hlr.Enum.ShouldBeNull();
        HttpLookupOptions http = hlr.Http.ShouldNotBeNull();
        http.Url.ShouldBe("https://lookup.example.net/v1/{number}?full=1");
        http.Headers.ShouldBe([new("Authorization", "Bearer abc"), new("X-Other", "1")]);
        http.Network!.ToString().ShouldBe("result.network");
        http.Mcc!.ToString().ShouldBe("$.result.codes[0].mcc");
        http.Mnc!.ToString().ShouldBe("result.codes[0].mnc");
        http.Ported!.ToString().ShouldBe("result.ported");
        http.ToString().ShouldNotContain("abc", Case.Insensitive, "headers may hold secrets");
        EnumLookupOptions dns = options.Services[1].Enum.ShouldNotBeNull();
        dns.Server.ToString().ShouldBe("192.0.2.1:5353");
        dns.Suffix.ShouldBe("lookup.example.net");
        options.Services[2].Enum!.Suffix.ShouldBe("e164.arpa");
    }

    [Fact]
    public void Parse_WithoutTheKey_AsksNobodyAndTakesAllThatIsImported()
    {
        NumberOptions options = Read("").Config.ShouldNotBeNull().Engine.Numbers;
        options.Services.ShouldBeEmpty();
        options.Ported.ShouldBeNull();
        options.Directory.ShouldBe("/etc/crosspoint/data/numbers");
    }

    [Theory]
    [InlineData("ported: [ BNetzA ]", "ported[0]", "lower-case letters")]
    [InlineData("ported: [ ../x ]", "ported[0]", "lower-case letters")]
    [InlineData("ported: [ a, a ]", "ported[1]", "is the source")]
    [InlineData("ported: a", "ported", "expected a list")]
    [InlineData("wait: 1m", "wait", "expected a duration from 10ms to 10s")]
    [InlineData("cache: 5", "cache", "expected a whole number from 1000")]
    [InlineData("refresh: 1ms", "refresh", "expected a duration from 1s")]
    [InlineData("files: []", "files", "is not a known key")]
    [InlineData("services: [ { name: a } ]", "services[0]", "expected 'http' or 'enum'")]
    [InlineData("services: [ { enum: { server: 1.2.3.4:53 } } ]", "services[0].name", "is missing")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, http: { url: \"http://a/{number}\", network: x } } ]", "services[0]", "needs one way")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 } }, { name: a, enum: { server: 1.2.3.4:53 } } ]", "services[1].name", "name of the service")]
    [InlineData("services: [ { name: a, enum: { } } ]", "services[0].enum.server", "is missing")]
    [InlineData("services: [ { name: a, enum: { server: dns.example.net:53 } } ]", "services[0].enum.server", "expected an address and a port")]
    [InlineData("services: [ { name: a, enum: { server: \"*:53\" } } ]", "services[0].enum.server", "is no address of a server")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:0 } } ]", "services[0].enum.server", "is no address of a server")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53, suffix: a..b } } ]", "services[0].enum.suffix", "expected a domain name")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/number\", network: x } } ]", "services[0].http.url", "holds {number}")]
    [InlineData("services: [ { name: a, http: { url: \"http://{number}.a/\", network: x } } ]", "services[0].http.url", "holds {number}")]
    [InlineData("services: [ { name: a, http: { url: \"ftp://a/{number}\", network: x } } ]", "services[0].http.url", "http or https")]
    [InlineData("services: [ { name: a, http: { url: \"/a/{number}\", network: x } } ]", "services[0].http.url", "http or https")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\" } } ]", "services[0].http.network", "is missing")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\", mcc: x } } ]", "services[0].http.mcc", "together")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\", network: \"a..b\" } } ]", "services[0].http.network", "a place in the answer")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\", network: \"a[x]\" } } ]", "services[0].http.network", "a place in the answer")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\", network: x, headers: { \"a b\": c } } } ]", "services[0].http.headers.a b", "cannot be sent")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\", network: x, headers: { Host: c } } } ]", "services[0].http.headers.Host", "cannot be sent")]
    [InlineData("services: [ { name: a, http: { url: \"http://a/{number}\", network: x, headers: { Content-Type: c } } } ]", "services[0].http.headers.Content-Type", "cannot be sent")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, names: { x: \"262\" } } ]", "services[0].names.x", "expected MCC and MNC")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, names: { x: \"26201\", X: \"26202\" } } ]", "services[0].names.X", "is there twice")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, countries: [ Germany ] } ]", "services[0].countries[0]", "expected one of ISO 3166-1")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, countries: [ ] } ]", "services[0].countries", "leave it out for all")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, timeout: 1ms } ]", "services[0].timeout", "expected a duration from 10ms")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, per_second: 0 } ]", "services[0].per_second", "expected a number from 0.01")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, per_day: 0 } ]", "services[0].per_day", "expected a whole number from 1")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, concurrency: 0 } ]", "services[0].concurrency", "expected a whole number from 1")]
    [InlineData("services: [ { name: a, enum: { server: 1.2.3.4:53 }, ttl: 0s } ]", "services[0].ttl", "expected a duration from 1s")]
    public void Parse_NotRight_IsRefusedByNameOnce(string text, string key, string expected)
    {
        ConfigResult result = Read($"numbers:\n  {text}");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe($"numbers.{key}");
        error.Message.ShouldContain(expected);
        error.Line.ShouldBeGreaterThan(1);
    }

    private static ConfigResult Read(string text) => ConfigFile.Parse($"{ConfigFileTests.Contract}\n{text}", "crosspoint.yaml", "/etc/crosspoint");
}
