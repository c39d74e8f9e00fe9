using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Ported numbers and look-ups as an operator has them: files in, a running gateway that takes them up, answers out.</summary>
public sealed class NumbersTests : IDisposable
{
    private const string Number = "+4915112345678";

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 90_000)]
    public async Task Import_WhileTheGatewayRuns_IsTakenUp()
    {
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(_folder, new GatewayConfig { Connections = [("north", 1)] });
        string config = Path.Combine(_folder.Path, "gateway.yaml");
        string url = gateway.Http.BaseAddress!.ToString();
        (await LookUpAsync(url))["source"]!.ToString().ShouldBe("range");

        string file = _folder.Write("ported.csv", $"msisdn;operator\n{Number};D2\n{Number[..^1]}9;26203\n");
        string[] import = ["numbers", "import", file, "--config", config, "--source", "bnetza", "--name", "D2=26202"];
        await using (ChildProcess dry = await RunAsync([.. import, "--dry-run"]))
        {
            (await dry.WaitForExitAsync()).ShouldBe(0, dry.Transcript);
            dry.Output[^1].ShouldBe("dry run: bnetza: 2 rows, 0 of them wrong; nothing is written");
        }

        await using (ChildProcess done = await RunAsync(import))
        {
            (await done.WaitForExitAsync()).ShouldBe(0, done.Transcript);
            done.Output.ShouldContain(line => line.StartsWith("imported: bnetza: 2 rows, 0 of them wrong; 2 entries, ", StringComparison.Ordinal), done.Transcript);
            done.Errors.ShouldContain("reading 100 %  2 rows, 0 wrong");
        }

        await Eventually.BecomesTrueAsync(async () => (await LookUpAsync(url))["source"]!.ToString() == "ported", () => "the gateway takes up the import");
        JsonNode answer = await LookUpAsync(url);
        answer["source_name"]!.ToString().ShouldBe("bnetza");
        answer["network"]!["mnc"]!.ToString().ShouldBe("02");
        answer["ported"]!.GetValue<bool>().ShouldBeTrue();

        await using ChildProcess here = await RunAsync("lookup", Number, "--config", config);
        (await here.WaitForExitAsync()).ShouldBe(0, here.Transcript);
        here.Output.ShouldBe(
        [
            $"number      {Number}", "country     DE (+49)", "type        mobile", "network     262-02 Vodafone", "source      ported (bnetza)",
            "ported      yes", "time zones  Europe/Berlin",
        ]);

        await using ChildProcess sources = await RunAsync("numbers", "sources", "--config", config);
        (await sources.WaitForExitAsync()).ShouldBe(0, sources.Transcript);
        sources.Output.ShouldHaveSingleItem().ShouldStartWith("bnetza  2 entries of 2 rows, imported at ");

        await using ChildProcess remove = await RunAsync("numbers", "remove", "bnetza", "--config", config);
        (await remove.WaitForExitAsync()).ShouldBe(0, remove.Transcript);
        await Eventually.BecomesTrueAsync(async () => (await LookUpAsync(url))["source"]!.ToString() == "range", () => "the gateway leaves out what was removed");
    }

    [Fact(Timeout = 60_000)]
    public async Task Import_WrongRows_AreShownAndNothingIsImported()
    {
        string config = _folder.Write("gateway.yaml", new GatewayConfig { Connections = [("north", 1)] }.ToYaml());
        string file = _folder.Write("ported.csv", $"number,network\n{Number},26202\nnobody,26202\n");

        await using ChildProcess import = await RunAsync("numbers", "import", file, "--config", config, "--source", "bnetza");

        (await import.WaitForExitAsync()).ShouldBe(1, import.Transcript);
        import.Errors.ShouldContain($"{file}:3: the number is not one of 7 to 15 digits in international form: nobody,26202");
        import.Output[^1].ShouldBe("not imported: bnetza: 2 rows, 1 of them wrong; what was there before stands");
        await using ChildProcess sources = await RunAsync("numbers", "sources", "--config", config);
        (await sources.WaitForExitAsync()).ShouldBe(0, sources.Transcript);
        sources.Output.ShouldBeEmpty();
    }

    [Fact(Timeout = 60_000)]
    public async Task Networks_OfACountry_AreListed()
    {
        await using ChildProcess networks = await RunAsync("numbers", "networks", "de");

        (await networks.WaitForExitAsync()).ShouldBe(0, networks.Transcript);
        networks.Output.ShouldContain("26209\t26202\tDE\tVodafone\tVodafone D2 GmbH");
    }

    private static Task<ChildProcess> RunAsync(params IEnumerable<string> arguments) => ChildProcess.RunAsync(Executables.Crosspoint, arguments);

    private static async Task<JsonNode> LookUpAsync(string url)
    {
        await using ChildProcess lookup = await RunAsync("lookup", Number, "--json", "--url", url);
        (await lookup.WaitForExitAsync()).ShouldBe(0, lookup.Transcript);
        return JsonNode.Parse(string.Join('\n', lookup.Output))!;
    }
}
