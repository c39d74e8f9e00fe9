using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>Accounts, webhooks and settings of the web console in a real browser.</summary>
public sealed class ConsoleAccountTests
{
    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(150);

    [Fact(Timeout = 280_000)]
    public async Task APersonWalksThroughAccountsWebhooksAndSettings_WithoutAFault()
    {
        File.Exists(Executables.Published).ShouldBeTrue("./crosspoint builds the console: run './crosspoint help' first");
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north"]);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"])] };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Write("gateway.yaml", config.ToYaml()), Executables.Published);
        string told = await gateway.Process.WaitForLineAsync(static line => line.Contains("/console/setup#", StringComparison.Ordinal), "the set-up link");

        await using ChildProcess walk = ChildProcess.Start("node", ["walk-accounts.mjs", told.Split(' ')[^1]], folder: Repository.PathOf("console", "e2e"));
        await walk.WaitForExitAsync(Walk);

        walk.Output.ShouldNotContain(static line => line.StartsWith("FAULT", StringComparison.Ordinal), walk.Transcript);
        walk.Output.Count(static line => line.StartsWith("ok: ", StringComparison.Ordinal)).ShouldBe(12, walk.Transcript);
    }
}
