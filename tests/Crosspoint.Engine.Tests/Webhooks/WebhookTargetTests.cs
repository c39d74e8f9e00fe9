using System.Net;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookTargetTests
{
    private static readonly WebhookOptions Strict = new();
    private static readonly WebhookOptions Open = new() { AllowPrivateAddresses = true };

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("https://example.com/path/%7Ex?y=z#rc=1")]
    [InlineData("https://example.com:8443/")]
    [InlineData("https://93.184.216.34/")]
    [InlineData("https://[2606:2800:220:1:248:1893:25c8:1946]/")]
    [InlineData("https://[64:ff9b::5db8:d822]/")]
    [InlineData("https://bücher.example/")]
    [InlineData("https://xn--bcher-kva.example./")]
    public void TryCheck_PublicTarget_IsAllowed(string url)
    {
        WebhookTarget.TryCheck(url, Strict, out string problem).ShouldBeTrue(problem);
        problem.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/relative")]
    [InlineData("example.com/hook")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://example.com/")]
    [InlineData("http://example.com/")]
    [InlineData("https://user:pass@example.com/")]
    [InlineData("https://user@example.com/")]
    [InlineData("https://@example.com/")]
    [InlineData("https://example.com:22/")]
    [InlineData("https://example.com:0/")]
    [InlineData("https://my_host.example.com/")]
    [InlineData("https:example.com/")]
    [InlineData("https:/example.com/")]
    [InlineData("https://example.com/a b")]
    [InlineData("https://example.com/a\r\nX-Header: 1")]
    [InlineData("https://example.com\\@10.0.0.1/")]
    [InlineData("https://localhost/")]
    [InlineData("https://api.LOCALHOST./")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("https://127.0.0.1./")]
    [InlineData("https://2130706433/")]
    [InlineData("https://0x7f000001/")]
    [InlineData("https://0x7f.1/")]
    [InlineData("https://0177.0.0.1/")]
    [InlineData("https://127.1/")]
    [InlineData("https://1.2.3.4.5/")]
    [InlineData("https://0/")]
    [InlineData("https://10.1.2.3/")]
    [InlineData("https://172.31.255.255/")]
    [InlineData("https://192.168.0.1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://100.64.0.1/")]
    [InlineData("https://[::1]/")]
    [InlineData("https://[::]/")]
    [InlineData("https://[::ffff:127.0.0.1]/")]
    [InlineData("https://[::ffff:a00:1]/")]
    [InlineData("https://[64:ff9b::7f00:1]/")]
    [InlineData("https://[fe80::1]/")]
    [InlineData("https://[fd00::1]/")]
    public void TryCheck_TargetThatMayNotBeCalled_IsRefusedWithReason(string url)
    {
        WebhookTarget.TryCheck(url, Strict, out string problem).ShouldBeFalse();
        problem.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("http://127.0.0.1:9000/inbound", true)]
    [InlineData("http://localhost:1/", true)]
    [InlineData("http://[::1]:9000/", true)]
    [InlineData("ftp://127.0.0.1/", false)]
    [InlineData("http://user:pass@127.0.0.1/", false)]
    public void TryCheck_PrivateAddressesAllowed_AllowsHttpAndAnyPortAndNothingElse(string url, bool expected) =>
        WebhookTarget.TryCheck(url, Open, out _).ShouldBe(expected);

    [Fact]
    public void TryCheck_HttpAllowed_TakesHttpAndStillNoPrivateAddress()
    {
        var options = new WebhookOptions { AllowHttp = true };
        WebhookTarget.TryCheck("http://example.com/", options, out _).ShouldBeTrue();
        WebhookTarget.TryCheck("http://10.0.0.1/", options, out _).ShouldBeFalse();
    }

    [Fact]
    public void TryCheck_HostWithHalfACharacter_IsRefusedAndDoesNotThrow()
    {
        WebhookTarget.TryCheck("https://exa\ud800ple.com/in", new() { AllowPrivateAddresses = true }, out string problem).ShouldBeFalse();
        problem.ShouldNotBeEmpty();
    }

    [Fact]
    public void TryCheck_TooLong_IsRefused() =>
        WebhookTarget.TryCheck("https://example.com/" + new string('a', WebhookTarget.MaxLength), Strict, out _).ShouldBeFalse();

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("1.1.1.1", true)]
    [InlineData("172.32.0.1", true)]
    [InlineData("100.128.0.1", true)]
    [InlineData("2a00:1450:4001:81b::200e", true)]
    [InlineData("64:ff9b::808:808", true)]
    [InlineData("2002:808:808::1", true)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("0.1.2.3", false)]
    [InlineData("10.255.255.255", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("127.255.0.1", false)]
    [InlineData("169.254.0.1", false)]
    [InlineData("172.16.0.1", false)]
    [InlineData("192.0.0.8", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.88.99.1", false)]
    [InlineData("192.168.255.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("198.51.100.7", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("239.255.255.255", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::10.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("64:ff9b:1::808:808", false)]
    [InlineData("100::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:0:4136:e378:8000:63bf:3fff:fdd2", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:a00:1::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2a00:1450:4001:81b:0:5efe:a00:1", false)]
    [InlineData("3fff::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fdff::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fe80::1%1", false)]
    [InlineData("febf::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    public void IsPublic_Address_AsRegistered(string address, bool expected) =>
        AddressRules.IsPublic(IPAddress.Parse(address)).ShouldBe(expected);

    [Fact]
    public void Parse_Fragment_NarrowsWhatTheGatewayDoes()
    {
        TargetUrl target = TargetUrl.Parse("AC1", "https://example.com/hook?a=1#rc=2&rp=5xx,ct&ct=1500&rt=5000&tt=9000&e=ashburn", Strict);
        target.Overrides.MostRetries.ShouldBe(2);
        target.Overrides.Retried.ShouldBe(RetriedFailures.ServerErrors | RetriedFailures.Connect);
        target.Overrides.Connect.ShouldBe(TimeSpan.FromMilliseconds(1500));
        target.Overrides.Total.ShouldBe(TimeSpan.FromMilliseconds(5000));
        target.Endpoint.Url.ShouldBe("https://example.com/hook");
        System.Text.Encoding.UTF8.GetString(target.SignedUrl).ShouldBe("https://example.com/hook?a=1");
    }

    [Theory]
    [InlineData("http://h:1", "/", "http://h:1/")]
    [InlineData("http://h:1#rc=1", "/", "http://h:1/")]
    [InlineData("http://h:1?a=1", "/?a=1", "http://h:1/?a=1")]
    [InlineData("http://h:1?a=/b", "/?a=/b", "http://h:1/?a=/b")]
    [InlineData("http://h:1/", "/", "http://h:1/")]
    [InlineData("http://h:1//x", "//x", "http://h:1//x")]
    [InlineData("http://h:1/%7E?", "/%7E?", "http://h:1/%7E?")]
    [InlineData("http://[::1]:9000?a", "/?a", "http://[::1]:9000/?a")]
    public void Parse_UrlWithOrWithoutPath_GoesOutAsItIsSigned(string url, string path, string signed)
    {
        TargetUrl target = TargetUrl.Parse("AC1", url, Open);
        target.Uri!.PathAndQuery.ShouldBe(path);
        System.Text.Encoding.UTF8.GetString(target.SignedUrl).ShouldBe(signed);
    }

    [Theory]
    [InlineData("https://example.com/x", null, "https://example.com/x")]
    [InlineData("https://Example.COM/x", "Example.COM", "https://Example.COM/x")]
    [InlineData("HTTPS://example.com/x", null, "https://example.com/x")]
    [InlineData("https://example.com:443/x", "example.com:443", "https://example.com:443/x")]
    [InlineData("https://example.com:8443/x", null, "https://example.com:8443/x")]
    [InlineData("https://[::1]:8443/x", null, "https://[::1]:8443/x")]
    [InlineData("https://[0:0::1]/x", "[0:0::1]", "https://[0:0::1]/x")]
    [InlineData("https://example.com/ü?ä", null, "https://example.com/%C3%BC?%C3%A4")]
    [InlineData("https://Example.com:443/ü", "Example.com:443", "https://Example.com:443/%C3%BC")]
    [InlineData("https://bücher.example:8443/x", null, "https://xn--bcher-kva.example:8443/x")]
    public void Parse_Host_IsSentAsItIsSigned(string url, string? host, string signed)
    {
        TargetUrl target = TargetUrl.Parse("AC1", url, Open);
        target.Place.Host.ShouldBe(host);
        System.Text.Encoding.UTF8.GetString(target.SignedUrl).ShouldBe(signed);
    }

    [Theory]
    [InlineData("https://example.com/hook")]
    [InlineData("https://example.com")]
    [InlineData("https://Example.com:443/hook")]
    [InlineData("https://bücher.example/x")]
    [InlineData("https://user@example.com/x")]
    [InlineData("https://10.0.0.1/x")]
    [InlineData("http://example.com/x")]
    [InlineData("https:example.com/x")]
    [InlineData("example.com/x")]
    public void CallbackCheck_UrlsOfOnePlace_AreJudgedAsEachAlone(string place)
    {
        var check = new CallbackCheck(Strict);
        string tooLong = "?" + new string('x', WebhookTarget.MaxLength);
        string[] rests = ["", "?t=1", "?t=2", "?t=3#rc=1", "#rc=1", "?@", "?a=//b", "?a b", "?\\", "?ü", "?\u007F", tooLong, "?t=4"];
        foreach (string rest in rests)
        {
            bool expected = WebhookTarget.TryCheck(place + rest, Strict, out string problem);
            check.TryCheck(place + rest, out string found).ShouldBe(expected, rest);
            found.ShouldBe(problem, rest);
        }
    }

    [Theory]
    [InlineData("?t=1")]
    [InlineData("#rc=1")]
    [InlineData("?t=%7E&u=a?b#rc=1")]
    [InlineData("?t=ü")]
    public void At_PlaceOfAnother_IsTheSameAsAlone(string rest)
    {
        string url = "https://Example.com:443/hook" + rest;
        TargetUrl alone = TargetUrl.Parse("AC1", url, Strict);
        TargetUrl shared = TargetUrl.At(TargetPlace.Parse("AC1", WebhookTarget.PlaceOf(url).ToString(), Strict), url);
        shared.Uri.ShouldBe(alone.Uri);
        shared.SignedUrl.ShouldBe(alone.SignedUrl);
        shared.Endpoint.ShouldBe(new EndpointKey("AC1", "https://example.com/hook"));
        shared.Overrides.ShouldBe(alone.Overrides);
        alone.Uri!.Fragment.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("#")]
    [InlineData("#rc=-1&rp=nothing&ct=x&tt=")]
    [InlineData("#section-2")]
    public void Parse_FragmentThatSaysNothing_ChangesNothing(string fragment) =>
        TargetUrl.Parse("AC1", "https://example.com/hook" + fragment, Strict).Overrides.ShouldBe(TargetOverrides.None);
}
