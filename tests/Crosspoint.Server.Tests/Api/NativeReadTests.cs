using System.Text.Json.Nodes;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class NativeReadTests
{
    [Fact]
    public async Task Read_FailedMessage_ShowsItsError()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo);
        message.TryMove(MessageState.Failed, message.Head.CreatedAt + 1_500_000, EventKind.Failed).ShouldNotBeNull();
        message.ErrorCode = ErrorCodes.NoRoute;
        Answer answer = await api.GetAsync($"/v1/messages/{message.Id}");
        answer.Status.ShouldBe(200);
        answer.At("status").ShouldBe("failed");
        answer.At("error.code").ShouldBe("21612");
        answer.At("error.message").ShouldBe(ErrorCodes.MessageFor(21612));
        answer.At("updated_at").ShouldBe("2026-01-02T03:04:06.500000Z");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/events")]
    [InlineData("/webhooks")]
    public async Task Read_OfAnotherAccountOrNone_Is404(string suffix)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message foreign = api.Engine.Add(ApiFixture.Other);
        foreach (string id in new[] { foreign.Id.ToString(), "SM00000000000070008000000000000000", "nonsense", "SM" })
        {
            Answer answer = await api.GetAsync($"/v1/messages/{id}{suffix}");
            answer.Status.ShouldBe(404, id);
            answer.At("code").ShouldBe("not_found");
        }
    }

    [Fact]
    public async Task Events_OfAMessageThatMoved_TellEverything()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo);
        long at = message.Head.CreatedAt;
        message.TryMove(MessageState.Sending, at + 1, EventKind.AttemptStarted, "north-1");
        message.Note(at + 2, EventKind.AttemptRefused, "north-1", 0x58, "throttled");
        message.TryMove(MessageState.Undelivered, at + 3, EventKind.Undelivered, "north-1", 5, "err:027");
        message.Attempts.Add(new Attempt
        {
            Number = 1,
            Connection = "north-1",
            StartedAt = at + 1,
            EndedAt = at + 2,
            Outcome = AttemptOutcome.Retry,
            CommandStatus = 0x58,
            Decision = new RouteDecision(3, "default", [new("north-1", CandidateCode.Chosen), new("south-1", CandidateCode.Down)]),
        });
        message.Segments.Add(
            new SegmentProgress { State = SegmentState.Undelivered, Attempt = 1, VendorId = "a1b2", ReceiptState = 5, ReceiptError = "027", PossibleDuplicate = true });
        message.FeedbackConfirmed = true;
        Answer answer = await api.GetAsync($"/v1/messages/{message.Id}/events");
        answer.Status.ShouldBe(200);
        answer.At("status").ShouldBe("undelivered");
        answer.At("feedback").ShouldBe("confirmed");
        answer.Json["events"]!.AsArray().Select(e => e!["kind"]!.ToString())
            .ShouldBe(["accepted", "attempt_started", "attempt_refused", "undelivered"]);
        answer.Json["events"]![2]!.ToJsonString().ShouldBe(
            """{"number":3,"at":"2026-01-02T03:04:05.000002Z","kind":"attempt_refused","state":"sending","connection":"north-1","code":88,"code_name":"ESME_RTHROTTLED","detail":"throttled"}""");
        answer.At("events.3.code_name").ShouldBe("UNDELIV");
        answer.Json["attempts"]![0]!.ToJsonString().ShouldBe(
            """{"number":1,"connection":"north-1","started_at":"2026-01-02T03:04:05.000001Z","ended_at":"2026-01-02T03:04:05.000002Z","outcome":"retry","command_status":"ESME_RTHROTTLED","possible_duplicate":false,"decision":{"plan_revision":3,"rule":"default","candidates":["north-1: chosen","south-1: down"]}}""");
        answer.Json["segments"]![0]!.ToJsonString().ShouldBe(
            """{"number":1,"state":"undelivered","attempt":1,"vendor_id":"a1b2","command_status":null,"receipt_state":"UNDELIV","receipt_error":"027","possible_duplicate":true}""");
    }

    [Fact]
    public async Task Events_OfAMessageThatWasRerouted_ShowBothCopies()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, with: null, MessageState.Sent);
        long at = message.Head.CreatedAt;
        message.Attempts.Add(new Attempt
        {
            Number = 1,
            Connection = "north-1",
            StartedAt = at,
            Outcome = AttemptOutcome.Rerouted,
            Decision = new RouteDecision(3, "default", []),
        });
        message.Segments.Add(
            new SegmentProgress { State = SegmentState.Undelivered, Attempt = 1, VendorId = "a1b2", ReceiptState = 5, ReceiptError = "027" });
        message.Supersede();
        message.TryMove(MessageState.Queued, at + 1, EventKind.Rerouted, "north-1", 5, "027").ShouldNotBeNull();
        Answer answer = await api.GetAsync($"/v1/messages/{message.Id}/events");
        answer.At("attempts.0.outcome").ShouldBe("rerouted");
        answer.Json["segments"]!.AsArray().ShouldBeEmpty();
        answer.At("superseded.0.attempt").ShouldBe("1");
        answer.At("superseded.0.segments.0.vendor_id").ShouldBe("a1b2");
        answer.Json["events"]!.AsArray()[^1]!.ToJsonString().ShouldBe(
            """{"number":2,"at":"2026-01-02T03:04:05.000001Z","kind":"rerouted","state":"queued","connection":"north-1","code":5,"code_name":"UNDELIV","detail":"027"}""");
        (await api.GetAsync($"/v1/messages/{message.Id}")).At("reroutes").ShouldBe("1");
    }

    [Fact]
    public async Task Webhooks_OfAMessage_ShowTheLogAndReplay()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, head => head with { CallbackUrl = "https://x.example/cb" });
        message.Deliveries.Add(new WebhookDelivery
        {
            EventNumber = 3,
            Status = MessageState.Sent,
            State = DeliveryState.Failed,
            Tries = 12,
            NextAt = 99,
            LastAt = message.Head.CreatedAt,
            LastStatus = 500,
            LastTookMicros = 12_500,
            LastError = "answered 500",
            Earlier = [new(message.Head.CreatedAt, 0, 1_500, "no answer in time")],
        });
        Answer answer = await api.GetAsync($"/v1/messages/{message.Id}/webhooks");
        answer.Json["webhooks"]![0]!.ToJsonString().ShouldBe(
            $$"""{"event":3,"id":"{{message.Id}}_3","status":"sent","url":"https://x.example/cb","state":"failed","tries":12,"next_at":null,"last_at":"2026-01-02T03:04:05.000000Z","last_status":500,"last_took_ms":12.5,"last_error":"answered 500","earlier":[{"at":"2026-01-02T03:04:05.000000Z","status":null,"took_ms":1.5,"error":"no answer in time"}]}""");
        (await api.PostAsync($"/v1/messages/{message.Id}/webhooks/3/replay", "")).Status.ShouldBe(202);
        api.Engine.Replayed.ShouldBe((message.Id, 3));
    }

    [Fact]
    public async Task Replay_ByTheWebhooksId_IsTheSameAsByTheEventsNumber()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, head => head with { CallbackUrl = "https://x.example/cb" });
        message.Deliveries.Add(new WebhookDelivery { EventNumber = 3, State = DeliveryState.Failed });
        message.Deliveries.Add(new WebhookDelivery { EventNumber = 4, State = DeliveryState.Pending });
        (await api.PostAsync($"/v1/messages/{message.Id}/webhooks/{message.Id}_3/replay", "")).Status.ShouldBe(202);
        api.Engine.Replayed.ShouldBe((message.Id, 3));
        Answer pending = await api.PostAsync($"/v1/messages/{message.Id}/webhooks/{message.Id}_4/replay", "");
        (pending.Status, pending.At("code")).ShouldBe((409, "wrong_state"));
    }

    [Fact]
    public async Task Replay_OfNoWebhook_Is404()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, head => head with { CallbackUrl = "https://x.example/cb" });
        message.Deliveries.Add(new WebhookDelivery { EventNumber = 3, State = DeliveryState.Failed });
        Message other = api.Engine.Add(ApiFixture.Demo);
        foreach (string name in new[] { "4", "x", "_3", $"{other.Id}_3", $"{message.Id}_", $"{message.Id}_4", $"{message.Id}_3_3", "-3" })
        {
            Answer answer = await api.PostAsync($"/v1/messages/{message.Id}/webhooks/{name}/replay", "");
            (answer.Status, answer.At("code")).ShouldBe((404, "not_found"), name);
        }

        api.Engine.Replayed.ShouldBeNull();
    }

    [Fact]
    public async Task ListWebhooks_ByState_WalksAllOfTheAccountsNewestFirst()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        var wanted = new List<string>();
        for (int i = 0; i < 1_100; i++)
        {
            Message message = api.Engine.Add(ApiFixture.Demo, head => head with { CallbackUrl = "https://x.example/cb" });
            message.Deliveries.Add(new WebhookDelivery { EventNumber = 2, State = DeliveryState.Delivered });
            if (i % 400 != 7) continue;
            message.Deliveries.Add(new WebhookDelivery { EventNumber = 3, State = DeliveryState.Failed, LastError = "HTTP 500" });
            message.Deliveries.Add(new WebhookDelivery { EventNumber = 4, State = DeliveryState.Failed });
            wanted.InsertRange(0, [$"{message.Id}_3", $"{message.Id}_4"]);
        }

        api.Engine.Add(ApiFixture.Other).Deliveries.Add(new WebhookDelivery { EventNumber = 2, State = DeliveryState.Failed });
        (await WalkAsync(api, "state=failed&limit=1")).ShouldBe(wanted);
        (await WalkAsync(api, "state=failed")).ShouldBe(wanted);
        (await WalkAsync(api, "state=pending")).ShouldBeEmpty();
        (await WalkAsync(api, "")).Count.ShouldBe(1_100 + wanted.Count);
        JsonNode last = (await api.GetAsync("/v1/webhooks?state=failed")).Json["webhooks"]![4]!;
        (last["message_id"]!.ToString(), last["last_error"]!.ToString()).ShouldBe((wanted[4][..34], "HTTP 500"));
    }

    [Fact]
    public async Task ListWebhooks_FarBetween_PageIsShortAndGoesOn()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message oldest = api.Engine.Add(ApiFixture.Demo);
        oldest.Deliveries.Add(new WebhookDelivery { EventNumber = 2, State = DeliveryState.Failed });
        for (int i = 0; i < 5_000; i++) api.Engine.Add(ApiFixture.Demo);
        Answer page = await api.GetAsync("/v1/webhooks?state=failed");
        page.Json["webhooks"]!.AsArray().ShouldBeEmpty();
        page.At("next_cursor").ShouldNotBeNull();
        (await WalkAsync(api, "state=failed")).ShouldBe([$"{oldest.Id}_2"]);
    }

    [Theory]
    [InlineData("state=gone", "parameter_invalid")]
    [InlineData("state=failed&state=failed", "parameter_invalid")]
    [InlineData("limit=0", "parameter_invalid")]
    [InlineData("cursor=x", "parameter_invalid")]
    [InlineData("to=%2B15551234567", "parameter_unknown")]
    public async Task ListWebhooks_BadParameter_IsRefusedByName(string query, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync($"/v1/webhooks?{query}");
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((400, code, query[..query.IndexOf('=')]));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/events")]
    [InlineData("GET", "/webhooks")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/redact")]
    [InlineData("POST", "/webhooks/1/replay")]
    public async Task Query_WhereNoneIsTaken_IsRefusedByName(string method, string suffix)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        Answer answer = await api.SendAsync(new(method), $"/v1/messages/{message.Id}{suffix}?fields=id", null);
        (answer.Status, answer.At("code"), answer.At("field")).ShouldBe((400, "parameter_unknown", "fields"));
        (await api.GetAsync($"/v1/messages/{message.Id}?")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task Query_OfRequestsWithoutAnId_IsRefusedByName()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        const string Good = """{"to":"+15551234567","from":"+15550001000","body":"x"}""";
        (await api.PostAsync("/v1/messages?validity_seconds=5", Good)).At("field").ShouldBe("validity_seconds");
        (await api.PostAsync("/v1/messages/batch?x", $$"""{"messages":[{{Good}}]}""")).At("code").ShouldBe("parameter_unknown");
        (await api.GetAsync("/v1/webhooks/secret?x=1")).At("code").ShouldBe("parameter_unknown");
        (await api.GetAsync("/v1/events?since=1")).At("field").ShouldBe("since");
        api.Engine.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/health/live", true, 200)]
    [InlineData("/health/ready", true, 200)]
    [InlineData("/health/ready", false, 503)]
    public async Task Health_AskedWithHead_AnswersAsToGetWithoutABody(string path, bool isReady, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.IsReady = isReady;
        Answer answer = await api.SendAsync(HttpMethod.Head, path, null);
        (answer.Status, answer.Text).ShouldBe((status, ""));
        (await api.GetAsync(path)).Status.ShouldBe(status);
    }

    [Fact]
    public async Task List_ByPages_WalksAllNewestFirst()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        List<string> ids = [.. Enumerable.Range(0, 7).Select(_ => api.Engine.Add(ApiFixture.Demo).Id.ToString())];
        api.Engine.Add(ApiFixture.Other);
        ids.Reverse();
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            Answer page = await api.GetAsync($"/v1/messages?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            page.Status.ShouldBe(200, page.Text);
            seen.AddRange(page.Json["messages"]!.AsArray().Select(m => m!["id"]!.ToString()));
            cursor = page.At("next_cursor");
        }
        while (cursor is not null);
        seen.ShouldBe(ids);
    }

    [Fact]
    public async Task List_WithFilters_PicksThem()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message wanted = api.Engine.Add(ApiFixture.Demo, head => head with { To = "+447700900001" }, MessageState.Sent);
        api.Engine.Add(ApiFixture.Demo);
        api.Time.Advance(TimeSpan.FromDays(1));
        api.Engine.Add(ApiFixture.Demo, head => head with { From = "Shop" });
        foreach (string query in new[] { "to=%2B447700900001", "to=+447700900001", "status=sent" })
            (await api.GetAsync($"/v1/messages?{query}")).Json["messages"]!.AsArray().ShouldHaveSingleItem()!["id"]!.ToString()
                .ShouldBe(wanted.Id.ToString(), query);
        (await CountAsync(api, "from=Shop")).ShouldBe(1);
        (await CountAsync(api, "created_before=2026-01-03")).ShouldBe(2);
        (await CountAsync(api, "created_after=2026-01-03T00:00:00Z")).ShouldBe(1);
        (await CountAsync(api, "created_after=2026-01-02T03:04:05.5%2B00:00")).ShouldBe(1);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=1001")]
    [InlineData("limit=x")]
    [InlineData("limit=1&limit=2")]
    [InlineData("cursor=abc")]
    [InlineData("cursor=___________")]
    [InlineData("status=gone")]
    [InlineData("created_after=yesterday")]
    [InlineData("to=")]
    public async Task List_BadParameter_IsRefusedByName(string query)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync($"/v1/messages?{query}");
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe("parameter_invalid");
        answer.At("field").ShouldBe(query[..query.IndexOf('=')]);
        (await api.GetAsync("/v1/messages?unknown=1")).At("code").ShouldBe("parameter_unknown");
    }

    [Theory]
    [InlineData("cancel", MessageState.Queued, 200, "canceled")]
    [InlineData("cancel", MessageState.Sent, 409, null)]
    [InlineData("redact", MessageState.Delivered, 200, "delivered")]
    [InlineData("redact", MessageState.Queued, 409, null)]
    public async Task Change_ByState_IsMadeOrRefused(string verb, MessageState state, int status, string? shown)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: state);
        Answer answer = await api.PostAsync($"/v1/messages/{message.Id}/{verb}", "");
        answer.Status.ShouldBe(status, answer.Text);
        if (shown is not null) answer.At("status").ShouldBe(shown);
        else answer.At("code").ShouldBe("wrong_state");
        Message foreign = api.Engine.Add(ApiFixture.Other, state: state);
        (await api.PostAsync($"/v1/messages/{foreign.Id}/{verb}", "")).Status.ShouldBe(404);
        api.Engine.ChangeOutcome = ChangeOutcome.StoreUnavailable;
        (await api.PostAsync($"/v1/messages/{message.Id}/{verb}", "")).Status.ShouldBe(503);
        api.Engine.ChangeOutcome = ChangeOutcome.OutcomeUnknown;
        (await api.PostAsync($"/v1/messages/{message.Id}/{verb}", "")).At("code").ShouldBe("outcome_unknown");
    }

    [Fact]
    public async Task Delete_Finished_IsGone()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, state: MessageState.Delivered);
        Answer deleted = await api.SendAsync(HttpMethod.Delete, $"/v1/messages/{message.Id}", null);
        deleted.Status.ShouldBe(204);
        deleted.Text.ShouldBeEmpty();
        (await api.SendAsync(HttpMethod.Delete, $"/v1/messages/{message.Id}", null)).Status.ShouldBe(404);
        Message live = api.Engine.Add(ApiFixture.Demo);
        (await api.SendAsync(HttpMethod.Delete, $"/v1/messages/{live.Id}", null)).Status.ShouldBe(409);
    }

    [Fact]
    public async Task Secret_IsTheAccountsOwn()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.GetAsync("/v1/webhooks/secret");
        answer.At("secret").ShouldBe("whsec_" + Convert.ToBase64String(ApiFixture.Demo.WebhookSecret));
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task Events_Stream_CarriesTheAccountsOwnEventsAndKeepsAlive()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message mine = api.Engine.Add(ApiFixture.Demo);
        Message foreign = api.Engine.Add(ApiFixture.Other);
        using HttpResponseMessage response = await api.Client.GetAsync(
            "/v1/events", HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(CancellationToken.None));
        (await reader.ReadLineAsync(CancellationToken.None)).ShouldBe(": live");
        (await NextLineAsync(reader)).ShouldBe("id: 0");
        api.Events.Publish(foreign.Head, foreign.Events[0], 0);
        api.Events.Publish(mine.Head, mine.Events[0], ErrorCodes.NoRoute);
        (await NextLineAsync(reader)).ShouldBe("id: 2");
        (await NextLineAsync(reader)).ShouldBe("event: message");
        string data = (await NextLineAsync(reader))!;
        JsonNode json = JsonNode.Parse(data["data: ".Length..])!;
        json["message_id"]!.ToString().ShouldBe(mine.Id.ToString());
        json["kind"]!.ToString().ShouldBe("accepted");
        json["error"]!["code"]!.ToString().ShouldBe("21612");
        api.Time.Advance(TimeSpan.FromSeconds(15));
        (await NextLineAsync(reader)).ShouldBe(": still here");
        (await NextLineAsync(reader)).ShouldBe("id: 2");
        await api.Server.StopAsync(CancellationToken.None);
        (await reader.ReadToEndAsync(CancellationToken.None)).Trim().ShouldBeEmpty();
    }

    [Fact]
    public async Task Error_PathOfNobody_IsAProblem()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer nowhere = await api.GetAsync("/v1/nothing");
        (nowhere.Status, nowhere.At("code")).ShouldBe((404, "not_found"));
        Answer wrong = await api.SendAsync(HttpMethod.Put, "/v1/messages", null);
        (wrong.Status, wrong.At("code")).ShouldBe((405, "method_not_allowed"));
    }

    private static async Task<List<string>> WalkAsync(ApiFixture api, string query)
    {
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            Answer page = await api.GetAsync($"/v1/webhooks?{query}{(cursor is null ? "" : $"&cursor={cursor}")}");
            page.Status.ShouldBe(200, page.Text);
            seen.AddRange(page.Json["webhooks"]!.AsArray().Select(w => w!["id"]!.ToString()));
            cursor = page.At("next_cursor");
        }
        while (cursor is not null);
        return seen;
    }

    private static async Task<string?> NextLineAsync(StreamReader reader)
    {
        while (true)
        {
            string? line = await reader.ReadLineAsync(CancellationToken.None);
            if (line is null || line.Length > 0) return line;
        }
    }

    private static async Task<int> CountAsync(ApiFixture api, string query)
    {
        Answer answer = await api.GetAsync($"/v1/messages?{query}");
        answer.Status.ShouldBe(200, answer.Text);
        return answer.Json["messages"]!.AsArray().Count;
    }
}
