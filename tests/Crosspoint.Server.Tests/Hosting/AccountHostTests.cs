using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Smpp.Codec;
using Crosspoint.TestKit;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>Accounts that are made on a whole gateway, with binds, and what is left of them after a restart.</summary>
public sealed class AccountHostTests
{
    [Fact]
    public async Task Account_MadeByApi_SendsAtOnce_AndAfterARestart()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        JsonNode made = await SendAsync(rig, HttpMethod.Post, "/v1/accounts", """{"name":"Shop","numbers":[{"number":"+15550002000"}]}""");
        string sid = made["account_sid"]!.ToString();
        string key = (await SendAsync(rig, HttpMethod.Post, $"/v1/accounts/{sid}/keys", """{"name":"job"}"""))["secret"]!.ToString();
        (await SendMessageAsync(rig, key)).ShouldBe(202);
        (await SendAsync(rig, HttpMethod.Get, $"/v1/accounts/{sid}/keys"))["keys"]![0]!["last_used_at"].ShouldNotBeNull();
        await rig.RestartAsync();
        (await SendMessageAsync(rig, key)).ShouldBe(202);
        (await SendAsync(rig, HttpMethod.Get, $"/v1/accounts/{sid}/keys"))["keys"]![0]!["last_used_at"].ShouldNotBeNull();
        await SendAsync(rig, HttpMethod.Post, $"/v1/accounts/{sid}/disable", "{}");
        (await SendMessageAsync(rig, key)).ShouldBe(401);
        await rig.RestartAsync();
        (await SendMessageAsync(rig, key)).ShouldBe(401);
    }

    [Fact]
    public async Task Smpp_AddedByApi_Binds_AndItsBindsEndWhenItIsRevoked()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        string path = $"/v1/accounts/{ListenerRig.Sid}/smpp";
        JsonNode made = await SendAsync(rig, HttpMethod.Post, path, """{"system_id":"shop","max_binds":2}""");
        string password = made["password"]!.ToString();
        using TestCustomer first = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await first.BindAsync("shop", password)).ShouldBe(CommandStatus.Ok);
        using TestCustomer second = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await second.BindAsync("shop", password)).ShouldBe(CommandStatus.Ok);
        JsonNode listed = (await SendAsync(rig, HttpMethod.Get, path))["credentials"]!.AsArray().Single(static one => one!["system_id"]!.ToString() == "shop")!;
        listed["bound"]!.AsArray().Select(static one => one!["kind"]!.ToString()).ShouldBe(["transceiver", "transceiver"]);

        using (TestCustomer third = await TestCustomer.ConnectAsync(rig.EndPoint))
            (await third.BindAsync("shop", password)).ShouldBe(CommandStatus.BindFailed);
        await SendAsync(rig, HttpMethod.Put, path + "/shop", """{"system_id":"shop","max_binds":3}""");
        using (TestCustomer third = await TestCustomer.ConnectAsync(rig.EndPoint))
            (await third.BindAsync("shop", password)).ShouldBe(CommandStatus.Ok, "a larger number holds at once");

        string renewed = (await SendAsync(rig, HttpMethod.Post, path + "/shop/password", "{}"))["password"]!.ToString();
        await rig.UntilAsync(async () => (await BoundAsync(rig, path)) == 0);
        using (TestCustomer old = await TestCustomer.ConnectAsync(rig.EndPoint))
            (await old.BindAsync("shop", password)).ShouldBe(CommandStatus.InvalidPassword);
        await rig.RestartAsync();
        using TestCustomer again = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await again.BindAsync("shop", renewed)).ShouldBe(CommandStatus.Ok);
        using TestCustomer other = await rig.BindAsync();
        (await SendStatusAsync(rig, HttpMethod.Delete, path + "/shop")).ShouldBe(204);
        using (TestCustomer gone = await TestCustomer.ConnectAsync(rig.EndPoint))
            (await gone.BindAsync("shop", renewed)).ShouldBe(CommandStatus.InvalidPassword);
        (await SendAsync(rig, HttpMethod.Get, path))["credentials"]!.AsArray().Single(static one => one!["system_id"]!.ToString() == "demo")!["bound"]!.AsArray()
            .ShouldHaveSingleItem("binds of others stay");
    }

    [Fact]
    public async Task Limits_HoldAtOnceAtEveryDoor_OverARestart_AndUntilTheyAreTakenAway()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        const string Settings = "\"name\":\"Shop\",\"numbers\":[{\"number\":\"+15550002000\"}]";
        JsonNode made = await SendAsync(rig, HttpMethod.Post, "/v1/accounts", $"{{{Settings}}}");
        string path = $"/v1/accounts/{made["account_sid"]}";
        string key = (await SendAsync(rig, HttpMethod.Post, $"{path}/keys", """{"name":"job"}"""))["secret"]!.ToString();
        string password = (await SendAsync(rig, HttpMethod.Post, $"{path}/smpp", """{"system_id":"shop"}"""))["password"]!.ToString();
        using TestCustomer customer = await TestCustomer.ConnectAsync(rig.EndPoint);
        (await customer.BindAsync("shop", password)).ShouldBe(CommandStatus.Ok);
        (await SendMessageAsync(rig, key)).ShouldBe(202);

        await LimitAsync(1, 3, "throttle");
        (await SendMessageAsync(rig, key)).ShouldBe(202);
        (await SendTwilioAsync(rig, made)).ShouldBe(201);
        (await SubmitAsync(customer)).ShouldBe(CommandStatus.Ok);
        (await SendMessageAsync(rig, key)).ShouldBe(429);
        (await SendTwilioAsync(rig, made)).ShouldBe(429);
        (await SubmitAsync(customer)).ShouldBe(CommandStatus.Throttled);
        JsonNode limit = (await SendAsync(rig, HttpMethod.Get, path))["limits_in_force"]!.AsArray().ShouldHaveSingleItem()!;
        (limit["source"]!.ToString(), limit["per_day"]!.ToString(), limit["today"]!.ToString()).ShouldBe(("own", "3", "3"));

        await LimitAsync(2, 4, "refuse");
        (await SubmitAsync(customer)).ShouldBe(CommandStatus.Ok, "a higher cap goes on with the count");
        (await SendMessageAsync(rig, key)).ShouldBe(422);
        (await SendTwilioAsync(rig, made)).ShouldBe(400);
        (await SubmitAsync(customer)).ShouldBe(CommandStatus.SubmitFailed);

        await rig.RestartAsync();
        (await SendMessageAsync(rig, key)).ShouldBe(422);
        await SendAsync(rig, HttpMethod.Put, $"{path}?expected=3", $"{{{Settings}}}");
        (await SendMessageAsync(rig, key)).ShouldBe(202);
        await LimitAsync(4, 4, "refuse");
        (await SendMessageAsync(rig, key)).ShouldBe(422, "what was counted before is still counted");
        await SendAsync(rig, HttpMethod.Post, $"{path}/rollback", """{"expected":5,"to":1,"note":""}""");
        (await SendMessageAsync(rig, key)).ShouldBe(202);

        Task LimitAsync(int expected, int perDay, string over) => SendAsync(
            rig, HttpMethod.Put, $"{path}?expected={expected}",
            $$$"""{{{{Settings}}},"limits":{"per_day":{{{perDay}}},"zone":"UTC","per_day_over":"{{{over}}}"}}""");
    }

    [Fact]
    public async Task Limits_OfOthers_AreNotHeldAgainstAnAccount()
    {
        await using ListenerRig rig = await ListenerRig.StartAsync();
        JsonNode small = await SendAsync(rig, HttpMethod.Post, "/v1/accounts", """{"limits":{"per_day":1,"zone":"UTC","per_day_over":"throttle"}}""");
        JsonNode large = await SendAsync(rig, HttpMethod.Post, "/v1/accounts", "{}");
        (await SendTwilioAsync(rig, small)).ShouldBe(201);
        (await SendTwilioAsync(rig, small)).ShouldBe(429);
        for (int i = 0; i < 3; i++) (await SendTwilioAsync(rig, large)).ShouldBe(201);
        (await SendAsync(rig, HttpMethod.Get, $"/v1/accounts/{large["account_sid"]}"))["limits_in_force"]!.AsArray().ShouldBeEmpty();
    }

    private static async Task<CommandStatus> SubmitAsync(TestCustomer customer) =>
        (await customer.SubmitAsync(TestCustomer.Submit(from: "15550002000"))).Status;

    private static async Task<int> SendTwilioAsync(ListenerRig rig, JsonNode account)
    {
        using var client = new HttpClient { BaseAddress = rig.Host.HttpAddress };
        string credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"{account["account_sid"]}:{account["auth_token"]}"));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        using var content = new FormUrlEncodedContent([new("To", "+15551234567"), new("From", "+15550002000"), new("Body", "x")]);
        using HttpResponseMessage response = await client.PostAsync(
            new Uri($"/2010-04-01/Accounts/{account["account_sid"]}/Messages.json", UriKind.Relative), content, CancellationToken.None);
        return (int)response.StatusCode;
    }

    private static async Task<int> BoundAsync(ListenerRig rig, string path) =>
        (await SendAsync(rig, HttpMethod.Get, path))["credentials"]!.AsArray().Single(static one => one!["system_id"]!.ToString() == "shop")!["bound"]!.AsArray().Count;

    private static async Task<int> SendMessageAsync(ListenerRig rig, string key)
    {
        using var client = new HttpClient { BaseAddress = rig.Host.HttpAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        using var content = new StringContent("""{"to":"+15551234567","from":"+15550002000","body":"x"}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await client.PostAsync(new Uri("/v1/messages", UriKind.Relative), content, CancellationToken.None);
        return (int)response.StatusCode;
    }

    private static async Task<int> SendStatusAsync(ListenerRig rig, HttpMethod method, string path)
    {
        using HttpResponseMessage response = await AskAsync(rig, method, path, null);
        return (int)response.StatusCode;
    }

    private static async Task<JsonNode> SendAsync(ListenerRig rig, HttpMethod method, string path, string? body = null)
    {
        using HttpResponseMessage response = await AskAsync(rig, method, path, body);
        string text = await response.Content.ReadAsStringAsync(CancellationToken.None);
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<HttpResponseMessage> AskAsync(ListenerRig rig, HttpMethod method, string path, string? body)
    {
        using var client = new HttpClient { BaseAddress = rig.Host.HttpAddress };
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ListenerRig.AdminToken);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await client.SendAsync(request, CancellationToken.None);
    }
}
