using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;

namespace Crosspoint.Server.Hosting;

/// <summary>
/// A server certificate and its key in PEM files. When the files change the new pair is used from the next connection on; a pair that
/// cannot be used leaves the old one in place, and is said once.
/// </summary>
internal sealed partial class CertificateFiles
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly string _certificate;
    private readonly string _key;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private SslStreamCertificateContext _context;
    private (DateTime Certificate, DateTime Key) _stamps;
    private long _lookedAt;

    /// <param name="certificate">PEM: the server's certificate first, then those of its issuers.</param>
    /// <param name="key">PEM: its private key, not encrypted.</param>
    /// <exception cref="GatewayStartException">The pair cannot be used.</exception>
    public CertificateFiles(string certificate, string key, TimeProvider time, ILogger logger)
    {
        (_certificate, _key, _time, _logger) = (certificate, key, time, logger);
        try
        {
            _stamps = ReadStamps();
            _context = Load();
        }
        catch (Exception error) when (IsExpected(error))
        {
            throw new GatewayStartException($"smpp.tls: the certificate {certificate} with the key {key} cannot be used: {error.Message}", error);
        }

        _lookedAt = time.GetTimestamp();
    }

    /// <summary>The pair for a new connection.</summary>
    public SslStreamCertificateContext Current()
    {
        lock (_gate)
        {
            if (_time.GetElapsedTime(_lookedAt) < LookEvery) return _context;
            _lookedAt = _time.GetTimestamp();
            try
            {
                (DateTime, DateTime) stamps = ReadStamps();
                if (stamps == _stamps) return _context;

                // Noted first: a pair that is half written or wrong is looked at again only when it changes again.
                _stamps = stamps;
                _context = Load();
                Log.Renewed(_logger, _certificate, _context.TargetCertificate.NotAfter);
            }
            catch (Exception error) when (IsExpected(error))
            {
                Log.NotRenewed(_logger, _certificate, error.Message);
            }

            return _context;
        }
    }

    private static bool IsExpected(Exception error) =>
        error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException;

    private (DateTime Certificate, DateTime Key) ReadStamps() => (File.GetLastWriteTimeUtc(_certificate), File.GetLastWriteTimeUtc(_key));

    private SslStreamCertificateContext Load()
    {
        using var fromPem = X509Certificate2.CreateFromPemFile(_certificate, _key);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);

        // The private key must stay with the certificate beyond this call.
        X509Certificate2 certificate = X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    private static partial class Log
    {
        [LoggerMessage(4020, LogLevel.Information, "The certificate {File} was renewed: new connections use it, until {NotAfter}")]
        public static partial void Renewed(ILogger logger, string file, DateTime notAfter);

        [LoggerMessage(4021, LogLevel.Error, "The certificate {File} has changed and cannot be used, so the old one stays: {Why}")]
        public static partial void NotRenewed(ILogger logger, string file, string why);
    }
}
