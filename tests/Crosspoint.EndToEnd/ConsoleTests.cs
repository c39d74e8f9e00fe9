using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>The web console in a real browser, beside a gateway with traffic and an incident.</summary>
public sealed class ConsoleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(150);

    [Fact(Timeout = 280_000)]
    public async Task APersonWalksThroughTheConsole_WithoutAFault()
    {
        File.Exists(Executables.Published).ShouldBeTrue("./crosspoint builds the console: run './crosspoint help' first");
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Write("gateway.yaml", config.ToYaml()), Executables.Published);
        string told = await gateway.Process.WaitForLineAsync(static line => line.Contains("/console/setup#", StringComparison.Ordinal), "the set-up link");
        using var stop = new CancellationTokenSource();
        Task load = SendAsync(gateway, stop.Token);
        await Eventually.BecomesTrueAsync(
            async () => (await gateway.Http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n').Any(static line =>
                line.StartsWith("crosspoint_messages_states_total{state=\"delivered\"} ", StringComparison.Ordinal)
                && double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) > 1_200),
            static () => "what is usual to be learned",
            Limit);
        await simulator.ChangeNetworkAsync("north", "26201", """{ "prefixes": ["49151"], "errors": [ { "status": "ESME_RSUBMITFAIL", "share": 0.5 } ] }""");
        await gateway.Process.WaitForLineAsync(
            static line => line.Contains("Health of north-1", StringComparison.Ordinal), "the network to fall ill", Limit);

        await using ChildProcess walk = ChildProcess.Start("node", ["walk.mjs", told.Split(' ')[^1]], folder: Repository.PathOf("console", "e2e"));
        await walk.WaitForExitAsync(Walk);

        await stop.CancelAsync();
        await load;
        walk.Output.ShouldNotContain(static line => line.StartsWith("FAULT", StringComparison.Ordinal), walk.Transcript);
        walk.Output.Count(static line => line.StartsWith("ok: ", StringComparison.Ordinal)).ShouldBe(11, walk.Transcript);
    }

    // Some sixty a second to two networks.
    private static async Task SendAsync(GatewayProcess gateway, CancellationToken stop)
    {
        for (int sent = 0; !stop.IsCancellationRequested;)
        {
            var messages = new JsonArray();
            for (int i = 0; i < 12; i++, sent++)
                messages.Add(new JsonObject { ["to"] = $"{(sent % 2 == 0 ? "+49151" : "+49172")}{sent:D8}", ["from"] = "Shop", ["body"] = "Hello" });
            (await gateway.PostAsync("v1/messages/batch", new JsonObject { ["messages"] = messages })).Status.ShouldBe(HttpStatusCode.Accepted);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }
    }
}
