using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class TrafficTests
{
    private const string Token = "token-of-the-operator";

    private static string Sid => ApiFixture.Demo.Sid;

    [Fact]
    public async Task Batch_OfTheAccount_IsShownFieldByField()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Traffic.Add(new(Sid, "spring", TrafficState.Paused, 2.5, 17, true, 4));
        Answer answer = await api.GetAsync("/v1/batches/spring");
        answer.Status.ShouldBe(200);
        answer.Json.ToJsonString().ShouldBe(new JsonObject
        {
            ["batch"] = "spring",
            ["account_sid"] = Sid,
            ["state"] = "paused",
            ["rate"] = 2.5,
            ["held"] = 17,
            ["canceling"] = true,
            ["canceled"] = 4,
        }.ToJsonString());
        answer = await api.GetAsync("/v1/batches/unknown");
        (answer.At("state"), answer.Json["rate"]).ShouldBe(("running", null));
    }

    [Theory]
    [InlineData("pause", 200)]
    [InlineData("resume", 200)]
    [InlineData("cancel", 202)]
    public async Task Batch_Wishes_ReachTheAccountsOwn(string wish, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        (await api.PostAsync($"/v1/batches/spring/{wish}", "")).Status.ShouldBe(status);
        api.Engine.Wishes.ShouldBe([$"{wish} {Sid} 'spring'"]);
        (await api.PostAsync($"/v1/batches/spring/{wish}?account_sid={ApiFixture.Other.Sid}", "")).At("code").ShouldBe("parameter_invalid");
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        (await api.PostAsync($"/v1/batches/spring/{wish}?account_sid={ApiFixture.Other.Sid}", "")).Status.ShouldBe(status);
        api.Engine.Wishes.ShouldBe([$"{wish} {Sid} 'spring'", $"{wish} {ApiFixture.Other.Sid} 'spring'{By(wish)}"]);
        (await api.PostAsync($"/v1/batches/spring/{wish}", "")).At("field").ShouldBe("account_sid");
        (await api.PostAsync($"/v1/batches/spring/{wish}?account_sid=AC9", "")).At("code").ShouldBe("parameter_invalid");
        (await api.PostAsync($"/v1/batches/spring/{wish}?account_sid={Sid}&x=1", "")).At("code").ShouldBe("parameter_unknown");
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", "nonsense");
        (await api.PostAsync($"/v1/batches/spring/{wish}", "")).Status.ShouldBe(401);
        api.Engine.Wishes.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("""{"rate":50}""", "50")]
    [InlineData("""{"rate":0.5}""", "0.5")]
    [InlineData("""{"rate":null}""", "0")]
    public async Task Rate_WellFormed_IsSet(string body, string rate)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        (await PatchAsync(api, body)).Status.ShouldBe(200);
        api.Engine.Wishes.ShouldBe([$"pace {Sid} 'spring' {rate}"]);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        (await PatchAsync(api, body, $"?account_sid={Sid}")).Status.ShouldBe(200);
        api.Engine.Wishes[^1].ShouldBe($"pace {Sid} 'spring' {rate} by the operator");
    }

    [Theory]
    [InlineData("""{"rate":0}""", "field_invalid")]
    [InlineData("""{"rate":-1}""", "field_invalid")]
    [InlineData("""{"rate":1000001}""", "field_invalid")]
    [InlineData("""{"rate":"50"}""", "field_invalid")]
    [InlineData("""{"rate":[1]}""", "field_invalid")]
    [InlineData("""{"speed":50}""", "field_unknown")]
    [InlineData("{}", "json_invalid")]
    [InlineData("""{"rate":1,"rate":2}""", "json_invalid")]
    [InlineData("""{"rate":1} x""", "json_invalid")]
    [InlineData("", "json_invalid")]
    public async Task Rate_OtherThanExpected_IsRefused(string body, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await PatchAsync(api, body);
        (answer.Status, answer.At("code")).ShouldBe((400, code));
        api.Engine.Wishes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Refusals_AreProblems()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Control = new(ControlOutcome.Refused, "It is canceled.");
        Answer answer = await api.PostAsync("/v1/batches/spring/pause", "");
        (answer.Status, answer.At("code"), answer.At("detail")).ShouldBe((409, "batch_state", "It is canceled."));
        api.Engine.Control = new(ControlOutcome.StoreUnavailable);
        (await api.PostAsync("/v1/batches/spring/pause", "")).Status.ShouldBe(503);
        answer = await api.PostAsync("/v1/batches/spring%20sale/pause", "");
        (answer.Status, answer.At("code")).ShouldBe((400, "batch_invalid"));
    }

    [Fact]
    public async Task List_GoesOnFromItsCursor()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        foreach (string name in (string[])["a", "b", "c"]) api.Engine.Traffic.Add(new(Sid, name, TrafficState.Canceled, 0, 0, false, 0));
        Answer page = await api.GetAsync("/v1/batches?limit=2");
        page.Json["batches"]!.AsArray().Count.ShouldBe(2);
        page.At("next_cursor").ShouldBe("b");
        page = await api.GetAsync("/v1/batches?limit=2&cursor=b");
        page.Json["batches"]!.AsArray().ShouldHaveSingleItem()!["state"]!.ToString().ShouldBe("canceled");
        page.Json["next_cursor"].ShouldBeNull();
        (await api.GetAsync("/v1/batches?limit=0")).At("field").ShouldBe("limit");
        (await api.GetAsync("/v1/batches?cursor=%20")).At("field").ShouldBe("cursor");
        (await api.GetAsync("/v1/batches?x=")).At("code").ShouldBe("parameter_unknown");
    }

    [Theory]
    [InlineData("pause", 200)]
    [InlineData("resume", 200)]
    [InlineData("cancel-queued", 202)]
    public async Task Account_Wishes_AreTheOperatorsAlone(string wish, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Token });
        (await api.PostAsync($"/v1/accounts/{Sid}/{wish}", "")).Status.ShouldBe(401);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
        (await api.PostAsync($"/v1/accounts/{Sid}/{wish}?x=1", "")).Status.ShouldBe(400);
        (await api.PostAsync($"/v1/accounts/AC00000000000000000000000000000009/{wish}", "")).Status.ShouldBe(404);
        api.Engine.Wishes.ShouldBeEmpty();
        Answer answer = await api.PostAsync($"/v1/accounts/{Sid}/{wish}", "");
        answer.Status.ShouldBe(status);
        api.Engine.Wishes.ShouldBe([$"{wish.Split('-')[0]} {Sid} ''{By(wish)}"]);
        answer.Json.ToJsonString().ShouldBe(new JsonObject
        {
            ["account_sid"] = Sid,
            ["state"] = "running",
            ["held"] = 0,
            ["canceling"] = false,
            ["canceled"] = 0,
        }.ToJsonString());
    }

    [Fact]
    public async Task Account_WithoutAToken_IsSwitchedOff()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        (await api.GetAsync($"/v1/accounts/{Sid}")).At("code").ShouldBe("admin_disabled");
    }

    [Fact]
    public async Task Send_WithABatch_KeepsItAsMetadata()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync(
            "/v1/messages", """{"to":"+15551234567","from":"+15550001000","body":"x","batch":"spring","metadata":{"campaign":"c"}}""");
        (answer.Status, answer.At("batch"), answer.At("metadata.batch")).ShouldBe((202, "spring", "spring"));
        api.Engine.Requests.ShouldHaveSingleItem().Metadata.ShouldBe([new("campaign", "c"), new("batch", "spring")]);
    }

    [Theory]
    [InlineData("""  "batch":"a b"  """, "batch_invalid", "batch")]
    [InlineData("""  "batch":7  """, "field_invalid", "batch")]
    [InlineData("""  "batch":"a","metadata":{"batch":"a"}  """, "field_duplicate", "batch")]
    [InlineData("""  "batch":"a","metadata":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"","j":""}  """, "metadata_invalid", "metadata")]
    public async Task Send_WithABatchThatCannotBe_IsRefused(string fields, string code, string field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync("/v1/messages", $$"""{"to":"+15551234567","from":"+15550001000","body":"x",{{fields}}}""");
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((400, code, field));
        api.Engine.Requests.ShouldBeEmpty();
    }

    // A resume needs no room for one more.
    private static string By(string wish) => wish == "resume" ? "" : " by the operator";

    private static Task<Answer> PatchAsync(ApiFixture api, string body, string query = "") =>
        api.SendAsync(HttpMethod.Patch, $"/v1/batches/spring{query}", new StringContent(body, Encoding.UTF8, "application/json"));
}
