using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class ConsoleFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-console-");

    public ConsoleFileTests()
    {
        Write("index.html", """<meta name="csp-nonce" content="__CSP_NONCE__"><script src="/console/assets/app-1a2b.js"></script>""");
        Write("assets/app-1a2b.js", "plain");
        Write("assets/app-1a2b.js.br", "brotli");
        Write("assets/app-1a2b.js.gz", "gzip");
        Write("favicon.svg", "<svg/>");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("/console")]
    [InlineData("/console/")]
    [InlineData("/console/index.html")]
    [InlineData("/console/messages/SM1")]
    [InlineData("/console/../console/setup")]
    public async Task Page_IsTheFallBack_WithANonceOfItsOwn_AndNeverKept(string path)
    {
        await using ApiFixture api = await StartAsync();
        (HttpResponseMessage first, string text) = await GetAsync(api, path);
        (HttpResponseMessage _, string again) = await GetAsync(api, path);
        first.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        first.Headers.CacheControl!.NoStore.ShouldBeTrue();
        string nonce = text.Split('"')[3];
        nonce.Length.ShouldBe(24);
        Header(first, "Content-Security-Policy").ShouldContain($"style-src 'self' 'nonce-{nonce}';");
        again.ShouldNotBe(text);
    }

    [Fact]
    public async Task EveryAnswer_HasTheHeaders_AndHstsOverTlsAlone()
    {
        await using ApiFixture api = await StartAsync();
        foreach (string path in (string[])["/console", "/console/favicon.svg", "/console/assets/app-1a2b.js", "/console/assets/none.js"])
        {
            (HttpResponseMessage answer, _) = await GetAsync(api, path);
            string policy = Header(answer, "Content-Security-Policy");
            policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self'");
            policy.ShouldEndWith("; style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
            Header(answer, "X-Content-Type-Options").ShouldBe("nosniff");
            Header(answer, "Referrer-Policy").ShouldBe("no-referrer");
            answer.Headers.Contains("Strict-Transport-Security").ShouldBeFalse();
        }

        (HttpResponseMessage secure, _) = await GetAsync(api, "/console", ("X-Forwarded-Proto", "https"));
        Header(secure, "Strict-Transport-Security").ShouldBe("max-age=31536000");
    }

    [Theory]
    [InlineData("", "plain", "")]
    [InlineData("gzip", "gzip", "gzip")]
    [InlineData("gzip, deflate, br;q=1.0", "brotli", "br")]
    [InlineData("br;q=0, gzip;q=0.5", "gzip", "gzip")]
    [InlineData("br;q=0.000, gzip; q=0", "plain", "")]
    public async Task Asset_IsKeptForEver_InTheFormThatTheBrowserTakes(string accepted, string text, string encoding)
    {
        await using ApiFixture api = await StartAsync();
        (HttpResponseMessage answer, string body) = await GetAsync(api, "/console/assets/app-1a2b.js", ("Accept-Encoding", accepted));
        (body, string.Join(',', answer.Content.Headers.ContentEncoding)).ShouldBe((text, encoding));
        answer.Content.Headers.ContentType!.ToString().ShouldBe("text/javascript; charset=utf-8");
        answer.Headers.CacheControl!.ToString().ShouldBe("public, max-age=31536000, immutable");
        answer.Headers.Vary.ShouldBe(["Accept-Encoding"]);
        (HttpResponseMessage same, string none) = await GetAsync(
            api, "/console/assets/app-1a2b.js", ("Accept-Encoding", accepted), ("If-None-Match", answer.Headers.ETag!.ToString()));
        ((int)same.StatusCode, none).ShouldBe((304, ""));
    }

    [Fact]
    public async Task FilesBesideThePage_AreAskedForAgain_AndHeadHasNoBody()
    {
        await using ApiFixture api = await StartAsync();
        (HttpResponseMessage answer, _) = await GetAsync(api, "/console/favicon.svg");
        (answer.Content.Headers.ContentType!.ToString(), answer.Headers.CacheControl!.ToString()).ShouldBe(("image/svg+xml", "no-cache"));
        Answer head = await api.SendAsync(HttpMethod.Head, "/console/favicon.svg", null);
        (head.Status, head.Text).ShouldBe((200, ""));
        Answer post = await api.SendAsync(HttpMethod.Post, "/console", null);
        (post.Status, post.At("code")).ShouldBe((405, "method_not_allowed"));
    }

    [Fact]
    public async Task Path_OutOfTheFolder_ReachesNothing()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder.Parent!.FullName, $"{_folder.Name}.txt"), "outside", CancellationToken.None);
        try
        {
            await using ApiFixture api = await StartAsync();
            foreach (string path in (string[])[$"../{_folder.Name}.txt", $"%2e%2e/{_folder.Name}.txt", $"..%2f{_folder.Name}.txt", $"assets/..%2f..%2f{_folder.Name}.txt", "/etc/passwd", "%00"])
            {
                string raw = await RawClient.ExchangeAsync(api.Server.Address, $"GET /console/{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
                raw.ShouldNotContain("outside");
                raw.ShouldNotContain("root:");
            }
        }
        finally
        {
            File.Delete(Path.Combine(_folder.Parent!.FullName, $"{_folder.Name}.txt"));
        }
    }

    [Fact]
    public async Task NoBuild_SaysHowToMakeOne()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { Console = new() { Files = Path.Combine(_folder.FullName, "none") } });
        (HttpResponseMessage answer, string text) = await GetAsync(api, "/console/setup");
        ((int)answer.StatusCode, text.Contains("npm run build")).ShouldBe((200, true));
        Header(answer, "Content-Security-Policy").ShouldContain("style-src 'self';");
        (await api.GetAsync("/consoles")).Status.ShouldBe(404);
    }

    private Task<ApiFixture> StartAsync() => ApiFixture.StartAsync(new() { Console = new() { Files = _folder.FullName } });

    private static string Header(HttpResponseMessage answer, string name) => answer.Headers.GetValues(name).ShouldHaveSingleItem();

    private static async Task<(HttpResponseMessage Answer, string Text)> GetAsync(ApiFixture api, string path, params (string Name, string Value)[] headers)
    {
        using HttpClient client = api.ClientFor(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        HttpResponseMessage answer = await client.SendAsync(request, CancellationToken.None);
        return (answer, await answer.Content.ReadAsStringAsync(CancellationToken.None));
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
