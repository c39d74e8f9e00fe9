using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Api.TwilioCompat;
using Crosspoint.Server.Tests.Support;

namespace Crosspoint.Server.Tests.Api;

public sealed class TwilioSendTests
{
    private static readonly (string, string)[] Good = [("To", "+15551234567"), ("From", "+15550001000"), ("Body", "hello")];

    private static string Create => ApiFixture.TwilioMessages + ".json";

    [Fact]
    public async Task Create_AllServedParameters_ReachTheIntakeAsTheyCame()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostFormAsync(
            Create,
            ("To", "+15551234567"),
            ("From", "Shop & Co"),
            ("Body", "Grüße 🎉 100% +1 a=b&c"),
            ("StatusCallback", "https://x.example/cb?a=1&b=2"),
            ("ValidityPeriod", "60"),
            ("SmartEncoded", "true"),
            ("ProvideFeedback", "True"),
            ("ScheduleType", "fixed"),
            ("SendAt", "2026-05-01T00:00:00Z"));
        answer.Status.ShouldBe(201, answer.Text);
        SendRequest request = api.Engine.Requests.ShouldHaveSingleItem();
        request.To.ShouldBe("+15551234567");
        request.From.ShouldBe("Shop & Co");
        request.Body.ShouldBe("Grüße 🎉 100% +1 a=b&c");
        request.CallbackUrl.ShouldBe("https://x.example/cb?a=1&b=2");
        request.CallbackForm.ShouldBe(CallbackForm.Twilio);
        request.ValiditySeconds.ShouldBe(60);
        request.SmartEncoded.ShouldBeTrue();
        request.ProvideFeedback.ShouldBeTrue();
        request.SendAt.ShouldBe(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
        request.Class.ShouldBe(TrafficClass.Transactional);
        CreateParameters.Served.Count.ShouldBe(9);
    }

    [Fact]
    public async Task Create_Accepted_AnswersTheMessageFieldByField()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostFormAsync(Create, Good);
        answer.Status.ShouldBe(201);
        answer.ContentType.ShouldBe("application/json");
        string sid = answer.At("sid")!;
        string uri = $"{ApiFixture.TwilioMessages}/{sid}";
        var expected = new JsonObject
        {
            ["sid"] = sid,
            ["account_sid"] = ApiFixture.Demo.Sid,
            ["messaging_service_sid"] = null,
            ["api_version"] = "2010-04-01",
            ["body"] = "hello",
            ["from"] = "+15550001000",
            ["to"] = "+15551234567",
            ["direction"] = "outbound-api",
            ["status"] = "queued",
            ["num_segments"] = "1",
            ["num_media"] = "0",
            ["price"] = null,
            ["price_unit"] = null,
            ["error_code"] = null,
            ["error_message"] = null,
            ["date_created"] = "Fri, 02 Jan 2026 03:04:05 +0000",
            ["date_updated"] = "Fri, 02 Jan 2026 03:04:05 +0000",
            ["date_sent"] = null,
            ["uri"] = $"{uri}.json",
            ["subresource_uris"] = new JsonObject { ["media"] = $"{uri}/Media.json", ["feedback"] = $"{uri}/Feedback.json" },
        };
        answer.Json.ToJsonString().ShouldBe(expected.ToJsonString());
    }

    [Theory]
    [InlineData(IntakeError.ToMissing, 21604, 400)]
    [InlineData(IntakeError.ToInvalid, 21211, 400)]
    [InlineData(IntakeError.FromMissing, 21603, 400)]
    [InlineData(IntakeError.FromInvalid, 21212, 400)]
    [InlineData(IntakeError.FromNotOwned, 21606, 400)]
    [InlineData(IntakeError.BodyMissing, 21602, 400)]
    [InlineData(IntakeError.BodyTooLong, 21617, 400)]
    [InlineData(IntakeError.ValidityInvalid, 21624, 400)]
    [InlineData(IntakeError.CallbackInvalid, 21609, 400)]
    [InlineData(IntakeError.Overloaded, 20429, 429)]
    [InlineData(IntakeError.ScheduleInvalid, 35114, 400)]
    [InlineData(IntakeError.Throttled, 21611, 429)]
    [InlineData(IntakeError.LimitReached, 21611, 400)]
    [InlineData(IntakeError.StoreUnavailable, 20503, 503)]
    [InlineData(IntakeError.OutcomeUnknown, 20500, 500)]
    public async Task Create_RefusedByIntake_HasItsCode(IntakeError error, int code, int status)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Refuse = _ => IntakeResult.Refused(error, "x", "expected something else") with { RetryAfter = TimeSpan.FromSeconds(6.5) };
        Answer answer = await api.PostFormAsync(Create, Good);
        answer.Status.ShouldBe(status);
        answer.Json.ToJsonString().ShouldBe(new JsonObject
        {
            ["code"] = code,
            ["message"] = $"{ErrorCodes.MessageFor(code)}: expected something else",
            ["more_info"] = $"https://www.twilio.com/docs/errors/{code}",
            ["status"] = status,
        }.ToJsonString());
        (answer.Headers.RetryAfter?.Delta).ShouldBe(status is 429 or 503 ? TimeSpan.FromSeconds(7) : null);
    }

    [Fact]
    public async Task Create_ForLater_IsScheduled()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostFormAsync(
            Create, [.. Good, ("ScheduleType", "fixed"), ("SendAt", "2026-05-01T02:00:00+02:00")]);
        answer.Status.ShouldBe(201);
        answer.At("status").ShouldBe("scheduled");
        api.Engine.Requests.ShouldHaveSingleItem().SendAt.ShouldBe(new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("ScheduleType=fixed", 35111)]
    [InlineData("SendAt=2026-05-01T00:00:00Z", 20001)]
    [InlineData("ScheduleType=optimize&SendAt=2026-05-01T00:00:00Z", 20001)]
    [InlineData("ScheduleType=fixed&SendAt=2026-05-01T00:00:00", 20001)]
    [InlineData("ScheduleType=fixed&SendAt=tomorrow", 20001)]
    public async Task Create_ScheduledWrongly_IsRefused(string more, int code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.PostFormAsync(
            Create, [.. Good, .. more.Split('&').Select(pair => pair.Split('=')).Select(pair => (pair[0], pair[1]))]);
        answer.Status.ShouldBe(400);
        answer.At("code").ShouldBe(code.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Create_EveryKnownParameterThatDoesNotWork_IsRefusedByName()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        string[] refused = [.. CreateParameters.Refused];

        // The API's own list (messaging-facts, section 1) without what works.
        refused.ShouldBe(
            [
                "MessagingServiceSid", "FallbackFrom", "MediaUrl", "ContentSid", "ContentVariables", "ApplicationSid", "ShortenUrls",
                "SendAsMms", "ContentRetention", "AddressRetention", "Attempt", "RiskCheck", "TrafficType", "ForceDelivery",
                "PersistentAction", "MaxPrice", "Tags",
            ],
            ignoreOrder: true);
        foreach (string name in refused)
        {
            Answer answer = await api.PostFormAsync(Create, [.. Good, (name, "something")]);
            answer.Status.ShouldBe(400, name);
            answer.At("code").ShouldBe("20001", name);
            answer.At("message")!.ShouldContain($"'{name}'");
        }

        api.Engine.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ShortenUrls", "false")]
    [InlineData("SendAsMms", "false")]
    [InlineData("ContentRetention", "retain")]
    [InlineData("AddressRetention", "retain")]
    [InlineData("RiskCheck", "disable")]
    [InlineData("ForceDelivery", "false")]
    [InlineData("MediaUrl", "")]
    public async Task Create_ParameterThatAsksForNothing_IsTaken(string name, string value)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        (await api.PostFormAsync(Create, [.. Good, (name, value)])).Status.ShouldBe(201);
    }

    [Theory]
    [InlineData("To=%2B15551234567&To=%2B15551234568", 20001)]
    [InlineData("Nonsense=1", 20001)]
    [InlineData("to=1", 20001)]
    [InlineData("ValidityPeriod=soon", 21624)]
    [InlineData("ValidityPeriod=1.5", 21624)]
    [InlineData("SmartEncoded=maybe", 20001)]
    [InlineData("ProvideFeedback=1", 20001)]
    [InlineData("Body=%C3%28", 20001)]
    public async Task Create_BadForm_IsRefused(string form, int code)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.SendAsync(
            HttpMethod.Post, Create, new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"));
        answer.Status.ShouldBe(400, answer.Text);
        answer.At("code").ShouldBe(code.ToString());
        api.Engine.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Body=a+b%2Bc%20d", "a b+c d")]
    [InlineData("&&Body=x&", "x")]
    [InlineData("Body=100%", "100%")]
    [InlineData("Body=%zz%4", "%zz%4")]
    [InlineData("Body=a=b", "a=b")]
    [InlineData("Body=%E2%82%AC", "€")]
    public async Task Create_OddButLegalForm_IsDecoded(string form, string body)
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        Answer answer = await api.SendAsync(
            HttpMethod.Post, Create, new StringContent(form, Encoding.ASCII, "application/x-www-form-urlencoded"));
        answer.Status.ShouldBe(201, answer.Text);
        api.Engine.Requests[0].Body.ShouldBe(body);
    }

    [Fact]
    public async Task Create_OtherForms_AreRefused()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        (await api.PostAsync(Create, "{}")).Status.ShouldBe(415);
        (await api.PostFormAsync(Create + "?To=1", Good)).At("code").ShouldBe("20001");
        (await api.PostFormAsync(ApiFixture.TwilioMessages, Good)).Status.ShouldBe(404);
        (await api.SendAsync(HttpMethod.Put, Create, null)).At("code").ShouldBe("20004");
        api.Engine.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Create_EmptyBody_IsJudgedByIntake()
    {
        await using ApiFixture api = await ApiFixture.StartAsync();
        api.Engine.Refuse = request => IntakeResult.Refused(request.To is null ? IntakeError.ToMissing : IntakeError.None, "to", "");
        Answer answer = await api.SendAsync(HttpMethod.Post, Create, null);
        answer.Status.ShouldBe(400, answer.Text);
        answer.At("code").ShouldBe("21604");
        answer.At("message").ShouldBe(ErrorCodes.MessageFor(21604));
    }
}
