using System.Text.Json.Nodes;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class TwilioReadTests
{
    private static string Root => ApiFixture.TwilioMessages;

    [Theory]
    [InlineData(MessageState.Scheduled, "scheduled")]
    [InlineData(MessageState.Accepted, "queued")]
    [InlineData(MessageState.Queued, "queued")]
    [InlineData(MessageState.Sending, "sending")]
    [InlineData(MessageState.Sent, "sent")]
    [InlineData(MessageState.Delivered, "delivered")]
    [InlineData(MessageState.Undelivered, "undelivered")]
    [InlineData(MessageState.Failed, "failed")]
    [InlineData(MessageState.Expired, "failed")]
    [InlineData(MessageState.Canceled, "canceled")]
    [InlineData(MessageState.Unconfirmed, "sent")]
    public async Task Fetch_EveryState_HasItsWord(MessageState state, string status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: state);
        Answer answer = await api.GetAsync($"{Root}/{message.Id}.json");
        answer.Status.ShouldBe(200);
        answer.At("status").ShouldBe(status);
    }

    [Fact]
    public async Task Fetch_InboundAndFailed_ShowDirectionDatesAndError()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message inbound = api.Engine.Add(
            ApiFixture.Demo, head => head with { Direction = MessageDirection.Inbound }, MessageState.Received);
        Answer answer = await api.GetAsync($"{Root}/{inbound.Id}.json");
        (answer.At("direction"), answer.At("status"), answer.At("date_sent"))
            .ShouldBe(("inbound", "received", "Fri, 02 Jan 2026 03:04:05 +0000"));
        Message failed = api.Engine.Add(ApiFixture.Demo, state: MessageState.Undelivered);
        failed.ErrorCode = 30005;
        failed.SentAt = failed.Head.CreatedAt + 2 * Micros.PerSecond;
        answer = await api.GetAsync($"{Root}/{failed.Id}.json");
        answer.Json["error_code"]!.GetValue<int>().ShouldBe(30005);
        answer.At("error_message").ShouldBe(ErrorCodes.MessageFor(30005));
        answer.At("date_sent").ShouldBe("Fri, 02 Jan 2026 03:04:07 +0000");
    }

    [Fact]
    public async Task Fetch_OfAnotherAccountOrNone_Is404()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message own = api.Engine.Add(ApiFixture.Demo);
        Message foreign = api.Engine.Add(ApiFixture.Other);
        string[] paths =
        [
            $"{Root}/{foreign.Id}.json",
            $"{Root}/{own.Id}",
            $"{Root}/SM00000000000070008000000000000000.json",
            $"{Root}/nonsense.json",
            $"/2010-04-01/Accounts/{ApiFixture.Other.Sid}/Messages/{foreign.Id}.json",
            $"/2010-04-01/Accounts/{ApiFixture.Other.Sid}/Messages.json",
            "/2010-04-01/Accounts.json",
            $"{Root}/{foreign.Id}/Media.json",
        ];
        foreach (string path in paths)
        {
            Answer answer = await api.GetAsync(path);
            answer.Status.ShouldBe(404, path);
            answer.At("code").ShouldBe("20404");
            answer.At("message").ShouldBe($"The requested resource {path} was not found");
        }
    }

    [Theory]
    [InlineData("Status", "canceled", MessageState.Queued, 200, "canceled")]
    [InlineData("Status", "canceled", MessageState.Sent, 409, "30409")]
    [InlineData("Body", "", MessageState.Delivered, 200, "")]
    [InlineData("Body", "", MessageState.Queued, 409, "20009")]
    [InlineData("Body", "new", MessageState.Delivered, 400, "20001")]
    [InlineData("Status", "sent", MessageState.Queued, 400, "20001")]
    [InlineData("Other", "1", MessageState.Queued, 400, "20001")]
    public async Task Update_ByState_IsMadeOrRefused(string name, string value, MessageState state, int status, string expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: state);
        Answer answer = await api.PostFormAsync($"{Root}/{message.Id}.json", (name, value));
        answer.Status.ShouldBe(status, answer.Text);
        if (status != 200) answer.At("code").ShouldBe(expected);
        else answer.At(name.ToLowerInvariant()).ShouldBe(expected);
    }

    [Fact]
    public async Task Update_BothOrNothing_IsRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        (await api.PostFormAsync($"{Root}/{message.Id}.json")).At("code").ShouldBe("20001");
        (await api.PostFormAsync($"{Root}/{message.Id}.json", ("Body", ""), ("Status", "canceled"))).At("code").ShouldBe("20001");
        message.Head.Body.ShouldBe("hello");
    }

    [Fact]
    public async Task Delete_ByState_IsMadeOrRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message finished = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        Answer deleted = await api.SendAsync(HttpMethod.Delete, $"{Root}/{finished.Id}.json", null);
        (deleted.Status, deleted.Text).ShouldBe((204, ""));
        (await api.SendAsync(HttpMethod.Delete, $"{Root}/{finished.Id}.json", null)).Status.ShouldBe(404);
        Message live = api.Engine.Add(ApiFixture.Demo);
        Answer refused = await api.SendAsync(HttpMethod.Delete, $"{Root}/{live.Id}.json", null);
        (refused.Status, refused.At("code")).ShouldBe((409, "20009"));
        api.Engine.ChangeOutcome = ChangeOutcome.StoreUnavailable;
        (await api.SendAsync(HttpMethod.Delete, $"{Root}/{live.Id}.json", null)).At("code").ShouldBe("20503");
        api.Engine.ChangeOutcome = ChangeOutcome.OutcomeUnknown;
        (await api.SendAsync(HttpMethod.Delete, $"{Root}/{live.Id}.json", null)).At("code").ShouldBe("20500");
    }

    [Theory]
    [InlineData("GET", ".json")]
    [InlineData("DELETE", ".json")]
    [InlineData("GET", "/Media.json")]
    public async Task Query_WithUnknownParameter_IsRefused(string method, string suffix)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        Answer answer = await api.SendAsync(new(method), $"{Root}/{message.Id}{suffix}?Foo=1", null);
        (answer.Status, answer.At("code")).ShouldBe((400, "20001"));
        answer.At("message")!.ShouldContain("'Foo'");
        (await api.GetAsync($"{Root}/{message.Id}.json")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Feedback_OnAMessageThatAskedForIt_IsNoted()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, head => head with { ProvideFeedback = true });
        Answer answer = await api.PostFormAsync($"{Root}/{message.Id}/Feedback.json", ("Outcome", "confirmed"));
        answer.Status.ShouldBe(201, answer.Text);
        answer.Json.ToJsonString().ShouldBe(new JsonObject
        {
            ["account_sid"] = ApiFixture.Demo.Sid,
            ["message_sid"] = message.Id.ToString(),
            ["outcome"] = "confirmed",
            ["date_created"] = "Fri, 02 Jan 2026 03:04:05 +0000",
            ["date_updated"] = "Fri, 02 Jan 2026 03:04:05 +0000",
            ["uri"] = $"{Root}/{message.Id}/Feedback.json",
        }.ToJsonString());
        message.FeedbackConfirmed.ShouldBe(true);
        Message other = api.Engine.Add(ApiFixture.Demo);
        (await api.PostFormAsync($"{Root}/{other.Id}/Feedback.json", ("Outcome", "confirmed"))).Status.ShouldBe(400);
        (await api.PostFormAsync($"{Root}/{message.Id}/Feedback.json", ("Outcome", "maybe"))).Status.ShouldBe(400);
        (await api.PostFormAsync($"{Root}/{message.Id}/Feedback.json")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Media_OfAMessage_IsAnEmptyList()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo);
        Answer answer = await api.GetAsync($"{Root}/{message.Id}/Media.json");
        answer.Status.ShouldBe(200);
        answer.Json["media_list"]!.AsArray().ShouldBeEmpty();
        (await api.GetAsync(answer.At("first_page_uri")!)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task List_ByLinks_WalksForwardAndBack()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        List<string> ids = [.. Enumerable.Range(0, 7).Select(_ => api.Engine.Add(ApiFixture.Demo).Id.ToString())];
        ids.Reverse();
        Answer page = await api.GetAsync($"{Root}.json?PageSize=3&To=%2B15551234567");
        page.Status.ShouldBe(200, page.Text);
        page.Json.AsObject().Select(p => p.Key).ShouldBe(
            ["messages", "first_page_uri", "next_page_uri", "previous_page_uri", "page", "page_size", "start", "end", "uri"]);
        page.At("previous_page_uri").ShouldBeNull();
        page.At("first_page_uri").ShouldBe($"{Root}.json?To=%2B15551234567&PageSize=3&Page=0");
        var pages = new List<Answer> { page };
        api.Engine.Add(ApiFixture.Demo);
        while (pages[^1].At("next_page_uri") is { } next) pages.Add(await api.GetAsync(next));
        pages.SelectMany(Ids).ShouldBe(ids);
        pages.Select(p => $"{p.At("page")}:{p.At("start")}-{p.At("end")}").ShouldBe(["0:0-2", "1:3-5", "2:6-6"]);
        Answer back = await api.GetAsync(pages[2].At("previous_page_uri")!);
        Ids(back).ShouldBe(Ids(pages[1]));
        back = await api.GetAsync(back.At("previous_page_uri")!);
        Ids(back).ShouldBe(Ids(pages[0]));
        back.At("previous_page_uri").ShouldBeNull();
    }

    [Fact]
    public async Task List_ByDateSent_PicksWhatWasSentThen()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message early = SentAt(api, new(2026, 1, 2, 23, 59, 59, TimeSpan.Zero));
        Message late = SentAt(api, new(2026, 1, 3, 0, 0, 0, TimeSpan.Zero));
        api.Engine.Add(ApiFixture.Demo);
        (await IdsAsync(api, "DateSent=2026-01-02")).ShouldBe([early.Id.ToString()]);
        (await IdsAsync(api, "DateSent=2026-01-03")).ShouldBe([late.Id.ToString()]);
        (await IdsAsync(api, "DateSent=2026-01-03T00:00:00Z")).ShouldBe([late.Id.ToString()]);
        (await IdsAsync(api, "DateSent%3E=2026-01-03")).ShouldBe([late.Id.ToString()]);
        (await IdsAsync(api, "DateSent%3C=2026-01-02T23:59:59Z")).ShouldBe([early.Id.ToString()]);
        (await IdsAsync(api, "DateSent>=2026-01-01&DateSent<=2026-01-04")).ShouldBe([late.Id.ToString(), early.Id.ToString()]);
        Answer first = await api.GetAsync($"{Root}.json?DateSent%3E=2026-01-01&PageSize=1");
        Ids(first).ShouldBe([late.Id.ToString()]);
        Answer second = await api.GetAsync(first.At("next_page_uri")!);
        Ids(second).ShouldBe([early.Id.ToString()]);
        second.At("next_page_uri").ShouldBeNull();
    }

    [Theory]
    [InlineData("PageSize=0")]
    [InlineData("PageSize=x")]
    [InlineData("Page=1")]
    [InlineData("PageToken=PTnonsense")]
    [InlineData("PageToken=PT")]
    [InlineData("PageToken=___")]
    [InlineData("DateSent=yesterday")]
    [InlineData("Status=sent")]
    [InlineData("To=1&To=2")]
    public async Task List_BadParameter_IsRefused(string query)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync($"{Root}.json?{query}");
        answer.Status.ShouldBe(400, answer.Text);
        answer.At("code").ShouldBe("20001");
        (await api.GetAsync($"{Root}.json?PageSize=5000")).At("page_size").ShouldBe("1000");
    }

    private static Message SentAt(ApiFixture api, DateTimeOffset at)
    {
        long sentAt = Micros.From(at);
        Message message = api.Engine.Add(
            ApiFixture.Demo, head => head with { CreatedAt = sentAt - 60 * Micros.PerSecond }, MessageState.Sent);
        message.SentAt = sentAt;
        return message;
    }

    private static IEnumerable<string> Ids(Answer page) => page.Json["messages"]!.AsArray().Select(m => m!["sid"]!.ToString());

    private static async Task<IEnumerable<string>> IdsAsync(ApiFixture api, string query)
    {
        Answer answer = await api.GetAsync($"{Root}.json?{query}");
        answer.Status.ShouldBe(200, answer.Text);
        return Ids(answer);
    }
}
