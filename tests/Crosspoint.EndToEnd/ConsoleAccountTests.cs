using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>Accounts, webhooks and settings of the web console in a real browser.</summary>
public sealed class ConsoleAccountTests
{
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(240);

    [Fact(Timeout = 380_000)]
    public async Task APersonWalksThroughAccountsWebhooksAndSettings_WithoutAFault()
    {
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"])] };
        await using GatewayProcess gateway = await ConsoleWalk.StartGatewayAsync(folder.Write("gateway.yaml", config.ToYaml()));
        string link = await ConsoleWalk.LinkOfAsync(gateway);

        await ConsoleWalk.GoAsync("walk-accounts.mjs", link, 15, Walk);
    }
}
