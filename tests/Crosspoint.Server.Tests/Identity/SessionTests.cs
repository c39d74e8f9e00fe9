using System.Text.Json.Nodes;
using Crosspoint.Engine.Accounts;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Storage.Sqlite;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Identity;

public sealed class SessionTests
{
    [Fact]
    public async Task Session_UnusedForTwelveHours_OrSevenDaysOld_IsOver()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        for (int i = 0; i < 14; i++)
        {
            api.Time.Advance(TimeSpan.FromHours(11.9));
            (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(200, $"{i}");
        }

        api.Time.Advance(TimeSpan.FromHours(2));
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(401, "seven days");
        (await owner.SignInAsync("ada")).Status.ShouldBe(200);
        api.Time.Advance(TimeSpan.FromHours(12.1));
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(401);
    }

    [Theory]
    [InlineData("Crosspoint-Background", "1", false)]
    [InlineData("Accept", "text/event-stream", false)]
    [InlineData("Crosspoint-Background", "0", true)]
    [InlineData("Accept", "application/json", true)]
    public async Task Session_ThatIsOnlyAskedByATimer_EndsAfterItsIdleTime(string header, string value, bool lives)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        for (int minutes = 0; minutes < 12 * 60; minutes += 30)
        {
            (await owner.SendAsync(HttpMethod.Get, "/v1/incidents", null, (header, value))).Status.ShouldBe(200, $"{minutes}");
            api.Time.Advance(TimeSpan.FromMinutes(30));
        }

        api.Time.Advance(TimeSpan.FromMinutes(1));
        (await owner.SendAsync(HttpMethod.Get, "/v1/incidents", null, (header, value))).Status.ShouldBe(lives ? 200 : 401);
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(lives ? 200 : 401, "nor can it be woken again");
    }

    [Fact]
    public async Task Change_IsAlwaysSomebodys_WhateverItsHeaderSays()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        api.Time.Advance(TimeSpan.FromHours(11));
        (await owner.SendAsync(HttpMethod.Post, "/v1/connections/north-1/pause", null, ("Crosspoint-Background", "1"))).Status.ShouldBe(202);
        api.Time.Advance(TimeSpan.FromHours(11));
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Sessions_AreListed_AndEnded()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser reader = await Browser.OfRoleAsync(api, Role.ReadOnly, "rita");
        using var second = new Browser(api);
        await second.SignInAsync("rita");
        JsonArray own = (await second.GetAsync("/v1/console/sessions")).Json["sessions"]!.AsArray();
        own.Count(static session => session!["current"]!.GetValue<bool>()).ShouldBe(1);
        string first = own.Single(static session => !session!["current"]!.GetValue<bool>())!["id"]!.ToString();
        (await second.SendAsync(HttpMethod.Delete, $"/v1/console/sessions/{first}")).Status.ShouldBe(204);
        (await second.SendAsync(HttpMethod.Delete, $"/v1/console/sessions/{first}")).Status.ShouldBe(404);
        (await reader.GetAsync("/v1/console/session")).Status.ShouldBe(401);
        string owners = (await owner.GetAsync("/v1/console/session")).At("session_id")!;
        (await second.SendAsync(HttpMethod.Delete, $"/v1/console/sessions/{owners}")).Status.ShouldBe(404, "another's");
        (await owner.GetAsync("/v1/users/rita/sessions")).Json["sessions"]!.AsArray().Count.ShouldBe(1);
        (await owner.SendAsync(HttpMethod.Delete, "/v1/users/rita/sessions")).Status.ShouldBe(204);
        (await second.GetAsync("/v1/console/session")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Password_Changed_EndsAllSessions_AndBeginsANewOne()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var other = new Browser(api);
        await other.SignInAsync("ada");
        string before = owner.Cookie!.Value;
        JsonObject Change(string current, string next) => new() { ["current"] = current, ["password"] = next };
        (await owner.PostAsync("/v1/console/password", Change("not the right one", "another good one"))).At("code").ShouldBe("sign_in_failed");
        (await owner.PostAsync("/v1/console/password", Change(Browser.Password, "short"))).At("code").ShouldBe("password_weak");
        (await owner.PostAsync("/v1/console/password", Change(Browser.Password, "another good one"))).Status.ShouldBe(200);
        owner.Cookie.Value.ShouldNotBe(before);
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(200);
        (await other.GetAsync("/v1/console/session")).Status.ShouldBe(401);
        (await SignInTests.GetWithCookieAsync(api, "/v1/console/session", $"crosspoint={before}")).Status.ShouldBe(401);
        (await other.SignInAsync("ada")).Status.ShouldBe(401);
        (await other.SignInAsync("ada", "another good one")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Session_TwentyOneOfAUser_EndTheOldest()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api) { Site = null };
        for (int i = 0; i < 20; i++)
        {
            api.Time.Advance(TimeSpan.FromMinutes(1));
            using var other = new Browser(api);
            (await other.SignInAsync("ada")).Status.ShouldBe(200);
        }

        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(401);
        api.Identity.SessionsOf(api.Identity.Users[0].Id).Count.ShouldBe(20);
    }

    [Fact]
    public async Task Stream_OfASessionThatEnds_EndsWithIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using HttpClient client = new(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = api.Server.Address };
        client.DefaultRequestHeaders.Add("Cookie", $"crosspoint={owner.Cookie!.Value}");
        using HttpResponseMessage response = await client.GetAsync("/v1/events", HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        response.IsSuccessStatusCode.ShouldBeTrue();
        await using Stream stream = await response.Content.ReadAsStreamAsync(CancellationToken.None);
        await api.Identity.EndSessionsAsync(api.Identity.Users[0].Id, null, "test");
        using var reader = new StreamReader(stream);
        (await reader.ReadToEndAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None)).ShouldStartWith(": live");
    }

    [Fact]
    public async Task Sessions_Locks_AndUsers_OutliveARestart()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("crosspoint-identity-");
        var time = new ManualTimeProvider();
        try
        {
            string token;
            await using (SqliteUserStore store = SqliteUserStore.Open(Path.Combine(folder.FullName, "users.db")))
            {
                await using IdentityDesk desk = await OpenAsync(store, folder, time);
                SignInResult begun = await desk.SetUpAsync(desk.SetUpToken!, "ada", "", Browser.Password, Origin, null, CancellationToken.None);
                token = begun.Token;
                for (int i = 0; i < 10; i++) await desk.SignInAsync("ada", "not the right one", null, null, Origin, null, CancellationToken.None);
            }

            await using SqliteUserStore again = SqliteUserStore.Open(Path.Combine(folder.FullName, "users.db"));
            await using IdentityDesk next = await OpenAsync(again, folder, time);
            next.SetUpToken.ShouldBeNull();
            next.FindSession(token, isSecureCookie: false)!.Value.User.Name.ShouldBe("ada");
            (await next.SignInAsync("ada", Browser.Password, null, null, Origin, null, CancellationToken.None)).Result.Outcome.ShouldBe(IdentityOutcome.Locked);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task SignIn_PlainHttpFromAnotherMachine_IsRefused_UnlessAllowed()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        await using ApiFixture open = await ApiFixture.StartAsync(new() { Console = new() { AllowHttp = true } });
        SignInOrigin far = Origin with { Address = System.Net.IPAddress.Parse("192.0.2.1"), IsLocal = false };
        (await api.Identity.SignInAsync("x", "y", null, null, far, null, CancellationToken.None)).Result.Outcome.ShouldBe(IdentityOutcome.Insecure);
        (await api.Identity.SignInAsync("x", "y", null, null, far with { IsSecure = true }, null, CancellationToken.None)).Result.Outcome.ShouldBe(IdentityOutcome.WrongPassword);
        (await open.Identity.SignInAsync("x", "y", null, null, far, null, CancellationToken.None)).Result.Outcome.ShouldBe(IdentityOutcome.WrongPassword);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Host", "gateway.example.org")]
    public async Task SignIn_PlainHttpThroughAProxyOnThisMachine_IsRefused(string header, string value)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using var browser = new Browser(api);
        JsonObject body = new() { ["name"] = "ada", ["password"] = Browser.Password };
        Answer answer = await browser.SendAsync(HttpMethod.Post, "/v1/console/sign-in", body, (header, value));
        (answer.Status, answer.At("code")).ShouldBe((403, "https_required"));
        (await browser.SendAsync(HttpMethod.Post, "/v1/console/sign-in", body, ("Host", "localhost"))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task SignOut_WithoutAStore_EndsTheSessionAllTheSame()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        api.RefuseChangesOfUsers();
        (await owner.PostAsync("/v1/console/sign-out")).Status.ShouldBe(503);
        owner.Cookie.ShouldBeNull();
        api.Identity.SessionsOf(api.Identity.Find("ada")!.Id).ShouldBeEmpty();
    }

    private static readonly SignInOrigin Origin = new(System.Net.IPAddress.Loopback, "test", IsSecure: false, IsLocal: true);

    private static Task<IdentityDesk> OpenAsync(SqliteUserStore store, DirectoryInfo folder, ManualTimeProvider time) => IdentityDesk.OpenAsync(
        store, Path.Combine(folder.FullName, "keys"), new() { HashIterations = 1_000 }, new AccountDirectory([ApiFixture.Demo]), time, NullLoggerFactory.Instance,
        new TestMeters(), CancellationToken.None);

    private sealed class TestMeters : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
        }
    }
}
