using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Smpp.Tests.Sessions;

public sealed class TlsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_OverTls_CarriesMessagesAndClosesInOrder()
    {
        using X509Certificate2 certificate = NewCertificate();
        await using TestServer server = NewServer(certificate);
        var handler = new RecordingHandler();
        await using var client = new SmppClient(
            new SmppClientOptions
            {
                Host = "127.0.0.1",
                Port = server.Server.EndPoint.Port,
                Tls = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, seen, _, _) => seen?.GetCertHashString() == certificate.GetCertHashString(),
                },
            },
            handler,
            TimeProvider.System,
            NullLogger.Instance);
        client.Start();
        SmppSession session = (await handler.NextAsync(EventKind.Bound)).Session;
        session.TryReserve(1).ShouldBeTrue();
        session.Submit(new SubmitSm { ShortMessage = "hi"u8 }, "state").ShouldBe(SendResult.Sent);
        (await handler.NextAsync(EventKind.Response)).Body.ShouldBe("id-1\0"u8.ToArray());
        await client.StopAsync(Token).WaitAsync(RawPeer.Patience, Token);
        (await server.Handler.NextAsync(EventKind.Closed)).Reason.ShouldBe(SmppCloseReason.UnboundByPeer);
    }

    [Fact]
    public async Task Certificate_NotTrusted_IsRefusedByDefault()
    {
        using X509Certificate2 certificate = NewCertificate();
        await using TestServer server = NewServer(certificate);
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var client = new SmppClient(
            new SmppClientOptions { Host = "127.0.0.1", Port = server.Server.EndPoint.Port, Tls = new SslClientAuthenticationOptions() },
            new RecordingHandler(),
            TimeProvider.System,
            NullLogger.Instance);
        client.StateChanged += (_, state) =>
        {
            if (state == SmppClientState.WaitingToReconnect) failed.TrySetResult();
        };
        client.Start();
        await failed.Task.WaitAsync(RawPeer.Patience, Token);
        client.LastError.ShouldNotBeNull();
        client.LastError.ShouldContain("certificate");
    }

    [Fact]
    public async Task PlainClient_AtTheTlsPort_IsCut()
    {
        using X509Certificate2 certificate = NewCertificate();
        await using TestServer server = NewServer(certificate);
        using RawPeer peer = await server.ConnectAsync();
        await peer.SendAsync(Pdu.Bind(CommandId.BindTransceiver));
        await peer.ReadToEndAsync();
        server.Handler.TryNext(out _).ShouldBeFalse();
    }

    private static TestServer NewServer(X509Certificate2 certificate) => new(new SmppServerOptions
    {
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Tls = new SslServerAuthenticationOptions { ServerCertificate = certificate },
    });

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
