using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Crosspoint.Simulator.Proxies;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Simulator.Tests.Proxies;

public sealed class ProxyControlTests
{
    private const string Yaml = """
        http: { listen: 127.0.0.1:0 }
        carriers: [ { name: north, listen: 127.0.0.1:0 } ]
        proxies:
          - name: wire
            listen: 127.0.0.1:0
            target: 127.0.0.1:3775
            behaviour: { delay: 20ms, bytes_per_second: 1000, held: to_client, cut_after: 70, cut_by_reset: true, refuse: true }
        """;

    [Fact]
    public void ParseYaml_EveryKeyOfAProxy_ReachesTheOptions()
    {
        ProxyOptions proxy = SimulatorOptions.ParseYaml(Yaml, "sim.yaml").Options!.Proxies.ShouldHaveSingleItem();

        proxy.Name.ShouldBe("wire");
        proxy.Target.ShouldBe(new IPEndPoint(IPAddress.Loopback, 3775));
        proxy.Behaviour.ShouldBe(new ProxyBehaviour
        {
            Delay = TimeSpan.FromMilliseconds(20),
            BytesPerSecond = 1000,
            Held = ProxyDirections.ToClient,
            CutAfter = 70,
            CutByReset = true,
            Refuse = true,
        });
    }

    [Theory]
    [InlineData("listen: 127.0.0.1:0, target: 127.0.0.1:0", "proxies[0].target")]
    [InlineData("listen: 127.0.0.1:0", "proxies[0].target")]
    [InlineData("listen: 127.0.0.1:0, target: 127.0.0.1:1, behaviour: { held: up }", "proxies[0].behaviour.held")]
    [InlineData("listen: 127.0.0.1:0, target: 127.0.0.1:1, behaviour: { delay: -1s }", "proxies[0].behaviour.delay")]
    [InlineData("listen: 127.0.0.1:0, target: 127.0.0.1:1, speed: 3", "proxies[0].speed")]
    public void ParseYaml_ProxyThatIsNotRight_IsRefusedWithItsKey(string keys, string key)
    {
        string yaml = $"carriers: [ {{ name: north, listen: 127.0.0.1:0 }} ]\nproxies: [ {{ name: wire, {keys} }} ]";

        SimulatorOptions.ParseYaml(yaml, "sim.yaml").Errors.ShouldContain(problem => problem.Key == key);
    }

    [Fact]
    public async Task Control_ShowsAProxy_ChangesItAndEndsItsConnections()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using SimulatorHost host = await SimulatorHost.StartAsync(
            SimulatorOptions.ParseYaml(Yaml, "sim.yaml").Options!, TimeProvider.System, NullLoggerFactory.Instance, token);
        using var http = new HttpClient { BaseAddress = new Uri($"http://{host.HttpEndPoint}") };
        JsonElement proxy = await http.GetFromJsonAsync<JsonElement>("/proxies/wire", token);
        proxy.GetProperty("listen").GetString().ShouldBe(host.Proxies[0].Proxy.EndPoint.ToString());
        proxy.GetProperty("behaviour").GetProperty("held").GetString().ShouldBe("to_client");

        using HttpResponseMessage changed = await http.PatchAsync(
            "/proxies/wire/behaviour", new StringContent("""{ "held": "none", "delay": "0s" }""", Encoding.UTF8), token);
        changed.StatusCode.ShouldBe(HttpStatusCode.OK);
        host.Proxies[0].Proxy.Behaviour.Held.ShouldBe(ProxyDirections.None);
        host.Proxies[0].Proxy.Behaviour.CutAfter.ShouldBe(70, "what is not named stays");

        using HttpResponseMessage bad = await http.PatchAsync("/proxies/wire/behaviour", new StringContent("""{ "hold": true }"""), token);
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using HttpResponseMessage reset = await http.PostAsync("/proxies/wire/reset", null, token);
        (await reset.Content.ReadFromJsonAsync<JsonElement>(token)).GetProperty("disconnected").GetInt32().ShouldBe(0);
        using HttpResponseMessage unknown = await http.PostAsync("/proxies/none/drop", null, token);
        unknown.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
