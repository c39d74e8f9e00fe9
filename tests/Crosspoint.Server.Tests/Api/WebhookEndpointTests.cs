using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Receivers of webhooks, tests of them, and replay, through the API.</summary>
public sealed class WebhookEndpointTests
{
    private static readonly EndpointStatus Plain = new(
        "WE1", "https://a.example/x", null, DisabledBecause.None, 0, 0, 0, 3, false, 1, 200, null);

    private static readonly EndpointStatus Dead = new(
        "WE2",
        "https://b.example/x",
        new WebhookEndpointSettings { Url = "https://b.example/x", Batch = new(50, TimeSpan.FromMilliseconds(20)), Rate = 5, Concurrency = 2, Secret = [1] },
        DisabledBecause.Failing, 1_767_225_600_000_000, 1_767_000_000_000_000, 12, 0, true, 0, 503, "HTTP 503");

    [Fact]
    public async Task List_Endpoints_ShowsThemPageByPage()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Endpoints.AddRange([Plain, Dead]);
        Answer first = await api.GetAsync("/v1/webhooks/endpoints?limit=1");
        first.Status.ShouldBe(200);
        first.At("endpoints.0.id").ShouldBe("WE1");
        first.At("endpoints.0.enabled").ShouldBe("true");
        first.At("endpoints.0.batch").ShouldBeNull();
        Answer second = await api.GetAsync($"/v1/webhooks/endpoints?limit=1&cursor={first.At("next_cursor")}");
        second.At("endpoints.0.url").ShouldBe("https://b.example/x");
        second.At("endpoints.0.disabled_because").ShouldBe("failing");
        second.At("endpoints.0.disabled_since").ShouldBe("2026-01-01T00:00:00.000000Z");
        second.At("endpoints.0.more_waiting").ShouldBe("true");
        second.At("endpoints.0.batch.wait_ms").ShouldBe("20");
        second.At("endpoints.0.own_secret").ShouldBe("true");
        (await api.GetAsync($"/v1/webhooks/endpoints?cursor={second.At("next_cursor")}")).At("next_cursor").ShouldBeNull();
        (await api.GetAsync("/v1/webhooks/endpoints/WE2")).At("last_error").ShouldBe("HTTP 503");
        (await api.GetAsync("/v1/webhooks/endpoints/WE3")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("limit=0", "parameter_invalid", "limit")]
    [InlineData("limit=1001", "parameter_invalid", "limit")]
    [InlineData("limit=1&limit=2", "parameter_invalid", "limit")]
    [InlineData("cursor=*", "parameter_invalid", "cursor")]
    [InlineData("state=failed", "parameter_unknown", "state")]
    public async Task List_WrongParameter_IsRefusedByName(string query, string code, string field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync($"/v1/webhooks/endpoints?{query}");
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe(code);
        answer.At("field").ShouldBe(field);
    }

    [Theory]
    [InlineData(EndpointChange.Done, 200, null)]
    [InlineData(EndpointChange.NotFound, 404, "not_found")]
    [InlineData(EndpointChange.Configured, 409, "endpoint_state")]
    [InlineData(EndpointChange.StoreUnavailable, 503, "store_unavailable")]
    public async Task Change_Endpoint_AnswersWithItOrWhyNot(EndpointChange change, int status, string? code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Endpoints.Add(Plain);
        api.Engine.EndpointChange = change;
        foreach (string verb in new[] { "enable", "disable" })
        {
            Answer answer = await api.PostAsync($"/v1/webhooks/endpoints/WE1/{verb}", "");
            answer.Status.ShouldBe(status);
            answer.At("code").ShouldBe(code);
            api.Engine.Wishes.ShouldContain($"{verb} {ApiFixture.Demo.Sid} WE1");
        }
    }

    [Fact]
    public async Task Test_Url_AnswersWithWhatCameOfIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer taken = await api.PostAsync("/v1/webhooks/test", """{"url":"https://a.example/x"}""");
        taken.Status.ShouldBe(200);
        taken.At("delivered").ShouldBe("true");
        taken.At("status").ShouldBe("200");
        taken.At("took_ms").ShouldBe("12.5");
        taken.At("error").ShouldBeNull();
        api.Engine.Wishes.ShouldContain($"test {ApiFixture.Demo.Sid} https://a.example/x");
        api.Engine.Test = new("TE2", 0, TimeSpan.FromSeconds(15), "no answer in time");
        Answer silent = await api.PostAsync("/v1/webhooks/test", """{"url":"https://a.example/x"}""");
        silent.At("delivered").ShouldBe("false");
        silent.At("status").ShouldBeNull();
        silent.At("error").ShouldBe("no answer in time");
        api.Engine.Test = new("", 0, TimeSpan.Zero, "the host is not on the public internet");
        Answer refused = await api.PostAsync("/v1/webhooks/test", """{"url":"https://10.0.0.1/"}""");
        refused.Status.ShouldBe(400);
        refused.At("code").ShouldBe("callback_invalid");
        api.Engine.Test = new("", 0, TimeSpan.Zero, "too many", IsBusy: true);
        (await api.PostAsync("/v1/webhooks/test", """{"url":"https://a.example/x"}""")).Status.ShouldBe(429);
    }

    [Theory]
    [InlineData("{}", "field_invalid", "url")]
    [InlineData("""{"url":""}""", "field_invalid", "url")]
    [InlineData("""{"url":7}""", "field_invalid", "url")]
    [InlineData("""{"url":["x"]}""", "field_invalid", "url")]
    [InlineData("""{"url":"a","url":"b"}""", "field_duplicate", "url")]
    [InlineData("""{"uri":"a"}""", "field_unknown", "uri")]
    [InlineData("[]", "json_invalid", null)]
    [InlineData("""{"url":"a"} x""", "json_invalid", null)]
    [InlineData("""{"url":"\ud83d"}""", "json_invalid", null)]
    [InlineData("", "json_invalid", null)]
    public async Task Test_WrongBody_IsRefusedByName(string body, string code, string? field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync("/v1/webhooks/test", body);
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe(code);
        answer.At("field").ShouldBe(field);
    }

    [Fact]
    public async Task Replay_Fields_ReachTheEngine()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Endpoints.Add(Plain);
        api.Engine.ReplayResult = new(ChangeOutcome.Done, 7, 5_000, 42);
        Answer answer = await api.PostAsync(
            "/v1/webhooks/replay",
            """{"endpoint":"https://A.example:443/x?y=1","created_after":"2026-01-01","created_before":"2026-01-02T00:00:00Z","state":"delivered","limit":10}""");
        answer.Status.ShouldBe(202);
        answer.At("replayed").ShouldBe("7");
        answer.At("messages").ShouldBe("5000");
        api.Engine.Replay.ShouldBe(new ReplayQuery(
            DeliveryState.Delivered, "https://a.example/x", 1_767_225_600_000_000, 1_767_312_000_000_000, null, 10));
        await api.PostAsync("/v1/webhooks/replay", $$"""{"endpoint":"WE1","cursor":"{{answer.At("next_cursor")}}"}""");
        api.Engine.Replay.ShouldBe(new ReplayQuery(DeliveryState.Failed, "https://a.example/x", null, null, 42, 1_000));
        Message message = api.Engine.Add(ApiFixture.Demo);
        await api.PostAsync("/v1/webhooks/replay", $$"""{"message":"{{message.Id}}"}""");
        api.Engine.Replay!.Message.ShouldBe(message.Id);
    }

    [Theory]
    [InlineData(ChangeOutcome.NotFound, 0, false, 404)]
    [InlineData(ChangeOutcome.StoreUnavailable, 0, false, 503)]
    [InlineData(ChangeOutcome.Done, 0, true, 429)]
    [InlineData(ChangeOutcome.Done, 3, true, 202)]
    [InlineData(ChangeOutcome.StoreUnavailable, 3, false, 202)]
    public async Task Replay_CutShort_SaysSoUnlessSomethingWasDone(ChangeOutcome outcome, int replayed, bool isOverloaded, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.ReplayResult = new(outcome, replayed, replayed, 1, isOverloaded);
        (await api.PostAsync("/v1/webhooks/replay", """{"created_after":"2026-01-01"}""")).Status.ShouldBe(status);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("""{"state":"failed"}""", null)]
    [InlineData("""{"message":"x"}""", "message")]
    [InlineData("""{"endpoint":"WE9"}""", "endpoint")]
    [InlineData("""{"endpoint":"ftp://x/"}""", "endpoint")]
    [InlineData("""{"created_after":"yesterday"}""", "created_after")]
    [InlineData("""{"created_before":5}""", "created_before")]
    [InlineData("""{"created_before":"2026-01-01","state":"pending"}""", "state")]
    [InlineData("""{"created_before":"2026-01-01","limit":0}""", "limit")]
    [InlineData("""{"created_before":"2026-01-01","limit":"5"}""", "limit")]
    [InlineData("""{"created_before":"2026-01-01","cursor":"x"}""", "cursor")]
    public async Task Replay_WrongField_IsRefusedByName(string body, string? field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync("/v1/webhooks/replay", body);
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe("field_invalid");
        answer.At("field").ShouldBe(field);
        api.Engine.Replay.ShouldBeNull();
    }

    [Fact]
    public async Task Endpoints_WithoutCredentials_AreRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Client.DefaultRequestHeaders.Authorization = null;
        (await api.GetAsync("/v1/webhooks/endpoints")).Status.ShouldBe(401);
        (await api.GetAsync("/v1/webhooks/endpoints/WE1")).Status.ShouldBe(401);
        (await api.PostAsync("/v1/webhooks/endpoints/WE1/disable", "")).Status.ShouldBe(401);
        (await api.PostAsync("/v1/webhooks/test", "{}")).Status.ShouldBe(401);
        (await api.PostAsync("/v1/webhooks/replay", "{}")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Staff_NamesTheAccount_AndMayWhatItsRoleMay()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Endpoints.Add(new("WE1", "https://a.example/x", null, DisabledBecause.None, 0, 0, 0, 0, false, 0, 0, null));
        Message message = api.Engine.Add(ApiFixture.Demo, static head => head with { CallbackUrl = "https://a.example/x?number=15551234567" });
        message.Deliveries.Add(new WebhookDelivery { EventNumber = 1, State = DeliveryState.Failed });
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser finance = await Browser.OfRoleAsync(api, Role.Finance, "fred");
        using Browser customer = await Browser.OfRoleAsync(api, Role.Customer, "carl");
        string query = $"?account_sid={ApiFixture.Demo.Sid}";
        (await owner.GetAsync("/v1/webhooks")).At("field").ShouldBe("account_sid");
        (await owner.GetAsync("/v1/webhooks?account_sid=AC0")).At("field").ShouldBe("account_sid");
        (await owner.GetAsync("/v1/webhooks" + query)).At("webhooks.0.url").ShouldBe("https://a.example/x?number=15551234567");
        (await finance.GetAsync("/v1/webhooks" + query + "&limit=1")).At("webhooks.0.url").ShouldBe("https://a.example/x", "what is personal may stand behind it");
        (await finance.GetAsync($"/v1/messages/{message.Id}/webhooks")).At("webhooks.0.url").ShouldBe("https://a.example/x");
        (await owner.GetAsync("/v1/webhooks/endpoints" + query)).At("endpoints.0.id").ShouldBe("WE1");
        (await owner.GetAsync("/v1/webhooks/endpoints/WE1" + query)).Status.ShouldBe(200);
        (await owner.PostAsync("/v1/webhooks/endpoints/WE1/disable" + query)).Status.ShouldBe(200);
        (await owner.PostAsync("/v1/webhooks/replay" + query, new() { ["endpoint"] = "WE1" })).Status.ShouldBe(202);
        (await owner.PostAsync($"/v1/messages/{message.Id}/webhooks/1/replay")).Status.ShouldBe(202);
        (await owner.PostAsync("/v1/messages/SM00000000000000000000000000000009/webhooks/1/replay")).Status.ShouldBe(404);
        (await finance.PostAsync("/v1/webhooks/replay" + query, new() { ["endpoint"] = "WE1" })).At("code").ShouldBe("forbidden");
        (await finance.PostAsync("/v1/webhooks/endpoints/WE1/enable" + query)).At("code").ShouldBe("forbidden");
        (await owner.GetAsync("/v1/webhooks" + query + "&x=1")).At("code").ShouldBe("parameter_unknown");
        (await customer.GetAsync("/v1/webhooks" + query)).Status.ShouldBe(200);
        (await customer.GetAsync($"/v1/webhooks?account_sid={ApiFixture.Other.Sid}")).At("field").ShouldBe("account_sid");
    }
}
