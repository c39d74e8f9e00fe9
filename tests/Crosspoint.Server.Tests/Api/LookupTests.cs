using System.Text.Json.Nodes;
using Crosspoint.Engine.Numbers;
using Crosspoint.Server.Tests.Support;
using Crosspoint.TestKit;

namespace Crosspoint.Server.Tests.Api;

public sealed class LookupTests
{
    [Theory]
    [InlineData("/v1/lookup/+4915112345678")]
    [InlineData("/v1/lookup/%2B4915112345678")]
    [InlineData("/v1/lookup/4915112345678")]
    public async Task Get_MobileNumber_HoldsWhatIsKnownFieldByField(string path)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync(path);
        answer.Status.ShouldBe(200);
        answer.Json.ToJsonString().ShouldBe(new JsonObject
        {
            ["number"] = "+4915112345678",
            ["country"] = "DE",
            ["calling_code"] = 49,
            ["type"] = "mobile",
            ["network"] = new JsonObject { ["mcc"] = "262", ["mnc"] = "01", ["name"] = "Telekom" },
            ["source"] = "range",
            ["source_name"] = null,
            ["ported"] = null,
            ["time_zones"] = new JsonArray("Europe/Berlin"),
        }.ToJsonString());
    }

    [Fact]
    public async Task Get_NumberOfNoCountryOrNetwork_SaysSo()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        JsonNode american = (await api.GetAsync("/v1/lookup/+12125551234")).Json;
        american["country"]!.ToString().ShouldBe("US");
        american["network"].ShouldBeNull();
        american["source"]!.ToString().ShouldBe("none");
        american["type"]!.ToString().ShouldBe("fixed_line_or_mobile");
        JsonNode unassigned = (await api.GetAsync("/v1/lookup/+99912345678")).Json;
        unassigned["country"].ShouldBeNull();
        unassigned["calling_code"].ShouldBeNull();
        unassigned["type"]!.ToString().ShouldBe("unknown");
        unassigned["time_zones"]!.AsArray().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("12")]
    [InlineData("hello")]
    [InlineData("+0123456789")]
    [InlineData("+1234567890123456")]
    [InlineData("%F0%9F%98%80")]
    public async Task Get_NoNumber_IsAProblem(string number)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync($"/v1/lookup/{number}");
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe("number_invalid");
        answer.At("field").ShouldBe("number");
    }

    [Fact]
    public async Task Get_QueryOrNoCredentials_IsRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = "token-of-the-operator" });
        (await api.GetAsync("/v1/lookup/+4915112345678?full=1")).At("code").ShouldBe("parameter_unknown");
        using HttpClient nobody = api.ClientFor(null);
        (await nobody.GetAsync("/v1/lookup/+4915112345678")).StatusCode.ShouldBe(System.Net.HttpStatusCode.Unauthorized);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");
        (await api.GetAsync("/v1/lookup/+4915112345678")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Get_Service_IsAskedForTheOperatorAlone()
    {
        int asked = 0;
        await using var server = new NaptrServer(_ =>
        {
            Interlocked.Increment(ref asked);
            return new() { Records = [new("!^.*$!tel:+4915112345678;mcc=262;mnc=02!")] };
        });
        await using ApiFixture api = await ApiFixture.StartAsync(
            new() { AdminToken = "token-of-the-operator" },
            numbers: new() { Services = [new() { Name = "carrier", Enum = new() { Server = server.EndPoint } }] });
        (await api.GetAsync("/v1/lookup/+4915112345678")).At("source").ShouldBe("range", "an account does not spend the operator's budget");
        asked.ShouldBe(0);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");
        (await api.GetAsync("/v1/lookup/+4915112345678")).At("source").ShouldBe("lookup");
        asked.ShouldBe(1);

        // What was answered before is told to everybody.
        api.Client.DefaultRequestHeaders.Authorization = ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken);
        JsonNode found = (await api.GetAsync("/v1/lookup/+4915112345678")).Json;
        found["source"]!.ToString().ShouldBe("lookup");
        found["source_name"]!.ToString().ShouldBe("carrier");
        found["ported"]!.GetValue<bool>().ShouldBeTrue();
        found["network"]!["name"]!.ToString().ShouldBe("Vodafone");
    }
}
