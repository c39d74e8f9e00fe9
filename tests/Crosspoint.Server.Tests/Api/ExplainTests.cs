using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class ExplainTests
{
    private const string Operator = "token-of-the-operator";

    [Fact]
    public async Task Message_Sent_TellsEachAttempt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Operator });
        Message message = WithDecisions(api);

        Answer answer = await api.GetAsync($"/v1/messages/{message.Id}/explain");

        answer.Status.ShouldBe(200);
        answer.At("decisions.0.attempt").ShouldBe("1");
        answer.At("decisions.0.rule").ShouldBe("german");
        answer.At("decisions.0.outcome").ShouldBe("The message goes to 'south-1' by rule 'german'.");
        answer.At("decisions.0.candidates.0.reason").ShouldBe("down");
        answer.At("decisions.0.candidates.1.reason")!.ShouldStartWith("chosen");
        answer.At("decisions.1.attempt").ShouldBeNullOrEmpty();
        answer.At("decisions.1.outcome").ShouldBe("The message is not sent: rule 'german' denies it with error 30450, closed.");

        // What segments cost is not for customers.
        answer.Text.ShouldNotContain("EUR");
        answer.At("decisions.0.candidates.1.price").ShouldBeNullOrEmpty();
    }

    [Fact]
    public async Task Message_AskedByTheOperator_TellsPrices()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Operator });
        Message message = WithDecisions(api);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Operator);

        Answer answer = await api.GetAsync($"/v1/messages/{message.Id}/explain");

        answer.At("decisions.0.candidates.1.price").ShouldBe("EUR 0.0075 a segment");
        answer.At("decisions.0.message")!.ShouldContain("a segment sells for EUR 0.01");
    }

    [Fact]
    public async Task Message_OfAnotherAccountOrNone_Is404()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message foreign = api.Engine.Add(ApiFixture.Other);
        foreach (string id in new[] { foreign.Id.ToString(), "SM00000000000070008000000000000000", "nonsense" })
            (await api.GetAsync($"/v1/messages/{id}/explain")).Status.ShouldBe(404, id);
    }

    [Fact]
    public async Task Request_ByRules_TellsWhatWouldHappen()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Operator });
        RoutingRule rule = new() { Name = "codes", Match = new() { Classes = [TrafficClass.Otp], Tags = ["x"] }, Route = new() { Connections = ["south-1"] } };
        api.Engine.Routing = new(
            new(4, ["north-1"]) { Rules = [rule] },
            [new("north-1", "n", ConnectionCapabilities.Default), new("south-1", "s", ConnectionCapabilities.Default)], new(), new FakeEngine.AllUp());

        Answer otp = await api.GetAsync("/v1/explain?to=%2B4915112345678&from=ACME&class=otp&tag=x");
        Answer other = await api.GetAsync("/v1/explain?to=%2B4915112345678&from=ACME");

        otp.At("outcome").ShouldBe("The message goes to 'south-1' by rule 'codes'.");
        otp.At("plan_revision").ShouldBe("4");
        other.At("rule").ShouldBe("default");
        other.At("text")!.ShouldStartWith("The message goes to 'north-1' by the default list.");

        // What other rules look at may be other customers' business.
        other.Text.ShouldNotContain("codes");
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        Answer whole = await api.GetAsync($"/v1/explain?to=%2B4915112345678&from=ACME&account_sid={ApiFixture.Demo.Sid}");
        whole.At("not_matched.0").ShouldBe("Rule 'codes' did not match: it wants that class is otp, and it is transactional.");
    }

    [Theory]
    [InlineData("?to=x&from=A&sender=B", "parameter_unknown", "sender")]
    [InlineData("?to=%2B4915112345678&from=A&class=bulk", "parameter_invalid", "class")]
    [InlineData("?to=%2B4915112345678&from=A&account_sid=ACffffffffffffffffffffffffffffffff", "parameter_invalid", "account_sid")]
    [InlineData("?to=&from=A", "parameter_invalid", "to")]
    [InlineData("?to=a&to=b&from=A", "parameter_invalid", "to")]
    public async Task Request_ThatCannotBeTaken_IsRefusedByName(string query, string code, string field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();

        Answer answer = await api.GetAsync($"/v1/explain{query}");

        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((400, code, field));
    }

    [Fact]
    public async Task Request_OfTheOperator_NamesAnAccount()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Operator });
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Operator);

        (await api.GetAsync("/v1/explain?to=%2B4915112345678&from=A")).At("field").ShouldBe("account_sid");
        (await api.GetAsync($"/v1/explain?to=%2B4915112345678&from=A&account_sid={ApiFixture.Other.Sid}")).Status.ShouldBe(200);
        api.Engine.Requests.Single().Account.Sid.ShouldBe(ApiFixture.Other.Sid);

        api.Client.DefaultRequestHeaders.Authorization = null;
        (await api.GetAsync("/v1/explain?to=%2B4915112345678&from=A")).Status.ShouldBe(401);
    }

    private static Message WithDecisions(ApiFixture api)
    {
        Message message = api.Engine.Add(ApiFixture.Demo);
        var facts = new RouteFacts { PlanMark = 7, Currency = "EUR", Country = "DE", SellPrice = 10_000 };
        message.Attempts.Add(new()
        {
            Number = 1,
            Connection = "south-1",
            StartedAt = 1,
            Decision = new(3, "german", [new("north-1", CandidateCode.Down), new("south-1", CandidateCode.Chosen) { Price = 7_500 }]) { Facts = facts },
        });
        message.Unrouted = new(3, "german", []) { Facts = facts with { DenyCode = 30450, DenyReason = "closed" } };
        return message;
    }
}
