using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>The messages of the web console in a real browser: found, understood, sent again.</summary>
public sealed class ConsoleMessagesTests
{
    private const string Refuses = """{ "prefixes": ["49152"], "errors": [ { "status": "ESME_RINVDSTADR", "share": 1 } ] }""";
    private const string Loses = """{ "prefixes": ["49157"], "receipts": { "states": [ { "state": "UNDELIV", "err": "021" } ] } }""";

    private static readonly TimeSpan Walk = TimeSpan.FromSeconds(240);

    [Fact(Timeout = 340_000)]
    public async Task APersonFindsOutWhyAMessageFailed_AndSendsItAgain_WithoutAFault()
    {
        using var folder = new TestFolder();
        await using SimulatorProcess simulator = await SimulatorProcess.StartAsync(folder, ["north", "south"]);
        foreach (string carrier in (string[])["north", "south"]) await simulator.ChangeNetworkAsync(carrier, "26202", Refuses);
        await simulator.ChangeNetworkAsync("north", "26207", Loses);
        var config = new GatewayConfig { Connections = [("north", simulator.Ports["north"]), ("south", simulator.Ports["south"])] };
        await using GatewayProcess gateway = await ConsoleWalk.StartGatewayAsync(folder.Write("gateway.yaml", config.ToYaml()));
        string link = await ConsoleWalk.LinkOfAsync(gateway);
        await simulator.WaitForBindsAsync("north");
        await simulator.WaitForBindsAsync("south");

        await ConsoleWalk.GoAsync("walk-messages.mjs", link, 14, Walk);
    }
}
