using System.Net;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>Routing and rates of the web console in a real browser, beside a gateway that has sent some messages.</summary>
public sealed class ConsoleRoutingTests
{
    private const int Sent = 240;
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(290);

    [Fact(Timeout = 400_000)]
    public async Task AnOperatorWalksThroughRoutingAndRates_WithoutAFault()
    {
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await ConsoleWalk.StartGatewayAsync(folder.Write("gateway.yaml", config.ToYaml()));
        string link = await ConsoleWalk.LinkOfAsync(gateway);
        await SendAsync(gateway);

        await ConsoleWalk.GoAsync("walk-routing.mjs", link, 15, Walk);
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
        await ConsoleWalk.DeliveredAsync(gateway, Sent);
    }
}
