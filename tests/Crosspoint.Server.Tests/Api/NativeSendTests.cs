using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class NativeSendTests
{
    private const string Good = """{"to":"+15551234567","from":"+15550001000","body":"hello"}""";

    [Fact]
    public async Task Send_AllFields_ReachTheIntakeAsTheyCame()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var content = new StringContent(
            """
            {"to":"+15551234567","from":"Shop","body":"Grüße 🎉 \"x\"","class":"otp","callback_url":"https://x.example/cb","reference":"order 7",
             "validity_seconds":60,"tags":["a","b"],"smart_encoding":true,"metadata":{"entity_id":"1101","template_id":"1107"}}
            """,
            Encoding.UTF8,
            "application/json");
        Answer answer = await api.SendAsync(
            HttpMethod.Post, "/v1/messages", content, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        answer.Status.ShouldBe(202, answer.Text);
        SendRequest request = api.Engine.Requests.ShouldHaveSingleItem();
        request.Account.Sid.ShouldBe(ApiFixture.Demo.Sid);
        request.To.ShouldBe("+15551234567");
        request.From.ShouldBe("Shop");
        request.Body.ShouldBe("Grüße 🎉 \"x\"");
        request.Class.ShouldBe(TrafficClass.Otp);
        request.CallbackUrl.ShouldBe("https://x.example/cb");
        request.CallbackForm.ShouldBe(CallbackForm.Native);
        request.Reference.ShouldBe("order 7");
        request.ValiditySeconds.ShouldBe(60);
        request.Tags.ShouldBe(["a", "b"]);
        request.SmartEncoded.ShouldBeTrue();
        request.Metadata.ShouldBe([new("entity_id", "1101"), new("template_id", "1107")]);
        request.TraceParent.ShouldBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    [Fact]
    public async Task Send_Accepted_AnswersTheMessageFieldByField()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync("/v1/messages", Good);
        answer.Status.ShouldBe(202);
        answer.ContentType.ShouldBe("application/json");
        string id = answer.At("id")!;
        MessageId.TryParse(id, out _).ShouldBeTrue(id);
        var expected = new JsonObject
        {
            ["id"] = id,
            ["account_sid"] = ApiFixture.Demo.Sid,
            ["direction"] = "outbound-api",
            ["from"] = "+15550001000",
            ["to"] = "+15551234567",
            ["body"] = "hello",
            ["class"] = "transactional",
            ["status"] = "queued",
            ["error"] = null,
            ["encoding"] = "gsm7",
            ["segments"] = 1,
            ["possible_duplicate"] = false,
            ["reroutes"] = 0,
            ["reference"] = null,
            ["tags"] = new JsonArray(),
            ["metadata"] = new JsonObject(),
            ["batch"] = null,
            ["callback_url"] = null,
            ["resend_of"] = null,
            ["created_at"] = "2026-01-02T03:04:05.000000Z",
            ["updated_at"] = "2026-01-02T03:04:05.000000Z",
            ["sent_at"] = null,
            ["send_at"] = null,
            ["valid_until"] = "2026-01-02T13:04:05.000000Z",
        };
        answer.Json.ToJsonString().ShouldBe(expected.ToJsonString());
    }

    [Theory]
    [InlineData("", "json_invalid", null)]
    [InlineData("[]", "json_invalid", null)]
    [InlineData("{", "json_invalid", null)]
    [InlineData("{} {}", "json_invalid", null)]
    [InlineData("""{"to":"\ud800"}""", "field_invalid", "to")]
    [InlineData("""{"body":"\ude00\ud83d"}""", "field_invalid", "body")]
    [InlineData("""{"body":"\ud83dx"}""", "field_invalid", "body")]
    [InlineData("""{"body":"\ud83d\n"}""", "field_invalid", "body")]
    [InlineData("""{"class":"\ud83d"}""", "field_invalid", "class")]
    [InlineData("""{"tags":["a","\ud83d"]}""", "field_invalid", "tags")]
    [InlineData("""{"\ud83d":1}""", "field_unknown", null)]
    [InlineData("""{"t":1}""", "field_unknown", "t")]
    [InlineData("""{"to":"+1","to":"+2"}""", "field_duplicate", "to")]
    [InlineData("""{"to":"+1","t\u006f":"+2"}""", "field_duplicate", "to")]
    [InlineData("""{"to":15551234567}""", "field_invalid", "to")]
    [InlineData("""{"body":{"a":[1,2]}}""", "field_invalid", "body")]
    [InlineData("""{"class":"urgent"}""", "field_invalid", "class")]
    [InlineData("""{"class":1}""", "field_invalid", "class")]
    [InlineData("""{"validity_seconds":1.5}""", "validity_invalid", "validity_seconds")]
    [InlineData("""{"validity_seconds":99999999999}""", "validity_invalid", "validity_seconds")]
    [InlineData("""{"tags":"a"}""", "tags_invalid", "tags")]
    [InlineData("""{"tags":["a",1,{"b":2}]}""", "tags_invalid", "tags")]
    [InlineData("""{"smart_encoding":"true"}""", "field_invalid", "smart_encoding")]
    [InlineData("""{"metadata":["a"]}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"a":1}}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"A":"1"}}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"":"1"}}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"a":"1","a":"2"}}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"a":{"b":"c"},"d":"e"}}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"a":"","b":"","c":"","d":"","e":"","f":"","g":"","h":"","i":"","j":"","k":"","l":""}}""", "metadata_invalid", "metadata")]
    [InlineData("""{"metadata":{"a":"\ud83d"}}""", "field_invalid", "metadata")]
    [InlineData("""{"send_at":"2026-05-01T00:00:00"}""", "send_at_invalid", "send_at")]
    [InlineData("""{"send_at":"2026-05-01"}""", "send_at_invalid", "send_at")]
    [InlineData("""{"send_at":"tomorrow at noon Z"}""", "send_at_invalid", "send_at")]
    [InlineData("""{"send_at":1777593600}""", "send_at_invalid", "send_at")]
    [InlineData("""{"send_at":["2026-05-01T00:00:00Z"]}""", "send_at_invalid", "send_at")]
    public async Task Send_BadBody_IsAProblemThatNamesTheField(string json, string code, string? field)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync("/v1/messages", json);
        answer.Status.ShouldBe(400, answer.Text);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.At("code").ShouldBe(code);
        answer.At("field").ShouldBe(field);
        answer.At("status").ShouldBe("400");
        answer.At("type").ShouldBe($"/docs#{code}");
        answer.At("title").ShouldNotBeNullOrEmpty();
        api.Engine.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Send_NullFields_AreAbsentOnes()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync(
            "/v1/messages",
            """{"to":"+15551234567","from":"+15550001000","body":"x","class":null,"callback_url":null,"reference":null,"validity_seconds":null,"tags":null,"smart_encoding":null,"metadata":null,"send_at":null}""");
        answer.Status.ShouldBe(202, answer.Text);
        api.Engine.Requests[0].ValiditySeconds.ShouldBeNull();
    }

    [Fact]
    public async Task Send_InvalidUtf8_IsRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var content = new ByteArrayContent([.. "{\"body\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        content.Headers.ContentType = new("application/json");
        Answer answer = await api.SendAsync(HttpMethod.Post, "/v1/messages", content);
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe("json_invalid");
    }

    [Theory]
    [InlineData(IntakeError.ToMissing, 400, "to_missing")]
    [InlineData(IntakeError.ToInvalid, 400, "to_invalid")]
    [InlineData(IntakeError.FromMissing, 400, "from_missing")]
    [InlineData(IntakeError.FromInvalid, 400, "from_invalid")]
    [InlineData(IntakeError.FromNotOwned, 403, "from_not_owned")]
    [InlineData(IntakeError.BodyMissing, 400, "body_missing")]
    [InlineData(IntakeError.BodyTooLong, 400, "body_too_long")]
    [InlineData(IntakeError.ValidityInvalid, 400, "validity_invalid")]
    [InlineData(IntakeError.ScheduleInvalid, 400, "send_at_invalid")]
    [InlineData(IntakeError.CallbackInvalid, 400, "callback_invalid")]
    [InlineData(IntakeError.ReferenceInvalid, 400, "reference_invalid")]
    [InlineData(IntakeError.TagsInvalid, 400, "tags_invalid")]
    [InlineData(IntakeError.IdempotencyConflict, 409, "idempotency_conflict")]
    [InlineData(IntakeError.IdempotencyKeyInvalid, 400, "idempotency_key_invalid")]
    [InlineData(IntakeError.Overloaded, 429, "overloaded")]
    [InlineData(IntakeError.Throttled, 429, "throttled")]
    [InlineData(IntakeError.LimitReached, 422, "limit_reached")]
    [InlineData(IntakeError.BatchInvalid, 400, "batch_invalid")]
    [InlineData(IntakeError.BatchCanceled, 409, "batch_canceled")]
    [InlineData(IntakeError.StoreUnavailable, 503, "store_unavailable")]
    [InlineData(IntakeError.OutcomeUnknown, 500, "outcome_unknown")]
    public async Task Send_RefusedByIntake_IsThatProblem(IntakeError error, int status, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Refuse = _ => IntakeResult.Refused(error, "some_field", "Expected something else.");
        Answer answer = await api.PostAsync("/v1/messages", Good);
        answer.Status.ShouldBe(status);
        answer.At("code").ShouldBe(code);
        answer.At("field").ShouldBe("some_field");
        answer.At("detail").ShouldBe("Expected something else.");
        (answer.Headers.RetryAfter is not null).ShouldBe(status is 429 or 503);
    }

    [Theory]
    [InlineData("2026-05-01T00:00:00Z", "2026-05-01T00:00:00Z")]
    [InlineData("2026-05-01T00:00:00.25+02:00", "2026-04-30T22:00:00.25Z")]
    public async Task Send_ForLater_IsScheduled(string text, string expected)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string json = Good.Replace("}", $",\"send_at\":\"{text}\"}}", StringComparison.Ordinal);
        Answer answer = await api.PostAsync("/v1/messages", json);
        answer.Status.ShouldBe(202);
        answer.At("status").ShouldBe("scheduled");
        api.Engine.Requests.ShouldHaveSingleItem().SendAt.ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));
        Answer batch = await api.PostAsync("/v1/messages/batch", $$"""{"messages":[{{json}},{{Good}}]}""");
        batch.Json["messages"]!.AsArray().Select(item => item!["status"]!.ToString()).ShouldBe(["scheduled", "queued"]);
    }

    [Fact]
    public async Task Reschedule_AScheduledMessage_PassesTheTimeOn()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, head => head, MessageState.Scheduled);
        Answer answer = await PatchAsync(api, message.Id, """{"send_at":"2026-05-01T00:00:00Z"}""");
        answer.Status.ShouldBe(200);
        answer.At("id").ShouldBe(message.Id.ToString());
        api.Engine.Rescheduled.ShouldBe(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
        (await PatchAsync(api, message.Id, """{"send_at":null}""")).Status.ShouldBe(200);
        api.Engine.Rescheduled.ShouldBeNull();

        Message sent = api.Engine.Add(ApiFixture.Demo, head => head, MessageState.Sent);
        (await PatchAsync(api, sent.Id, """{"send_at":null}""")).At("code").ShouldBe("wrong_state");
        Message others = api.Engine.Add(ApiFixture.Other, head => head, MessageState.Scheduled);
        (await PatchAsync(api, others.Id, """{"send_at":null}""")).Status.ShouldBe(404);
    }

    [Theory]
    [InlineData("", "json_invalid")]
    [InlineData("{}", "json_invalid")]
    [InlineData("[]", "json_invalid")]
    [InlineData("""{"send_at":null,"send_at":null}""", "json_invalid")]
    [InlineData("""{"send_at":null} x""", "json_invalid")]
    [InlineData("""{"send_at":{}}""", "send_at_invalid")]
    [InlineData("""{"send_at":"2026-05-01T00:00:00"}""", "send_at_invalid")]
    [InlineData("""{"body":"x"}""", "field_unknown")]
    public async Task Reschedule_BadBody_IsRefused(string json, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Message message = api.Engine.Add(ApiFixture.Demo, head => head, MessageState.Scheduled);
        Answer answer = await PatchAsync(api, message.Id, json);
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe(code);
    }

    private static async Task<Answer> PatchAsync(ApiFixture api, MessageId id, string json)
    {
        using var content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        return await api.SendAsync(HttpMethod.Patch, $"/v1/messages/{id}", content);
    }

    [Fact]
    public async Task Send_ALimitIsFull_SaysWhenThereIsRoom()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Refuse = request => request.To == "bad"
            ? IntakeResult.Refused(IntakeError.Throttled, "", "full") with { RetryAfter = TimeSpan.FromSeconds(2.1) }
            : null;
        Answer answer = await api.PostAsync("/v1/messages", Good.Replace("+15551234567", "bad", StringComparison.Ordinal));
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(3));
        Answer batch = await api.PostAsync(
            "/v1/messages/batch", $$"""{"messages":[{{Good}},{{Good.Replace("+15551234567", "bad", StringComparison.Ordinal)}}]}""");
        batch.Status.ShouldBe(202);
        batch.Json["messages"]![1]!["error"]!["retry_after"]!.GetValue<int>().ShouldBe(3);
    }

    [Fact]
    public async Task Send_EveryIntakeError_HasItsOwnKind()
    {
        Enum.GetValues<IntakeError>().Where(e => e != IntakeError.None).Select(e => Crosspoint.Server.Api.V1.ProblemKind.For(e).Code)
            .ShouldBeUnique();
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Send_SameIdempotencyKey_AnswersTheFirstMessageAgain()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer first = await SendWithKeyAsync(api, Good, "k1");
        Answer again = await SendWithKeyAsync(api, Good, "k1");
        Answer other = await SendWithKeyAsync(api, Good.Replace("hello", "other"), "k1");
        first.Headers.Contains("Idempotency-Replayed").ShouldBeFalse();
        again.Status.ShouldBe(202);
        again.At("id").ShouldBe(first.At("id"));
        again.Headers.GetValues("Idempotency-Replayed").ShouldBe(["true"]);
        other.Status.ShouldBe(409);
        api.Engine.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("kä")]
    public async Task Send_BadIdempotencyKey_IsRefused(string key)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string request = $"POST /v1/messages HTTP/1.1\r\nHost: x\r\nAuthorization: {ApiFixture.Basic(ApiFixture.Demo.Sid, ApiFixture.Demo.AuthToken)}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Good.Length}\r\nIdempotency-Key: {key}\r\n\r\n{Good}";
        string answer = await RawClient.ExchangeAsync(api.Server.Address, Encoding.UTF8.GetBytes(request));
        RawClient.StatusOf(answer).ShouldBe(400);
        answer.ShouldContain("idempotency_key_invalid");
        (await SendWithKeyAsync(api, Good, new string('k', 256))).Status.ShouldBe(400);
        (await SendWithKeyAsync(api, Good, new string('k', 255))).Status.ShouldBe(202);
    }

    [Fact]
    public async Task SendBatch_Mixed_AnswersInOrder()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Refuse = request => request.To == "bad" ? IntakeResult.Refused(IntakeError.ToInvalid, "to", "Expected a number.") : null;
        Answer answer = await api.PostAsync(
            "/v1/messages/batch",
            """
            {"messages":[
              {"to":"+15551234567","from":"+15550001000","body":"one"},
              {"to":"bad","from":"+15550001000","body":"two"},
              {"nonsense":1,"to":"+15551234567"},
              7,
              {"to":"+15551234567","from":"+15550001000","body":"five"}]}
            """);
        answer.Status.ShouldBe(202, answer.Text);
        JsonArray items = answer.Json["messages"]!.AsArray();
        items.Count.ShouldBe(5);
        items[0]!.AsObject().Select(p => p.Key).ShouldBe(["id", "status"]);
        items[0]!["status"]!.ToString().ShouldBe("queued");
        items[1]!["error"]!["code"]!.ToString().ShouldBe("to_invalid");
        items[2]!["error"]!["code"]!.ToString().ShouldBe("field_unknown");
        items[2]!["error"]!["field"]!.ToString().ShouldBe("nonsense");
        items[3]!["error"]!["code"]!.ToString().ShouldBe("field_invalid");
        items[4]!["id"]!.ToString().ShouldStartWith("SM");
        api.Engine.Requests.Select(r => r.Body).ShouldBe(["one", "two", "five"]);
    }

    [Fact]
    public async Task SendBatch_OneWithHalfASurrogatePairOrDeepNesting_IsJudgedAlone()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string deep = new string('[', 50) + new string(']', 50);
        Answer answer = await api.PostAsync(
            "/v1/messages/batch",
            $$"""
            {"messages":[
              {"to":"+15551234567","from":"+15550001000","body":"cut \ud83d"},
              {"to":"+15551234567","x":{{deep}},"body":"two"},
              {"to":"+15551234567","\udc00":"\ud83d","body":"three"},
              {"to":"+15551234567","from":"+15550001000","body":"whole \ud83d\ude00 \\ud83d"}]}
            """);
        answer.Status.ShouldBe(202, answer.Text);
        JsonArray items = answer.Json["messages"]!.AsArray();
        (items[0]!["error"]!["code"]!.ToString(), items[0]!["error"]!["field"]!.ToString()).ShouldBe(("field_invalid", "body"));
        (items[1]!["error"]!["code"]!.ToString(), items[1]!["error"]!["field"]!.ToString()).ShouldBe(("field_unknown", "x"));
        items[2]!["error"]!["code"]!.ToString().ShouldBe("field_unknown");
        api.Engine.Requests.Select(r => r.Body).ShouldBe(["whole 😀 \\ud83d"]);
    }

    [Theory]
    [InlineData("{}", "batch_size")]
    [InlineData("""{"messages":[]}""", "batch_size")]
    [InlineData("""{"messages":{}}""", "field_invalid")]
    [InlineData("""{"messages":[{}],"messages":[{}]}""", "field_duplicate")]
    [InlineData("""{"other":1}""", "field_unknown")]
    [InlineData("[]", "json_invalid")]
    [InlineData("""{"messages":[{}""", "json_invalid")]
    [InlineData("""{"messages":[{}]} x""", "json_invalid")]
    public async Task SendBatch_BadBody_IsRefusedWhole(string json, string code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostAsync("/v1/messages/batch", json);
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe(code);
        api.Engine.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task SendBatch_ThousandAndOne_TakesTheThousandAlone()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string thousand = string.Join(',', Enumerable.Repeat(Good, 1000));
        Answer answer = await api.PostAsync("/v1/messages/batch", $$"""{"messages":[{{thousand}}]}""");
        answer.Status.ShouldBe(202);
        answer.Json["messages"]!.AsArray().Count.ShouldBe(1000);
        answer.Json["messages"]!.AsArray().Select(m => m!["id"]!.ToString()).ShouldBeUnique();
        (await api.PostAsync("/v1/messages/batch", $$"""{"messages":[{{thousand}},{{Good}}]}""")).At("code").ShouldBe("batch_size");
        api.Engine.Requests.Count.ShouldBe(1000);
    }

    [Theory]
    [InlineData(IntakeError.Overloaded, 429)]
    [InlineData(IntakeError.StoreUnavailable, 503)]
    [InlineData(IntakeError.OutcomeUnknown, 500)]
    public async Task SendBatch_AllRefusedForTheGateway_IsRefusedWhole(IntakeError error, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Refuse = _ => IntakeResult.Refused(error, "", "later");
        Answer answer = await api.PostAsync("/v1/messages/batch", $$"""{"messages":[{{Good}},{{Good}}]}""");
        answer.Status.ShouldBe(status);
        (answer.Headers.RetryAfter is not null).ShouldBe(status != 500);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-www-form-urlencoded", null)]
    [InlineData("application/json; charset=latin1", null)]
    [InlineData("application/jsonp", null)]
    [InlineData("application/json", "gzip")]
    public async Task Send_OtherMediaType_Is415(string type, string? encoding)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        using var content = new StringContent(Good);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (encoding is not null) content.Headers.ContentEncoding.Add(encoding);
        Answer answer = await api.SendAsync(HttpMethod.Post, "/v1/messages", content);
        answer.Status.ShouldBe(415);
        answer.At("code").ShouldBe("media_type_unsupported");
    }

    [Fact]
    public async Task Send_FaultInside_Is500WithoutAnyOfIt()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Fault = new InvalidOperationException("the secret inside");
        Answer answer = await api.PostAsync("/v1/messages", Good);
        answer.Status.ShouldBe(500);
        answer.At("code").ShouldBe("internal");
        answer.Text.ShouldNotContain("secret inside");
        answer.Text.ShouldNotContain("   at ");
    }

    private static Task<Answer> SendWithKeyAsync(ApiFixture api, string json, string key) =>
        api.SendAsync(
            HttpMethod.Post, "/v1/messages", new StringContent(json, Encoding.UTF8, "application/json"), ("Idempotency-Key", key));
}
