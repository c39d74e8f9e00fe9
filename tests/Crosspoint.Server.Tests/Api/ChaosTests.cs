using System.Text.Json.Nodes;
using Crosspoint.Engine.Health;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Experiments, as the operator orders them and reads their reports.</summary>
public sealed class ChaosTests
{
    private const string Errors = """{"connection":"north-1","fault":"errors","seconds":60,"share":0.25,"class":"transactional","country":"DE","status":"ESME_RSUBMITFAIL"}""";

    [Fact]
    public async Task Post_AnExperiment_RunsAndIsTold()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer begun = await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos", Errors);
        begun.Status.ShouldBe(202, begun.Text);
        JsonNode run = begun.Json;
        (run["number"]!.ToString(), run["phase"]!.ToString(), run["ended_by"]).ShouldBe(("1", "injecting", null));
        JsonNode experiment = run["experiment"]!;
        (experiment["status"]!.ToString(), experiment["share"]!.ToString(), experiment["country"]!.ToString()).ShouldBe(("ESME_RSUBMITFAIL", "0.25", "DE"));

        (await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos", Errors)).At("code").ShouldBe("experiment_state");
        api.Time.Advance(TimeSpan.FromSeconds(62));
        JsonNode report = (await DeckTests.GetAsync(api, "/v1/chaos/1")).Json;
        (report["phase"]!.ToString(), report["ended_by"]!.ToString()).ShouldBe(("done", "time"));
        report["targets"]!["detection"]!["met"]!.GetValue<bool>().ShouldBeFalse();
        (await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos/1/stop", "")).At("code").ShouldBe("experiment_state");
        (await DeckTests.GetAsync(api, "/v1/chaos")).Json["experiments"]!.AsArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Post_ADisconnect_IsMeasuredAndStopped()
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos", """{"connection":"north-1","fault":"disconnect","seconds":600}""")).Status.ShouldBe(202);
        api.Time.Advance(TimeSpan.FromSeconds(1));
        api.Experiments.Changed(new()
        {
            Cell = new("north-1", "DE", NetworkId.Unknown, null),
            From = CellState.Healthy,
            To = CellState.Suspended,
            Share = 0,
            Reason = "no session is bound",
            At = 1_700_000_000_000_000,
        });
        Answer stopped = await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos/1/stop", "");
        stopped.Status.ShouldBe(200, stopped.Text);
        (stopped.At("phase"), stopped.At("ended_by")).ShouldBe(("recovering", "operator"));
        stopped.Json["targets"]!["move"]!["seconds"]!.GetValue<double>().ShouldBe(1, 0.3);
        JsonNode change = stopped.Json["changes"]!.AsArray().ShouldHaveSingleItem()!;
        (change["to"]!.ToString(), change["cell"]!.ToString(), change["at"]!.ToString()).ShouldBe(("suspended", "north-1 to DE", "2023-11-14T22:13:20.000000Z"));
    }

    [Theory]
    [InlineData("""{"fault":"errors","seconds":60}""", "connection", "name of a connection")]
    [InlineData("""{"connection":"north-1","fault":"fire","seconds":60}""", "fault", "Expected one of: latency, errors")]
    [InlineData("""{"connection":"north-1","fault":"errors"}""", "seconds", "1 to 3600")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":3601}""", "seconds", "1 to 3600")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":"60"}""", "seconds", "1 to 3600")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"share":0}""", "share", "above 0")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"share":1.5}""", "share", "up to 1")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"share":"half"}""", "share", "Expected a number")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"latency_ms":10}""", "latency_ms", "belongs to the fault 'latency'")]
    [InlineData("""{"connection":"north-1","fault":"latency","seconds":60}""", "latency_ms", "needs it")]
    [InlineData("""{"connection":"north-1","fault":"throttle","seconds":60,"rate":0}""", "rate", "0.1 to 100000")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"status":"ESME_ROK"}""", "status", "no refusal")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"status":"0x400-0x4FF"}""", "status", "single status")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"class":"spam"}""", "class", "otp")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"country":"Germany"}""", "country", "ISO 3166-1")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"network":"x"}""", "network", "MCC and MNC")]
    [InlineData("""{"connection":"north-1","fault":"disconnect","seconds":60,"share":0.5}""", "share", "hits all")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"delivery_at_least":-1}""", "delivery_at_least", "0 to 1")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"guard_messages":0}""", "guard_messages", "1 to 100000")]
    [InlineData("""{"connection":"north-1","fault":"errors","seconds":60,"everything":true}""", "everything", "Known fields")]
    public async Task Post_WhatIsNotRight_IsRefusedWithTheField(string body, string field, string expected)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos", body);
        (answer.Status, answer.At("field")).ShouldBe((400, field), answer.Text);
        answer.At("detail").ShouldNotBeNull().ShouldContain(expected);
        api.Experiments.List().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"connection":"west","fault":"errors","seconds":60}""", "no connection 'west'")]
    [InlineData("""{"connection":"north-1","fault":"latency","latency_ms":10000,"seconds":60}""", "response timeout of 10 s")]
    [InlineData("""{"connection":"north-1","fault":"errors","status":"ESME_RINVPASWD","seconds":60}""", "tried again or goes another way")]
    [InlineData("""{"connection":"south-1","fault":"disconnect","seconds":60}""", "would wait")]
    public async Task Post_WhatCannotBeNow_IsAConflict(string body, string expected)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        Answer answer = await DeckTests.SendAsync(api, HttpMethod.Post, "/v1/chaos", body);
        (answer.Status, answer.At("code")).ShouldBe((409, "experiment_impossible"), answer.Text);
        answer.At("detail").ShouldNotBeNull().ShouldContain(expected);
    }

    [Theory]
    [InlineData("/v1/chaos/7")]
    [InlineData("/v1/chaos/seven")]
    public async Task Get_NoneOfTheNumber_IsNotFound(string path)
    {
        await using ApiFixture api = await DeckTests.StartAsync();
        (await DeckTests.GetAsync(api, path)).At("code").ShouldBe("not_found");
        (await DeckTests.SendAsync(api, HttpMethod.Post, $"{path}/stop", "")).At("code").ShouldBe("not_found");
        (await api.GetAsync("/v1/chaos")).Status.ShouldBe(401);
    }
}
