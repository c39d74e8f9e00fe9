using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Crosspoint.EndToEnd.Support;

/// <summary>Carriers in a process of their own, steered through their control API.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly HttpClient _http;

    private SimulatorProcess(ChildProcess process, Uri control, IReadOnlyDictionary<string, int> ports)
    {
        _process = process;
        _http = new() { BaseAddress = control, Timeout = TimeSpan.FromSeconds(30) };
        Ports = ports;
    }

    public Uri Control => _http.BaseAddress!;

    /// <summary>The SMPP port of each carrier.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; }

    /// <summary>Starts one carrier for each name, quick and without faults until told otherwise.</summary>
    /// <param name="behaviour">Flow-style YAML: how all of them begin.</param>
    public static async Task<SimulatorProcess> StartAsync(
        TestFolder folder, string[] names, string behaviour = "{ receipts: { delay: 20ms } }")
    {
        var yaml = new StringBuilder("http: { listen: 127.0.0.1:0 }\nseed: 3\ncarriers:\n");
        foreach (string name in names)
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ name: {name}, listen: \"127.0.0.1:0\", behaviour: {behaviour} }}\n");
        ChildProcess process = ChildProcess.StartCrosspoint("simulate", "--config", folder.Write("simulator.yaml", yaml.ToString()));
        try
        {
            string line = await process.WaitForLineAsync(text => text.StartsWith("ready ", StringComparison.Ordinal), "the ready line");
            Dictionary<string, IPEndPoint> places =
                line.Split(' ').Skip(1).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => IPEndPoint.Parse(pair[1]));
            return new(process, new($"http://{places["http"]}/"), names.ToDictionary(name => name, name => places[name].Port));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Changes what a carrier does, in JSON.</summary>
    public async Task ChangeAsync(string carrier, string behaviour)
    {
        using var content = new StringContent(behaviour, Encoding.UTF8, "application/json");
        using HttpResponseMessage response =
            await _http.PatchAsync(new Uri($"carriers/{carrier}/behaviour", UriKind.Relative), content, CancellationToken.None);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync(CancellationToken.None));
    }

    /// <summary>Makes one network of a carrier different, in JSON; well again where that is null.</summary>
    public async Task ChangeNetworkAsync(string carrier, string network, string? behaviour)
    {
        var path = new Uri($"carriers/{carrier}/networks/{network}", UriKind.Relative);
        using StringContent? content = behaviour is null ? null : new StringContent(behaviour, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = content is null
            ? await _http.DeleteAsync(path, CancellationToken.None) : await _http.PutAsync(path, content, CancellationToken.None);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync(CancellationToken.None));
    }

    /// <summary>What a carrier counted for one of its networks.</summary>
    public async Task<long> CountAsync(string carrier, string network, string counter) =>
        (long)(await GetAsync($"carriers/{carrier}"))["networks"]![network]![counter]!;

    /// <summary>disconnect, reset or unbind, with the system_id of one customer or without; stop or start.</summary>
    public async Task DoAsync(string carrier, string action)
    {
        using HttpResponseMessage response =
            await _http.PostAsync(new Uri($"carriers/{carrier}/{action}", UriKind.Relative), null, CancellationToken.None);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync(CancellationToken.None));
    }

    /// <summary>A handset of a carrier sends a message.</summary>
    public async Task SendInboundAsync(string carrier, object message)
    {
        using HttpResponseMessage response =
            await _http.PostAsJsonAsync(new Uri($"carriers/{carrier}/inbound", UriKind.Relative), message, CancellationToken.None);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync(CancellationToken.None));
    }

    public async Task<long> CountAsync(string carrier, string counter) =>
        (long)(await GetAsync($"carriers/{carrier}"))["counters"]![counter]!;

    /// <summary>Bound sessions of a carrier.</summary>
    public async Task<int> BoundAsync(string carrier) =>
        (await GetAsync($"carriers/{carrier}"))["sessions"]!.AsArray().Count(session => (string)session!["state"]! != "open");

    /// <summary>What a carrier was given, in order.</summary>
    public async Task<JsonArray> SubmitsAsync(string carrier) =>
        (await GetAsync($"carriers/{carrier}/submits?limit=10000"))["submits"]!.AsArray();

    /// <summary>What a phone shows.</summary>
    public async Task<JsonArray> HandsetAsync(string number) => (await GetAsync($"handsets/{number}/messages"))["messages"]!.AsArray();

    public Task WaitForBindsAsync(string carrier, int count = 1) =>
        Eventually.BecomesTrueAsync(async () => await BoundAsync(carrier) >= count, () => $"{count} binds at {carrier}");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }

    private async Task<JsonNode> GetAsync(string path) =>
        JsonNode.Parse(await _http.GetStringAsync(new Uri(path, UriKind.Relative), CancellationToken.None))!;
}
