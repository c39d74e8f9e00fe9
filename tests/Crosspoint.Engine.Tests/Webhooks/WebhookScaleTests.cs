using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>Very many receivers, and the ways to reach them.</summary>
public sealed class WebhookScaleTests
{
    private static readonly WebhookOptions Options = new() { AllowPrivateAddresses = true, RetrySchedule = [TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)] };

    [Fact]
    public async Task Receivers_ThousandsAndSomeOfThemIll_HealthyOnesAreServedAtOnceAndMemoryIsBounded()
    {
        const int Count = 2_000;
        const int Room = 1_200;
        await using Receiver healthy = await Receiver.StartAsync();
        await using Receiver ill = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        for (int i = 0; i < Count; i++)
        {
            if (i % 10 == 0) ill.Answer($"/{i}", (_, _) => never.Task);
            else if (i % 10 == 1) ill.Answer($"/{i}", 500);
        }

        await using var bed = new WebhookBed(Options, room: Room);
        bed.Dispatcher.Start();
        for (int i = 0; i < Count; i++)
        {
            // Of ten receivers one hangs, one fails, one is not there and the others are well.
            string url = (i % 10) switch
            {
                < 2 => $"{ill.Url}/{i}",
                2 => $"http://127.0.0.1:1/{i}",
                _ => $"{healthy.Url}/{i}",
            };
            await bed.SendAsync(url, MessageState.Sent, MessageState.Delivered);
            bed.Dispatcher.Waiting.ShouldBeLessThanOrEqualTo(Room);
            if (i % 500 != 499) continue;
            MessageId id = await bed.SendAsync(head => head with { AccountSid = WebhookBed.OtherSid, CallbackUrl = $"{healthy.Url}/prompt/{i}" });
            await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        }

        never.SetResult();
        Task done = bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        while (!done.IsCompleted)
        {
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
            bed.Time.Advance(TimeSpan.FromMilliseconds(200));
        }

        await done;
        Dictionary<string, int> seen = healthy.Received.GroupBy(hook => hook.Id).ToDictionary(group => group.Key, group => group.Count());
        foreach (Message message in bed.Journal.ReadAll())
        {
            string url = message.Head.CallbackUrl!;
            bool isWell = url.StartsWith(healthy.Url, StringComparison.Ordinal);
            bool isLost = !isWell && url[^1] is '1' or '2';
            foreach (WebhookDelivery delivery in message.Deliveries)
            {
                delivery.State.ShouldBe(isLost ? DeliveryState.Failed : DeliveryState.Delivered, url);
                if (isWell) seen[$"{message.Id}_{delivery.EventNumber}"].ShouldBeInRange(1, delivery.Tries);
            }
        }

        bed.Dispatcher.Waiting.ShouldBe(0);
    }

    [Fact]
    public async Task Tries_Failed_AreKeptInTheLogUpToItsBound()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        int[] answers = [500, 503, 200];
        int at = 0;
        receiver.Answer("/a", (context, _) =>
        {
            context.Response.StatusCode = answers[at++];
            return Task.CompletedTask;
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/a");
        for (int tries = 1; tries <= 3; tries++)
        {
            await bed.WhenTriedAsync(id, tries);
            if (tries == 1) bed.Delivery(id).Earlier.ShouldBeNull();
            if (tries < 3) bed.PassWait(id);
        }

        WebhookDelivery delivery = bed.Delivery(id);
        delivery.LastStatus.ShouldBe(200);
        delivery.Earlier!.Select(each => each.Status).ShouldBe([500, 503]);
        delivery.Earlier!.ShouldAllBe(each => each.At > 0 && each.Error != null);
        for (int i = 0; i < 30; i++)
        {
            delivery.LastAt = i + 1;
            delivery.KeepLast();
        }

        delivery.Earlier!.Count.ShouldBe(WebhookDelivery.MostEarlier);
        delivery.Earlier[^1].At.ShouldBe(30);
    }

    [Fact]
    public async Task Connections_ReceiverThatIgnoresTheWishToClose_AreClosedByTheGateway()
    {
        // Eight receivers that would keep their connections, and places for one connection that rests.
        await using var bed = new WebhookBed(Options with { Concurrency = 2 });
        bed.Dispatcher.Start();
        var receivers = new List<RawReceiver>();
        try
        {
            for (int i = 0; i < 8; i++)
            {
                receivers.Add(new(static async (stream, token) =>
                {
                    byte[] buffer = new byte[8192];
                    while (await RawReceiver.ReadRequestAsync(stream, buffer, token))
                        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), token);
                }));
                MessageId id = await bed.SendAsync(receivers[i].Url + "/a");
                await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
            }

            SpinWait.SpinUntil(() => bed.Dispatcher.Connections <= 1, TimeSpan.FromSeconds(20)).ShouldBeTrue();
        }
        finally
        {
            foreach (RawReceiver receiver in receivers) await receiver.DisposeAsync();
        }
    }

    [Fact]
    public async Task Connections_ReceiverThatSpeaksHttp2_ShareOneOverTls()
    {
        using X509Certificate2 certificate = NewCertificate();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(certificate);
        }));
        await using WebApplication app = builder.Build();
        var seen = new System.Collections.Concurrent.ConcurrentBag<(string Protocol, string Connection, int Length)>();
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            seen.Add((context.Request.Protocol, context.Connection.Id, (int)body.Length));
        });
        await app.StartAsync(CancellationToken.None);
        string url = app.Urls.First();
        var tls = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString(),
        };
        await using var bed = new WebhookBed(
            Options, endpoints: [new() { Url = url + "/batch", Batch = new(10, TimeSpan.Zero) }], tls: tls);
        bed.Dispatcher.Start();
        MessageId first = await bed.SendAsync(url + "/one");
        await bed.WhenAsync(first, d => d.State == DeliveryState.Delivered);
        for (int i = 0; i < 50; i++) await bed.SendAsync($"{url}/{(i % 2 == 0 ? "one" : "batch")}");
        await bed.Journal.WhenAsync(all => all.All(m => !m.HasPendingDelivery));
        seen.ShouldAllBe(request => request.Protocol == "HTTP/2" && request.Length > 0);
        seen.Select(request => request.Connection).Distinct().Count().ShouldBe(1);
        bed.Dispatcher.Connections.ShouldBe(1);
        bed.Journal.ReadAll().ShouldAllBe(m => m.Deliveries[0].LastStatus == 200);
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=receiver", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2120, 1, 1, 0, 0, 0, TimeSpan.Zero));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
