using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Crosspoint.EndToEnd.Support;

/// <summary>A gateway in a process of its own, and a client for it.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private GatewayProcess(ChildProcess process, string readyLine)
    {
        Process = process;
        ReadyLine = readyLine;
        string authority = readyLine["ready http=".Length..].Split(' ')[0];
        Http = new() { BaseAddress = new($"http://{authority}/"), Timeout = TimeSpan.FromSeconds(30) };
        string credentials = $"{GatewayConfig.AccountSid}:{GatewayConfig.AuthToken}";
        Http.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
    }

    public ChildProcess Process { get; }

    public string ReadyLine { get; }

    public HttpClient Http { get; }

    public static Task<GatewayProcess> StartAsync(TestFolder folder, GatewayConfig config) =>
        StartAsync(folder.Write("gateway.yaml", config.ToYaml()));

    /// <param name="executable">The one that was built with the tests, unless another one is named.</param>
    public static async Task<GatewayProcess> StartAsync(string configPath, string? executable = null)
    {
        var process = ChildProcess.Start(executable ?? Executables.Crosspoint, ["serve", "--config", configPath]);
        try
        {
            string line = await process.WaitForLineAsync(text => text.StartsWith("ready ", StringComparison.Ordinal), "the ready line");
            return new(process, line);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends a message and gives its id; it must be accepted.</summary>
    public async Task<string> SendAsync(
        string to, string body, string from = "Crosspoint", string? callbackUrl = null, int? validitySeconds = null)
    {
        var message = new JsonObject { ["to"] = to, ["from"] = from, ["body"] = body };
        if (callbackUrl is not null) message["callback_url"] = callbackUrl;
        if (validitySeconds is not null) message["validity_seconds"] = validitySeconds;
        (HttpStatusCode status, JsonNode? answer) = await PostAsync("v1/messages", message);
        status.ShouldBe(HttpStatusCode.Accepted, answer?.ToJsonString());
        return (string)answer!["id"]!;
    }

    public async Task<(HttpStatusCode Status, JsonNode? Answer)> PostAsync(string path, JsonNode body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Http.PostAsync(new Uri(path, UriKind.Relative), content, CancellationToken.None);
        string text = await response.Content.ReadAsStringAsync(CancellationToken.None);
        return (response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    public async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative), CancellationToken.None))!;

    public async Task<string> StatusAsync(string id) => (string)(await GetAsync($"v1/messages/{id}"))["status"]!;

    /// <summary>Waits until the message is in this state.</summary>
    public async Task WaitForStatusAsync(string id, string expected, TimeSpan? limit = null)
    {
        string status = "";
        await Eventually.BecomesTrueAsync(
            async () => (status = await StatusAsync(id)) == expected,
            () => $"{id} {expected}; it is {status}\n{Process.Transcript}",
            limit);
    }

    public Task WaitForStatusAsync(IEnumerable<string> ids, string expected, TimeSpan? limit = null) =>
        Task.WhenAll(ids.Select(id => WaitForStatusAsync(id, expected, limit)));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }
}
