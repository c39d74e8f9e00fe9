using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>
/// One network of one carrier refuses some of its messages while traffic flows: only its traffic moves, nothing is lost, and one incident tells of it. What fails
/// altogether is in <see cref="EightFaultsTests"/>.
/// </summary>
public sealed class SickNetworkTests
{
    private const string Token = "token-of-the-operator";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private const string Delays = """{ "distribution": "lognormal", "mean": "400ms", "p99": "1500ms" }""";

    [Fact(Timeout = 180_000)]
    public async Task ANetworkRefusesSome_OnlyItsTrafficMoves_AndOneIncidentTellsIt()
    {
        const string Fault = """{ "prefixes": ["49151"], "errors": [ { "status": "ESME_RSUBMITFAIL", "share": 0.3 } ] }""";
        await using Rig rig = await Rig.StartAsync(
            ["north", "south"],
            static config => config with { Http = $", admin_token: {Token}" },
            static async simulator =>
            {
                foreach (string carrier in (string[])["north", "south"]) await simulator.ChangeAsync(carrier, $$"""{ "receipts": { "delay": {{Delays}} } }""");
            });
        using var stop = new CancellationTokenSource();
        Task<int> load = SendAsync(rig.Gateway, stop.Token);
        await Eventually.BecomesTrueAsync(async () => await CountAsync(rig.Gateway, "delivered") > 1_500, static () => "what is usual to be learned", Limit);

        await rig.Simulator.ChangeNetworkAsync("north", "26201", Fault);
        JsonNode? sick = null;
        await Eventually.BecomesTrueAsync(
            async () => (sick = (await StatesAsync(rig.Gateway)).FirstOrDefault(row => (string?)row!["state"] == "degraded")) is not null, static () => "it to be degraded", Limit);
        ((string)sick!["connection"]!, (string)sick["country"]!, (string)sick["network"]!).ShouldBe(("north-1", "DE", "26201"), sick.ToJsonString());
        await rig.Simulator.ChangeNetworkAsync("north", "26201", null);
        await stop.CancelAsync();
        int sent = await load;

        await Eventually.BecomesTrueAsync(async () => await CountAsync(rig.Gateway, "delivered") == sent, () => $"all {sent} messages to be delivered", Limit);
        foreach (JsonNode? row in await StatesAsync(rig.Gateway))
            ((string)row!["connection"]!, (string?)row["network"]).ShouldBe(("north-1", "26201"), row.ToJsonString());
        JsonNode incident = (await GetAsync(rig.Gateway, "v1/incidents"))["incidents"]!.AsArray().ShouldHaveSingleItem()!;
        string story = (await GetAsync(rig.Gateway, $"v1/incidents/{incident["id"]}")).ToJsonString();
        foreach (string word in (string[])["north-1", "26201", "DE"]) story.ShouldContain(word);
    }

    // A hundred a second, half of them to each of two networks.
    private static async Task<int> SendAsync(GatewayProcess gateway, CancellationToken stop)
    {
        int sent = 0;
        while (!stop.IsCancellationRequested)
        {
            var messages = new JsonArray();
            for (int i = 0; i < 20; i++, sent++)
                messages.Add(new JsonObject { ["to"] = $"{(sent % 2 == 0 ? "+49151" : "+49172")}{sent:D8}", ["from"] = "Shop", ["body"] = "Hello" });
            (await gateway.PostAsync("v1/messages/batch", new JsonObject { ["messages"] = messages })).Status.ShouldBe(System.Net.HttpStatusCode.Accepted);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, CancellationToken.None);
        }

        return sent;
    }

    private static async Task<JsonArray> StatesAsync(GatewayProcess gateway) => (await GetAsync(gateway, "v1/health/states?all=true"))["states"]!.AsArray();

    private static async Task<JsonNode> GetAsync(GatewayProcess gateway, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using HttpResponseMessage response = await gateway.Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<long> CountAsync(GatewayProcess gateway, string state)
    {
        string metrics = await gateway.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        string name = $"crosspoint_messages_states_total{{state=\"{state}\"}} ";
        string? line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : (long)double.Parse(line[name.Length..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
