using Crosspoint.Engine.Accounts;
using Crosspoint.Server.Configuration;

namespace Crosspoint.Server.Tests.Configuration;

/// <summary>Keys of <c>webhook_endpoints</c>: each reaches its option, or is refused by name.</summary>
public sealed class WebhookEndpointKeyTests
{
    private const string Secret = "whsec_AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    private const string Previous = "whsec_ZWZnaGlqa2xtbm9wcXJzdHV2d3h5ent8";

    [Fact]
    public void Parse_EveryKey_ReachesItsOption()
    {
        ConfigResult result = Read(
            $"{{ url: \"https://Hooks.Example:443/a\", enabled: false, batch: {{ events: 50, wait_ms: 5 }}, concurrency: 4, rate: 2.5, "
            + $"secret: {Secret}, secret_previous: {Previous} }}, {{ url: https://hooks.example/b/*, batch: {{}} }}, {{ url: https://hooks.example }}",
            "disable_after: 2d");
        GatewayConfig config = result.Config.ShouldNotBeNull(string.Join("\n", result.Errors));
        config.Engine.Webhooks.DisableAfter.ShouldBe(TimeSpan.FromDays(2));
        IReadOnlyList<WebhookEndpointSettings> endpoints = config.Engine.Accounts[0].WebhookEndpoints;
        endpoints.Select(e => e.Url).ShouldBe(["https://hooks.example/a", "https://hooks.example/b/*", "https://hooks.example/"]);
        WebhookEndpointSettings first = endpoints[0];
        (first.IsEnabled, first.Concurrency, first.Rate).ShouldBe((false, 4, 2.5));
        first.Batch.ShouldBe(new WebhookBatch(50, TimeSpan.FromMilliseconds(5)));
        first.Secret.ShouldBe([.. Enumerable.Range(1, 32).Select(i => (byte)i)]);
        first.SecretPrevious.ShouldBe([.. Enumerable.Range(101, 24).Select(i => (byte)i)]);
        endpoints[1].Batch.ShouldBe(new WebhookBatch(100, TimeSpan.FromMilliseconds(20)));
        WebhookEndpointSettings last = endpoints[2];
        (last.IsEnabled, last.Batch, last.Concurrency, last.Rate, last.Secret).ShouldBe((true, null, 0, 0.0, null));
        first.ToString().ShouldBe("https://hooks.example/a");
    }

    [Fact]
    public void Parse_NoKeys_LeavesTheDefaults()
    {
        GatewayConfig config = Read("", "timeout: 10s").Config.ShouldNotBeNull();
        config.Engine.Webhooks.DisableAfter.ShouldBe(TimeSpan.FromDays(5));
        config.Engine.Accounts[0].WebhookEndpoints.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{ batch: { events: 5 } }", "url")]
    [InlineData("{ url: \"ftp://x/\" }", "url")]
    [InlineData("{ url: \"https://x/?a=1\" }", "url")]
    [InlineData("{ url: \"https://x/#rc=1\" }", "url")]
    [InlineData("{ url: \"https://*/a\" }", "url")]
    [InlineData("{ url: \"https://x/a*\" }", "url")]
    [InlineData("{ url: https://x/, batch: { events: 0 } }", "batch.events")]
    [InlineData("{ url: https://x/, batch: { events: 101 } }", "batch.events")]
    [InlineData("{ url: https://x/, batch: { wait_ms: 1001 } }", "batch.wait_ms")]
    [InlineData("{ url: https://x/, batch: { wait_ms: 20ms } }", "batch.wait_ms")]
    [InlineData("{ url: https://x/, batch: { wait: 20 } }", "batch.wait")]
    [InlineData("{ url: https://x/, batch: 50 }", "batch")]
    [InlineData("{ url: https://x/, concurrency: 0 }", "concurrency")]
    [InlineData("{ url: https://x/, concurrency: 1001 }", "concurrency")]
    [InlineData("{ url: https://x/, rate: 0 }", "rate")]
    [InlineData("{ url: https://x/, rate: fast }", "rate")]
    [InlineData("{ url: https://x/, enabled: 1 }", "enabled")]
    [InlineData("{ url: https://x/, secret: abc }", "secret")]
    [InlineData("{ url: https://x/, secret_previous: " + Previous + " }", "secret_previous")]
    [InlineData("{ url: https://x/, secret: " + Secret + ", secret_previous: " + Secret + " }", "secret_previous")]
    [InlineData("{ url: https://x/, states: [ sent ] }", "states")]
    public void Parse_WrongValue_NamesItsKey(string endpoint, string key)
    {
        ConfigResult result = Read(endpoint, "timeout: 10s");
        result.Config.ShouldBeNull();
        result.Errors.Select(error => error.Key).ShouldContain($"accounts[0].webhook_endpoints[0].{key}");
        result.Errors.ShouldAllBe(error => error.Line > 0 && !error.Message.Contains("whsec_A"));
    }

    [Fact]
    public void Parse_TheSameReceiverTwice_IsRefused()
    {
        ConfigResult result = Read("{ url: https://x }, { url: \"https://X:443/\" }", "timeout: 10s");
        result.Errors.ShouldHaveSingleItem().Key.ShouldBe("accounts[0].webhook_endpoints[1].url");
    }

    [Fact]
    public void Parse_ReceiverThatMayNotBeCalled_IsAWarning()
    {
        ConfigResult result = Read("{ url: http://10.0.0.1/a }", "timeout: 10s");
        result.Config.ShouldNotBeNull().Warnings.ShouldContain(w => w.Message.Contains("http://10.0.0.1/a"));
    }

    [Theory]
    [InlineData("disable_after: 366d")]
    [InlineData("disable_after: never")]
    public void Parse_WrongTimeToDisable_NamesItsKey(string webhooks) =>
        Read("", webhooks).Errors.Select(error => error.Key).ShouldContain("webhooks.disable_after");

    private static ConfigResult Read(string endpoints, string webhooks) => ConfigFile.Parse(
        $$"""
        accounts:
          - sid: AC00000000000000000000000000000001
            auth_token: 0123456789abcdef0123456789abcdef
            webhook_endpoints: [ {{endpoints}} ]
        vendors:
          - name: north
            connections:
              - { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: cp, password: cp } }
        routing: { default: [ north-1 ] }
        webhooks: { {{webhooks}} }
        """,
        "crosspoint.yaml", "/etc/crosspoint");
}
