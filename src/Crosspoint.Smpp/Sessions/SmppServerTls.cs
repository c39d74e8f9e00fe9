using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Crosspoint.Smpp.Sessions;

/// <summary>TLS of a server: TLS 1.2 or later, with a certificate that may change while the server runs.</summary>
public sealed class SmppServerTls
{
    /// <summary>
    /// Asked for the certificate and its chain at each new connection, so that a renewed one is used without a restart; sessions that are
    /// open keep theirs. It must answer at once: keep the context and put a new one in its place. Required.
    /// </summary>
    public required Func<SslStreamCertificateContext> Certificate { get; init; }

    /// <summary>Whether clients must show a certificate. Default none.</summary>
    public SmppClientCertificates ClientCertificates { get; init; }

    /// <summary>Issuers of clients' certificates; null, the default, takes those that the system trusts.</summary>
    public X509Certificate2Collection? ClientIssuers { get; init; }

    internal const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    internal SslServerAuthenticationOptions ForConnection() => new()
    {
        ServerCertificateContext = Certificate(),
        EnabledSslProtocols = Protocols,
        ClientCertificateRequired = ClientCertificates != SmppClientCertificates.None,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        RemoteCertificateValidationCallback = ClientCertificates == SmppClientCertificates.None ? null : IsTrusted,
    };

    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null) return ClientCertificates == SmppClientCertificates.Optional;
        if (ClientIssuers is null) return errors == SslPolicyErrors.None;
        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(ClientIssuers);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.2"));
        if (chain is not null)
        {
            foreach (X509ChainElement element in chain.ChainElements) own.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        return certificate is X509Certificate2 shown && own.Build(shown);
    }
}
