using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Identity;

public sealed class UserTests
{
    private const string Token = "token-of-the-operator";

    [Fact]
    public async Task Invite_LinkSetsThePasswordOnce_WithinThreeDays()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        Answer invited = await owner.PostAsync("/v1/users", new() { ["name"] = "Bob@Example.org", ["display_name"] = "Bob", ["role"] = "operator" });
        (invited.Status, invited.At("user.name"), invited.At("user.state"), invited.At("expires_at")).ShouldBe(
            (201, "bob@example.org", "invited", "2026-01-05T03:04:05.000000Z"));
        string link = invited.At("link")!;
        link.ShouldStartWith($"{api.Server.Address}console/invitation#");
        JsonObject Accept(string password = Browser.Password) => new() { ["token"] = link.Split('#')[1], ["password"] = password };
        using var bob = new Browser(api);
        (await bob.SignInAsync("bob@example.org")).Status.ShouldBe(401);
        (await bob.PostAsync("/v1/console/invitation", Accept("bob@example.org"))).At("code").ShouldBe("password_weak");
        (await bob.PostAsync("/v1/console/invitation", Accept())).At("user.state").ShouldBe("active");
        (await bob.PostAsync("/v1/console/invitation", Accept())).At("code").ShouldBe("link_invalid");

        Answer late = await owner.PostAsync("/v1/users", new() { ["name"] = "late", ["role"] = "read_only" });
        api.Time.Advance(TimeSpan.FromHours(72));
        using var tardy = new Browser(api);
        (await tardy.PostAsync("/v1/console/invitation", new() { ["token"] = late.At("link")!.Split('#')[1], ["password"] = Browser.Password })).At("code").ShouldBe("link_invalid");
    }

    [Fact]
    public async Task Invite_LinksAreOfTheConfiguredAddress()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token, Console = new() { Url = new("https://gateway.example") } });
        (await ByTokenAsync(api, HttpMethod.Post, "/v1/users", new() { ["name"] = "bob", ["role"] = "owner" })).At("link")!
            .ShouldStartWith("https://gateway.example/console/invitation#");
        api.Identity.SetUpToken.ShouldBeNull("with the first user the first owner's link is gone");
    }

    [Theory]
    [InlineData("""{"name":"","role":"owner"}""", "name")]
    [InlineData("""{"name":"a b","role":"owner"}""", "name")]
    [InlineData("""{"name":"<b>","role":"owner"}""", "name")]
    [InlineData("""{"name":"bob","role":"king"}""", "role")]
    [InlineData("""{"name":"bob","role":"customer"}""", "account_sid")]
    [InlineData("""{"name":"bob","role":"customer","account_sid":"AC0"}""", "account_sid")]
    [InlineData("""{"name":"bob","role":"owner","account_sid":"AC00000000000000000000000000000001"}""", "account_sid")]
    [InlineData("""{"name":"bob","role":"owner","display_name":"a\u0007"}""", "display_name")]
    [InlineData("""{"role":"owner"}""", "name")]
    public async Task Invite_WhatIsNotRight_IsRefusedByField(string body, string field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        Answer answer = await ByTokenAsync(api, HttpMethod.Post, "/v1/users", JsonNode.Parse(body)!.AsObject());
        (answer.Status, answer.At("field")).ShouldBe((400, field));
        api.Identity.Users.ShouldBeEmpty();
    }

    [Fact]
    public async Task Invite_NameOfAnother_IsRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        (await owner.PostAsync("/v1/users", new() { ["name"] = "ADA", ["role"] = "owner" })).At("code").ShouldBe("user_exists");
    }

    [Fact]
    public async Task Change_RoleOrState_EndsSessions_AndCountsFromThen()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser bob = await Browser.OfRoleAsync(api, Role.Operator, "bob");
        (await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["display_name"] = "Bob" })).At("display_name").ShouldBe("Bob");
        (await bob.GetAsync("/v1/connections")).Status.ShouldBe(200, "a name is no reason to end a session");
        (await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["role"] = "finance" })).At("role").ShouldBe("finance");
        (await bob.GetAsync("/v1/connections")).Status.ShouldBe(401);
        (await bob.SignInAsync("bob")).Status.ShouldBe(200);
        (await bob.GetAsync("/v1/connections")).At("code").ShouldBe("forbidden");
        (await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["state"] = "disabled" })).At("state").ShouldBe("disabled");
        (await bob.GetAsync("/v1/decks")).Status.ShouldBe(401);
        (await bob.SignInAsync("bob")).At("code").ShouldBe("sign_in_failed");
        (await owner.PostAsync("/v1/users/bob/reset-password")).At("code").ShouldBe("user_state");
        (await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["state"] = "active" })).At("state").ShouldBe("active");
        (await bob.SignInAsync("bob")).Status.ShouldBe(200);
        (await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["state"] = "invited" })).At("field").ShouldBe("state");
        Answer customer = await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["role"] = "customer", ["account_sid"] = ApiFixture.Demo.Sid });
        customer.At("account_sid").ShouldBe(ApiFixture.Demo.Sid);
        (await owner.SendAsync(HttpMethod.Patch, "/v1/users/bob", new() { ["role"] = "finance" })).At("account_sid").ShouldBeNull();
    }

    [Fact]
    public async Task LastOwner_CanNeitherBeRemovedNorDemotedNorDisabled()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        foreach (JsonObject change in (JsonObject[])[new() { ["role"] = "operator" }, new() { ["state"] = "disabled" }])
            (await owner.SendAsync(HttpMethod.Patch, "/v1/users/ada", change)).At("code").ShouldBe("user_state");
        (await owner.SendAsync(HttpMethod.Delete, "/v1/users/ada")).At("code").ShouldBe("user_state");
        (await owner.PostAsync("/v1/users", new() { ["name"] = "bob", ["role"] = "owner" })).Status.ShouldBe(201);
        (await owner.SendAsync(HttpMethod.Delete, "/v1/users/ada")).At("code").ShouldBe("user_state", "one who is only invited is none yet");
        using Browser eve = await Browser.OfRoleAsync(api, Role.Owner, "eve");
        (await eve.SendAsync(HttpMethod.Delete, "/v1/users/ada")).Status.ShouldBe(204);
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(401, "the cookie of a deleted user");
        (await owner.SignInAsync("ada")).At("code").ShouldBe("sign_in_failed");
        (await eve.GetAsync("/v1/users")).Json["users"]!.AsArray().Select(static user => user!["name"]!.ToString()).ShouldBe(["bob", "eve"]);
    }

    [Fact]
    public async Task LastOwner_IsOneWithAPassword()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        (await owner.PostAsync("/v1/users/ada/reset-password")).At("code").ShouldBe("user_state", "nobody could sign in with the link lost");
        using Browser eve = await Browser.OfRoleAsync(api, Role.Owner, "eve");
        (await owner.PostAsync("/v1/users/eve/reset-password")).Status.ShouldBe(200);
        (await owner.SendAsync(HttpMethod.Delete, "/v1/users/ada")).At("code").ShouldBe("user_state", "eve has no password yet");
    }

    [Fact]
    public async Task ResetPassword_OfALockedName_OpensIt_AlsoWithASecondFactor()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        using Browser owner = await Browser.OwnerAsync(api);
        string secret = await SecondFactorTests.EnrolAsync(api, owner);
        using var browser = new Browser(api);
        for (int i = 0; i < 10; i++) await browser.SignInAsync("ada", "not the right one");
        Answer reset = await ByTokenAsync(api, HttpMethod.Post, "/v1/users/ada/reset-password", null);
        (await browser.PostAsync("/v1/console/invitation", new() { ["token"] = reset.At("link")!.Split('#')[1], ["password"] = "another good one" }))
            .At("code").ShouldBe("totp_required");
        api.Time.Advance(TimeSpan.FromSeconds(30));
        (await browser.SignInAsync("ada", "another good one", SecondFactorTests.CodeNow(api, secret))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task ResetPassword_ByTheToken_LetsInWhoIsLockedOut()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        using Browser owner = await Browser.OwnerAsync(api);
        Answer reset = await ByTokenAsync(api, HttpMethod.Post, "/v1/users/ada/reset-password", null);
        (reset.Status, reset.At("user.state"), reset.At("user.has_password")).ShouldBe((200, "active", "false"));
        (await owner.GetAsync("/v1/console/session")).Status.ShouldBe(401);
        (await owner.SignInAsync("ada")).Status.ShouldBe(401);
        (await owner.PostAsync("/v1/console/invitation", new() { ["token"] = reset.At("link")!.Split('#')[1], ["password"] = "another good one" })).Status.ShouldBe(200);
        JsonNode entry = (await owner.GetAsync("/v1/audit?kind=users&name=ada")).Json["entries"]!.AsArray().Single(static e => e!["action"]!.ToString() == "password_reset")!;
        entry["by"]!.ToString().ShouldBe("carla");
    }

    [Fact]
    public async Task Users_NotThere_AreNotFound_AndTheListHoldsNoSecret()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        using Browser owner = await Browser.OwnerAsync(api);
        foreach ((HttpMethod method, string path) in ((HttpMethod, string)[])[(HttpMethod.Get, ""), (HttpMethod.Delete, ""), (HttpMethod.Post, "/unlock"), (HttpMethod.Get, "/sessions")])
            (await owner.SendAsync(method, $"/v1/users/nobody{path}")).Status.ShouldBe(404);
        Answer list = await ByTokenAsync(api, HttpMethod.Get, "/v1/users", null);
        list.Json["users"]!.AsArray().ShouldHaveSingleItem();
        list.Text.ShouldNotContain("hash");
    }

    private static async Task<Answer> ByTokenAsync(ApiFixture api, HttpMethod method, string path, JsonObject? body)
    {
        using HttpClient client = api.ClientFor(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        client.DefaultRequestHeaders.Add("Crosspoint-Operator", "carla");
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        return await Answer.ReadAsync(client, request);
    }
}
