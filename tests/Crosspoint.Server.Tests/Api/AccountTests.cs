using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Accounts;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Accounts and what opens them, changed while the gateway runs.</summary>
public sealed class AccountTests
{
    private const string Settings = """{"name":"Shop","senders":"owned","numbers":[{"number":"+15550002000"}]}""";

    [Fact]
    public async Task Create_ShowsSecretsOnce_AndTheyOpenTheAccount()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts?note=new", Settings);
        made.Status.ShouldBe(201, made.Text);
        string sid = made.At("account_sid")!;
        string token = made.At("auth_token")!;
        string secret = made.At("webhook_secret")!;
        (made.At("name"), made.At("source"), made.At("senders"), made.At("enabled")).ShouldBe(("Shop", "store", "owned", "true"));
        made.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await ReadAsync(api, ApiFixture.Basic(sid, token), "/v1/webhooks/secret")).At("secret").ShouldBe(secret);

        Answer read = await DeckTests.GetAsync(api, $"/v1/accounts/{sid}");
        (read.Status, read.At("numbers.0.number"), read.At("last_activated"), read.At("in_force.by")).ShouldBe((200, "+15550002000", "1", "ada"));
        foreach (string path in (string[])[$"/v1/accounts/{sid}", "/v1/accounts", $"/v1/accounts/{sid}/revisions/1", "/v1/audit", "/v1/revisions"])
        {
            string text = (await DeckTests.GetAsync(api, path)).Text;
            text.ShouldNotContain(token);
            text.ShouldNotContain(secret);
        }

        (await DeckTests.GetAsync(api, "/v1/audit?kind=account")).At("entries.0.note").ShouldBe("new");
        await NothingOfItIsOnDiskAsync(api, token, secret);
    }

    [Fact]
    public async Task Create_WithSidAndTokenOfItsOwn_TakesThem_OnceAlone()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        const string Sid = "AC0000000000000000000000000000000a";
        const string Body = $$"""{"sid":"{{Sid}}","auth_token":"0123456789abcdef","name":"x"}""";
        (await DeckTests.PostAsync(api, "/v1/accounts", Body)).At("account_sid").ShouldBe(Sid);
        (await ReadAsync(api, ApiFixture.Basic(Sid, "0123456789abcdef"), "/v1/messages")).Status.ShouldBe(200);
        (await DeckTests.PostAsync(api, "/v1/accounts", Body)).At("code").ShouldBe("account_state");
        (await DeckTests.PostAsync(api, "/v1/accounts", $$"""{"sid":"{{ApiFixture.Demo.Sid}}"}""")).At("code").ShouldBe("account_state");
    }

    [Theory]
    [InlineData("""{"sid":"ACx"}""", "sid")]
    [InlineData("""{"auth_token":"short"}""", "auth_token")]
    [InlineData("""{"weight":0}""", "weight")]
    [InlineData("""{"smpp":[]}""", "smpp")]
    [InlineData("""{"webhook_secret":"whsec_x"}""", "webhook_secret")]
    [InlineData("""{"webhook_endpoints":[{"url":"https://x.example/","secret":"x"}]}""", "webhook_endpoints[0].secret")]
    [InlineData("""{"numbers":[{"number":"+15550001000","smpp":"nobody"}]}""", "numbers")]
    [InlineData("""{"limits":5}""", "limits")]
    [InlineData("""{"limits":{"rate":-1}}""", "limits.rate")]
    [InlineData("""{"limits":{"rate":0.000001}}""", "limits.rate")]
    [InlineData("""{"limits":{"rate":1000001}}""", "limits.rate")]
    [InlineData("""{"limits":{"rate":"fast"}}""", "limits.rate")]
    [InlineData("""{"limits":{"burst":5}}""", "limits.burst")]
    [InlineData("""{"limits":{"rate":0,"burst":5}}""", "limits.burst")]
    [InlineData("""{"limits":{"rate":1,"burst":-1}}""", "limits.burst")]
    [InlineData("""{"limits":{"rate":1,"queue":"soon"}}""", "limits.queue")]
    [InlineData("""{"limits":{"rate":1,"queue":"36d"}}""", "limits.queue")]
    [InlineData("""{"limits":{"queue":"1h"}}""", "limits.queue")]
    [InlineData("""{"limits":{"rate":1,"over":"refuse"}}""", "limits.over")]
    [InlineData("""{"limits":{"rate":1,"queue":"1h","over":"queue"}}""", "limits.over")]
    [InlineData("""{"limits":{"per_day":1.5,"zone":"UTC"}}""", "limits.per_day")]
    [InlineData("""{"limits":{"per_day":5}}""", "limits.zone")]
    [InlineData("""{"limits":{"per_day":5,"zone":"Mars/Olympus"}}""", "limits.zone")]
    [InlineData("""{"limits":{"zone":"UTC"}}""", "limits.zone")]
    [InlineData("""{"limits":{"per_day":5,"zone":"UTC","per_day_over":"drop"}}""", "limits.per_day_over")]
    [InlineData("""{"limits":{"messages_per_second":5}}""", "limits.messages_per_second")]
    [InlineData("[]", "")]
    public async Task Create_WhatIsNotRight_IsRefusedByKey(string body, string field)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer refused = await DeckTests.PostAsync(api, "/v1/accounts", body);
        (refused.Status, refused.At("code"), refused.Json["field"]?.ToString() ?? "").ShouldBe((400, "configuration_invalid", field), refused.Text);
        api.Accounts.Accounts.Count().ShouldBe(2);
    }

    [Fact]
    public async Task Change_HoldsAtOnce_AndOnlyFromWhatIsKnown()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", Settings)).At("account_sid")!;
        (await PutAsync(api, $"/v1/accounts/{sid}", Settings)).At("field").ShouldBe("expected");
        Answer changed = await PutAsync(api, $"/v1/accounts/{sid}?expected=1&note=more", """{"name":"Shop 2","weight":5}""");
        (changed.Status, changed.At("name"), changed.At("weight"), changed.At("last_activated")).ShouldBe((200, "Shop 2", "5", "2"), changed.Text);
        api.Accounts.Directory.Find(sid)!.Weight.ShouldBe(5);
        api.Accounts.Directory.TryFindNumber("+15550002000", out _, out _).ShouldBeFalse();
        (await PutAsync(api, $"/v1/accounts/{sid}?expected=1", Settings)).At("code").ShouldBe("revision_conflict");
        (await PutAsync(api, $"/v1/accounts/{sid}?dry_run=true", Settings)).Status.ShouldBe(204);
        (await PutAsync(api, $"/v1/accounts/{sid}?dry_run=true", """{"weight":-1}""")).Status.ShouldBe(400);
        api.Accounts.Find(sid)!.Account.Name.ShouldBe("Shop 2");

        Answer diff = await DeckTests.GetAsync(api, $"/v1/revisions/account/{sid}/2/diff");
        diff.Json["lines"]!.AsArray().Where(static line => line!["change"]!.ToString() != "same").Select(static line => $"{line!["change"]} {line["text"]!.ToString().Trim()}")
            .ShouldContain("added \"weight\": \"5\",");

        Answer back = await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/rollback", """{"expected":2,"to":1,"note":"no"}""");
        (back.Status, back.At("revision")).ShouldBe((200, "1"), back.Text);
        (api.Accounts.Directory.Find(sid)!.Weight, api.Accounts.Directory.Find(sid)!.Name).ShouldBe((1, "Shop"));
        api.Accounts.Directory.TryFindNumber("+15550002000", out _, out _).ShouldBeTrue();
    }

    [Fact]
    public async Task RollBack_ToANumberThatAnotherHasNow_IsRefused()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string first = (await DeckTests.PostAsync(api, "/v1/accounts", Settings)).At("account_sid")!;
        (await DeckTests.PostAsync(api, "/v1/accounts", Settings)).At("detail")!.ShouldContain(first);
        (await PutAsync(api, $"/v1/accounts/{first}?expected=1", "{}")).Status.ShouldBe(200);
        (await DeckTests.PostAsync(api, "/v1/accounts", Settings)).Status.ShouldBe(201);
        Answer back = await DeckTests.PostAsync(api, $"/v1/accounts/{first}/rollback", """{"expected":2}""");
        (back.Status, back.At("code")).ShouldBe((409, "revision_state"), back.Text);
    }

    [Fact]
    public async Task Disable_RefusesItsCredentials_UntilItIsEnabled()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts", Settings);
        string sid = made.At("account_sid")!;
        AuthenticationHeaderValue token = ApiFixture.Basic(sid, made.At("auth_token")!);
        AuthenticationHeaderValue key = Bearer((await AddKeyAsync(api, sid)).At("secret")!);
        (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/disable", """{"note":"unpaid"}""")).At("enabled").ShouldBe("false");
        (await ReadAsync(api, token, "/v1/messages")).Status.ShouldBe(401);
        (await ReadAsync(api, key, "/v1/messages")).Status.ShouldBe(401);
        (await DeckTests.GetAsync(api, "/v1/audit?kind=account&limit=1")).At("entries.0.note").ShouldBe("disabled: unpaid");
        (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/enable", "{}")).At("enabled").ShouldBe("true");
        (await ReadAsync(api, token, "/v1/messages")).Status.ShouldBe(200);
        (await ReadAsync(api, key, "/v1/messages")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Keys_OpenAtOnce_AndAreRevokedAtOnce()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = ApiFixture.Demo.Sid;
        Answer made = await AddKeyAsync(api, sid, "billing job");
        string secret = made.At("secret")!;
        string key = made.At("key.sid")!;
        secret.ShouldStartWith(ApiKeySecrets.Prefix);
        (made.At("key.name"), made.At("key.ending"), made.At("key.created_by")).ShouldBe(("billing job", secret[^4..], "ada"));
        (await ReadAsync(api, Bearer(secret), "/v1/messages")).Status.ShouldBe(200);
        (await ReadAsync(api, ApiFixture.Basic(key, secret), "/v1/messages")).Status.ShouldBe(200);
        (await ReadAsync(api, ApiFixture.Basic(sid, secret), "/v1/messages")).Status.ShouldBe(401);
        (await ReadAsync(api, Bearer(secret + "x"), "/v1/messages")).Status.ShouldBe(401);
        (await ReadAsync(api, Bearer(ApiKeySecrets.HashOf(secret)), "/v1/messages")).Status.ShouldBe(401);

        Answer list = await DeckTests.GetAsync(api, $"/v1/accounts/{sid}/keys");
        list.Json["keys"]!.AsArray().Select(static one => $"{one!["sid"]} {one["source"]}").ShouldBe([$"{key} store", $"{ApiFixture.Demo.ApiKeys[0].Sid} file"]);
        list.Text.ShouldNotContain(secret);
        list.Text.ShouldNotContain(ApiFixture.Demo.ApiKeys[0].Secret);
        await NothingOfItIsOnDiskAsync(api, secret);

        (await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/accounts/{sid}/keys/{key}", null)).Status.ShouldBe(204);
        (await ReadAsync(api, Bearer(secret), "/v1/messages")).Status.ShouldBe(401);
        (await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/accounts/{sid}/keys/{key}", null)).Status.ShouldBe(404);
        (await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/accounts/{sid}/keys/{ApiFixture.Demo.ApiKeys[0].Sid}", null)).At("code").ShouldBe("set_by_file");
        Answer audit = await DeckTests.GetAsync(api, "/v1/audit?kind=access");
        (audit.At("entries.0.note"), audit.At("entries.1.note")).ShouldBe(($"key {key} 'billing job' revoked", $"key {key} 'billing job' added"));
    }

    [Fact]
    public async Task RollBack_DoesNotBringBackAKeyThatWasRevoked()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", Settings)).At("account_sid")!;
        Answer key = await AddKeyAsync(api, sid);
        await PutAsync(api, $"/v1/accounts/{sid}?expected=1", """{"name":"x"}""");
        await DeckTests.SendAsync(api, HttpMethod.Delete, $"/v1/accounts/{sid}/keys/{key.At("key.sid")}", null);
        (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/rollback", """{"expected":2}""")).Status.ShouldBe(200);
        (await ReadAsync(api, Bearer(key.At("secret")!), "/v1/messages")).Status.ShouldBe(401);
        (await DeckTests.GetAsync(api, $"/v1/revisions/access/{sid}")).Status.ShouldBe(404, "what opens accounts is never shown");
    }

    [Fact]
    public async Task AccountOfTheFile_IsShown_AndNotChanged()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string path = $"/v1/accounts/{ApiFixture.Demo.Sid}";
        Answer read = await DeckTests.GetAsync(api, path);
        (read.At("source"), read.At("keys"), read.At("in_force")).ShouldBe(("file", "1", null));
        Answer[] answers =
        [
            await PutAsync(api, path, "{}"), await DeckTests.PostAsync(api, path + "/disable", "{}"), await DeckTests.PostAsync(api, path + "/rollback", """{"expected":0}"""),
            await DeckTests.PostAsync(api, path + "/auth-token", "{}"), await DeckTests.PostAsync(api, path + "/webhook-secret", "{}"),
        ];
        foreach (Answer refused in answers) (refused.Status, refused.At("code")).ShouldBe((409, "set_by_file"), refused.Text);
        (await DeckTests.GetAsync(api, "/v1/accounts/AC0")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Secrets_AreRenewed_AndTheWebhookKeyBeforeGoesOnUntilItIsDropped()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts", Settings);
        string path = $"/v1/accounts/{made.At("account_sid")}";
        Answer renewed = await DeckTests.PostAsync(api, path + "/auth-token", """{"note":"leaked"}""");
        AuthenticationHeaderValue token = ApiFixture.Basic(made.At("account_sid")!, renewed.At("auth_token")!);
        (await ReadAsync(api, ApiFixture.Basic(made.At("account_sid")!, made.At("auth_token")!), "/v1/messages")).Status.ShouldBe(401);
        (await ReadAsync(api, token, "/v1/webhooks/secret")).At("secret").ShouldBe(made.At("webhook_secret"));

        string secret = (await DeckTests.PostAsync(api, path + "/webhook-secret", "{}")).At("webhook_secret")!;
        (await ReadAsync(api, token, "/v1/webhooks/secret")).At("secret").ShouldBe(secret);
        Account account = api.Accounts.Find(made.At("account_sid")!)!.Account;
        AccountConfig.FormatWebhookSecret(account.WebhookSecretPrevious!).ShouldBe(made.At("webhook_secret"));
        (await DeckTests.PostAsync(api, path + "/webhook-secret", "{}")).At("code").ShouldBe("account_state");
        (await DeckTests.SendAsync(api, HttpMethod.Delete, path + "/webhook-secret/previous", null)).Status.ShouldBe(204);
        api.Accounts.Find(account.Sid)!.Account.WebhookSecretPrevious.ShouldBeNull();
        (await DeckTests.SendAsync(api, HttpMethod.Delete, path + "/webhook-secret/previous", null)).At("code").ShouldBe("account_state");
        await NothingOfItIsOnDiskAsync(api, renewed.At("auth_token")!, secret);
    }

    [Fact]
    public async Task Smpp_IsAddedChangedAndRevoked()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string path = $"/v1/accounts/{ApiFixture.Demo.Sid}/smpp";
        Answer made = await DeckTests.PostAsync(api, path, """{"system_id":"shop","max_binds":3,"rate":12.5,"allow_from":["10.0.0.0/8"],"binds":["receiver"],"priority_class":{"1":"otp"}}""");
        (made.Status, made.At("credential.system_id"), made.At("credential.max_binds"), made.At("credential.rate"), made.Json["credential"]!["priority_class"]!["1"]!.ToString())
            .ShouldBe((201, "shop", "3", "12.5", "otp"), made.Text);
        string password = made.At("password")!;
        password.Length.ShouldBe(8);
        AccountDirectory directory = api.Accounts.Directory;
        directory.AuthenticateSmpp("shop", password)!.Account.Sid.ShouldBe(ApiFixture.Demo.Sid);
        (await DeckTests.PostAsync(api, $"/v1/accounts/{ApiFixture.Other.Sid}/smpp", """{"system_id":"shop"}""")).At("code").ShouldBe("account_state");
        (await DeckTests.PostAsync(api, path, """{"system_id":"a/b"}""")).At("field").ShouldBe("system_id");
        (await DeckTests.PostAsync(api, path, """{"system_id":"x","password":"longer than 8"}""")).At("field").ShouldBe("password");
        Answer given = await DeckTests.PostAsync(api, path, """{"system_id":"given","password":"mine"}""");
        given.At("password").ShouldBeNull();
        directory.AuthenticateSmpp("given", "mine").ShouldNotBeNull();

        Answer changed = await PutAsync(api, path + "/shop", """{"system_id":"shop","max_binds":7}""");
        (changed.Status, changed.At("max_binds"), changed.At("rate")).ShouldBe((200, "7", "0"), changed.Text);
        directory.AuthenticateSmpp("shop", password)!.Credential.MaxBinds.ShouldBe(7);
        (await PutAsync(api, path + "/shop", """{"system_id":"other"}""")).At("field").ShouldBe("system_id");
        string renewed = (await DeckTests.PostAsync(api, path + "/shop/password", "{}")).At("password")!;
        directory.AuthenticateSmpp("shop", password).ShouldBeNull();
        directory.AuthenticateSmpp("shop", renewed).ShouldNotBeNull();
        (await DeckTests.GetAsync(api, path)).Text.ShouldNotContain(renewed);
        await NothingOfItIsOnDiskAsync(api, password, renewed);
        (await DeckTests.SendAsync(api, HttpMethod.Delete, path + "/shop", null)).Status.ShouldBe(204);
        directory.AuthenticateSmpp("shop", renewed).ShouldBeNull();
        (await DeckTests.SendAsync(api, HttpMethod.Delete, path + "/shop", null)).Status.ShouldBe(404);
    }

    [Fact]
    public async Task List_GoesPageByPage()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer first = await DeckTests.GetAsync(api, "/v1/accounts?limit=1");
        (first.At("accounts.0.account_sid"), first.At("next_cursor")).ShouldBe((ApiFixture.Demo.Sid, ApiFixture.Demo.Sid));
        Answer second = await DeckTests.GetAsync(api, $"/v1/accounts?limit=2&cursor={first.At("next_cursor")}");
        (second.At("accounts.0.account_sid"), second.At("next_cursor")).ShouldBe((ApiFixture.Other.Sid, null));
        (await DeckTests.GetAsync(api, "/v1/accounts?cursor=x")).At("code").ShouldBe("parameter_invalid");
    }

    [Fact]
    public async Task Reopened_HasWhatWasMade_AndWithoutTheKeyRingTheHashesAlone()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer made = await DeckTests.PostAsync(api, "/v1/accounts", Settings);
        string sid = made.At("account_sid")!;
        string token = made.At("auth_token")!;
        string secret = (await AddKeyAsync(api, sid)).At("secret")!;
        string password = (await DeckTests.PostAsync(api, $"/v1/accounts/{sid}/smpp", """{"system_id":"shop"}""")).At("password")!;
        string keys = Path.Combine(api.Folder, SqliteUserStore.KeysFolder);
        using (AccountDesk again = await OpenAsync(api, [ApiFixture.Demo], keys))
        {
            (again.Directory.AuthenticateBasic(sid, token)?.Name, again.Directory.AuthenticateBearer(secret)?.Sid, again.Directory.AuthenticateSmpp("shop", password)?.Account.Sid)
                .ShouldBe(("Shop", sid, sid));
        }

        Directory.Delete(keys, recursive: true);
        using AccountDesk lost = await OpenAsync(api, [ApiFixture.Demo], keys);
        (lost.Directory.AuthenticateBasic(sid, token), lost.Directory.AuthenticateSmpp("shop", password)).ShouldBe((null, null));
        lost.Directory.AuthenticateBearer(secret)!.Name.ShouldBe("Shop");
    }

    [Fact]
    public async Task Reopened_WhatTheFileNamesMeanwhile_IsTheFiles()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        string sid = (await DeckTests.PostAsync(api, "/v1/accounts", Settings)).At("account_sid")!;
        string other = (await DeckTests.PostAsync(api, "/v1/accounts", """{"name":"Late"}""")).At("account_sid")!;
        await DeckTests.PostAsync(api, $"/v1/accounts/{other}/smpp", """{"system_id":"shop"}""");
        Account named = ApiFixture.Demo with
        {
            Sid = other,
            Name = "of the file",
            ApiKeys = [],
            Numbers = [new("+15550002000", null, default)],
            Smpp = [new() { SystemId = "shop", Password = "secret" }],
        };
        using AccountDesk again = await OpenAsync(api, [named], Path.Combine(api.Folder, SqliteUserStore.KeysFolder));
        again.Find(other)!.Account.Name.ShouldBe("of the file");
        again.Find(other)!.Account.Smpp.ShouldHaveSingleItem().Password.ShouldBe("secret");
        again.Find(sid)!.Account.Numbers.ShouldBeEmpty();
        again.Directory.TryFindNumber("+15550002000", out Account owner, out _).ShouldBeTrue();
        owner.Sid.ShouldBe(other);
    }

    [Fact]
    public async Task Customer_SeesTheKeysOfItsOwnAccount()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser customer = await Browser.OfRoleAsync(api, Role.Customer, "carl");
        (await customer.GetAsync($"/v1/accounts/{ApiFixture.Demo.Sid}/keys")).At("keys.0.sid").ShouldBe(ApiFixture.Demo.ApiKeys[0].Sid);
        (await customer.GetAsync($"/v1/accounts/{ApiFixture.Other.Sid}/keys")).Status.ShouldBe(404);
        (await customer.PostAsync($"/v1/accounts/{ApiFixture.Demo.Sid}/keys", new() { ["name"] = "x" })).At("code").ShouldBe("forbidden");
        (await api.GetAsync($"/v1/accounts/{ApiFixture.Demo.Sid}/keys")).Status.ShouldBe(200);
        Answer made = await owner.PostAsync($"/v1/accounts/{ApiFixture.Demo.Sid}/keys", new() { ["name"] = "x" });
        made.At("key.created_by").ShouldBe("ada");
    }

    [Fact]
    public async Task Revisions_AreListedOverAllKinds_AsFarAsTheRoleMayRead()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser finance = await Browser.OfRoleAsync(api, Role.Finance, "fred");
        await owner.PostAsync("/v1/accounts", new() { ["name"] = "x" });
        await owner.SendAsync(HttpMethod.Put, "/v1/health/overrides", new() { ["connection"] = "north-1", ["order"] = "pin", ["for"] = "1h" });
        KindsOf(await owner.GetAsync("/v1/revisions")).ShouldBe(["account", "health"]);
        KindsOf(await owner.GetAsync("/v1/revisions?kind=health")).ShouldBe(["health"]);
        KindsOf(await finance.GetAsync("/v1/revisions")).ShouldBe(["account"]);
        Answer first = await owner.GetAsync("/v1/revisions?limit=1");
        KindsOf(await owner.GetAsync($"/v1/revisions?cursor={first.At("next_cursor")}")).ShouldBe(["health"]);
        (await owner.GetAsync("/v1/revisions/health/overrides/1/diff")).At("lines.0.change").ShouldBe("added");
        (await owner.GetAsync("/v1/revisions/health/overrides?limit=1")).At("revisions.0.revision").ShouldBe("1");
        (await finance.GetAsync("/v1/revisions/health/overrides")).At("code").ShouldBe("forbidden");
        (await owner.GetAsync("/v1/revisions/users/x")).Status.ShouldBe(404);
        (await owner.GetAsync("/v1/revisions?kind=access")).At("code").ShouldBe("parameter_invalid");
        (await owner.GetAsync("/v1/revisions/health/overrides/9/diff")).Status.ShouldBe(404);
    }

    [Fact]
    public void LineDiff_TellsWhatChanged_WithThreeLinesAround()
    {
        string before = string.Join('\n', Enumerable.Range(1, 20));
        List<LineDiff.Line> lines = LineDiff.Compare(before, before.Replace("\n10\n", "\nten\n").Replace("\n20", ""));
        lines.Select(static line => $"{line.Before}:{line.After}:{line.Text}").ShouldBe(
            ["7:7:7", "8:8:8", "9:9:9", "10:0:10", "0:10:ten", "11:11:11", "12:12:12", "13:13:13", "17:17:17", "18:18:18", "19:19:19", "20:0:20"]);
        LineDiff.Compare("a\nb", "a\r\nb\r\n").ShouldBeEmpty();
        LineDiff.Compare("", "a").ShouldBe([new(0, 1, "a")]);
    }

    private static IEnumerable<string> KindsOf(Answer page) => page.Json["resources"]!.AsArray().Select(static one => one!["kind"]!.ToString());

    private static Task<AccountDesk> OpenAsync(ApiFixture api, IReadOnlyList<Account> file, string keys) => AccountDesk.OpenAsync(
        api.Rates.Store, file, new(file), keys, api.Time, NullLoggerFactory.Instance, CancellationToken.None);

    private static Task<Answer> AddKeyAsync(ApiFixture api, string sid, string name = "test") =>
        DeckTests.PostAsync(api, $"/v1/accounts/{sid}/keys", new JsonObject { ["name"] = name }.ToJsonString());

    private static Task<Answer> PutAsync(ApiFixture api, string path, string text) => DeckTests.SendAsync(api, HttpMethod.Put, path, text);

    private static AuthenticationHeaderValue Bearer(string secret) => new("Bearer", secret);

    private static async Task<Answer> ReadAsync(ApiFixture api, AuthenticationHeaderValue credentials, string path)
    {
        using HttpClient client = api.ClientFor(null);
        client.DefaultRequestHeaders.Authorization = credentials;
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await Answer.ReadAsync(client, request);
    }

    private static async Task NothingOfItIsOnDiskAsync(ApiFixture api, params string[] secrets)
    {
        foreach (string file in Directory.GetFiles(api.Folder, "*", SearchOption.AllDirectories))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes);
            foreach (string secret in secrets) bytes.ToArray().AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)).ShouldBe(-1, file);
        }
    }
}
