using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>The routing plan from the command line, over a crash of the gateway.</summary>
public sealed class RoutingTests : IDisposable
{
    private const string Plan = "# codes go south\ndefault: [ north-1, south-1 ]\nrules: [ { name: codes, match: { class: otp }, connections: [ south-1, north-1 ] } ]\n";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Plan_DraftActivateKillRollBackApply_TheGatewayKeepsWhatItAnswered()
    {
        string config = OperatorCommands.Config(_folder, "north", "south");
        string plan = _folder.Write("plan.yaml", Plan);
        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            string bad = _folder.Write("bad.yaml", Plan.Replace("south-1, north-1", "south-2", StringComparison.Ordinal));
            (await OperatorCommands.RunAsync(gateway, 2, "routing", "check", bad)).ShouldContain("is 'south-2', which is no connection; did you mean 'south-1'?");
            (await OperatorCommands.RunAsync(gateway, 1, "routing", "draft", bad)).ShouldContain("body:3: rules[0].connections[0]");
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "check", plan)).ShouldContain("ok");
            string draft = await OperatorCommands.RunAsync(gateway, 0, "routing", "draft", plan, "--note", "codes", "--activate");
            draft.ShouldContain("revision 2 is a draft");
            draft.ShouldContain("rule 'codes' is new");
            draft.ShouldContain("revision 2 is active");
            await gateway.Process.SignalAsync("KILL");
            await gateway.Process.WaitForExitAsync();
        }

        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "show")).ShouldContain("# codes go south");
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "revisions")).ShouldContain("codes");
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "draft", config, "--whole")).ShouldContain("rule 'codes' is gone");
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "delete", "3")).ShouldContain("draft 3 is deleted");
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "rollback")).ShouldContain("revision 1 is in force again, in place of 2");
            (await OperatorCommands.RunAsync(gateway, 0, "routing", "diff", "2")).ShouldContain("against revision 1: 1 difference");
            (await OperatorCommands.RunAsync(gateway, 1, "routing", "activate", "2")).ShouldContain("revision_state");
            await using ChildProcess running = await ChildProcess.RunAsync(Executables.Crosspoint, ["routing", "apply", "--config", config]);
            (await running.WaitForExitAsync()).ShouldBe(1, running.Transcript);
            running.Errors.ShouldHaveSingleItem().ShouldContain("is open in another process");
        }

        await using ChildProcess apply = await ChildProcess.RunAsync(Executables.Crosspoint, ["routing", "apply", "--config", config, "--note", "as filed"]);
        (await apply.WaitForExitAsync()).ShouldBe(0, apply.Transcript);
        apply.Output.ShouldHaveSingleItem().ShouldContain("is revision 4, and in force from the next start on");
    }
}
