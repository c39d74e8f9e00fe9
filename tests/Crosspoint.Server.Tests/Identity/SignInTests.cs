using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Identity;

public sealed class SignInTests
{
    [Fact]
    public async Task SetUp_MakesTheOwnerOnce_AndSignsThemIn()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string token = api.Identity.SetUpToken.ShouldNotBeNull();
        using var browser = new Browser(api);
        JsonObject SetUp(string with, string password = Browser.Password) => new() { ["token"] = with, ["name"] = "Ada@Example.org", ["password"] = password };
        (await browser.PostAsync("/v1/console/setup", SetUp(token + "x"))).At("code").ShouldBe("link_invalid");
        Answer weak = await browser.PostAsync("/v1/console/setup", SetUp(token, "short"));
        (weak.Status, weak.At("code"), weak.At("field")).ShouldBe((400, "password_weak", "password"));
        (await browser.GetAsync("/v1/console/session")).Status.ShouldBe(401);

        Answer made = await browser.PostAsync("/v1/console/setup", SetUp(token));
        (made.Status, made.At("user.name"), made.At("role"), made.At("demo")).ShouldBe((200, "ada@example.org", "owner", "false"));
        (await browser.GetAsync("/v1/console/session")).At("user.name").ShouldBe("ada@example.org");
        using var other = new Browser(api);
        (await other.PostAsync("/v1/console/setup", SetUp(token))).At("code").ShouldBe("link_invalid");
        api.Identity.SetUpToken.ShouldBeNull();
    }

    [Fact]
    public async Task SignIn_CookieOfASession_OpensTheOperatorsApi_AndSignOutEndsIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        Answer answer = await browser.SignInAsync(" ADA ");
        answer.Status.ShouldBe(200);
        string cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldMatch("^crosspoint=[A-Za-z0-9_-]{43}; Max-Age=604800; Path=/; HttpOnly; SameSite=Strict$");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        answer.Text.ShouldNotContain(browser.Cookie!.Value);
        (await browser.GetAsync("/v1/connections")).Status.ShouldBe(200);
        string value = browser.Cookie.Value;
        (await browser.PostAsync("/v1/console/sign-out")).Status.ShouldBe(204);
        browser.Cookie.ShouldBeNull();
        Answer late = await api.SendAsync(HttpMethod.Get, "/v1/connections", null);
        late.Status.ShouldNotBe(200);
        (await GetWithCookieAsync(api, "/v1/connections", $"crosspoint={value}")).Status.ShouldBe(401);
        (await owner.GetAsync("/v1/connections")).Status.ShouldBe(200, "a session of its own");
    }

    [Fact]
    public async Task SignIn_UnknownNameAndWrongPassword_HaveTheSameWords_AndTheStoreHoldsNoSecret()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        Answer unknown = await browser.SignInAsync("nobody");
        Answer wrong = await browser.SignInAsync("ada", "not the right one");
        (unknown.Status, unknown.Text).ShouldBe((wrong.Status, wrong.Text));
        (wrong.Status, wrong.At("code")).ShouldBe((401, "sign_in_failed"));
        wrong.Headers.WwwAuthenticate.ToString().ShouldNotContain("Basic");
        browser.Cookie.ShouldBeNull();
        byte[] stored = [.. Directory.GetFiles(api.Folder, "users.db*").SelectMany(ReadShared)];
        stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Browser.Password)).ShouldBe(-1);
        stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(owner.Cookie!.Value)).ShouldBe(-1);
        stored.AsSpan().IndexOf("nobody"u8).ShouldBe(-1, "people type passwords where the name belongs");
    }

    [Theory]
    [InlineData("ada")]
    [InlineData("nobody")]
    public async Task SignIn_TenFailures_LockTheName_WhetherThereIsSuchAUserOrNot(string name)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        for (int i = 0; i < 10; i++) (await browser.SignInAsync(name, "not the right one")).At("code").ShouldBe("sign_in_failed");
        Answer locked = await browser.SignInAsync(name);
        (locked.Status, locked.At("code"), locked.At("retry_after")).ShouldBe((429, "sign_in_locked", "900"));
        locked.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromMinutes(15));
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(200, "who is in stays in");
        api.Time.Advance(TimeSpan.FromMinutes(15));
        (await browser.SignInAsync(name)).Status.ShouldBe(name == "ada" ? 200 : 401);
    }

    [Fact]
    public async Task SignIn_LockedName_IsAudited_AndOpenedByAnOwner()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser reader = await Browser.OfRoleAsync(api, Role.ReadOnly, "rita");
        using var browser = new Browser(api);
        for (int i = 0; i < 10; i++) await browser.SignInAsync("rita", "not the right one");
        Answer user = await owner.GetAsync("/v1/users/rita");
        (user.At("failed_tries"), user.At("locked_until")).ShouldBe(("10", "2026-01-02T03:19:05.000000Z"));
        (await owner.PostAsync("/v1/users/rita/unlock")).Status.ShouldBe(204);
        (await browser.SignInAsync("rita")).Status.ShouldBe(200);
        string[] actions = [.. (await owner.GetAsync("/v1/audit?kind=users&name=rita&limit=4")).Json["entries"]!.AsArray().Select(static e => $"{e!["action"]} by {e["by"]}")];
        actions.ShouldBe(["sign_in by rita", "user_unlocked by ada", "sign_in_locked by rita", "sign_in_failed by rita"]);
    }

    [Fact]
    public async Task SignIn_FailuresThatCannotBeStored_LockTheNameAllTheSame()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        api.RefuseChangesOfUsers();
        for (int i = 0; i < 10; i++) (await browser.SignInAsync("ada", "not the right one")).At("code").ShouldBe("sign_in_failed");
        (await browser.SignInAsync("ada")).At("code").ShouldBe("sign_in_locked");
    }

    [Fact]
    public async Task LockedName_DoesNotLockWhoIsIn_WhoseOwnTriesAreCounted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { Console = new() { SignInsPerMinute = 1_000 } });
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        for (int i = 0; i < 10; i++) await browser.SignInAsync("ada", "not the right one");
        (await browser.SignInAsync("ada")).At("code").ShouldBe("sign_in_locked");

        JsonObject Change(string current) => new() { ["current"] = current, ["password"] = "another good one" };
        for (int i = 0; i < 9; i++) (await owner.PostAsync("/v1/console/password", Change("wrong"))).At("code").ShouldBe("sign_in_failed");
        (await owner.PostAsync("/v1/console/password", Change(Browser.Password))).Status.ShouldBe(200);
        for (int i = 0; i < 10; i++) (await owner.PostAsync("/v1/console/password", Change("wrong"))).At("code").ShouldBe("sign_in_failed");
        (await owner.PostAsync("/v1/console/password", Change("another good one"))).At("code").ShouldBe("sign_in_locked");
    }

    [Fact]
    public async Task Password_AskedForAgain_CountsForTheAddress()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { Console = new() { SignInsPerMinute = 3 } });
        using Browser owner = await Browser.OwnerAsync(api);
        JsonObject right = new() { ["password"] = Browser.Password };
        for (int i = 0; i < 2; i++) (await owner.PostAsync("/v1/console/totp", right)).Status.ShouldBe(200);
        (await owner.PostAsync("/v1/console/totp", right)).At("code").ShouldBe("throttled");
    }

    [Fact]
    public async Task Answers_ByCookie_AreKeptByNoCache()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        foreach (string path in new[] { "/v1/connections", "/v1/users", "/v1/incidents" })
            (await owner.GetAsync(path)).Headers.CacheControl!.NoStore.ShouldBeTrue(path);
    }

    [Fact]
    public async Task SignIn_ManyTriesFromAnAddress_AreRefusedUntilTheMinuteIsOver()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { Console = new() { SignInsPerMinute = 3 } });
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        for (int i = 0; i < 2; i++) (await browser.SignInAsync($"name{i}")).Status.ShouldBe(401);
        Answer refused = await browser.SignInAsync("ada");
        (refused.Status, refused.At("code"), refused.At("retry_after")).ShouldBe((429, "throttled", "60"));
        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await browser.SignInAsync("ada")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task SignIn_AFloodAtOnce_IsAnsweredToTheLast_WithNoneIn()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { Console = new() { SignInsPerMinute = 1_000 } });
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => browser.SignInAsync("ada", "not the right one")));
        answers.Select(static answer => answer.Status).Distinct().Order().ShouldBe([401, 429]);
        answers.Count(static answer => answer.Status == 401).ShouldBeLessThanOrEqualTo(10, "the name is locked after ten, however many came at once");
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task SignIn_OverTls_SetsTheCookieThatOnlyTlsTakes()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        JsonObject body = new() { ["name"] = "ada", ["password"] = Browser.Password };
        Answer answer = await browser.SendAsync(HttpMethod.Post, "/v1/console/sign-in", body, ("X-Forwarded-Proto", "https"));
        string cookie = answer.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem();
        cookie.ShouldStartWith("__Host-crosspoint=");
        cookie.ShouldEndWith("; Path=/; HttpOnly; SameSite=Strict; Secure");
        string token = cookie["__Host-crosspoint=".Length..cookie.IndexOf(';')];
        (await GetWithCookieAsync(api, "/v1/console/session", $"__Host-crosspoint={token}")).Status.ShouldBe(200);
        (await GetWithCookieAsync(api, "/v1/console/session", $"crosspoint={token}")).Status.ShouldBe(401, "another page of the domain could have set that one");
        (await GetWithCookieAsync(api, "/v1/console/session", $"__Host-crosspoint={owner.Cookie!.Value}")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task SignIn_WithASessionOfAnother_MakesANewOne_AndEndsThat()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser reader = await Browser.OfRoleAsync(api, Role.ReadOnly, "rita");
        string planted = reader.Cookie!.Value;
        (await reader.SignInAsync("ada")).At("user.name").ShouldBe("ada");
        reader.Cookie.Value.ShouldNotBe(planted);
        (await GetWithCookieAsync(api, "/v1/console/session", $"crosspoint={planted}")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task SignIn_HostileBodies_AreRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        (await browser.PostAsync("/v1/console/sign-in", new() { ["name"] = "ada", ["password"] = new string('x', 20_000) })).Status.ShouldBe(413);
        (await browser.PostAsync("/v1/console/sign-in", new() { ["name"] = "ada", ["password"] = new string('x', 300) })).At("field").ShouldBe("password");
        (await browser.PostAsync("/v1/console/sign-in", new() { ["name"] = new string('x', 300), ["password"] = "x" })).At("field").ShouldBe("name");
        (await browser.PostAsync("/v1/console/sign-in", new() { ["name"] = "ada", ["password"] = 123 })).At("field").ShouldBe("password");
        (await browser.PostAsync("/v1/console/sign-in", new() { ["name"] = "ada" })).At("field").ShouldBe("password");
        (await browser.PostAsync("/v1/console/sign-in", new() { ["name"] = "ada", ["password"] = "x", ["role"] = "owner" })).At("code").ShouldBe("field_unknown");
        (await browser.PostAsync("/v1/console/sign-in?name=ada", new())).At("code").ShouldBe("parameter_unknown");
        foreach (string value in (string[])["", "x", new string('a', 43), new string('a', 4_000), "%00", "a=b"])
            (await GetWithCookieAsync(api, "/v1/console/session", $"crosspoint={value}")).Status.ShouldBe(401, value);
    }

    [Fact]
    public async Task Change_ByCookie_TakesTheTokenAndAPageOfOurOwn()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = "token-of-the-operator" });
        using Browser owner = await Browser.OwnerAsync(api);
        const string Path = "/v1/connections/north-1/pause";
        string csrf = owner.Csrf!;
        (await owner.PostAsync(Path)).Status.ShouldBe(202);
        foreach (string? token in (string?[])[null, "", csrf + "x", new('a', csrf.Length)])
        {
            owner.Csrf = token;
            Answer refused = await owner.PostAsync(Path);
            (refused.Status, refused.At("code")).ShouldBe((403, "csrf_failed"), token);
        }

        owner.Csrf = csrf;
        foreach (string? site in (string?[])["cross-site", "same-site", "none", null])
        {
            owner.Site = site;
            (await owner.PostAsync(Path)).At("code").ShouldBe("csrf_failed", site);
        }

        string host = api.Server.Address.Authority;
        (await owner.SendAsync(HttpMethod.Post, Path, null, ("Origin", $"http://{host}"))).Status.ShouldBe(202, "plain HTTP sends no Sec-Fetch-Site");
        (await owner.SendAsync(HttpMethod.Post, Path, null, ("Origin", $"https://{host}"))).Status.ShouldBe(202, "a proxy ends TLS");
        foreach (string origin in (string[])["http://evil.example", $"http://{host}.evil.example", "null"])
            (await owner.SendAsync(HttpMethod.Post, Path, null, ("Origin", origin))).At("code").ShouldBe("csrf_failed", origin);
        using Browser other = await Browser.OfRoleAsync(api, Role.Operator, "otto");
        owner.Site = "same-origin";
        owner.Csrf = other.Csrf;
        (await owner.PostAsync(Path)).At("code").ShouldBe("csrf_failed", "each session has its own");
        Answer byToken = await owner.SendAsync(HttpMethod.Post, Path, null, ("Authorization", "Bearer token-of-the-operator"));
        byToken.Status.ShouldBe(202, "nobody makes a browser send a bearer token");
    }

    [Fact]
    public async Task SignIn_FromAPageOfAnotherHost_IsRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api) { Site = "cross-site" };
        (await browser.SignInAsync("ada")).At("code").ShouldBe("csrf_failed");
        browser.Site = null;
        (await browser.SignInAsync("ada")).Status.ShouldBe(200, "what is no browser says nothing of it");
    }

    internal static async Task<Answer> GetWithCookieAsync(ApiFixture api, string path, string cookie)
    {
        using HttpClient client = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = api.Server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Cookie", cookie);
        return await Answer.ReadAsync(client, request);
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
