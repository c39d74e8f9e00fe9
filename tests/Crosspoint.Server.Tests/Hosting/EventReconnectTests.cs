using System.Net;
using System.Text;
using Crosspoint.Engine.Events;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Server.Tests.Api;
using Crosspoint.Server.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>A whole gateway under load, and clients of its events that come and go.</summary>
public sealed class EventReconnectTests : IDisposable
{
    private const string First = "AC00000000000000000000000000000001";
    private const string Second = "AC00000000000000000000000000000002";
    private const string AuthToken = "0123456789abcdef0123456789abcdef";
    private const string AdminToken = "token-of-the-operator";
    private const int Clients = 10;
    private const int ReconnectsEach = 100;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-server-events-");

    [Fact]
    public async Task ThousandReconnects_UnderLoad_NothingIsLostAndNothingRepeated()
    {
        await using GatewayHost host = await StartAsync();
        using var loaded = new CancellationTokenSource(Longest, TimeProvider.System);
        var pace = TimeSpan.FromMilliseconds(10);
        Task<long>[] loads = [LoadAsync(host, First, pace, loaded.Token), LoadAsync(host, Second, pace, loaded.Token)];
        Task<List<long>>[] clients = [.. Enumerable.Range(0, Clients).Select(n => Task.Run(() => ComeAndGoAsync(host, n)))];
        await Task.WhenAll(clients);
        await loaded.CancelAsync();
        await Task.WhenAll(loads);

        long end = host.Gateway.Events.LastSequence;
        (await loads[0] + await loads[1]).ShouldBe(end);
        List<long>[] whole = [await ReadAsync(host, null, end), await ReadAsync(host, First, end), await ReadAsync(host, Second, end)];
        whole[0].ShouldBe(Enumerable.Range(1, (int)end).Select(n => (long)n));
        for (int n = 0; n < Clients; n++)
        {
            List<long> seen = await clients[n];
            seen.ShouldBe(whole[n % 3].Take(seen.Count), $"client {n}");
            seen.Count.ShouldBeGreaterThan(ReconnectsEach);
        }
    }

    [Fact]
    public async Task SlowReader_FarBehind_GetsEverythingFromTheLog()
    {
        await using GatewayHost host = await StartAsync();
        using HttpClient http = ClientOf(host, null);
        await using SseClient slow = await SseClient.OpenAsync(http, "/v1/events?after=0");
        using var loaded = new CancellationTokenSource(Longest, TimeProvider.System);
        Task<long> load = LoadAsync(host, First, TimeSpan.FromMilliseconds(1), loaded.Token);

        // More than the sockets between them hold, and more than the gateway keeps in memory.
        const int Behind = 25_000;
        using (EventReader watch = host.Gateway.Events.Open(EventFilter.All, Behind))
        {
            while (host.Gateway.Events.LastSequence < Behind) await Task.WhenAny(watch.WaitAsync(), load).WaitAsync(Longest, TimeProvider.System, Token);
        }

        await loaded.CancelAsync();
        long end = await load;
        for (long id = 1; id <= end; id++) (await slow.NextAsync(Token)).Id.ShouldBe(id);
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Reads some events, leaves without a word, comes back with the last id, and so on.</summary>
    private static async Task<List<long>> ComeAndGoAsync(GatewayHost host, int number)
    {
        var random = new Random(number);
        var seen = new List<long>();
        string? last = null;
        using HttpClient http = ClientOf(host, number % 3 == 0 ? null : number % 3 == 1 ? First : Second);
        for (int i = 0; i < ReconnectsEach; i++)
        {
            await using SseClient stream = await SseClient.OpenAsync(http, "/v1/events?after=0", last);

            // Sometimes to the end and on, sometimes not even what is there.
            for (int left = random.Next(random.Next(10) == 0 ? 500 : 40); left > 0; left--) seen.Add((await stream.NextAsync(Token)).Id);
            if (seen.Count > 0) last = $"{seen[^1]}";
        }

        return seen;
    }

    /// <summary>A batch of messages at each beat until told to stop; returns how many messages there were. Each has one event.</summary>
    private static async Task<long> LoadAsync(GatewayHost host, string account, TimeSpan pace, CancellationToken cancellationToken)
    {
        const int Batch = 25;
        string message = """{"to":"+15551234567","from":"+15550001000","body":"hello"}""";
        string body = $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(message, Batch))}}]}""";
        using HttpClient http = ClientOf(host, account);
        long accepted = 0;
        using var beat = new PeriodicTimer(pace, TimeProvider.System);
        while (!cancellationToken.IsCancellationRequested)
        {
            await beat.WaitForNextTickAsync(CancellationToken.None);
            using HttpResponseMessage response = await http.PostAsync(
                "/v1/messages/batch", new StringContent(body, Encoding.UTF8, "application/json"), CancellationToken.None);
            response.StatusCode.ShouldBe(HttpStatusCode.Accepted);
            accepted += Batch;
        }

        return accepted;
    }

    private static async Task<List<long>> ReadAsync(GatewayHost host, string? account, long end)
    {
        var all = new List<long>();
        using HttpClient http = ClientOf(host, null);
        await using SseClient stream = await SseClient.OpenAsync(http, $"/v1/events?after=0{(account is null ? "" : $"&account={account}")}");
        long last = 0;
        long lastOfAccount = account is null ? end : await LastOfAsync(host, account, end);
        while (last < lastOfAccount) all.Add(last = (await stream.NextAsync(Token)).Id);
        return all;
    }

    private static async Task<long> LastOfAsync(GatewayHost host, string account, long end)
    {
        using HttpClient http = ClientOf(host, null);
        await using SseClient stream = await SseClient.OpenAsync(http, $"/v1/events?after={Math.Max(0, end - 1000)}");
        long last = 0;
        while (true)
        {
            SseEvent next = await stream.NextAsync(Token);
            if (next.Data["account_sid"]!.ToString() == account) last = next.Id;
            if (next.Id == end) return last;
        }
    }

    private static HttpClient ClientOf(GatewayHost host, string? account)
    {
        var client = new HttpClient { BaseAddress = host.HttpAddress };
        client.DefaultRequestHeaders.Authorization =
            account is null ? new("Bearer", AdminToken) : ApiFixture.Basic(account, AuthToken);
        return client;
    }

    private Task<GatewayHost> StartAsync()
    {
        string file = Path.Combine(_directory.FullName, "gateway.yaml");
        File.WriteAllText(
            file,
            $$"""
            data: ./data
            http: { listen: "127.0.0.1:0", admin_token: {{AdminToken}} }
            accounts:
              - { sid: {{First}}, auth_token: {{AuthToken}} }
              - { sid: {{Second}}, auth_token: {{AuthToken}} }
            vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: a, password: b } } ] } ]
            routing: { default: [ north-1 ] }
            """);
        return GatewayHost.StartAsync(
            ConfigFile.Load(file).Config.ShouldNotBeNull(), TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }
}
