using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Crosspoint.EndToEnd.Support;

namespace Crosspoint.EndToEnd;

/// <summary>SIGTERM: what is in flight ends in order, nothing new is taken, nothing that was accepted is lost.</summary>
public sealed class DrainTests
{
    [Fact(Timeout = 120_000)]
    public async Task Terminate_WhileTrafficFlows_EndsWith0AndLosesNothing()
    {
        await using Rig rig =
            await Rig.StartAsync(["north"], config => config with { Smpp = static _ => ", sessions: 2, in_flight_window: 20" });
        await rig.Simulator.ChangeAsync("north", """{ "latency": "30ms" }""");
        await rig.Simulator.WaitForBindsAsync("north", 2);
        var accepted = new ConcurrentBag<string>();
        Task[] senders = [.. Enumerable.Range(0, 8).Select(n => SendUntilRefusedAsync(rig.Gateway, n, accepted))];
        await Eventually.BecomesTrueAsync(() => accepted.Count >= 200, () => $"200 messages; there are {accepted.Count}");

        int code = await rig.Gateway.Process.StopAsync();
        await Task.WhenAll(senders);

        code.ShouldBe(0, rig.Gateway.Process.Transcript);
        rig.Gateway.Process.Errors
            .ShouldNotContain(line => line.Contains("cut short", StringComparison.Ordinal), rig.Gateway.Process.Transcript);
        await rig.RestartGatewayAsync();
        await rig.Gateway.WaitForStatusAsync(accepted, "delivered");
        JsonArray submits = await rig.Simulator.SubmitsAsync("north");
        submits.GroupBy(submit => (string)submit!["text"]!).ShouldAllBe(group => group.Count() == 1, "nothing was sent twice");
        submits.Count.ShouldBeGreaterThanOrEqualTo(accepted.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task Terminate_WhileTheCarrierAnswersSlowly_TurnsReadinessTo503AndRefusesNewMessages()
    {
        await using Rig rig = await Rig.StartAsync(["north"]);
        await rig.Simulator.ChangeAsync("north", """{ "latency": "1500ms" }""");
        await rig.Simulator.WaitForBindsAsync("north");
        string id = await rig.Gateway.SendAsync("+306900000001", "Slowly");
        await rig.Gateway.WaitForStatusAsync(id, "sending");

        await rig.Gateway.Process.SignalAsync("TERM");

        await Eventually.BecomesTrueAsync(
            async () => await HealthAsync(rig, "ready") == HttpStatusCode.ServiceUnavailable,
            () => $"503\n{rig.Gateway.Process.Transcript}");
        (await HealthAsync(rig, "live")).ShouldBe(HttpStatusCode.OK);
        List<string> accepted = [id];
        await Eventually.BecomesTrueAsync(() => IsRefusedAsync(rig, accepted), () => $"a refusal\n{rig.Gateway.Process.Transcript}");
        (await rig.Gateway.Process.WaitForExitAsync()).ShouldBe(0, rig.Gateway.Process.Transcript);
        (await rig.Simulator.CountAsync("north", "accepted")).ShouldBeGreaterThanOrEqualTo(1);

        await rig.RestartGatewayAsync();
        await rig.Gateway.WaitForStatusAsync(accepted, "delivered");
        long submits = await rig.Simulator.CountAsync("north", "submits");
        submits.ShouldBe(accepted.Count, "what was answered during the drain is not sent again");
    }

    // Readiness turns a moment before the door is shut, so one more may slip in; it counts like any other.
    private static async Task<bool> IsRefusedAsync(Rig rig, List<string> accepted)
    {
        (HttpStatusCode status, JsonNode? answer) = await rig.Gateway.PostAsync("v1/messages", MessageTo("+306900000001", "Too late"));
        if (status == HttpStatusCode.Accepted)
        {
            accepted.Add((string)answer!["id"]!);
            return false;
        }

        status.ShouldBe(HttpStatusCode.ServiceUnavailable, answer?.ToJsonString());
        ((string)answer!["code"]!).ShouldBe("store_unavailable");
        return true;
    }

    private static JsonObject MessageTo(string to, string body) => new() { ["to"] = to, ["from"] = "Crosspoint", ["body"] = body };

    private static async Task<HttpStatusCode> HealthAsync(Rig rig, string kind)
    {
        var path = new Uri($"health/{kind}", UriKind.Relative);
        using HttpResponseMessage response = await rig.Gateway.Http.GetAsync(path, CancellationToken.None);
        return response.StatusCode;
    }

    // Ends at the first refusal, or when nobody listens any more. What was answered with 202 is accepted, whatever comes after.
    private static async Task SendUntilRefusedAsync(GatewayProcess gateway, int sender, ConcurrentBag<string> accepted)
    {
        for (int n = 0; ; n++)
        {
            try
            {
                JsonObject message = MessageTo($"+3069{sender:00}{n:000000}", $"Message {n} of {sender}");
                (HttpStatusCode status, JsonNode? answer) = await gateway.PostAsync("v1/messages", message);
                if (status != HttpStatusCode.Accepted) return;
                accepted.Add((string)answer!["id"]!);
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }
}
