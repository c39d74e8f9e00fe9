using System.Net.Http.Headers;
using System.Text;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class CredentialsTests
{
    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    public static TheoryData<string> Wrong =>
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        $"Basic {Base64("no colon")}",
        $"Basic {Base64(":")}",
        $"Basic {Base64($"{ApiFixture.Demo.Sid}:")}",
        $"Basic {Base64($":{ApiFixture.Demo.AuthToken}")}",
        $"Basic {Base64($":{ApiFixture.Demo.ApiKeys[0].Secret}")}",
        $"Basic {Base64($"{ApiFixture.Demo.Sid}:{ApiFixture.Demo.AuthToken}x")}",
        $"Basic {Base64($"{ApiFixture.Other.Sid}:{ApiFixture.Demo.AuthToken}")}",
        $"Basic {Base64($"{ApiFixture.Demo.ApiKeys[0].Sid}:{ApiFixture.Demo.AuthToken}")}",
        $"Basic {Convert.ToBase64String([0xC3, 0x28, (byte)':', 0xFF])}",
        $"Basic {Base64(new string('a', 3000))}",
        "Bearer ",
        "Bearer wrong",
        $"Bearer {ApiFixture.Demo.AuthToken}",
        $"Digest {ApiFixture.Demo.ApiKeys[0].Secret}",
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Authenticate_WrongCredentials_AreRefusedInEachDialect(string header)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using HttpClient client = api.ClientFor(null);
        if (header.Length > 0) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        foreach (string path in new[] { "/v1/messages", "/v1/events", "/v1/webhooks/secret", "/v1/messages/SM00000000000070008000000000000000" })
        {
            Answer native = await GetAsync(client, path);
            (native.Status, native.At("code")).ShouldBe((401, "unauthorized"), path);
            native.Headers.WwwAuthenticate.Select(h => h.Scheme).ShouldBe(["Bearer", "Basic"]);
        }

        Answer twilio = await GetAsync(client, ApiFixture.TwilioMessages + ".json");
        (twilio.Status, twilio.At("code")).ShouldBe((401, "20003"));
        twilio.Headers.WwwAuthenticate.Select(h => h.Scheme).ShouldBe(["Basic"]);
    }

    [Fact]
    public async Task Authenticate_EachKindOfCredential_IsTaken()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        AuthenticationHeaderValue token = ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken);
        AuthenticationHeaderValue key = ApiFixture.Basic(ApiFixture.Demo.ApiKeys[0].Sid, ApiFixture.Demo.ApiKeys[0].Secret);
        var bearer = new AuthenticationHeaderValue("bearer", ApiFixture.Demo.ApiKeys[0].Secret);
        foreach (AuthenticationHeaderValue header in new[] { token, key, bearer })
        {
            using HttpClient client = api.ClientFor(null);
            client.DefaultRequestHeaders.Authorization = header;
            (await GetAsync(client, "/v1/messages")).Status.ShouldBe(200, header.Scheme);
            (await GetAsync(client, ApiFixture.TwilioMessages + ".json")).Status.ShouldBe(header == bearer ? 401 : 200);
        }
    }

    [Fact]
    public async Task Authenticate_TwoHeaders_AreRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string good = ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken).ToString();
        string answer = await RawClient.ExchangeAsync(
            api.Server.Address, $"GET /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: {good}\r\nAuthorization: {good}\r\n\r\n");
        RawClient.StatusOf(answer).ShouldBe(401);
    }

    [Fact]
    public async Task Authenticate_BeforeTheBody_ReadsNothingOfAStranger()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string answer = await RawClient.ExchangeAsync(
            api.Server.Address,
            "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500000\r\n\r\n{");
        RawClient.StatusOf(answer).ShouldBe(401);
    }

    private static async Task<Answer> GetAsync(HttpClient client, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Answer.ReadAsync(client, request);
    }
}
