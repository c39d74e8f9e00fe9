using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Crosspoint.Engine.Tests.Rigs;
using Crosspoint.Engine.Vendors;
using MessageState = Crosspoint.Engine.Messages.MessageState;

namespace Crosspoint.Engine.Tests.Vendors;

/// <summary>TLS to a carrier, with certificates that are made here.</summary>
public sealed class TlsTests : IDisposable
{
    private const string Name = "smsc.example.com";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("crosspoint-tls-");
    private readonly X509Certificate2 _authority = Authority("Test CA");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tls_CertificateOfTheAuthority_MessagesGoOverIt(bool only13)
    {
        await using var carrier = new ScriptedCarrier(tls: Server(Issue(_authority, Name)));
        await using Rig rig = await StartAsync(carrier, new() { Ca = Pem("ca.pem", _authority), ServerName = Name, RequiresTls13 = only13 });
        await rig.BoundAsync();

        await rig.UntilAsync(await rig.SendAsync(), MessageState.Sent);
    }

    [Fact]
    public async Task Tls_Expired_SaysSo() => (await ErrorAsync(
        Issue(_authority, Name, days: -1), new() { Ca = Pem("ca.pem", _authority), ServerName = Name })).ShouldContain("expired");

    [Fact]
    public async Task Tls_OtherName_SaysSo() => (await ErrorAsync(
        Issue(_authority, "other.example.com"), new() { Ca = Pem("ca.pem", _authority), ServerName = Name }))
        .ShouldContain($"is not for '{Name}'");

    [Fact]
    public async Task Tls_OtherAuthority_SaysSo()
    {
        using X509Certificate2 other = Authority("Other CA");
        (await ErrorAsync(Issue(other, Name), new() { Ca = Pem("ca.pem", _authority), ServerName = Name })).ShouldContain("unknown CA");
    }

    [Fact]
    public async Task Tls_AuthorityThatTheSystemDoesNotKnow_IsRefusedByDefault() =>
        (await ErrorAsync(Issue(_authority, Name), new() { ServerName = Name })).ShouldContain("unknown CA");

    [Fact]
    public async Task Tls_PlainPeer_SaysSo()
    {
        await using var carrier = new ScriptedCarrier();
        (await ErrorAsync(carrier, new() { ServerName = Name })).ShouldContain("not speak TLS");
    }

    [Fact]
    public async Task Tls_NoVerification_TakesAnyCertificate()
    {
        await using var carrier = new ScriptedCarrier(tls: Server(Issue(_authority, "other.example.com", days: -1)));
        await using Rig rig = await StartAsync(carrier, new() { Verify = false });

        await rig.BoundAsync();
    }

    [Fact]
    public async Task Tls_OwnCertificate_IsShownToTheCarrier()
    {
        using X509Certificate2 own = Issue(_authority, "gateway");
        string? seen = null;
        SslServerAuthenticationOptions server = Server(Issue(_authority, Name));
        server.ClientCertificateRequired = true;
        server.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
        {
            seen = certificate?.Subject;
            return certificate is not null;
        };
        await using var carrier = new ScriptedCarrier(tls: server);
        string key = Path.Combine(_directory.FullName, "own.key");
        await File.WriteAllTextAsync(key, own.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);

        await using Rig rig = await StartAsync(
            carrier, new() { Ca = Pem("ca.pem", _authority), ServerName = Name, Certificate = Pem("own.pem", own), Key = key });

        await rig.BoundAsync();
        seen.ShouldBe("CN=gateway");
    }

    [Fact]
    public async Task Tls_FileChanges_TheNextBindReadsIt()
    {
        using X509Certificate2 other = Authority("Other CA");
        await using var carrier = new ScriptedCarrier(tls: Server(Issue(_authority, Name)));
        await using Rig rig = await StartAsync(carrier, new() { Ca = Pem("ca.pem", other), ServerName = Name });
        await rig.UntilAsync(() => ErrorOf(rig) is not null);

        Pem("ca.pem", _authority);

        await rig.BoundAsync();
    }

    [Fact]
    public async Task Tls_FileIsGone_SaysSoAndTriesAgain()
    {
        await using var carrier = new ScriptedCarrier(tls: Server(Issue(_authority, Name)));
        await using Rig rig = await StartAsync(carrier, new() { Ca = Path.Combine(_directory.FullName, "later.pem"), ServerName = Name });
        await rig.UntilAsync(() => ErrorOf(rig) is not null);
        ErrorOf(rig).ShouldNotBeNull().ShouldContain("later.pem");

        Pem("later.pem", _authority);

        await rig.BoundAsync();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task<string> ErrorAsync(X509Certificate2 certificate, TlsSettings settings)
    {
        await using var carrier = new ScriptedCarrier(tls: Server(certificate));
        return await ErrorAsync(carrier, settings);
    }

    private static async Task<string> ErrorAsync(ScriptedCarrier carrier, TlsSettings settings)
    {
        await using Rig rig = await StartAsync(carrier, settings);
        await rig.UntilAsync(() => ErrorOf(rig) is not null);
        return ErrorOf(rig)!;
    }

    private static string? ErrorOf(Rig rig) => rig.Gateway.Connections()[0].Sessions[0].LastError;

    private static Task<Rig> StartAsync(ScriptedCarrier carrier, TlsSettings settings) =>
        Rig.StartAsync(Rig.Options(Rig.Connection("a", carrier.Port, smpp => smpp with { Tls = settings })));

    private static SslServerAuthenticationOptions Server(X509Certificate2 certificate) => new() { ServerCertificate = certificate };

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-30), now.AddDays(30));
    }

    /// <param name="days">Days from now at which it ends.</param>
    private static X509Certificate2 Issue(X509Certificate2 authority, string name, int days = 10)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 bare = request.Create(authority, now.AddDays(-20), now.AddDays(days), RandomNumberGenerator.GetBytes(8));
        return bare.CopyWithPrivateKey(key);
    }

    private string Pem(string file, X509Certificate2 certificate)
    {
        string path = Path.Combine(_directory.FullName, file);
        File.WriteAllText(path, certificate.ExportCertificatePem());
        return path;
    }
}
