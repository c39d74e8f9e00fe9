using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Rate decks from the command line, over a crash of the gateway and into a backup.</summary>
public sealed class RateTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Decks_ImportActivateKillRollBack_TheGatewayKeepsWhatItAnswered()
    {
        string config = OperatorCommands.Config(_folder);
        string sheet = _folder.Write("north.csv", "country,mccmnc,price,currency\nGermany,26201,0.07,EUR\nDE,,0.09,EUR\n");
        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            string draft = await OperatorCommands.RunAsync(gateway, 0, "decks", "import", "north-1", sheet, "--note", "January");
            draft.ShouldContain("2 rows; country: 'country'");
            draft.ShouldContain("revision 1 is a draft");
            (await OperatorCommands.RunAsync(gateway, 0, "decks", "activate", "north-1", "1")).ShouldContain("revision 1 is active");
            string second = _folder.Write("second.csv", "country,price,currency\nDE,0.10,EUR\n");
            (await OperatorCommands.RunAsync(gateway, 0, "decks", "import", "north-1", second, "--activate")).ShouldContain("revision 2 is active");
            string bad = _folder.Write("bad.csv", "country,price,currency\nAtlantis,x,EUR\n");
            string refused = await OperatorCommands.RunAsync(gateway, 1, "decks", "import", "north-1", bad);
            refused.ShouldContain("line 2, country: 'Atlantis'; expected an ISO 3166-1 code");
            await gateway.Process.SignalAsync("KILL");
            await gateway.Process.WaitForExitAsync();
        }

        await using (GatewayProcess gateway = await GatewayProcess.StartAsync(config))
        {
            (await OperatorCommands.RunAsync(gateway, 0, "rates", "price", "+493012345678", "--connection", "north-1")).ShouldContain("\"total\": \"0.1\"");
            (await OperatorCommands.RunAsync(gateway, 0, "decks", "rollback", "north-1")).ShouldContain("revision 1 is in force again, in place of 2");
            (await OperatorCommands.RunAsync(gateway, 0, "rates", "price", "+493012345678", "--connection", "north-1")).ShouldContain("\"total\": \"0.09\"");
            (await OperatorCommands.RunAsync(gateway, 0, "decks", "export", "north-1")).ShouldContain("26201,,,0.07,EUR,,");
            (await OperatorCommands.RunAsync(gateway, 0, "decks", "diff", "north-1", "2")).ShouldContain("dearer");
            string currencies = _folder.Write("currencies.yaml", "base: EUR\ncurrencies: [ { currency: USD, rate: 0.92 } ]\n");
            (await OperatorCommands.RunAsync(gateway, 0, "rates", "set", "currencies", currencies)).ShouldContain("revision 1 is in force");
            (await OperatorCommands.RunAsync(gateway, 0, "rates", "show", "currencies")).ShouldContain("rate: 0.92");
            (await OperatorCommands.RunAsync(gateway, 0, "decks", "list")).ShouldContain("north-1");
            (await OperatorCommands.RunAsync(gateway, 0, "health", "--interval", "15m")).ShouldContain("Nothing happened");
            (await OperatorCommands.RunAsync(gateway, 0, "health", "--level", "world")).ShouldContain("Nothing happened");
            (await OperatorCommands.RunAsync(gateway, 1, "health", "--interval", "2m")).ShouldContain("Expected one of: 1m, 5m, 15m, 60m");
            (await OperatorCommands.RunAsync(gateway, 0, "quality")).ShouldContain("Nothing is learned yet");
            (await OperatorCommands.RunAsync(gateway, 1, "quality", "--country", "Germany")).ShouldContain("Expected an ISO 3166-1 code");
            string copy = Path.Combine(_folder.Path, "backup");
            await using ChildProcess backup = await ChildProcess.RunAsync(Executables.Crosspoint, ["backup", "--config", config, copy]);
            (await backup.WaitForExitAsync()).ShouldBe(0, backup.Transcript);
            backup.Output.ShouldHaveSingleItem().ShouldContain("5 revisions of configuration");
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Commands_WithoutTheToken_SayWhatIsMissing()
    {
        await using ChildProcess list = await ChildProcess.RunAsync(
            Executables.Crosspoint, ["decks", "list"], new Dictionary<string, string> { ["CROSSPOINT_ADMIN_TOKEN"] = "" });
        (await list.WaitForExitAsync()).ShouldBe(2, list.Transcript);
        list.Errors.ShouldHaveSingleItem().ShouldContain("CROSSPOINT_ADMIN_TOKEN is not set");
    }
}
