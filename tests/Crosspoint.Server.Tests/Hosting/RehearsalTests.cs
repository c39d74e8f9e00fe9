using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Server.Tests.Support;
using Crosspoint.Sms.Numbers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>A whole gateway with carriers: what it has sent is rehearsed against a draft, which then is in force while the same is sent again.</summary>
public sealed class RehearsalTests : IDisposable
{
    private const string Sid = "AC00000000000000000000000000000001";
    private const string Operator = "token-of-the-operator";

    private const string Draft =
        """
        default: [ south-1 ]
        rules:
          - { name: none, match: { prefix: "+491701" }, deny: { code: 30450, reason: not wanted } }
          - { name: cheap, match: { country: [ DE, FR ] }, connections: [ south-1, north-1 ], choose: least_cost }
          - { name: capped, match: { country: ES }, connections: [ north-1 ], price_at_most: 0.001 }
          - { name: codes, match: { class: otp }, connections: [ north-1 ] }
        """;

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-rehearsal-tests-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Draft_ActivatedOnTheSameTraffic_CostsWhatWasForetold()
    {
        await using var north = new TestCarrier();
        await using var south = new TestCarrier();
        await using GatewayHost host = await StartAsync(north.Port, south.Port);
        using var client = new HttpClient { BaseAddress = host.HttpAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Operator);
        await ImportAsync(client, "north-1", "country,prefix,price\nDE,,0.07\nFR,,0.031\nIT,,0.02\nES,,0.01\n,49170,0.04\n");
        await ImportAsync(client, "south-1", "country,prefix,price\nDE,,0.065\nFR,,0.033\nES,,0.012\n");
        using HttpClient account = new() { BaseAddress = host.HttpAddress };
        account.DefaultRequestHeaders.Authorization = ApiFixture.Basic(Sid, "0123456789abcdef0123456789abcdef");

        Totals first = await SendAllAsync(host, account);
        string from = TimeProvider.System.GetUtcNow().AddHours(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var body = new JsonObject { ["plan"] = Draft, ["from"] = from };
        JsonNode report = await RunAsync(client, new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        using HttpResponseMessage drafted = await client.PostAsync("/v1/routing/revisions", new StringContent(Draft), CancellationToken.None);
        drafted.StatusCode.ShouldBe(HttpStatusCode.Created);
        using HttpResponseMessage activated = await client.PostAsync(
            "/v1/routing/revisions/2/activate", new StringContent("{}", Encoding.UTF8, "application/json"), CancellationToken.None);
        activated.StatusCode.ShouldBe(HttpStatusCode.OK);
        Totals second = await SendAllAsync(host, account);

        report["messages"]!.GetValue<long>().ShouldBe(first.Messages);
        Side(report["before"]!).ShouldBe(first);
        Side(report["after"]!).ShouldBe(second);
        (second.Denied, second.NoRoute, second.Unpriced).ShouldBe((20, 20, 10));
        report["actual"]!.AsArray().Single()!["connection"]!.ToString().ShouldBe("north-1");
        report["actual"]![0]!["cost"]!.ToString().ShouldBe(report["before"]!["cost"]!.ToString());
        report["countries"]!.AsArray().Select(static one => one!["country"]!.ToString()).ShouldBe(["DE", "ES", "FR", "IT"], ignoreOrder: true);
    }

    // Waits until every message has come to its end.
    private static async Task<Totals> SendAllAsync(GatewayHost host, HttpClient client)
    {
        var ids = new List<string>();
        foreach (string to in new[] { "+4915112345678", "+491701234567", "+33612345678", "+393471234567", "+34612345678" })
        {
            for (int i = 0; i < 20; i++)
            {
                // IT goes half as codes, half otherwise; every third message is long.
                string kind = i % 2 == 0 ? "otp" : "marketing";
                string text = new('x', i % 3 == 0 ? 320 : 20);
                using HttpResponseMessage sent = await client.PostAsync(
                    "/v1/messages",
                    new StringContent($$"""{"to":"{{to}}","from":"ACME","class":"{{kind}}","body":"{{text}}"}""", Encoding.UTF8, "application/json"),
                    CancellationToken.None);
                string answer = await sent.Content.ReadAsStringAsync(CancellationToken.None);
                sent.StatusCode.ShouldBe(HttpStatusCode.Accepted, answer);
                ids.Add(JsonNode.Parse(answer)!["id"]!.ToString());
            }
        }

        long cost = 0, unpriced = 0, denied = 0, noRoute = 0;
        foreach (string text in ids)
        {
            MessageId.TryParse(text, out MessageId id).ShouldBeTrue(text);
            Message? message;
            do message = await host.Gateway.Messages.FindAsync(id, CancellationToken.None);
            while (message is null || !MessageTransitions.IsFinal(message.State));
            if (message.Unrouted is { } unrouted)
            {
                if (unrouted.Facts?.DenyCode > 0) denied++;
                else noRoute++;
                continue;
            }

            RouteCandidate chosen = message.LastAttempt!.Decision.Candidates.Single(static one => one.Code == CandidateCode.Chosen);

            // A plan without rules writes down no prices: what its one connection costs stands in its deck.
            long? price = message.LastAttempt.Decision.Facts is null ? PriceOf(host, chosen.Connection, message) : chosen.Price;
            if (price is null) unpriced++;
            else cost += price.Value * message.Head.SegmentCount;
        }

        return new(ids.Count, cost, unpriced, denied, noRoute);
    }

    private static long? PriceOf(GatewayHost host, string connection, Message message)
    {
        E164.TryParse(message.Head.To, out E164 number).ShouldBeTrue();
        Destination destination = host.Gateway.Snapshot.Sources.DestinationOf(number);
        return host.Rates.Holder.Current.Cost(connection)!.TryFind(destination, out long micros) ? micros : null;
    }

    private static Totals Side(JsonNode side) => new(
        side["routed"]!.GetValue<long>() + side["denied"]!.GetValue<long>() + side["no_route"]!.GetValue<long>(),
        (long)(decimal.Parse(side["cost"]!.ToString(), CultureInfo.InvariantCulture) * 1_000_000), side["unpriced"]!.GetValue<long>(),
        side["denied"]!.GetValue<long>(), side["no_route"]!.GetValue<long>());

    private static async Task<JsonNode> RunAsync(HttpClient client, HttpContent content)
    {
        using HttpResponseMessage started = await client.PostAsync("/v1/routing/simulate", content, CancellationToken.None);
        string text = await started.Content.ReadAsStringAsync(CancellationToken.None);
        ((int)started.StatusCode).ShouldBe(202, text);
        string id = JsonNode.Parse(text)!["id"]!.ToString();
        JsonNode simulation;
        do simulation = JsonNode.Parse(await client.GetStringAsync($"/v1/routing/simulations/{id}", CancellationToken.None))!;
        while (simulation["state"]!.ToString() == "running");
        simulation["state"]!.ToString().ShouldBe("done");
        return simulation["report"]!;
    }

    private static async Task ImportAsync(HttpClient client, string connection, string sheet)
    {
        var content = new StringContent(sheet.Replace("price\n", "price,currency\n").Replace("\n", ",EUR\n").Replace("currency,EUR", "currency"));
        content.Headers.ContentType = new MediaTypeHeaderValue("text/csv");
        using HttpResponseMessage draft = await client.PostAsync($"/v1/decks/{connection}/import", content, CancellationToken.None);
        ((int)draft.StatusCode).ShouldBe(201, await draft.Content.ReadAsStringAsync(CancellationToken.None));
        using HttpResponseMessage active = await client.PostAsync(
            $"/v1/decks/{connection}/revisions/1/activate", new StringContent("{}", Encoding.UTF8, "application/json"), CancellationToken.None);
        ((int)active.StatusCode).ShouldBe(200, await active.Content.ReadAsStringAsync(CancellationToken.None));
    }

    private Task<GatewayHost> StartAsync(int north, int south)
    {
        string file = Path.Combine(_directory.FullName, "gateway.yaml");
        File.WriteAllText(
            file,
            $$"""
            data: ./data
            http: { listen: "127.0.0.1:0", admin_token: {{Operator}} }
            accounts: [ { sid: {{Sid}}, auth_token: 0123456789abcdef0123456789abcdef } ]
            vendors:
              - { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: {{north}}, system_id: a, password: b } } ] }
              - { name: south, connections: [ { name: south-1, smpp: { host: 127.0.0.1, port: {{south}}, system_id: a, password: b } } ] }
            routing: { default: [ north-1, south-1 ] }
            log: { level: error }
            """);
        return GatewayHost.StartAsync(ConfigFile.Load(file).Config.ShouldNotBeNull(), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    private sealed record Totals(long Messages, long Cost, long Unpriced, long Denied, long NoRoute);
}
