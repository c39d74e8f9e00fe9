using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>
/// What no client should send. Nothing of it may be answered with 5xx, leak a stack, reach the intake, or keep a good client waiting.
/// </summary>
public sealed class HostileHttpTests
{
    private const string Json = """{"to":"+15551234567","from":"+15550001000","body":"hello"}""";
    private const string Form = "To=%2B15551234567&From=%2B15550001000&Body=hello";

    private static readonly string Auth = $"Authorization: {ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken)}\r\n";

    public static TheoryData<string, string> Requests
    {
        get
        {
            string head = $"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/json\r\n";
            var data = new TheoryData<string, string>
            {
                { "content-length and transfer-encoding", $"{head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
                { "two content-lengths", $"{head}Content-Length: {Json.Length}\r\nContent-Length: 5\r\n\r\n{Json}" },
                { "negative content-length", $"{head}Content-Length: -1\r\n\r\n" },
                { "content-length that is no number", $"{head}Content-Length: 0x10\r\n\r\n" },
                { "content-length beyond a long", $"{head}Content-Length: 99999999999999999999\r\n\r\n" },
                { "unknown transfer-encoding", $"{head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
                { "chunk size that is no number", $"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{Json}\r\n0\r\n\r\n" },
                { "chunk size beyond a long", $"{head}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\nx\r\n0\r\n\r\n" },
                { "chunk longer than it says", $"{head}Transfer-Encoding: chunked\r\n\r\n2\r\n{Json}\r\n0\r\n\r\n" },
                { "two hosts", $"GET /v1/messages HTTP/1.1\r\nHost: a\r\nHost: b\r\n{Auth}\r\n" },
                { "no host", $"GET /v1/messages HTTP/1.1\r\n{Auth}\r\n" },
                { "host that is none", $"GET /v1/messages HTTP/1.1\r\nHost: a b\r\n{Auth}\r\n" },
                { "folded header", $"GET /v1/messages HTTP/1.1\r\nHost: x\r\nX-Long: a\r\n b\r\n{Auth}\r\n" },
                { "space before the colon", $"GET /v1/messages HTTP/1.1\r\nHost : x\r\n{Auth}\r\n" },
                { "header without a colon", $"GET /v1/messages HTTP/1.1\r\nHost: x\r\nnonsense\r\n{Auth}\r\n" },
                { "NUL in a header", $"GET /v1/messages HTTP/1.1\r\nHost: x\r\nX-Nul: a\0b\r\n{Auth}\r\n" },
                { "NUL in the path", $"GET /v1/mess\0ages HTTP/1.1\r\nHost: x\r\n{Auth}\r\n" },
                { "escaped NUL in the path", $"GET /v1/messages/%00 HTTP/1.1\r\nHost: x\r\n{Auth}\r\n" },
                { "bad UTF-8 in the path", $"GET /v1/messages/%C3%28 HTTP/1.1\r\nHost: x\r\n{Auth}\r\n" },
                { "path that climbs", $"GET /v1/messages/../../../etc/passwd HTTP/1.1\r\nHost: x\r\n{Auth}\r\n" },
                { "huge header", $"GET /v1/messages HTTP/1.1\r\nHost: x\r\nX-Big: {new string('a', 100_000)}\r\n{Auth}\r\n" },
                { "huge request line", $"GET /v1/messages?limit={new string('1', 100_000)} HTTP/1.1\r\nHost: x\r\n{Auth}\r\n" },
                { "thousand headers", $"GET /v1/messages HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 1000).Select(i => $"X-{i}: 1\r\n"))}{Auth}\r\n" },
                { "unknown version", $"GET /v1/messages HTTP/9.9\r\nHost: x\r\n{Auth}\r\n" },
                { "unknown method", $"BREW /v1/messages HTTP/1.1\r\nHost: x\r\n{Auth}\r\n" },
                { "bare line feeds in the request line", $"GET /v1/messages\n\nHost: x\r\n{Auth}\r\n" },
                { "not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is a TLS client hello" },
                { "body longer than allowed", $"{head}Content-Length: 2000000\r\n\r\n{Json}" },
                { "body that is no JSON", $"{head}Content-Length: 4\r\n\r\n\0\0\0\0" },
                { "deep JSON", $"{head}Content-Length: 100000\r\n\r\n{new string('[', 100_000)}" },
                { "deep JSON in a field", $"{head}Content-Length: 100008\r\n\r\n{{\"body\":{new string('[', 100_000)}" },
            };
            foreach (string path in new[] { "/v1/messages", "/v1/messages/batch", ApiFixture.TwilioMessages + ".json" })
                data.Add(
                    $"compressed body to {path}", $"POST {path} HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{{}}");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Request_Hostile_IsRefusedWithoutHarm(string what, string request)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string answer = await RawClient.ExchangeAsync(api.Server.Address, request);

        // 0: closed without a word. 505 is what RFC 9110 §15.6.6 wants for another version of HTTP.
        int status = RawClient.StatusOf(answer);
        if (status is not (0 or 505)) status.ShouldBeInRange(400, 499, what);
        AssertNothingLeaked(answer);
        api.Engine.Requests.ShouldBeEmpty();
        (await api.PostAsync("/v1/messages", Json)).Status.ShouldBe(202, "a good client beside it");
    }

    [Fact]
    public async Task Request_FormOfAHundredThousandParameters_IsRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string form = string.Join('&', Enumerable.Range(0, 100_000).Select(i => $"p{i}=1"));
        Answer answer = await api.SendAsync(HttpMethod.Post, ApiFixture.TwilioMessages
            + ".json", new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"));
        answer.Status.ShouldBe(400);
        string query = string.Join('&', Enumerable.Range(0, 700).Select(i => $"p{i}=1"));
        (await api.GetAsync($"/v1/messages?{query}")).Status.ShouldBe(400);
        (await api.GetAsync($"{ApiFixture.TwilioMessages}.json?{query}")).Status.ShouldBe(400);
        string fields = string.Join(',', Enumerable.Range(0, 50_000).Select(i => $"\"f{i}\":{{\"a\":[1]}}"));
        (await api.PostAsync("/v1/messages", $"{{{fields}}}")).At("code").ShouldBe("field_unknown");
    }

    [Fact]
    public async Task Request_GzipBomb_IsNotUnpacked()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(new byte[32 * 1024 * 1024], CancellationToken.None);

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentType = new("application/json");
        content.Headers.ContentEncoding.Add("gzip");
        (await api.SendAsync(HttpMethod.Post, "/v1/messages", content)).Status.ShouldBe(415);
    }

    [Theory]
    [InlineData("/v1/messages", "application/problem+json")]
    [InlineData("twilio", "application/json")]
    public async Task Request_BodyBeyondTheLimit_Is413InTheDialectOfThePath(string path, string type)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new HttpOptions { MaxBody = 64 * 1024 });
        if (path == "twilio") path = ApiFixture.TwilioMessages + ".json";
        using var content = new StringContent(
            new string('a', 65 * 1024), Encoding.ASCII, path.StartsWith("/v1") ? "application/json" : "application/x-www-form-urlencoded");
        Answer answer = await api.SendAsync(HttpMethod.Post, path, content);
        answer.Status.ShouldBe(413);
        answer.ContentType.ShouldBe(type);
        string chunked =
            $"POST {path} HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: {content.Headers.ContentType}\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"11000\r\n{new string('a', 0x11000)}\r\n0\r\n\r\n";
        RawClient.StatusOf(await RawClient.ExchangeAsync(api.Server.Address, chunked)).ShouldBe(413);
    }

    [Fact]
    public async Task Request_BodyCutByTheClient_LeavesNothingBehind()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string cut = $"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{Json}";
        string answer = await RawClient.ExchangeAsync(api.Server.Address, cut, half: true);
        RawClient.StatusOf(answer).ShouldBeOneOf(0, 400);
        api.Engine.Requests.ShouldBeEmpty();
        (await api.PostAsync("/v1/messages", Json)).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Request_BodyThatStalls_IsCutOffAndDoesNotSlowOthers()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string slow = $"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{";
        Task<string> stalled = RawClient.ExchangeAsync(api.Server.Address, slow);
        for (int i = 0; i < 20; i++) (await api.PostAsync("/v1/messages", Json)).Status.ShouldBe(202);
        string answer = await stalled;
        RawClient.StatusOf(answer).ShouldBeOneOf(0, 408);
        AssertNothingLeaked(answer);
    }

    [Fact]
    public async Task Request_Pipelined_IsAnsweredInOrder()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string send = $"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/json\r\n"
            + $"Content-Length: {Json.Length}\r\n\r\n{Json}";
        string last =
            $"POST {ApiFixture.TwilioMessages}.json HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/x-www-form-urlencoded\r\n"
            + $"Connection: close\r\nContent-Length: {Form.Length}\r\n\r\n{Form}";
        string answer = await ReadToCloseAsync(api.Server.Address, send + send + last);
        answer.Split("HTTP/1.1 202").Length.ShouldBe(3);
        answer.ShouldContain("HTTP/1.1 201");
        api.Engine.Requests.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Request_InTinyPieces_IsTaken()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(api.Server.Address.Host, api.Server.Address.Port, CancellationToken.None);
        NetworkStream stream = client.GetStream();
        string request = $"POST /v1/messages HTTP/1.1\r\nHost: x\r\n{Auth}Content-Type: application/json\r\n"
            + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
            + string.Concat(Json.Chunk(3).Select(c => $"{c.Length:x}\r\n{new string(c)}\r\n")) + "0\r\n\r\n";
        foreach (char[] piece in request.Chunk(7)) await stream.WriteAsync(Encoding.Latin1.GetBytes(piece), CancellationToken.None);
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync(CancellationToken.None)).ShouldStartWith("HTTP/1.1 202");
        api.Engine.Requests.ShouldHaveSingleItem().Body.ShouldBe("hello");
    }

    [Fact]
    public async Task Response_NeverNamesTheServer()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        (await api.GetAsync("/health/live")).Headers.Contains("Server").ShouldBeFalse();
    }

    private static async Task<string> ReadToCloseAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, CancellationToken.None);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), CancellationToken.None);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(CancellationToken.None);
    }

    private static void AssertNothingLeaked(string answer)
    {
        answer.ShouldNotContain("   at ");
        answer.ShouldNotContain("Exception");
        answer.ShouldNotContain("Microsoft");
    }
}
