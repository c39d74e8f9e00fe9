using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Crosspoint.Samples;

/// <summary>Checks the signature of a native webhook with nothing but .NET.</summary>
public static class WebhookSignature
{
    /// <param name="secret">What GET /v1/webhooks/secret answers: whsec_ and base64.</param>
    /// <param name="signatures">The header webhook-signature.</param>
    /// <param name="body">As it came, before any parsing.</param>
    public static bool IsGenuine(string secret, string id, string timestamp, string signatures, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)) return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - seconds) > 300) return false; // an old one, sent again by somebody else
        byte[] text = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] expected = Encoding.ASCII.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, text)));
        bool isGenuine = false;
        foreach (string one in signatures.Split(' '))
            isGenuine |= CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), expected);
        return isGenuine;
    }
}
