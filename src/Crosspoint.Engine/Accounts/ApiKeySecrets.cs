using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Crosspoint.Engine.Accounts;

/// <summary>Secrets of keys that the gateway makes: so much of chance is in them that a plain hash is enough to keep.</summary>
public static class ApiKeySecrets
{
    /// <summary>What they begin with, so that scanners of repositories and logs know them.</summary>
    public const string Prefix = "cpk_";

    private const int RandomBytes = 32;

    public static string New() => string.Concat(Prefix, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)));

    /// <summary>SHA-256 as upper-case hex.</summary>
    public static string HashOf(ReadOnlySpan<char> secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret.ToArray())));
}
