using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>The messages of the web console in a real browser: found, understood, sent again.</summary>
public sealed class ConsoleMessagesTests
{
    private const string Refuses = """{ "prefixes": ["49152"], "errors": [ { "status": "ESME_RINVDSTADR", "share": 1 } ] }""";
    private const string Loses = """{ "prefixes": ["49157"], "receipts": { "states": [ { "state": "UNDELIV", "err": "021" } ] } }""";

    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(150);

    [Fact(Timeout = 240_000)]
    public async Task APersonFindsOutWhyAMessageFailed_AndSendsItAgain_WithoutAFault()
    {
        File.Exists(Executables.Published).ShouldBeTrue("./crosspoint builds the console: run './crosspoint help' first");
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        foreach (string carrier in (string[])["north", "south"]) await simulator.ChangeNetworkAsync(carrier, "26202", Refuses);
        await simulator.ChangeNetworkAsync("north", "26207", Loses);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(folder.Write("gateway.yaml", config.ToYaml()), Executables.Published);
        string told = await gateway.Process.WaitForLineAsync(static line => line.Contains("/console/setup#", StringComparison.Ordinal), "the set-up link");
        await simulator.WaitForBindsAsync("north");
        await simulator.WaitForBindsAsync("south");

        await using ChildProcess walk = ChildProcess.Start("node", ["walk-messages.mjs", told.Split(' ')[^1]], folder: Repository.PathOf("console", "e2e"));
        await walk.WaitForExitAsync(Walk);

        walk.Output.ShouldNotContain(static line => line.StartsWith("FAULT", StringComparison.Ordinal), walk.Transcript);
        walk.Output.Count(static line => line.StartsWith("ok: ", StringComparison.Ordinal)).ShouldBe(14, walk.Transcript);
    }
}
