using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Hosting;
using Crosspoint.Sms.Numbers;
using Crosspoint.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.Hosting;

/// <summary>What alerts are judged by in a whole gateway, whose carrier is not there.</summary>
public sealed class AlertReadingsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-readings-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Gateway_QueuesCertificatesAndDisk_BecomeAlertsThatAreKept()
    {
        string certificate = WriteCertificate(TimeProvider.System.GetUtcNow().AddDays(10));
        await using (GatewayHost host = await StartAsync(certificate))
        {
            using HttpClient client = ClientOf(host);
            for (int i = 0; i < 12; i++)
            {
                using var content = new StringContent("""{"to":"+15551234567","from":"+15550001000","body":"hello"}""", Encoding.UTF8, "application/json");
                using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/messages") { Content = content };
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String("AC00000000000000000000000000000001:0123456789abcdef0123456789abcdef"u8));
                (await client.SendAsync(request, CancellationToken.None)).EnsureSuccessStatusCode();
            }

            DiskReading disk = host.Readings.Disks().ShouldHaveSingleItem();
            disk.Free.ShouldBeInRange(1, disk.Total);
            host.Readings.Certificates().ShouldHaveSingleItem().Name.ShouldBe(certificate);
            host.Readings.Queues().Sum(static queue => queue.Waiting).ShouldBe(12);
            host.Readings.FailingWebhooks().ShouldBeEmpty();
            Deliver(host.Gateway.Health, messages: 1_000, lost: 60);
            DeliveryReading delivery = host.Readings.Delivery(TimeSpan.FromMinutes(15)).Single(static reading => reading.Class is null);
            (delivery.Country, delivery.Messages, delivery.Delivered).ShouldBe(("DE", 1_000, 0.94));
            await host.Alerts.TurnAsync();
            JsonArray alerts = JsonNode.Parse(await client.GetStringAsync("/v1/alerts", CancellationToken.None))!["alerts"]!.AsArray();
            alerts.Select(static alert => $"{alert!["rule"]} {alert["severity"]}").Order().ShouldBe(["certificate L2", "country_delivery L3", "disk L3", "queue L2"]);
        }

        File.Exists(Path.Combine(_directory.FullName, "data", SqliteHealthStore.FileName)).ShouldBeTrue();
        await using GatewayHost again = await StartAsync(certificate);
        again.Alerts.Alerts.Open.Select(static alert => alert.Rule).Order().ShouldBe(["certificate", "country_delivery", "disk", "queue"]);
    }

    [Fact]
    public async Task Gateway_StartsAgain_KnowsWhatWasSpentInTheDay()
    {
        string certificate = WriteCertificate(TimeProvider.System.GetUtcNow().AddDays(10));
        DateTime day;
        await using (GatewayHost host = await StartAsync(certificate))
        {
            day = TimeProvider.System.GetUtcNow().Date;
            HealthTable health = host.Gateway.Health;
            var destination = new Destination(default, "DE", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None);
            WatchedPath path = health.Find(health.NumberOf("north-1"), destination, TrafficClass.Transactional, "AC00000000000000000000000000000001");
            for (int i = 0; i < 3; i++)
            {
                path.Submitted(health.Clock.Now);
                path.Answered(AnswerKind.Accepted, 0, 20_000, 70_000, health.Clock.Now);
            }

            host.Readings.Spend().ShouldBeEmpty("nothing went out by the gateway itself");
        }

        await using GatewayHost again = await StartAsync(certificate);
        IReadOnlyList<SpendReading> spent = again.Readings.Spend();
        bool isSameDay = TimeProvider.System.GetUtcNow().Date == day;
        spent.Select(static one => (one.Vendor, one.Micros)).ShouldBe(isSameDay ? [("north", 210_000L)] : []);
    }

    private static void Deliver(HealthTable health, int messages, int lost)
    {
        var destination = new Destination(default, "DE", NumberType.Mobile, NetworkId.Unknown, NetworkSource.None);
        for (int i = 0; i < messages; i++)
        {
            WatchedPath path = health.Find(health.NumberOf("north-1"), destination, TrafficClass.Transactional, "AC00000000000000000000000000000001");
            long now = health.Clock.Now;
            path.Sent(now, now);
            path.Ended(i >= lost, now, i >= lost ? 0 : 30003, isLast: true, now);
        }
    }

    private string WriteCertificate(DateTimeOffset end)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=sms", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using X509Certificate2 certificate = request.CreateSelfSigned(end.AddDays(-90), end);
        File.WriteAllText(Path.Combine(_directory.FullName, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        string file = Path.Combine(_directory.FullName, "server.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return file;
    }

    private async Task<GatewayHost> StartAsync(string certificate)
    {
        string yaml =
            $$"""
            http: { listen: 127.0.0.1:0, admin_token: token-of-the-operator }
            smpp: { listen: 127.0.0.1:0, tls: { certificate: {{certificate}}, key: {{Path.Combine(_directory.FullName, "key.pem")}} } }
            accounts:
              - sid: AC00000000000000000000000000000001
                auth_token: 0123456789abcdef0123456789abcdef
                smpp: [ { system_id: demo, password: secret } ]
            vendors: [ { name: north, connections: [ { name: north-1, smpp: { host: 127.0.0.1, port: 1, system_id: a, password: b } } ] } ]
            routing: { default: [ north-1 ] }
            alerts:
              queues: [ { connection: north-1, waiting: { l1: 5, l2: 10 } } ]
              disk: { l1: 1, l2: 1, l3: 1 }
            """;
        ConfigResult result = ConfigFile.Parse(yaml, "c.yaml", _directory.FullName);
        result.Errors.ShouldBeEmpty();
        return await GatewayHost.StartAsync(result.Config!, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    private static HttpClient ClientOf(GatewayHost host)
    {
        var client = new HttpClient { BaseAddress = host.HttpAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");
        return client;
    }
}
