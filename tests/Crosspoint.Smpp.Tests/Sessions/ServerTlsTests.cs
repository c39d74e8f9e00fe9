using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Sessions;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Sessions;

/// <summary>The server's side of TLS, against the runtime's own client.</summary>
public sealed class ServerTlsTests
{
    private const int StrangerId = 1103;
    private const int HandshakeFailedId = 1104;
    private const int NoCertificateId = 1107;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Certificate_Renewed_IsUsedByNewConnectionsAndOldOnesStay()
    {
        using X509Certificate2 first = NewCertificate("CN=first");
        using X509Certificate2 second = NewCertificate("CN=second");
        SslStreamCertificateContext current = SslStreamCertificateContext.Create(first, null);
        await using TestServer server = NewServer(new SmppServerTls { Certificate = () => Volatile.Read(ref current) });
        await using SslStream before = await ConnectAsync(server);
        before.RemoteCertificate!.Subject.ShouldBe("CN=first");
        before.SslProtocol.ShouldBeOneOf(SslProtocols.Tls12, SslProtocols.Tls13);

        Volatile.Write(ref current, SslStreamCertificateContext.Create(second, null));
        await using SslStream after = await ConnectAsync(server);
        after.RemoteCertificate!.Subject.ShouldBe("CN=second");
        (await BindAsync(before)).ShouldBe(CommandStatus.Ok);
        (await BindAsync(after)).ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task Certificate_ThatCannotBeHad_RefusesOnlyThatConnection()
    {
        using X509Certificate2 certificate = NewCertificate("CN=late");
        SslStreamCertificateContext? current = null;
        await using TestServer server = NewServer(
            new SmppServerTls { Certificate = () => current ?? throw new FileNotFoundException("no file") });
        await Should.ThrowAsync<Exception>(() => ConnectAsync(server));
        server.Logger.Count(NoCertificateId).ShouldBe(1);
        current = SslStreamCertificateContext.Create(certificate, null);
        await using SslStream served = await ConnectAsync(server);
        (await BindAsync(served)).ShouldBe(CommandStatus.Ok);
    }

    [Theory]
    [InlineData(SmppClientCertificates.None, false, true)]
    [InlineData(SmppClientCertificates.Optional, false, true)]
    [InlineData(SmppClientCertificates.Optional, true, true)]
    [InlineData(SmppClientCertificates.Required, false, false)]
    [InlineData(SmppClientCertificates.Required, true, true)]
    public async Task ClientCertificates_AreAskedForAsTheOptionSays(SmppClientCertificates mode, bool shows, bool served)
    {
        using X509Certificate2 own = NewCertificate("CN=server");
        using X509Certificate2 client = NewCertificate("CN=client");
        await using TestServer server = NewServer(new SmppServerTls
        {
            Certificate = () => SslStreamCertificateContext.Create(own, null),
            ClientCertificates = mode,
            ClientIssuers = [client],
        });
        (await TryBindAsync(server, shows ? client : null)).ShouldBe(served);
    }

    [Theory]
    [InlineData(SmppClientCertificates.Optional)]
    [InlineData(SmppClientCertificates.Required)]
    public async Task ClientCertificate_OfAnotherIssuer_IsRefused(SmppClientCertificates mode)
    {
        using X509Certificate2 own = NewCertificate("CN=server");
        using X509Certificate2 trusted = NewCertificate("CN=trusted");
        using X509Certificate2 other = NewCertificate("CN=other");
        await using TestServer server = NewServer(new SmppServerTls
        {
            Certificate = () => SslStreamCertificateContext.Create(own, null),
            ClientCertificates = mode,
            ClientIssuers = [trusted],
        });
        (await TryBindAsync(server, other)).ShouldBeFalse();
        (await TryBindAsync(server, trusted)).ShouldBeTrue();
    }

    [Fact]
    public async Task PlainClients_AtTheTlsPort_EndCleanlyAndAreSaidOnce()
    {
        using X509Certificate2 own = NewCertificate("CN=server");
        await using TestServer server = NewServer(new SmppServerTls { Certificate = () => SslStreamCertificateContext.Create(own, null) });
        for (var i = 0; i < 3; i++)
        {
            using RawPeer peer = await server.ConnectAsync();
            await peer.SendAsync(Pdu.Bind(CommandId.BindTransceiver));
            await peer.ReadToEndAsync();
        }

        server.Logger.Count(HandshakeFailedId).ShouldBe(1);
        await using SslStream served = await ConnectAsync(server);
        (await BindAsync(served)).ShouldBe(CommandStatus.Ok);
    }

    [Fact]
    public async Task TlsClients_AtThePlainPort_EndCleanlyAndAreSaidOnce()
    {
        await using var server = new TestServer();
        for (var i = 0; i < 3; i++) await Should.ThrowAsync<Exception>(() => ConnectAsync(server));
        await server.Server.StopAsync(Token);
        server.Logger.Count(StrangerId).ShouldBe(1);
    }

    [Fact]
    public async Task SilentClient_AtTheTlsPort_IsCutAfterSessionInit()
    {
        using X509Certificate2 own = NewCertificate("CN=server");
        await using TestServer server = NewServer(new SmppServerTls { Certificate = () => SslStreamCertificateContext.Create(own, null) });
        using RawPeer peer = await server.ConnectAsync();
        await TestServer.AdvanceUntilAsync(server.Time, peer.ReadToEndAsync());
    }

    [Fact]
    public void Options_OfOldProtocolsOrBothWays_AreRefused()
    {
        using X509Certificate2 own = NewCertificate("CN=server");
        var tls = new SmppServerTls { Certificate = () => SslStreamCertificateContext.Create(own, null) };
#pragma warning disable CA5397, SYSLIB0039 // What must be refused.
        var old = new SslServerAuthenticationOptions { ServerCertificate = own, EnabledSslProtocols = SslProtocols.Tls11 };
#pragma warning restore CA5397, SYSLIB0039
        Should.Throw<ArgumentException>(() => new TestServer(new SmppServerOptions { Tls = old }));
        Should.Throw<ArgumentException>(() => new TestServer(new SmppServerOptions
        {
            Tls = new SslServerAuthenticationOptions { ServerCertificate = own },
            SecureTls = tls,
        }));
    }

    private static TestServer NewServer(SmppServerTls tls) =>
        new(new SmppServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), SecureTls = tls });

    private static async Task<SslStream> ConnectAsync(TestServer server, X509Certificate2? certificate = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Server.EndPoint);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                RemoteCertificateValidationCallback = (_, seen, _, _) => seen is not null,
                ClientCertificates = certificate is null ? null : [certificate],
            }, Token).WaitAsync(RawPeer.Patience, Token);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    // With TLS 1.3 a client hears of its refusal only when it reads.
    private static async Task<bool> TryBindAsync(TestServer server, X509Certificate2? certificate)
    {
        try
        {
            await using SslStream stream = await ConnectAsync(server, certificate);
            return await BindAsync(stream) == CommandStatus.Ok;
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException)
        {
            return false;
        }
    }

    private static async Task<CommandStatus> BindAsync(SslStream stream)
    {
        await stream.WriteAsync(Pdu.Bind(CommandId.BindTransceiver), Token);
        var header = new byte[PduHeader.Bytes];
        await stream.ReadExactlyAsync(header, Token).AsTask().WaitAsync(RawPeer.Patience, Token);
        PduHeader.TryRead(header, out PduHeader answer).ShouldBeTrue();
        return answer.CommandStatus;
    }

    private static X509Certificate2 NewCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
