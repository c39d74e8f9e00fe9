using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

/// <summary>What those who run the gateway do with messages of accounts, and sending again.</summary>
public sealed class MessageChangeTests
{
    [Theory]
    [InlineData("cancel", MessageState.Queued, 200, "message_cancel")]
    [InlineData("redact", MessageState.Failed, 200, "message_redact")]
    [InlineData("webhooks/1/replay", MessageState.Failed, 202, "message_webhook_replay")]
    [InlineData("resend", MessageState.Failed, 202, "message_resend")]
    public async Task Change_ByAnOperator_OfAnyAccount_IsOnRecordUnderTheirName(string what, MessageState state, int status, string action)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Other, state: state);
        message.Deliveries.Add(new() { EventNumber = 1, State = DeliveryState.Failed });
        using Browser owner = await Browser.OwnerAsync(api);
        using Browser browser = await Browser.OfRoleAsync(api, Role.Operator, "olga");
        Answer answer = await browser.PostAsync($"/v1/messages/{message.Id}/{what}");
        answer.Status.ShouldBe(status, answer.Text);
        Answer audit = await browser.GetAsync($"/v1/audit?kind=messages&name={message.Id}");
        audit.Json["entries"]!.AsArray().Count.ShouldBe(1);
        (audit.At("entries.0.action"), audit.At("entries.0.by"), audit.At("entries.0.kind"), audit.At("entries.0.name"))
            .ShouldBe((action, "olga", "messages", message.Id.ToString()));
        (await owner.GetAsync("/v1/audit?kind=users")).Text.ShouldNotContain(action);
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("redact")]
    [InlineData("webhooks/1/replay")]
    [InlineData("resend")]
    public async Task Change_IsForThoseWhoManageTraffic_AndOfMessagesThatAreThere(string what)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message foreign = api.Engine.Add(ApiFixture.Other, state: MessageState.Failed);
        foreign.Deliveries.Add(new() { EventNumber = 1, State = DeliveryState.Failed });
        using Browser owner = await Browser.OwnerAsync(api);
        foreach (Role role in (Role[])[Role.Compliance, Role.Finance, Role.ReadOnly])
        {
            using Browser browser = await Browser.OfRoleAsync(api, role, $"user-{role}");
            (await browser.PostAsync($"/v1/messages/{foreign.Id}/{what}")).At("code").ShouldBe("forbidden", role.ToString());
        }

        using Browser customer = await Browser.OfRoleAsync(api, Role.Customer, "carl");
        (await customer.PostAsync($"/v1/messages/{foreign.Id}/{what}")).At("code").ShouldBe("not_found");
        (await api.PostAsync($"/v1/messages/{foreign.Id}/{what}", "")).At("code").ShouldBe("not_found");
        (await owner.PostAsync($"/v1/messages/SM00000000000070008000000000000000/{what}")).At("code").ShouldBe("not_found");
        (await owner.PostAsync($"/v1/messages/{foreign.Id}/{what}?why=x")).At("code").ShouldBe("parameter_unknown");
        (await owner.GetAsync("/v1/audit?kind=messages")).Json["entries"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancel_ThatTheStateDoesNotAllow_IsNotOnRecord()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        using Browser owner = await Browser.OwnerAsync(api);
        (await owner.PostAsync($"/v1/messages/{message.Id}/cancel")).At("code").ShouldBe("wrong_state");
        (await owner.GetAsync("/v1/audit?kind=messages")).Json["entries"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Resend_OfAnAccount_IsANewMessageThatNamesTheOld()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Failed);
        Answer answer = await SendAgainAsync(api, message, "again-1");
        (answer.Status, answer.At("resend_of")).ShouldBe((202, message.Id.ToString()));
        answer.At("id").ShouldNotBe(message.Id.ToString());
        (api.Engine.Resent!.ByOperator, api.Engine.Resent.Idempotency!.Value.Key).ShouldBe((false, "again-1"));
        (await SendAgainAsync(api, message, "")).At("code").ShouldBe("idempotency_key_invalid");
    }

    [Fact]
    public async Task Resend_ByAnOperator_KeepsItsKeysApartFromThoseOfTheAccount()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Failed);
        using Browser owner = await Browser.OwnerAsync(api);
        Answer answer = await owner.SendAsync(HttpMethod.Post, $"/v1/messages/{message.Id}/resend", null, ("Idempotency-Key", new string('k', 255)));
        answer.Status.ShouldBe(202, answer.Text);
        api.Engine.Resent!.ByOperator.ShouldBeTrue();
        api.Engine.Resent.Idempotency!.Value.Key.ShouldStartWith("operator ");
        api.Engine.Resent.Idempotency.Value.Key.Length.ShouldBeLessThan(255);
    }

    [Fact]
    public async Task Resend_ThatIsRefused_SaysWhy()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        api.Engine.ResendAnswer = IntakeResult.Refused(IntakeError.ResendRefused, "", "It was delivered.");
        Answer answer = await SendAgainAsync(api, message, "k");
        (answer.Status, answer.At("code"), answer.At("detail")).ShouldBe((409, "resend_refused", "It was delivered."));
        using Browser owner = await Browser.OwnerAsync(api);
        Message old = api.Engine.Add(ApiFixture.Demo with { Sid = "AC9" }, state: MessageState.Failed);
        answer = await owner.PostAsync($"/v1/messages/{old.Id}/resend");
        (answer.Status, answer.At("code"), answer.At("detail")).ShouldBe((409, "resend_refused", "Its account is not configured any more."));
    }

    private static async Task<Answer> SendAgainAsync(ApiFixture api, Message message, string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/messages/{message.Id}/resend");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await Answer.ReadAsync(api.Client, request);
    }
}
