using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Crosspoint.EndToEnd.Support;

/// <summary>One way of failing, played: three carriers with a third of the traffic each, to two networks.</summary>
internal sealed class FaultRun(FaultWay way, SimulatorProcess simulator) : IAsyncDisposable
{
    private const string Token = "token-of-the-operator";
    private const string Sick = "26201";
    private const string Other = "26202";
    private const int Batch = 24;
    private static readonly string[] Carriers = ["north", "south", "west"];
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly TestFolder _folder = new();
    private readonly CancellationTokenSource _stop = new();
    private GatewayProcess _gateway = null!;

    /// <summary>Names of the carriers that a way needs.</summary>
    public static IEnumerable<string> CarriersOf(FaultWay way) => Carriers.Select(carrier => $"{way.Name}-{carrier}");

    public async Task<FaultStory> PlayAsync()
    {
        foreach (string carrier in CarriersOf(way)) await MakeWellAsync(carrier);
        _gateway = await GatewayProcess.StartAsync(_folder.Write("gateway.yaml", Yaml()));
        Task<int> load = SendAsync();

        // Step 1: what is usual is learned.
        long started = TimeProvider.System.GetTimestamp();
        await UntilAsync(
            async () => TimeProvider.System.GetElapsedTime(started) > way.Learning && await CountAsync("delivered") > 1_000, "what is usual to be learned");
        FaultRates before = await MeasureAsync();

        // Step 2: the network fails, until it is noticed and its traffic has moved.
        JsonNode? sick = null;
        await BeginAsync();
        long at = TimeProvider.System.GetTimestamp();
        await UntilAsync(
            async () =>
            {
                if (way.IsOfConnection && TimeProvider.System.GetElapsedTime(at) > TimeSpan.FromSeconds(1.5))
                {
                    at = TimeProvider.System.GetTimestamp();
                    await ActAsync();
                }

                return (sick = (await StatesAsync()).FirstOrDefault(static row => (string)row!["state"]! is "degraded" or "suspended")) is not null;
            },
            "the fault to be noticed");
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, CancellationToken.None);
        FaultRates during = await MeasureAsync();

        // Step 3: it is well again, and its traffic comes back.
        await MakeWellAsync(CarriersOf(way).First());
        JsonArray states = [];
        await UntilAsync(
            async () => (states = await StatesAsync()).Count > 0 && states.All(static row => (string)row!["state"]! == "healthy"), "the recovery");
        await _stop.CancelAsync();
        int accepted = await load;
        long missing = await simulator.CountAsync(CarriersOf(way).First(), "receipts_missing");
        await UntilAsync(async () => await CountAsync("delivered") == accepted - missing, $"all {accepted} messages but {missing} to be delivered");
        JsonArray incidents = (await GetAsync("v1/incidents"))["incidents"]!.AsArray();
        return new()
        {
            Sick = sick!,
            States = states,
            Before = before,
            During = during,
            Incidents = incidents,
            Words = incidents.Count == 0 ? new JsonObject() : await GetAsync($"v1/incidents/{incidents[0]!["id"]}"),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        if (_gateway is not null) await _gateway.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    private async Task BeginAsync()
    {
        string carrier = CarriersOf(way).First();
        if (way.Behaviour is not null) await simulator.ChangeNetworkAsync(carrier, Sick, FaultWay.Network("49151", way.Behaviour));
        if (way.RefusesBinds) await simulator.ChangeAsync(carrier, """{ "disconnect": { "refuse_binds": true, "system_id": "cp-26201" } }""");
        if (way.IsOfConnection) await ActAsync();
    }

    private Task ActAsync() => simulator.DoAsync(CarriersOf(way).First(), $"{way.Action}?system_id=cp-26201");

    private async Task MakeWellAsync(string carrier)
    {
        await simulator.ChangeNetworkAsync(carrier, Sick, FaultWay.Network("49151"));
        await simulator.ChangeNetworkAsync(carrier, Other, FaultWay.Network("49172"));
        await simulator.ChangeAsync(carrier, """{ "disconnect": { "refuse_binds": false } }""");
    }

    // What each carrier took of each network in some seconds, a second.
    private async Task<FaultRates> MeasureAsync()
    {
        Dictionary<(string, string), long> first = await TakenAsync();
        long at = TimeProvider.System.GetTimestamp();
        await Task.Delay(Look, TimeProvider.System, CancellationToken.None);
        Dictionary<(string, string), long> last = await TakenAsync();
        double seconds = TimeProvider.System.GetElapsedTime(at).TotalSeconds;
        double Of(string carrier, string network) => (last[(carrier, network)] - first[(carrier, network)]) / seconds;
        return new([.. Carriers.Select(carrier => Of(carrier, Sick))], [.. Carriers.Select(carrier => Of(carrier, Other))]);
    }

    private async Task<Dictionary<(string, string), long>> TakenAsync()
    {
        var taken = new Dictionary<(string, string), long>();
        foreach (string carrier in Carriers)
        {
            foreach (string network in (string[])[Sick, Other])
                taken[(carrier, network)] = await simulator.CountAsync($"{way.Name}-{carrier}", network, "accepted");
        }

        return taken;
    }

    private async Task<int> SendAsync()
    {
        int sent = 0;
        while (!_stop.IsCancellationRequested)
        {
            var messages = new JsonArray();
            for (int i = 0; i < Batch; i++, sent++)
                messages.Add(new JsonObject { ["to"] = $"{(sent % 2 == 0 ? "+49151" : "+49172")}{sent:D8}", ["from"] = "Shop", ["body"] = "Hello" });
            (await _gateway.PostAsync("v1/messages/batch", new JsonObject { ["messages"] = messages })).Status.ShouldBe(System.Net.HttpStatusCode.Accepted);
            await Task.Delay(Every, TimeProvider.System, CancellationToken.None);
        }

        return sent;
    }

    private async Task<JsonArray> StatesAsync() => (await GetAsync("v1/health/states?all=true"))["states"]!.AsArray();

    private async Task<long> CountAsync(string state)
    {
        string metrics = await _gateway.Http.GetStringAsync(new Uri("metrics", UriKind.Relative));
        string name = $"crosspoint_messages_states_total{{state=\"{state}\"}} ";
        string? line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        return line is null ? 0 : (long)double.Parse(line[name.Length..], CultureInfo.InvariantCulture);
    }

    private async Task<JsonNode> GetAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using HttpResponseMessage response = await _gateway.Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        response.IsSuccessStatusCode.ShouldBeTrue(text);
        return JsonNode.Parse(text)!;
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        try
        {
            await Eventually.BecomesTrueAsync(condition, () => what, Limit);
        }
        catch (TimeoutException missing)
        {
            throw new TimeoutException($"{way.Name}: {missing.Message}\n{(await StatesAsync()).ToJsonString()}\n{_gateway.Process.Transcript}", missing);
        }
    }

    private string Yaml()
    {
        string Connection(string name, string carrier, string systemId) => $$"""
                  - name: {{name}}
                    smpp: { host: 127.0.0.1, port: {{simulator.Ports[$"{way.Name}-{carrier}"]}}, system_id: {{systemId}}, password: cp, in_flight_window: 200, sessions: 2,
                        response_timeout: 20s, reconnect: { first: 500ms, most: 500ms } }
            """;
        string own = way.IsOfConnection ? Connection("north-26201", "north", "cp-26201") : "";
        string first = way.IsOfConnection ? "north-26201" : "north-1";
        return $$"""
            data: ./data
            http: { listen: "127.0.0.1:0", admin_token: {{Token}} }
            accounts:
              - { sid: {{GatewayConfig.AccountSid}}, name: test, auth_token: {{GatewayConfig.AuthToken}}, senders: any }
            vendors:
              - name: north
                connections:
            {{Connection("north-1", "north", "cp")}}
            {{own}}
              - name: south
                connections:
            {{Connection("south-1", "south", "cp")}}
              - name: west
                connections:
            {{Connection("west-1", "west", "cp")}}
            routing:
              default: [ north-1, south-1, west-1 ]
              rules:
                - { name: telekom, match: { network: 26201 }, connections: [ {{first}}, south-1, west-1 ], choose: split, shares: [ 1, 1, 1 ] }
                - { name: others, connections: [ north-1, south-1, west-1 ], choose: split, shares: [ 1, 1, 1 ] }
            health:
              detection: { unbound_after: 2s, receipts_p95: 1m{{(way.Detection.Contains("stalled_after", StringComparison.Ordinal) ? "" : ", stalled_after: 4s")}}{{way.Detection}} }
              failover: { hold: 8s, longest_hold: 8s, step_time: 2s, step_messages: 10, steps: [ 10%, 40%, 100% ], probe_share: 10%, move_at_most: 100% }
            """;
    }
}
