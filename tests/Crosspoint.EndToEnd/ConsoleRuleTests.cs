using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>Rules by form and rehearsals with a sample, in the web console in a real browser.</summary>
public sealed class ConsoleRuleTests
{
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(200);

    [Fact(Timeout = 300_000)]
    public async Task AnOperatorWritesRulesByForm_AndRehearsesWithASample_WithoutAFault()
    {
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await ConsoleWalk.StartGatewayAsync(folder.Write("gateway.yaml", config.ToYaml()));
        string link = await ConsoleWalk.LinkOfAsync(gateway);

        await ConsoleWalk.GoAsync("walk-rules.mjs", link, 9, Walk);
    }
}
