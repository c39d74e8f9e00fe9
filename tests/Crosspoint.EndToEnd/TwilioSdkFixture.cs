using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;
using Crosspoint.TestKit;

namespace Crosspoint.EndToEnd;

/// <summary>One run of twilio-sdk/steps.mjs against a gateway, and what it reported.</summary>
public sealed class TwilioSdkFixture : IAsyncLifetime
{
    private static readonly string SdkFolder = Repository.PathOf("tests", "Crosspoint.EndToEnd", "twilio-sdk");

    /// <summary>Each step with its fault; null for none.</summary>
    internal Dictionary<string, string?> Report { get; } = [];

    internal string Transcript { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await InstallAsync();
        await using ChildProcess script = ChildProcess.Start("node", ["steps.mjs"], folder: SdkFolder);
        string line = await script.WaitForLineAsync(text => text.StartsWith("hooks ", StringComparison.Ordinal), "the port for webhooks");
        string hooks = line["hooks ".Length..];
        await using Rig rig = await Rig.StartAsync(["north"], config => config with { InboundUrl = $"http://127.0.0.1:{hooks}/inbound" });
        await rig.Simulator.WaitForBindsAsync("north");
        var place = new JsonObject
        {
            ["gateway"] = rig.Gateway.Http.BaseAddress!.ToString().TrimEnd('/'),
            ["simulator"] = rig.Simulator.Control.ToString().TrimEnd('/'),
            ["account"] = GatewayConfig.AccountSid,
            ["token"] = GatewayConfig.AuthToken,
            ["key"] = GatewayConfig.KeySid,
            ["secret"] = GatewayConfig.KeySecret,
        };
        await script.Input.WriteLineAsync(place.ToJsonString());
        await script.Input.FlushAsync(CancellationToken.None);
        await script.WaitForExitAsync(TimeSpan.FromSeconds(100));
        Transcript = $"{script.Transcript}\n--- gateway\n{rig.Gateway.Process.Transcript}";
        foreach (string result in script.Output.Where(text => text.StartsWith('{')))
        {
            JsonNode step = JsonNode.Parse(result)!;
            Report[(string)step["step"]!] = (string?)step["error"];
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // npm writes this file last, so it is as old as the installation.
    private static async Task InstallAsync()
    {
        var installed = new FileInfo(Path.Combine(SdkFolder, "node_modules", ".package-lock.json"));
        var wanted = new FileInfo(Path.Combine(SdkFolder, "package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc) return;
        await using ChildProcess npm = await ChildProcess.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], folder: SdkFolder);
        (await npm.WaitForExitAsync()).ShouldBe(0, npm.Transcript);
    }
}
