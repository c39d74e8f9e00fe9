using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>The README's customer and carrier: its file as it stands, but for the ports.</summary>
public sealed class ReadmeSmppTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 120_000)]
    public async Task Readme_SmppCustomerAndCarrier_ExchangeAMessageAndItsReceipt()
    {
        string readme = (await File.ReadAllTextAsync(Repository.PathOf("README.md"), CancellationToken.None)).ReplaceLineEndings("\n");
        const string Start = "```yaml smpp\n";
        int from = readme.IndexOf(Start, StringComparison.Ordinal);
        from.ShouldBeGreaterThan(0, "the README has no block of that name");
        string yaml = readme[(from + Start.Length)..readme.IndexOf("```", from + Start.Length, StringComparison.Ordinal)];

        await using SimulatorProcess carriers = await SimulatorProcess.StartAsync(_folder, ["north"]);
        yaml = yaml.Replace("127.0.0.1:2775", "127.0.0.1:0", StringComparison.Ordinal)
            .Replace("port: 3775", $"port: {carriers.Ports["north"]}", StringComparison.Ordinal) + "http: { listen: 127.0.0.1:0 }\n";
        await using GatewayProcess gateway = await GatewayProcess.StartAsync(_folder.Write("readme.yaml", yaml));
        string port = gateway.ReadyLine.Split("smpp=127.0.0.1:")[1];

        await using ChildProcess console = ChildProcess.StartCrosspoint(
            "smpp", "console", "--host", "127.0.0.1", "--port", port, "--system-id", "demo", "--password", "secret");
        await console.Input.WriteAsync("submit --registered 1 Shop +306900000001 Hello\nwait receipts 1\nquit\n");
        console.Input.Close();
        (await console.WaitForExitAsync()).ShouldBe(0, console.Transcript);
        console.Transcript.ShouldContain("DELIVERED");
    }
}
