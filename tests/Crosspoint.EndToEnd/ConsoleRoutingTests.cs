using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>Routing and rates of the web console in a real browser, beside a gateway that has sent some messages.</summary>
public sealed class ConsoleRoutingTests
{
    private const int Sent = 240;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(200);

    [Fact(Timeout = 300_000)]
    public async Task AnOperatorWalksThroughRoutingAndRates_WithoutAFault()
    {
        File.Exists(Executables.Published).ShouldBeTrue("./crosspoint builds the console: run './crosspoint help' first");
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Write("gateway.yaml", config.ToYaml()), Executables.Published);
        string told = await gateway.Process.WaitForLineAsync(static line => line.Contains("/console/setup#", StringComparison.Ordinal), "the set-up link");
        await SendAsync(gateway);

        await using ChildProcess walk = ChildProcess.Start("node", ["walk-routing.mjs", told.Split(' ')[^1]], folder: Repository.PathOf("console", "e2e"));
        await walk.WaitForExitAsync(Walk);

        walk.Output.ShouldNotContain(static line => line.StartsWith("FAULT", StringComparison.Ordinal), walk.Transcript);
        walk.Output.Count(static line => line.StartsWith("ok: ", StringComparison.Ordinal)).ShouldBe(15, walk.Transcript);
    }

    // To two countries, in every class: what rehearsals decide anew.
    private static async Task SendAsync(GatewayProcess gateway)
    {
        string[] classes = ["otp", "transactional", "marketing"];
        var messages = new JsonArray();
        for (int i = 0; i < Sent; i++)
        {
            messages.Add(new JsonObject
            {
                ["to"] = i % 4 == 0 ? $"+33612{i:D6}" : $"+49151{i:D8}",
                ["from"] = "Shop",
                ["body"] = "Hello",
                ["class"] = classes[i % classes.Length],
            });
        }

        (await gateway.PostAsync("v1/messages/batch", new JsonObject { ["messages"] = messages })).Status.ShouldBe(HttpStatusCode.Accepted);
        await Eventually.BecomesTrueAsync(
            async () => (await gateway.Http.GetStringAsync(new Uri("metrics", UriKind.Relative))).Split('\n').Any(static line =>
                line.StartsWith("crosspoint_messages_states_total{state=\"delivered\"} ", StringComparison.Ordinal)
                && double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture) >= Sent),
            static () => "what was sent to be delivered",
            Limit);
    }
}
