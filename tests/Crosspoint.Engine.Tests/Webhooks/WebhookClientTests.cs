using System.Net;
using System.Net.Sockets;
using System.Text;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Engine.Tests.Webhooks;

/// <summary>Receivers that are broken or hostile, and targets that may not be called.</summary>
public sealed class WebhookClientTests
{
    private static readonly WebhookOptions Options =
        new() { AllowPrivateAddresses = true, RetrySchedule = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)] };

    [Fact]
    public async Task Try_EndlessBody_IsDeliveredAndCutOff()
    {
        long written = 0;
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), token);
            byte[] chunk = Encoding.ASCII.GetBytes("4000\r\n" + new string('x', 0x4000) + "\r\n");
            try
            {
                while (true)
                {
                    await stream.WriteAsync(chunk, token);
                    written += 0x4000;
                }
            }
            catch (IOException)
            {
                ended.SetResult();
            }
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));

        // What the sockets' buffers on both sides hold comes on top of the 64 KB that are read.
        written.ShouldBeLessThan(32 * 1024 * 1024);
    }

    [Fact]
    public async Task Try_BodyDripsForever_EndsAtTheTimeLimitAndIsDelivered()
    {
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx"u8.ToArray(), token);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });

        // On the real clock: only the client knows when it has read the status.
        await using var bed = new WebhookBed(Options, time: TimeProvider.System);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "#tt=2000");
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Delivered);
        bed.Delivery(id).LastStatus.ShouldBe(200);
        bed.Delivery(id).LastTookMicros.ShouldBeGreaterThan(1_900_000);
    }

    [Fact]
    public async Task Try_HeadersNeverEnd_TimesOutAfterTheTotalLimit()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nX-Slow: "u8.ToArray(), token);
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        bed.Time.Advance(TimeSpan.FromSeconds(14.8));
        bed.Delivery(id).Tries.ShouldBe(0);
        bed.Time.Advance(TimeSpan.FromSeconds(0.4));
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastError.ShouldBe("no answer in time");
        bed.Delivery(id).LastTookMicros.ShouldBeGreaterThan(14_000_000);
    }

    [Fact]
    public async Task Try_TotalLimitInTheFragment_IsHonoured()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        var never = new TaskCompletionSource();
        receiver.Answer("/hang", (_, _) => never.Task);
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url + "/hang#tt=1000");
        await receiver.WhenAsync(all => all.Count == 1);
        bed.Time.Advance(TimeSpan.FromSeconds(1.2));
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).LastError.ShouldBe("no answer in time");
        never.SetResult();
    }

    [Theory]
    [InlineData("")]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    public async Task Try_ConnectionBreaksOrIsNotHttp_IsTriedAgain(string answer)
    {
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), token);
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url);
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastStatus.ShouldBe(0);
        bed.Delivery(id).LastError.ShouldBe("the connection broke, or the answer is not HTTP");
    }

    [Fact]
    public async Task Try_ConnectionReset_IsTriedAgain()
    {
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            stream.Socket.LingerState = new LingerOption(true, 0);
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url);
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastStatus.ShouldBe(0);
    }

    [Fact]
    public async Task Try_HttpsToAReceiverWithoutTls_FailsAndSaysSo()
    {
        await using var receiver = new RawReceiver(
            (stream, token) => stream.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), token).AsTask());
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url.Replace("http:", "https:", StringComparison.Ordinal));
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastError.ShouldBe("TLS failed");
    }

    [Fact]
    public async Task Try_HugeHeaders_IsAFailedTry()
    {
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nX: " + new string('x', 100_000) + "\r\n\r\n"), token);
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(receiver.Url);
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastError.ShouldBe("the answer's headers are too large");
    }

    [Fact]
    public async Task Try_NobodyListens_IsTriedAgain()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync($"http://127.0.0.1:{port}/");
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastError.ShouldBe("could not connect");
    }

    [Fact]
    public async Task Try_HostCannotBeResolved_IsTriedAgain()
    {
        await using var bed = new WebhookBed(Options, lookUp: _ => throw new SocketException((int)SocketError.HostNotFound));
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync("http://nowhere.example/");
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).State.ShouldBe(DeliveryState.Pending);
        bed.Delivery(id).LastError.ShouldBe("the host name cannot be resolved");
    }

    [Fact]
    public async Task Try_HostStandsForAPrivateAddress_IsRefusedAndNothingConnects()
    {
        await using var receiver = new RawReceiver((_, _) => Task.CompletedTask);
        int port = new Uri(receiver.Url).Port;
        var strict = new WebhookOptions { AllowHttp = true, AllowedPorts = [port], RetrySchedule = Options.RetrySchedule };
        await using var bed = new WebhookBed(strict, lookUp: _ => [IPAddress.Parse("93.184.216.34"), IPAddress.Loopback]);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync($"http://rebind.example:{port}/");
        for (int tries = 1; tries <= 2; tries++)
        {
            await bed.WhenTriedAsync(id, tries);
            bed.PassWait(id);
        }

        await bed.WhenAsync(id, d => d.State == DeliveryState.Failed);
        bed.Delivery(id).LastError.ShouldBe("the host is not on the public internet");
        receiver.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Try_NameChangesBetweenConnects_IsCheckedAtEachConnect()
    {
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await RawReceiver.ReadRequestAsync(stream, new byte[8192], token);
            await stream.WriteAsync("HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), token);
        });
        List<string> asked = [];
        await using var bed = new WebhookBed(Options, lookUp: host =>
        {
            asked.Add(host);
            return [IPAddress.Loopback];
        });
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync($"http://moving.example:{new Uri(receiver.Url).Port}/");
        await bed.WhenTriedAsync(id, 1);
        bed.PassWait(id);
        await bed.WhenTriedAsync(id, 2);
        asked.ShouldBe(["moving.example", "moving.example"]);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("not a url")]
    [InlineData("http://user:pass@127.0.0.1/")]
    public async Task Try_UrlThatMayNotBeCalled_FailsAtOnce(string url)
    {
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(url);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Failed);
        bed.Delivery(id).Tries.ShouldBe(1);
        bed.Delivery(id).LastError.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task Try_AccountGone_FailsAtOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(head => head with { AccountSid = "AC-gone", CallbackUrl = receiver.Url });
        await bed.WhenAsync(id, d => d.State == DeliveryState.Failed);
        receiver.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task Try_ReceiverStopsReading_TimesOutAndLeavesTheNextBodyWhole()
    {
        // The body is still on its way out of the worker's buffer when the try is given up.
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var receiver = new RawReceiver(async (stream, token) =>
        {
            await stream.ReadExactlyAsync(new byte[64], token);
            begun.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });
        await using Receiver good = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        string large = new('x', 20_000_000);
        MessageId id = await bed.SendAsync(
            head => head with { Direction = MessageDirection.Inbound, Body = large, CallbackUrl = receiver.Url }, MessageState.Received);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        bed.Time.Advance(TimeSpan.FromSeconds(16));
        await bed.WhenTriedAsync(id, 1);
        bed.Delivery(id).LastError.ShouldBe("no answer in time");
        MessageId next = await bed.SendAsync(
            head => head with { Direction = MessageDirection.Inbound, Body = "whole", CallbackUrl = good.Url + "/x" },
            MessageState.Received);
        await bed.WhenAsync(next, d => d.State == DeliveryState.Delivered);
        good.Received.Single().Text.ShouldContain("\"body\":\"whole\"");
    }

    [Fact]
    public async Task Reply_XmlAnswerToAnInboundWebhook_IsHandedOver()
    {
        ReplyLog replies = await ReplyToAsync(
            "text/xml; charset=utf-8", "<Response><Message>hi</Message><Dial/></Response>", MessageDirection.Inbound);
        replies.Bodies.ShouldBe(["hi"]);
        replies.Ignored.ShouldBe(["Dial"]);
    }

    [Theory]
    [InlineData("text/html; charset=utf-8", "<Response><Message>hi</Message></Response>", "hi", "")]
    [InlineData("text/html", "<html><body>ok</body></html>", "", "content type not supported: text/html")]
    [InlineData("text/html", "OK", "", "content type not supported: text/html")]
    [InlineData("application/twiml+xml", "<Response><Message>hi</Message></Response>", "hi", "")]
    [InlineData("Application/XML", "<html/>", "", "unparsable reply document")]
    [InlineData("text/plain", "\uFEFFgrüß dich\n", "grüß dich", "")]
    [InlineData("text/plain; charset=\"utf-7\"", "hi", "hi", "")]
    [InlineData("application/json", "{}", "", "content type not supported: application/json")]
    [InlineData("", "hi", "", "content type not supported: none")]
    public async Task Reply_ByContentType_IsSentOrNoted(string type, string answer, string body, string ignored)
    {
        ReplyLog replies = await ReplyToAsync(type, answer, MessageDirection.Inbound);
        string.Join('|', replies.Bodies).ShouldBe(body);
        string.Join('|', replies.Ignored).ShouldBe(ignored);
    }

    [Theory]
    [InlineData("text/xml")]
    [InlineData("text/html")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("")]
    public async Task Reply_EmptyAnswer_MeansNothing(string type)
    {
        ReplyLog replies = await ReplyToAsync(type, "", MessageDirection.Inbound);
        replies.Bodies.ShouldBeEmpty();
        replies.Ignored.ShouldBeEmpty();
    }

    [Fact]
    public void Reply_TextInLatin1_IsReadAsThat()
    {
        List<string> bodies = [];
        ReplyContent.Read(new byte[] { 0x67, 0x72, 0xFC, 0xDF }, ReplyKind.Text, new("text/plain", "iso-8859-1"), bodies, []);
        bodies.ShouldBe(["grüß"]);
    }

    [Theory]
    [InlineData("text/plain", "hi", MessageDirection.OutboundApi)]
    [InlineData("application/json", "{}", MessageDirection.OutboundApi)]
    [InlineData("application/xml", "<Response><Message>hi</Message></Response>", MessageDirection.OutboundApi)]
    public async Task Reply_ToAStatusCallback_MeansNothing(string type, string answer, MessageDirection direction)
    {
        ReplyLog replies = await ReplyToAsync(type, answer, direction);
        replies.Bodies.ShouldBeEmpty();
        replies.Ignored.ShouldBeEmpty();
    }

    [Fact]
    public async Task Reply_TooLargeADocument_IsIgnoredAndSaid()
    {
        string answer = "<Response><Message>" + new string('x', 70_000) + "</Message></Response>";
        ReplyLog replies = await ReplyToAsync("application/xml", answer, MessageDirection.Inbound);
        replies.Bodies.ShouldBeEmpty();
        replies.Ignored.ShouldBe(["unparsable reply document"]);
    }

    [Fact]
    public async Task Reply_FailedTryThenDelivered_CountsOnce()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        int status = 500;
        receiver.Answer("/in", (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "text/xml";
            return context.Response.Body.WriteAsync("<Response><Message>hi</Message></Response>"u8.ToArray()).AsTask();
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageId id = await bed.SendAsync(head => Inbound(head, receiver.Url + "/in"), MessageState.Received);
        await bed.WhenTriedAsync(id, 1);
        bed.Replies.Bodies.ShouldBeEmpty();
        status = 200;
        bed.PassWait(id);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        bed.Replies.Bodies.ShouldBe(["hi"]);
    }

    [Fact]
    public async Task Connections_ManyHostsWithOneReceiver_FewAreKept()
    {
        await using Receiver receiver = await Receiver.StartAsync();
        await using var bed = new WebhookBed(Options with { Concurrency = 8 }, lookUp: _ => [IPAddress.Loopback]);
        bed.Dispatcher.Start();
        for (int i = 0; i < 40; i++)
        {
            MessageId id = await bed.SendAsync($"http://h{i}.example:{receiver.Port}/x");
            await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        }

        bed.Dispatcher.Connections.ShouldBeInRange(1, 4);
        receiver.Received[^1].Headers["Connection"].ShouldBe("close");
        receiver.Received[0].Headers.Keys.ShouldNotContain("Connection");
    }

    private static async Task<ReplyLog> ReplyToAsync(string type, string answer, MessageDirection direction)
    {
        await using Receiver receiver = await Receiver.StartAsync();
        receiver.Answer("/in", (context, _) =>
        {
            if (type.Length > 0) context.Response.ContentType = type;
            return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer)).AsTask();
        });
        await using var bed = new WebhookBed(Options);
        bed.Dispatcher.Start();
        MessageState state = direction == MessageDirection.Inbound ? MessageState.Received : MessageState.Sent;
        MessageId id = await bed.SendAsync(head => Inbound(head, receiver.Url + "/in") with { Direction = direction }, state);
        await bed.WhenAsync(id, d => d.State == DeliveryState.Delivered);
        return bed.Replies;
    }

    private static MessageHead Inbound(MessageHead head, string url) => head with
    {
        Direction = MessageDirection.Inbound,
        CallbackUrl = url,
        CallbackForm = CallbackForm.Twilio,
    };
}
