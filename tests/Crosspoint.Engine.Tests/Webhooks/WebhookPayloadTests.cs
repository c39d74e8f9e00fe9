using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;
using Microsoft.AspNetCore.WebUtilities;

namespace Crosspoint.Engine.Tests.Webhooks;

public sealed class WebhookPayloadTests
{
    private static readonly WebhookOptions Options = new() { AllowPrivateAddresses = true, RetrySchedule = [TimeSpan.FromSeconds(5)] };

    [Fact]
    public async Task Twilio_StatusCallback_HasTheFieldsAndAValidSignature()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        string url = receiver.Url + "/status%7E/x?b=2&a=%20y#rc=1";
        MessageId id = await bed.SendAsync(
            head => head with { CallbackUrl = url, CallbackForm = CallbackForm.Twilio }, MessageState.Undelivered);
        await receiver.WhenAsync(all => all.Count == 1);
        ReceivedHook hook = receiver.Received[0];
        hook.Headers["Content-Type"].ShouldBe("application/x-www-form-urlencoded; charset=UTF-8");
        hook.Headers["User-Agent"].ShouldStartWith("Crosspoint/");
        hook.Headers.Keys.ShouldNotContain(
            name => name.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase) || name == "traceparent");
        Dictionary<string, string> form = FormOf(hook);
        form.ShouldBe(new Dictionary<string, string>
        {
            ["MessageSid"] = id.ToString(),
            ["SmsSid"] = id.ToString(),
            ["AccountSid"] = WebhookBed.Sid,
            ["From"] = "+15550001000",
            ["To"] = "+4915112345678",
            ["MessageStatus"] = "undelivered",
            ["SmsStatus"] = "undelivered",
            ["ApiVersion"] = "2010-04-01",
            ["ErrorCode"] = "30003",
            ["ErrorMessage"] = "Unreachable handset",
        }, ignoreOrder: true);
        hook.Headers["X-Twilio-Signature"].ShouldBe(TwilioSignatureOf(receiver.Url + "/status%7E/x?b=2&a=%20y", form));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("a+b&c=d% é中😀\n\"<>~*-._")]
    [InlineData("lone \ud83d surrogate")]
    [InlineData("")]
    public async Task Twilio_Inbound_CarriesTheBodyAndAValidSignature(string body)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        await bed.SendAsync(
            head => head with
            {
                Direction = MessageDirection.Inbound,
                From = "+4915112345678",
                To = "+12025550100",
                Body = body,
                SegmentCount = 2,
                CallbackUrl = receiver.Url + "/in",
                CallbackForm = CallbackForm.Twilio,
            },
            MessageState.Received);
        await receiver.WhenAsync(all => all.Count == 1);
        Dictionary<string, string> form = FormOf(receiver.Received[0]);
        form["Body"].ShouldBe(body.Replace('\ud83d', body.Contains("lone", StringComparison.Ordinal) ? '\ufffd' : '\ud83d'));
        form["SmsStatus"].ShouldBe("received");
        form["NumMedia"].ShouldBe("0");
        form["NumSegments"].ShouldBe("2");
        form["SmsMessageSid"].ShouldBe(form["MessageSid"]);
        form["FromCountry"].ShouldBe("DE");
        form["ToCountry"].ShouldBe("US");
        foreach (string name in new[] { "FromCity", "FromState", "FromZip", "ToCity", "ToState", "ToZip" }) form[name].ShouldBeEmpty(name);
        string[] names = [.. receiver.Received[0].Text.Split('&').Select(pair => pair.Split('=')[0])];
        names.ShouldBe(names.Order(StringComparer.Ordinal));
        form.ShouldNotContainKey("MessageStatus");
        receiver.Received[0].Headers["X-Twilio-Signature"].ShouldBe(TwilioSignatureOf(receiver.Url + "/in", form));
    }

    [Fact]
    public async Task Twilio_InboundToAShortCode_HasNoCountryAndAValidSignature()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        await bed.SendAsync(
            head => head with
            {
                Direction = MessageDirection.Inbound,
                To = "12345",
                CallbackUrl = receiver.Url + "/in",
                CallbackForm = CallbackForm.Twilio,
            },
            MessageState.Received);
        await receiver.WhenAsync(all => all.Count == 1);
        Dictionary<string, string> form = FormOf(receiver.Received[0]);
        form["ToCountry"].ShouldBeEmpty();
        receiver.Received[0].Headers["X-Twilio-Signature"].ShouldBe(TwilioSignatureOf(receiver.Url + "/in", form));
    }

    [Theory]
    [InlineData("", "/", "")]
    [InlineData("?a=1", "/", "?a=1")]
    [InlineData("#rc=1", "/", "")]
    public async Task Url_WithoutAPath_IsCalledWithOneAndSignedSo(string end, string path, string query)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        await bed.SendAsync(head => head with { CallbackUrl = receiver.Url + end, CallbackForm = CallbackForm.Twilio });
        await bed.SendAsync(receiver.Url + end);
        await receiver.WhenAsync(all => all.Count == 2);
        receiver.Received.ShouldAllBe(hook => hook.Path == path && hook.Query == query);
        ReceivedHook twilio = receiver.Received.Single(hook => hook.Headers.ContainsKey("X-Twilio-Signature"));
        twilio.Headers["X-Twilio-Signature"].ShouldBe(TwilioSignatureOf(receiver.Url + path + query, FormOf(twilio)));
    }

    [Fact]
    public async Task Host_InMixedCase_IsSentAndSignedAsConfigured()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options, lookUp: _ => [System.Net.IPAddress.Loopback]);
        bed.Dispatcher.Start();
        string host = $"LocalHost:{receiver.Port}";
        await bed.SendAsync(head => head with { CallbackUrl = $"http://{host}/x", CallbackForm = CallbackForm.Twilio });
        await receiver.WhenAsync(all => all.Count == 1);
        ReceivedHook hook = receiver.Received[0];
        hook.Headers["Host"].ShouldBe(host);
        hook.Headers["X-Twilio-Signature"].ShouldBe(TwilioSignatureOf($"http://{hook.Headers["Host"]}{hook.Path}", FormOf(hook)));
    }

    [Fact]
    public async Task Native_SecretWithAnOneBefore_IsSignedByBoth()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        await bed.SendAsync(head => head with { AccountSid = WebhookBed.OtherSid, CallbackUrl = receiver.Url + "/n" });
        await receiver.WhenAsync(all => all.Count == 1);
        ReceivedHook hook = receiver.Received[0];
        hook.Headers["webhook-signature"]
            .ShouldBe($"{StandardSignatureOf(hook)} {StandardSignatureOf(hook, WebhookBed.PreviousSecret)}");
    }

    [Fact]
    public async Task Native_Event_HasTheFieldsAndAValidSignature()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(
            head => head with { CallbackUrl = receiver.Url + "/n", Reference = "order \"7\" é", Tags = ["a", "b"], SegmentCount = 3 },
            MessageState.Failed);
        await receiver.WhenAsync(all => all.Count == 1);
        ReceivedHook hook = receiver.Received[0];
        hook.Headers["Content-Type"].ShouldBe("application/json");
        using var document = JsonDocument.Parse(hook.Body);
        JsonElement root = document.RootElement;
        root.GetProperty("id").GetString().ShouldBe($"{id}_2");
        root.GetProperty("type").GetString().ShouldBe("message.failed");
        root.GetProperty("timestamp").GetString().ShouldBe("2026-01-02T03:04:05.000000Z");
        JsonElement data = root.GetProperty("data");
        data.GetProperty("id").GetString().ShouldBe(id.ToString());
        data.GetProperty("account_sid").GetString().ShouldBe(WebhookBed.Sid);
        data.GetProperty("direction").GetString().ShouldBe("outbound-api");
        data.GetProperty("from").GetString().ShouldBe("+15550001000");
        data.GetProperty("to").GetString().ShouldBe("+4915112345678");
        data.GetProperty("status").GetString().ShouldBe("failed");
        data.GetProperty("error").GetProperty("code").GetInt32().ShouldBe(30003);
        data.GetProperty("reference").GetString().ShouldBe("order \"7\" é");
        data.GetProperty("tags").EnumerateArray().Select(t => t.GetString()).ShouldBe(["a", "b"]);
        data.GetProperty("segments").GetInt32().ShouldBe(3);
        data.GetProperty("possible_duplicate").GetBoolean().ShouldBeFalse();
        data.GetProperty("event").GetInt32().ShouldBe(2);
        data.GetProperty("at").GetString().ShouldBe("2026-01-02T03:04:05.000000Z");
        data.TryGetProperty("body", out _).ShouldBeFalse();
        hook.Headers["webhook-id"].ShouldBe($"{id}_2");
        hook.Headers["webhook-id"].ShouldNotContain('.');
        hook.Headers["webhook-timestamp"].ShouldBe(bed.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        hook.Headers["webhook-signature"].ShouldBe(StandardSignatureOf(hook));
    }

    [Fact]
    public async Task Native_InboundMessage_CarriesItsBody()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        await bed.SendAsync(
            head => head with { Direction = MessageDirection.Inbound, Body = "STOP 中 \ud83d \u0001", CallbackUrl = receiver.Url + "/n" },
            MessageState.Received);
        await receiver.WhenAsync(all => all.Count == 1);
        using var document = JsonDocument.Parse(receiver.Received[0].Body);
        document.RootElement.GetProperty("type").GetString().ShouldBe("message.received");
        JsonElement data = document.RootElement.GetProperty("data");
        data.GetProperty("body").GetString().ShouldBe("STOP 中 \ufffd \u0001");
        data.GetProperty("error").ValueKind.ShouldBe(JsonValueKind.Null);
        receiver.Received[0].Headers["webhook-signature"].ShouldBe(StandardSignatureOf(receiver.Received[0]));
    }

    [Theory]
    [InlineData(CallbackForm.Native)]
    [InlineData(CallbackForm.Twilio)]
    public async Task Retry_OfAnEvent_KeepsItsIdAndIsSignedAnew(CallbackForm form)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/r", 500);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(head => head with { CallbackUrl = receiver.Url + "/r", CallbackForm = form });
        await bed.WhenTriedAsync(id, 1);
        bed.PassWait(id);
        await bed.WhenTriedAsync(id, 2);
        ReceivedHook first = receiver.Received[0];
        ReceivedHook second = receiver.Received[1];
        second.Id.ShouldBe(first.Id);
        second.Body.ShouldBe(first.Body);
        if (form == CallbackForm.Twilio) return;
        second.Headers["webhook-timestamp"].ShouldNotBe(first.Headers["webhook-timestamp"]);
        second.Headers["webhook-signature"].ShouldBe(StandardSignatureOf(second));
    }

    private static Dictionary<string, string> FormOf(ReceivedHook hook) =>
        QueryHelpers.ParseQuery(hook.Text).ToDictionary(p => p.Key, p => p.Value.Single()!);

    // Written from the rule alone: URL, then name and value in order of names, HMAC-SHA1, base64.
    private static string TwilioSignatureOf(string url, Dictionary<string, string> form)
    {
        var text = new StringBuilder(url);
        foreach (string name in form.Keys.Order(StringComparer.Ordinal)) text.Append(name).Append(form[name]);
#pragma warning disable CA5350
        return Convert.ToBase64String(
            HMACSHA1.HashData(Encoding.UTF8.GetBytes(WebhookBed.AuthToken), Encoding.UTF8.GetBytes(text.ToString())));
#pragma warning restore CA5350
    }

    private static string StandardSignatureOf(ReceivedHook hook, byte[]? secret = null)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{hook.Headers["webhook-id"]}.{hook.Headers["webhook-timestamp"]}.{hook.Text}");
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret ?? WebhookBed.Secret, text));
    }
}
