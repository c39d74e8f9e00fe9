using System.Text.Json;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Engine.Tests.Webhooks;
using Crosspoint.Engine.Webhooks;
using Crosspoint.TestKit;

namespace Crosspoint.Engine.Tests.Notifiers;

public sealed class HttpNotifierTests : IAsyncLifetime
{
    private static readonly WebhookOptions Anywhere = new() { AllowPrivateAddresses = true };
    private static readonly byte[] Secret = "a secret of the receiver"u8.ToArray();

    private readonly ManualTimeProvider _time = new();
    private Receiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await Receiver.StartAsync();

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Webhook_IsSignedAndLinksToEvidenceAndAction()
    {
        (await SendAsync(Webhook())).ShouldBe(NotifyOutcome.Taken);
        ReceivedHook hook = _receiver.Received.ShouldHaveSingleItem();
        hook.Headers["webhook-signature"].ShouldBe(
            WebhookSigner.SignStandard(Secret, "NO1", long.Parse(hook.Headers["webhook-timestamp"]), hook.Body));
        hook.Headers["Content-Type"].ShouldBe("application/json");
        JsonElement json = JsonDocument.Parse(hook.Body).RootElement;
        json.GetProperty("type").GetString().ShouldBe("alert.trigger");
        JsonElement data = json.GetProperty("data");
        (data.GetProperty("severity").GetString(), data.GetProperty("rule").GetString()).ShouldBe(("L2", "country_delivery"));
        data.GetProperty("evidence").GetProperty("url").GetString().ShouldBe("https://sms.example.com/v1/quality?country=DE");
        data.GetProperty("action").GetProperty("method").GetString().ShouldBe("GET");
        data.GetProperty("labels").GetProperty("country")[0].GetString().ShouldBe("DE");
        data.GetProperty("resolved_at").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task Slack_IsATextWithEscapesAndLinks_AndLongOnesKeepTheirLinks()
    {
        var options = new SlackNotifierOptions { Name = "chat", Url = _receiver.Url + "/services/T/B/secret" };
        (await SendAsync(options)).ShouldBe(NotifyOutcome.Taken);
        string text = TextOf(_receiver.Received[0]);
        text.ShouldStartWith("[L2] Delivery to DE is 94.5 %\n\n94.5 % of 900 messages arrived &lt;soon&gt; &amp; late.");
        text.ShouldContain("Evidence: Delivery by network: GET https://sms.example.com/v1/quality?country=DE\n");

        Notification notification = Sample.Notification();
        await SendAsync(options, notification with { Alert = notification.Alert with { Text = new string('x', 5_000) } });
        string cut = TextOf(_receiver.Received[1]);
        cut.Length.ShouldBeLessThanOrEqualTo(3_000);
        cut.ShouldContain("Action: Open incidents: GET https://sms.example.com/v1/incidents?state=open\n");
        options.ToString().ShouldNotContain("secret");
        options.Target.ShouldNotContain("secret");
    }

    [Theory]
    [InlineData(NotificationEvent.Trigger, "trigger")]
    [InlineData(NotificationEvent.Acknowledge, "acknowledge")]
    [InlineData(NotificationEvent.Resolve, "resolve")]
    public async Task PagerDuty_EachEvent_HasTheKeyOfItsAlert(NotificationEvent what, string action)
    {
        (await SendAsync(PagerDuty(), Sample.Notification(what))).ShouldBe(NotifyOutcome.Taken);
        JsonElement json = JsonDocument.Parse(_receiver.Received.ShouldHaveSingleItem().Body).RootElement;
        json.GetProperty("routing_key").GetString().ShouldBe("0123456789abcdef0123456789abcdef");
        json.GetProperty("event_action").GetString().ShouldBe(action);
        json.GetProperty("dedup_key").GetString().ShouldBe("AL0123456789abcdef0123456789abcdef");
        json.TryGetProperty("payload", out JsonElement payload).ShouldBe(action == "trigger");
        if (action != "trigger") return;
        payload.GetProperty("summary").GetString().ShouldBe("[L2] Delivery to DE is 94.5 %");
        payload.GetProperty("severity").GetString().ShouldBe("error");
        payload.GetProperty("source").GetString().ShouldBe("https://sms.example.com");
        payload.GetProperty("custom_details").GetProperty("labels").GetProperty("country")[0].GetString().ShouldBe("DE");
        json.GetProperty("links")[0].GetProperty("href").GetString().ShouldBe("https://sms.example.com/v1/quality?country=DE");
    }

    [Fact]
    public async Task PagerDuty_Reminder_IsNotSent()
    {
        // It reminds by itself.
        (await SendAsync(PagerDuty(), Sample.Notification(NotificationEvent.Remind))).ShouldBe(NotifyOutcome.Taken);
        _receiver.Received.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(500, false)]
    [InlineData(429, false)]
    [InlineData(302, false)]
    [InlineData(400, true)]
    [InlineData(404, true)]
    public async Task Refused_SaysTheStatusAndWhetherAgainCouldHelp(int status, bool isFinal)
    {
        _receiver.Answer("/hook", status);
        NotifyOutcome outcome = await SendAsync(Webhook());
        outcome.Error!.ShouldStartWith($"HTTP {status}");
        outcome.IsFinal.ShouldBe(isFinal);
    }

    [Fact]
    public async Task Target_NotOnThePublicInternet_IsNotCalled()
    {
        NotifyOutcome outcome = await SendAsync(Webhook(), rules: new() { AllowHttp = true, AllowedPorts = [_receiver.Port] });
        outcome.IsFinal.ShouldBeTrue();
        outcome.Error.ShouldBe("the host is not on the public internet");

        // By a name that only looks public.
        var named = new WebhookNotifierOptions { Name = "hook", Url = $"http://localhost.localdomain:{_receiver.Port}/hook", Secret = Secret };
        (await SendAsync(named, rules: new() { AllowHttp = true, AllowedPorts = [_receiver.Port] })).Error.ShouldBeOneOf(
            "the host is not on the public internet", "the host name cannot be resolved");
        _receiver.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task NobodyListens_SaysSo()
    {
        int port = _receiver.Port;
        await _receiver.DisposeAsync();
        _receiver = await Receiver.StartAsync();
        (await SendAsync(new WebhookNotifierOptions { Name = "hook", Url = $"http://127.0.0.1:{port}/", Secret = Secret })).Error.ShouldBe("could not connect");
    }

    private static string TextOf(ReceivedHook hook) => JsonDocument.Parse(hook.Body).RootElement.GetProperty("text").GetString()!;

    private WebhookNotifierOptions Webhook() => new() { Name = "hook", Url = _receiver.Url + "/hook", Secret = Secret };

    private PagerDutyNotifierOptions PagerDuty() => new() { Name = "pager", Url = _receiver.Url + "/v2/enqueue", RoutingKey = "0123456789abcdef0123456789abcdef" };

    private async Task<NotifyOutcome> SendAsync(NotifierOptions options, Notification? notification = null, WebhookOptions? rules = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20), TimeProvider.System);
        using var notifier = new HttpNotifier(options, rules ?? Anywhere, "https://sms.example.com", _time);
        return await notifier.SendAsync(notification ?? Sample.Notification(), patience.Token);
    }
}
