using System.Text.Json.Nodes;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class QueueTests
{
    private static readonly QueueStatus Mine = new(
        "north-1", TrafficClass.Marketing, ApiFixture.Demo.Sid, 1200, 100, 40, true, [new QueueLimit("senders", "+15550001000", 1, 1300), new QueueLimit("days", "", 0, 1300, 5000, 4999)]);

    private static readonly QueueStatus Others = new("north-1", TrafficClass.Otp, ApiFixture.Other.Sid, 3, 3, 0, false, []);

    [Fact]
    public async Task List_OfAnAccount_HoldsItsOwnQueuesFieldByField()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Waiting.AddRange([Mine, Others]);
        Answer answer = await api.GetAsync("/v1/queues");
        answer.Status.ShouldBe(200);
        answer.Json["queues"]!.AsArray().ShouldHaveSingleItem()!.ToJsonString().ShouldBe(new JsonObject
        {
            ["connection"] = "north-1",
            ["class"] = "marketing",
            ["account_sid"] = ApiFixture.Demo.Sid,
            ["waiting"] = 1200,
            ["in_memory"] = 100,
            ["rate"] = 40,
            ["estimated_wait_seconds"] = 30,
            ["held_back"] = true,
            ["limits"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "senders",
                    ["key"] = "+15550001000",
                    ["rate"] = 1,
                    ["waiting_segments"] = 1300,
                    ["per_day"] = null,
                    ["today"] = null,
                },
                new JsonObject
                {
                    ["name"] = "days",
                    ["key"] = "",
                    ["rate"] = null,
                    ["waiting_segments"] = 1300,
                    ["per_day"] = 5000,
                    ["today"] = 4999,
                }),
        }.ToJsonString());
    }

    [Fact]
    public async Task List_OfTheOperator_HoldsAll()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = "token-of-the-operator" });
        api.Engine.Waiting.AddRange([Mine, Others]);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");
        JsonArray queues = (await api.GetAsync("/v1/queues")).Json["queues"]!.AsArray();
        queues.Count.ShouldBe(2);
        queues[1]!["estimated_wait_seconds"].ShouldBeNull();
        (await api.GetAsync("/v1/queues?x=1")).At("code").ShouldBe("parameter_unknown");
    }

    [Theory]
    [InlineData("token-of-the-operator")]
    [InlineData("nonsense")]
    public async Task List_WithoutRights_IsRefused(string bearer)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", bearer);
        (await api.GetAsync("/v1/queues")).Status.ShouldBe(401);
    }
}
