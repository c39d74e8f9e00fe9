using Crosspoint.Engine;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Tests.Configuration;

public sealed class AlertKeyTests
{
    private const string Secret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public void EveryKey_IsRead()
    {
        AlertDeskOptions desk = Read(
            $$"""
            public_url: https://sms.example.com/
              every: 5s
              remind: 1h
              clear: 30s
              retention: 30d
              incidents: L2
              grouping: { within: 5m, relapse: 30m }
              silences: { longest: 1d, most: 7 }
              delivery:
                - { country: NG, l1: 0.8, l2: 0.7, l3: off, over: 60m, least_messages: 50 }
                - { class: otp, l1: 0.995 }
              queues: [ { connection: north-1, class: otp, wait: { l1: 10s, l2: 1m }, waiting: { l3: 5000 } } ]
              spend: [ { vendor: north, currency: EUR, l1: 100.5, l2: 200 } ]
              webhooks: { l1: off, l2: 1h }
              certificates: { l1: 21d }
              disk: { l3: 0.01 }
              notifiers:
                - { name: hook, kind: webhook, url: "https://ops.example.com/in", secret: {{Secret}}, severity: L2, rules: [ disk, incident ], timeout: 5s, queue: 9 }
                - { name: mail, kind: email, host: mail.example.com, user: ops, password: hush, from: sms@example.com, to: [ a@example.com, b@example.com ] }
                - { name: mail2, kind: email, host: 127.0.0.1, port: 25, tls: none, from: sms@example.com, to: a@example.com }
                - { name: mail3, kind: email, host: mail.example.com, tls: implicit, from: sms@example.com, to: a@example.com }
                - { name: chat, kind: slack, url: "https://hooks.example.com/services/hush" }
                - { name: pager, kind: pagerduty, routing_key: 0123456789abcdef0123456789abcdef }
            """).ShouldNotBeNull();

        AlertOptions alerts = desk.Alerts;
        (alerts.PublicUrl, alerts.Every, alerts.RemindEvery, alerts.ClearAfter, alerts.Retention, alerts.Incidents).ShouldBe(
            ("https://sms.example.com", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1), TimeSpan.FromSeconds(30), TimeSpan.FromDays(30), Severity.L2));
        (desk.Incidents.GroupWithin, desk.Incidents.RelapseWithin).ShouldBe((TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30)));
        (alerts.LongestSilence, alerts.MostSilences).ShouldBe((TimeSpan.FromDays(1), 7));
        alerts.Delivery.ShouldBe(
        [
            new() { Country = "NG", Share = new(0.8, 0.7, null), Over = TimeSpan.FromMinutes(60), LeastMessages = 50 },
            new() { Class = TrafficClass.Otp, Share = new(0.995, 0.98, 0.95) },
            new(),
        ]);
        alerts.Queues[0].ShouldBe(new() { Connection = "north-1", Class = TrafficClass.Otp, WaitSeconds = new(10, 60, null), Waiting = new(null, null, 5000) });
        alerts.Queues.Count.ShouldBe(3);
        alerts.Spend.ShouldBe([new() { Vendor = "north", Currency = "EUR", PerDay = new(100.5, 200, null) }]);
        (alerts.WebhookFailingSeconds, alerts.CertificateDays, alerts.DiskFree).ShouldBe((new(null, 3600, 86_400), new(21, 14, 3), new(0.2, 0.1, 0.01)));

        var hook = desk.Notifiers[0].ShouldBeOfType<WebhookNotifierOptions>();
        (hook.Name, hook.Url, hook.Least, hook.Timeout, hook.Queue, hook.Secret.Length).ShouldBe(
            ("hook", "https://ops.example.com/in", Severity.L2, TimeSpan.FromSeconds(5), 9, 24));
        hook.Rules.ShouldBe(["disk", "incident"]);
        var mail = desk.Notifiers[1].ShouldBeOfType<EmailNotifierOptions>();
        (mail.Host, mail.Port, mail.Security, mail.User, mail.Password, mail.From).ShouldBe(("mail.example.com", 587, MailSecurity.StartTls, "ops", "hush", "sms@example.com"));
        mail.To.ShouldBe(["a@example.com", "b@example.com"]);
        desk.Notifiers.OfType<EmailNotifierOptions>().Select(static one => (one.Port, one.Security)).ShouldBe(
            [(587, MailSecurity.StartTls), (25, MailSecurity.None), (465, MailSecurity.Tls)]);
        desk.Notifiers[4].ShouldBeOfType<SlackNotifierOptions>().Target.ShouldBe("https://hooks.example.com/…");
        desk.Notifiers[5].ShouldBeOfType<PagerDutyNotifierOptions>().Url.ShouldBe("https://events.pagerduty.com/v2/enqueue");
        desk.ToString().ShouldNotContain("hush");
        string.Concat(desk.Notifiers).ShouldNotContain("hush");
    }

    [Fact]
    public void Defaults_AreThoseOfTheDocumentation()
    {
        AlertOptions alerts = ConfigFile.Parse(Base, "c.yaml", ".").Config!.Alerts.Alerts;
        alerts.Delivery.ShouldBe([new() { Share = new(0.99, 0.98, 0.95), Over = TimeSpan.FromMinutes(15), LeastMessages = 500 }]);
        (alerts.Every, alerts.RemindEvery, alerts.ClearAfter, alerts.Retention, alerts.Incidents).ShouldBe(
            (TimeSpan.FromSeconds(10), TimeSpan.FromHours(4), TimeSpan.FromMinutes(2), TimeSpan.FromDays(400), Severity.L1));
        (alerts.WebhookFailingSeconds, alerts.CertificateDays, alerts.DiskFree).ShouldBe((new(900, 7200, 86_400), new(30, 14, 3), new(0.2, 0.1, 0.05)));
    }

    [Theory]
    [InlineData("every: 1ms", "alerts.every")]
    [InlineData("incidents: L4", "alerts.incidents")]
    [InlineData("public_url: ftp://x", "alerts.public_url")]
    [InlineData("delivery: [ { l1: 1.5 } ]", "alerts.delivery[0].l1")]
    [InlineData("delivery: [ { l1: 0.9, l2: 0.95 } ]", "alerts.delivery[0]")]
    [InlineData("delivery: [ { country: Germany } ]", "alerts.delivery[0].country")]
    [InlineData("delivery: [ { over: 2h } ]", "alerts.delivery[0].over")]
    [InlineData("delivery: [ { over: 30m } ]", "alerts.delivery[0].over")]
    [InlineData("queues: [ { connection: nroth-1 } ]", "alerts.queues[0].connection")]
    [InlineData("queues: [ { wait: { l1: 5m, l2: 1m } } ]", "alerts.queues[0].wait")]
    [InlineData("spend: [ { vendor: north, currency: EUR } ]", "alerts.spend[0]")]
    [InlineData("spend: [ { vendor: nobody, currency: EUR, l1: 1 } ]", "alerts.spend[0].vendor")]
    [InlineData("spend: [ { vendor: north, currency: euro, l1: 1 } ]", "alerts.spend[0].currency")]
    [InlineData("disk: { l1: 0.1, l2: 0.2 }", "alerts.disk")]
    [InlineData("notifiers: [ { kind: slack, url: 'https://x.example.com/' } ]", "alerts.notifiers[0].name")]
    [InlineData("notifiers: [ { name: a, kind: fax } ]", "alerts.notifiers[0].kind")]
    [InlineData("notifiers: [ { name: a, kind: slack, url: 'http://x.example.com/hush' } ]", "alerts.notifiers[0].url")]
    [InlineData("notifiers: [ { name: a, kind: slack, url: 'https://10.0.0.1/hush' } ]", "alerts.notifiers[0].url")]
    [InlineData("notifiers: [ { name: a, kind: webhook, url: 'https://x.example.com/' } ]", "alerts.notifiers[0].secret")]
    [InlineData("notifiers: [ { name: a, kind: webhook, url: 'https://x.example.com/', secret: hush } ]", "alerts.notifiers[0].secret")]
    [InlineData("notifiers: [ { name: a, kind: pagerduty } ]", "alerts.notifiers[0].routing_key")]
    [InlineData("notifiers: [ { name: a, kind: pagerduty, routing_key: x, user: y } ]", "alerts.notifiers[0].user")]
    [InlineData("notifiers: [ { name: a, kind: email, from: a@example.com, to: b@example.com } ]", "alerts.notifiers[0].host")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: nobody, to: b@example.com } ]", "alerts.notifiers[0].from")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: a@example.com, to: [ 'b <b@example.com>' ] } ]", "alerts.notifiers[0].to[0]")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: a@example.com } ]", "alerts.notifiers[0].to")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: a@example.com, to: b@example.com, tls: none, user: u, password: hush } ]", "alerts.notifiers[0].tls")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: a@example.com, to: b@example.com, user: u } ]", "alerts.notifiers[0].password")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: a@example.com, to: b@example.com, password: hush } ]", "alerts.notifiers[0].password")]
    [InlineData("notifiers: [ { name: a, kind: email, host: h, from: a@example.com, to: b@example.com, ca: nowhere.pem } ]", "alerts.notifiers[0].ca")]
    [InlineData("notifiers: [ { name: a, kind: slack, url: 'https://x.example.com/', rules: [ disc ] } ]", "alerts.notifiers[0].rules[0]")]
    [InlineData("notifier: []", "alerts.notifier")]
    public void Fault_IsNamedByItsKey_AndShowsNoSecret(string keys, string key)
    {
        ConfigResult result = ConfigFile.Parse($"{Base}\nalerts:\n  {keys}\n", "c.yaml", ".");
        result.Config.ShouldBeNull();
        ConfigError error = result.Errors.ShouldHaveSingleItem();
        error.Key.ShouldBe(key);
        error.ToString().ShouldNotContain("hush");
    }

    private const string Base =
        """
        accounts: [ { sid: AC00000000000000000000000000000001, auth_token: 0123456789abcdef0123456789abcdef } ]
        vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: h, port: 1, system_id: a, password: b } } ] } ]
        routing: { default: [ north-1 ] }
        """;

    private static AlertDeskOptions? Read(string keys)
    {
        ConfigResult result = ConfigFile.Parse($"{Base}\nalerts:\n  {keys}\n", "c.yaml", ".");
        result.Errors.ShouldBeEmpty();
        return result.Config?.Alerts;
    }
}
