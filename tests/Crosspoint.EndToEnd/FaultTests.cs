using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>Carriers and receivers in trouble: what was accepted arrives all the same, and a status never lies.</summary>
public sealed class FaultTests
{
    private const int Messages = 60;

    [Fact(Timeout = 90_000)]
    public async Task CarrierDownAtStart_TrafficIsTakenAndArrivesWhenItComesUp()
    {
        await using Rig rig = await Rig.StartAsync(["north"], prepare: simulator => simulator.DoAsync("north", "stop"));
        string[] ids = await SendManyAsync(rig, Messages);
        (await rig.Gateway.StatusAsync(ids[0])).ShouldBe("queued");

        await rig.Simulator.DoAsync("north", "start");

        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
        await ShouldHaveArrivedOnceAsync(rig, "north");
    }

    [Fact(Timeout = 90_000)]
    public async Task CarrierRefusesBinds_TrafficWaitsAndArrivesWhenItRelents()
    {
        const string Refuse = """{ "disconnect": { "refuse_binds": true } }""";
        await using Rig rig = await Rig.StartAsync(["north"], prepare: simulator => simulator.ChangeAsync("north", Refuse));
        string[] ids = await SendManyAsync(rig, Messages);
        await Eventually.BecomesTrueAsync(
            async () => await rig.Simulator.CountAsync("north", "binds_refused") >= 3, () => "three refused binds");
        (await rig.Gateway.StatusAsync(ids[0])).ShouldBe("queued");

        await rig.Simulator.ChangeAsync("north", """{ "disconnect": { "refuse_binds": false } }""");

        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
        await ShouldHaveArrivedOnceAsync(rig, "north");
    }

    [Fact(Timeout = 90_000)]
    public async Task CarrierGoneInMidWindow_OnlyWhatWasInFlightIsSentAgainAndMarked()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.ChangeAsync("north", """{ "latency": "100ms" }""");
        await rig.Simulator.WaitForBindsAsync("north");
        string[] ids = await SendManyAsync(rig, Messages);
        await Eventually.BecomesTrueAsync(async () => await rig.Simulator.CountAsync("north", "accepted") >= 10, () => "ten accepted");

        await rig.Simulator.DoAsync("north", "disconnect");

        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
        long twice = await rig.Simulator.CountAsync("north", "accepted") - Messages;
        twice.ShouldBeInRange(0, 10, "no more than the in-flight window");
        int marked = 0;
        foreach (string id in ids)
        {
            if ((bool)(await rig.Gateway.GetAsync($"v1/messages/{id}"))["possible_duplicate"]!) marked++;
        }

        marked.ShouldBeGreaterThanOrEqualTo((int)twice);
        marked.ShouldBeLessThanOrEqualTo(10);
        await ShouldHaveArrivedAsync(rig);
    }

    [Fact(Timeout = 90_000)]
    public async Task CarrierStalls_LinkTestEndsTheSessionAndTrafficMovesToTheNext()
    {
        await using Rig rig =
            await Rig.StartAsync(["north", "south"], config => config with { Smpp = static _ => ", enquire_link: 500ms" });
        await rig.Simulator.WaitForBindsAsync("north");
        await rig.Simulator.WaitForBindsAsync("south");
        await rig.Simulator.ChangeAsync("north", """{ "stall": true }""");

        string[] ids = await SendManyAsync(rig, Messages);

        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
        await ShouldHaveArrivedAsync(rig);
        (await rig.Simulator.CountAsync("south", "accepted")).ShouldBe(Messages);
    }

    [Fact(Timeout = 90_000)]
    public async Task CarrierGone_TrafficMovesToTheNextAndBack()
    {
        const string Health = "health: { failover: { hold: 1s, step_time: 1s, step_messages: 3, steps: [ 50%, 100% ], probe_share: 25% } }";
        await using Rig rig = await Rig.StartAsync(["north", "south"], static config => config with { More = Health });
        await rig.Simulator.WaitForBindsAsync("north");
        await rig.Simulator.WaitForBindsAsync("south");
        await rig.Gateway.WaitForStatusAsync(await SendManyAsync(rig, 5), "delivered");
        (await rig.Simulator.CountAsync("south", "accepted")).ShouldBe(0, "north is preferred");

        await rig.Simulator.DoAsync("north", "stop");
        await rig.Simulator.DoAsync("north", "disconnect");
        await rig.Gateway.WaitForStatusAsync(await SendManyAsync(rig, Messages), "delivered");
        (await rig.Simulator.CountAsync("south", "accepted")).ShouldBe(Messages);

        await rig.Simulator.DoAsync("north", "start");
        await rig.Simulator.WaitForBindsAsync("north");
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                await rig.Gateway.WaitForStatusAsync(await SendManyAsync(rig, 1), "delivered");
                return await rig.Simulator.CountAsync("north", "accepted") > 5;
            },
            () => "traffic on north again");
    }

    [Fact(Timeout = 90_000)]
    public async Task CarrierSendsGarbage_SessionsRecoverAndEverythingArrives()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.ChangeAsync("north", """{ "garbage": 0.3 }""");
        await rig.Simulator.WaitForBindsAsync("north");

        string[] ids = await SendManyAsync(rig, Messages);

        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
        (await rig.Simulator.CountAsync("north", "garbage_sent")).ShouldBeGreaterThan(0);
        rig.Gateway.Process.HasExited.ShouldBeFalse(rig.Gateway.Process.Transcript);
        rig.Gateway.Process.Errors
            .ShouldNotContain(line => line.Contains("fail:", StringComparison.Ordinal) || line.Contains("crit:", StringComparison.Ordinal));
        await ShouldHaveArrivedAsync(rig);
    }

    [Fact(Timeout = 90_000)]
    public async Task GatewayKilled_EverythingAcceptedArrivesAfterTheNextStart()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.ChangeAsync("north", """{ "latency": "50ms" }""");
        await rig.Simulator.WaitForBindsAsync("north");
        string[] ids = await SendManyAsync(rig, Messages);

        await rig.Gateway.Process.SignalAsync("KILL");
        await rig.RestartGatewayAsync();

        await rig.Gateway.WaitForStatusAsync(ids, "delivered");
        await ShouldHaveArrivedAsync(rig);
        (await rig.Simulator.CountAsync("north", "accepted"))
            .ShouldBeLessThanOrEqualTo(Messages + 10, "at most the in-flight window twice");
    }

    [Fact(Timeout = 90_000)]
    public async Task WebhookReceiverDead_TheOneBesideItIsServed()
    {
        // One that takes connections and never answers, one that refuses them, one that is alive.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        int closedPort = ((IPEndPoint)closed.LocalEndpoint).Port;
        closed.Stop();
        await using HookServer alive = await HookServer.StartAsync();
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.WaitForBindsAsync("north");
        string[] targets =
            [$"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/", $"http://127.0.0.1:{closedPort}/", alive.Address + "/status"];

        var toAlive = new List<string>();
        var toClosed = new List<string>();
        for (int n = 0; n < 90; n++)
        {
            string id = await rig.Gateway.SendAsync($"+3069000{n:00000}", $"Message {n}", callbackUrl: targets[n % 3]);
            if (n % 3 == 2) toAlive.Add(id);
            if (n % 3 == 1) toClosed.Add(id);
        }

        await Eventually.BecomesTrueAsync(
            () => toAlive.All(id => alive.Requests.Any(hook => IsDelivered(hook.Body, id))),
            () => $"a delivered webhook for each of {toAlive.Count}; {alive.Requests.Count} requests came",
            TimeSpan.FromSeconds(10));
        JsonNode deliveries = await rig.Gateway.GetAsync($"v1/messages/{toClosed[0]}/webhooks");
        deliveries.ToJsonString().ShouldContain("\"pending\"");
    }

    [Fact(Timeout = 60_000)]
    public async Task WebhookReceiverComesBack_TheWebhookArrives()
    {
        using var reserved = new TcpListener(IPAddress.Loopback, 0);
        reserved.Start();
        int port = ((IPEndPoint)reserved.LocalEndpoint).Port;
        reserved.Stop();
        await using Rig rig = await Rig.StartAsync(
            ["north"], config => config with { Webhooks = ", retries: [ 200ms, 200ms, 400ms, 1s, 1s, 1s, 1s, 1s, 1s ]" });
        await rig.Simulator.WaitForBindsAsync("north");
        string id = await rig.Gateway.SendAsync("+306900000001", "Hello", callbackUrl: $"http://127.0.0.1:{port}/status");
        await rig.Gateway.WaitForStatusAsync(id, "delivered");

        await using HookServer receiver = await HookServer.StartAsync(port);

        await Eventually.BecomesTrueAsync(
            () => new[] { "message.sent", "message.delivered" }
                .All(type => receiver.Requests.Any(hook => hook.Body.Contains(type, StringComparison.Ordinal))),
            () => $"both webhooks; {receiver.Requests.Count} came");
    }

    private static bool IsDelivered(string body, string id) =>
        body.Contains($"\"id\":\"{id}\"", StringComparison.Ordinal) && body.Contains("message.delivered", StringComparison.Ordinal);

    private static async Task<string[]> SendManyAsync(Rig rig, int count)
    {
        var ids = new string[count];
        for (int n = 0; n < count; n++) ids[n] = await rig.Gateway.SendAsync($"+30690000{n:0000}", $"Message {n}");
        return ids;
    }

    private static async Task ShouldHaveArrivedAsync(Rig rig)
    {
        for (int n = 0; n < Messages; n++)
        {
            JsonArray phone = await rig.Simulator.HandsetAsync($"+30690000{n:0000}");
            phone.Count.ShouldBeGreaterThan(0, $"message {n}");
        }
    }

    private static async Task ShouldHaveArrivedOnceAsync(Rig rig, string carrier)
    {
        await ShouldHaveArrivedAsync(rig);
        (await rig.Simulator.CountAsync(carrier, "submits")).ShouldBe(Messages);
    }
}
