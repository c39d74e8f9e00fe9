using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>Copies for test connections are the operator's to see, and no account's.</summary>
public sealed class CopyTests
{
    private const string Operator = "token-of-the-operator";

    [Fact]
    public async Task Message_ReadByTheOperator_NamesItsOriginalOrItsCopy()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Operator });
        (Message original, Message copy) = Copied(api);
        api.Client.DefaultRequestHeaders.Authorization = new("Bearer", Operator);

        Answer first = await api.GetAsync($"/v1/messages/{original.Id}");
        Answer second = await api.GetAsync($"/v1/messages/{copy.Id}");

        (first.Status, first.At("account_sid"), first.At("copied_as")).ShouldBe((200, ApiFixture.Demo.Sid, copy.Id.ToString()));
        (second.Status, second.At("copy_of"), second.At("body")).ShouldBe((200, original.Id.ToString(), "hello"));
        first.At("copy_of").ShouldBeNullOrEmpty();
        second.At("account_sid").ShouldBeNullOrEmpty();
        (await api.GetAsync($"/v1/messages/{copy.Id}/events")).At("attempts.0.connection").ShouldBe("trial-1");
        (await api.GetAsync($"/v1/messages/{copy.Id}/explain")).At("decisions.0.outcome").ShouldBe(
            $"The message goes to the test route 'trial-1', and nowhere else: it is a copy of message {original.Id}.");
        (await api.GetAsync("/v1/messages/SM00000000000070008000000000000000")).Status.ShouldBe(404);
        (await api.GetAsync($"/v1/messages/{copy.Id}?x=1")).At("code").ShouldBe("parameter_unknown");
    }

    [Fact]
    public async Task Message_ReadByItsAccount_TellsOfNoCopy()
    {
        await using ApiFixture api = await ApiFixture.StartAsync(new() { AdminToken = Operator });
        (Message original, Message copy) = Copied(api);

        (await api.GetAsync($"/v1/messages/{original.Id}")).Text.ShouldNotContain("cop");
        foreach (string path in (string[])["", "/events", "/explain", "/webhooks"])
            (await api.GetAsync($"/v1/messages/{copy.Id}{path}")).Status.ShouldBe(404, path);
    }

    private static (Message Original, Message Copy) Copied(ApiFixture api)
    {
        Message original = api.Engine.Add(ApiFixture.Demo);
        Message copy = api.Engine.Add(ApiFixture.Demo, head => head with { AccountSid = "", Connection = "trial-1", CopyOf = original.Id });
        original.CopiedAs = copy.Id;
        copy.Attempts.Add(new() { Number = 1, Connection = "trial-1", StartedAt = 1, Decision = new(1, "copy", [new("trial-1", CandidateCode.Chosen)]) });
        return (original, copy);
    }
}
