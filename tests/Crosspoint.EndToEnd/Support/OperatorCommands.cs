namespace Crosspoint.EndToEnd.Support;

/// <summary>Commands of the operator against a running gateway.</summary>
internal static class OperatorCommands
{
    private const string Token = "token-of-the-operator";

    /// <summary>A configuration file of a gateway that the commands may use.</summary>
    /// <param name="connections">Names of connections; their carriers are not there.</param>
    public static string Config(TestFolder folder, params string[] connections)
    {
        string yaml = new GatewayConfig { Connections = connections.Length == 0 ? [("north", 1)] : [.. connections.Select(static name => (name, 1))] }.ToYaml();
        return folder.Write("gateway.yaml", yaml.Replace("http: { ", $"http: {{ admin_token: {Token}, ", StringComparison.Ordinal));
    }

    /// <summary>What a command prints; it must end with the code.</summary>
    public static async Task<string> RunAsync(GatewayProcess gateway, int code, params string[] arguments)
    {
        await using ChildProcess process = await ChildProcess.RunAsync(
            Executables.Crosspoint, [.. arguments, "--url", gateway.Http.BaseAddress!.ToString()], new Dictionary<string, string> { ["CROSSPOINT_ADMIN_TOKEN"] = Token });
        (await process.WaitForExitAsync()).ShouldBe(code, process.Transcript);
        return process.Transcript;
    }
}
