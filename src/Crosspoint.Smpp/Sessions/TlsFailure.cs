using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Crosspoint.Smpp.Sessions;

/// <summary>Says what is wrong with a TLS handshake in words that lead to the fault.</summary>
internal sealed class TlsFailure
{
    private string? _certificate;

    /// <summary>Takes down what is wrong with the peer's certificate, unless the settings judge it themselves.</summary>
    public void Watch(SslClientAuthenticationOptions tls) => tls.RemoteCertificateValidationCallback ??= (_, certificate, chain, errors) =>
    {
        if (errors == SslPolicyErrors.None) return true;
        _certificate = Describe(certificate as X509Certificate2, chain, errors, tls.TargetHost);
        return false;
    };

    /// <summary>Why the handshake failed.</summary>
    public string Describe(Exception exception)
    {
        if (_certificate is not null) return _certificate;
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            // What SslStream and OpenSSL say of octets that are no TLS record.
            bool isPlain = inner.Message.Contains("frame", StringComparison.OrdinalIgnoreCase)
                || inner.Message.Contains("wrong version number", StringComparison.OrdinalIgnoreCase)
                || inner.Message.Contains("packet length too long", StringComparison.OrdinalIgnoreCase);
            if (isPlain) return "the peer does not speak TLS on this port";
        }

        return exception is AuthenticationException ? (exception.InnerException ?? exception).Message
            : $"the peer ended the connection during the handshake: it may not speak TLS on this port, or refuse our certificate ({exception.Message})";
    }

    private static string Describe(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors, string? host)
    {
        if (certificate is null) return "the peer shows no certificate";
        if ((errors & SslPolicyErrors.RemoteCertificateNameMismatch) != 0)
            return $"the peer's certificate is not for '{host}': its subject is '{certificate.Subject}'";
        X509ChainStatusFlags all = X509ChainStatusFlags.NoError;
        foreach (X509ChainStatus status in chain?.ChainStatus ?? []) all |= status.Status;
        if ((all & X509ChainStatusFlags.NotTimeValid) != 0)
            return $"the peer's certificate is expired or not valid yet: valid from {certificate.NotBefore.ToUniversalTime():u} to {certificate.NotAfter.ToUniversalTime():u}";
        if ((all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
            return $"the peer's certificate was issued by '{certificate.Issuer}', which is not known here (unknown CA)";
        return $"the peer's certificate is not right: {all}";
    }
}
