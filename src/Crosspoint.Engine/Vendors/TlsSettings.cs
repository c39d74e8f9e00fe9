using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Crosspoint.Engine.Vendors;

/// <summary>TLS to a carrier. Files are read anew for each bind, so that a renewed certificate needs no restart.</summary>
public sealed record TlsSettings
{
    /// <summary>PEM file with the authorities that may have issued the carrier's certificate; null for those of the system.</summary>
    public string? Ca { get; init; }

    /// <summary>PEM file with our certificate and, behind it, its issuers; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>PEM file with the key of <see cref="Certificate"/>; null when it stands in the same file.</summary>
    public string? Key { get; init; }

    /// <summary>The name that the carrier's certificate must have, also sent as SNI; null for the host of the connection.</summary>
    public string? ServerName { get; init; }

    /// <summary>Whether the carrier's certificate is verified.</summary>
    public bool Verify { get; init; } = true;

    /// <summary>Take TLS 1.3 alone; otherwise 1.2 as well.</summary>
    public bool RequiresTls13 { get; init; }

    /// <summary>The settings of one connect.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A file holds nothing that can be used.</exception>
    public SslClientAuthenticationOptions Load(string host)
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = ServerName ?? host,
            EnabledSslProtocols = RequiresTls13 ? SslProtocols.Tls13 : SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (Ca is not null)
        {
            // The carriers' own authorities publish no revocations that could be asked for.
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(Ca);
            tls.CertificateChainPolicy = policy;
        }

        if (Certificate is not null)
        {
            X509Certificate2 own = X509Certificate2.CreateFromPemFile(Certificate, Key ?? Certificate);
            var issuers = new X509Certificate2Collection();
            issuers.ImportFromPemFile(Certificate);
            tls.ClientCertificateContext = SslStreamCertificateContext.Create(own, issuers, offline: true);
        }

#pragma warning disable CA5359 // What the operator asks for by name.
        if (!Verify) tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        return tls;
    }
}
