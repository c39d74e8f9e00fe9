using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Orders about connections on networks, from the command line; they outlive a process that is killed.</summary>
public sealed class FailoverTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Orders_GivenByCommand_HoldOverAKill_AndAreReleased()
    {
        string config = OperatorCommands.Config(_folder, "north", "south");
        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            (await OperatorCommands.RunAsync(gateway, 0, "health", "states")).ShouldContain("All connections are healthy on all networks.");
            (await OperatorCommands.RunAsync(gateway, 0, "health", "forbid", "north-1", "--country", "DE", "--for", "2h", "--note", "contract ended")).ShouldContain("contract ended");
            string forced = await OperatorCommands.RunAsync(
                gateway, 0, "health", "force", "south-1", "--country", "DE", "--network", "26201", "--state", "degraded", "--share-percent", "30", "--for", "30m");
            forced.ShouldContain("30 %");
            (await OperatorCommands.RunAsync(gateway, 1, "health", "pin", "west-1", "--for", "2h")).ShouldContain("Expected the name of a connection.");
            (await OperatorCommands.RunAsync(gateway, 1, "health", "pin", "north-1")).ShouldContain("Expected when it ends");
            await gateway.Process.SignalAsync("KILL");
            await gateway.Process.WaitForExitAsync();
        }

        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            string states = await OperatorCommands.RunAsync(gateway, 0, "health", "states");
            states.ShouldContain("suspended");
            states.ShouldContain("degraded");
            (await OperatorCommands.RunAsync(gateway, 1, "health", "release", "north-1")).ShouldContain("No override holds for exactly that.");
            (await OperatorCommands.RunAsync(gateway, 0, "health", "release", "north-1", "--country", "DE")).ShouldNotContain("contract ended");
            (await OperatorCommands.RunAsync(gateway, 0, "health", "overrides")).ShouldContain("south-1");
            (await OperatorCommands.RunAsync(gateway, 0, "health", "states", "--all", "--json")).ShouldContain("\"recovering\"");
        }
    }
}
