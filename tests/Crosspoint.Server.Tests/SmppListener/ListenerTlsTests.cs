using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crosspoint.Server.Hosting;
using Crosspoint.Server.Tests.Support;
using Crosspoint.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crosspoint.Server.Tests.SmppListener;

/// <summary>TLS of the listener: certificates that are renewed while it runs, and files that cannot be used.</summary>
public sealed class ListenerTlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crosspoint-tls-");
    private readonly ManualTimeProvider _clock = new();
    private DateTime _stamp = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private string Certificate => Path.Combine(_folder.FullName, "a.pem");

    private string Key => Path.Combine(_folder.FullName, "b.pem");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Listener_CertificateRenewed_NewConnectionsSeeIt()
    {
        Write("CN=first");
        await using ListenerRig rig = await ListenerRig.StartAsync(listener: $"tls: {{ certificate: {Certificate}, key: {Key} }}");
        (await ShownAsync(rig)).ShouldBe("CN=first");
        Write("CN=second");
        (await ShownAsync(rig)).ShouldBe("CN=first", "the files are looked at once a second");
        rig.Clock.Advance(TimeSpan.FromSeconds(2));
        (await ShownAsync(rig)).ShouldBe("CN=second");
    }

    [Fact]
    public void Files_ThatBecomeUnusable_LeaveTheOldPair()
    {
        Write("CN=first");
        var files = new CertificateFiles(Certificate, Key, _clock, NullLogger.Instance);
        files.Current().TargetCertificate.Subject.ShouldBe("CN=first");
        File.WriteAllText(Certificate, "nonsense");
        Touch();
        _clock.Advance(TimeSpan.FromSeconds(2));
        files.Current().TargetCertificate.Subject.ShouldBe("CN=first");
        Write("CN=third");
        _clock.Advance(TimeSpan.FromSeconds(2));
        files.Current().TargetCertificate.Subject.ShouldBe("CN=third");
    }

    [Fact]
    public void Files_ThatCannotBeUsedAtTheStart_AreNamed()
    {
        Write("CN=first");
        File.WriteAllText(Key, "nonsense");
        Should.Throw<GatewayStartException>(() => new CertificateFiles(Certificate, Key, _clock, NullLogger.Instance))
            .Message.ShouldContain(Key);
    }

    private static async Task<string> ShownAsync(ListenerRig rig)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(rig.EndPoint);
        string shown = "";
        await using var tls = new SslStream(
            new NetworkStream(socket), leaveInnerStreamOpen: false, (_, certificate, _, _) => (shown = certificate!.Subject) == certificate.Issuer);
        await tls.AuthenticateAsClientAsync("crosspoint");
        return shown;
    }

    private void Write(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(Key, key.ExportPkcs8PrivateKeyPem());
        Touch();
    }

    // The time of writing says that a file has changed: two writes of one test may fall into one tick of the file system.
    private void Touch()
    {
        _stamp = _stamp.AddMinutes(1);
        File.SetLastWriteTimeUtc(Certificate, _stamp);
        File.SetLastWriteTimeUtc(Key, _stamp);
    }
}
