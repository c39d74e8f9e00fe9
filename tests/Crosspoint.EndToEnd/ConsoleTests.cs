using System.Net;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>The web console in a real browser, beside a gateway with traffic and an incident.</summary>
public sealed class ConsoleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(240);

    [Fact(Timeout = 380_000)]
    public async Task APersonWalksThroughTheConsole_WithoutAFault()
    {
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await ConsoleWalk.StartGatewayAsync(folder.Write("gateway.yaml", config.ToYaml()));
        string link = await ConsoleWalk.LinkOfAsync(gateway);
        using var stop = new CancellationTokenSource();
        Task load = SendAsync(gateway, stop.Token);
        // So many show what is usual.
        await ConsoleWalk.DeliveredAsync(gateway, 1_201);
        await simulator.ChangeNetworkAsync("north", "26201", """{ "prefixes": ["49151"], "errors": [ { "status": "ESME_RSUBMITFAIL", "share": 0.5 } ] }""");
        await gateway.Process.WaitForLineAsync(
            static line => line.Contains("Health of north-1", StringComparison.Ordinal), "the network to fall ill", Limit);

        await using ChildProcess walk = ConsoleWalk.Start("walk.mjs", link);
        await walk.WaitForExitAsync(Walk);

        await stop.CancelAsync();
        await load;
        ConsoleWalk.ShouldBeWhole(walk, 12);
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
