using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Crosspoint.Engine.Webhooks;

/// <summary>The two signatures that receivers check.</summary>
public static class WebhookSigner
{
    /// <summary>
    /// <c>X-Twilio-Signature</c> of a form POST: base64 of HMAC-SHA1, keyed by the auth token, over the URL as configured (without its
    /// fragment)
    /// followed by name and value of every parameter in byte order of the names.
    /// </summary>
    public static string SignTwilio(string authToken, string url, IEnumerable<KeyValuePair<string, string>> parameters)
    {
        var text = new StringBuilder(WebhookTarget.WithoutFragment(url));
        foreach ((string name, string value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal)) text.Append(name).Append(value);
        return SignTwilio(Encoding.UTF8.GetBytes(authToken), Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>
    /// <c>webhook-signature</c> of Standard Webhooks 1.0: <c>v1,</c> and base64 of HMAC-SHA256 over id, timestamp and body, joined by dots.
    /// </summary>
    /// <param name="secret">The octets behind <c>whsec_</c>.</param>
    /// <param name="timestamp">Seconds since 1970 of this try.</param>
    public static string SignStandard(ReadOnlySpan<byte> secret, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var text = new PayloadBuffer();
        WriteStandardPrefix(text, id, timestamp.ToString(CultureInfo.InvariantCulture));
        text.Append(body);
        return SignStandard(secret, text.Written);
    }

    /// <summary>Writes what a Standard Webhooks signature covers besides the body, which follows it.</summary>
    internal static void WriteStandardPrefix(PayloadBuffer text, string id, string timestamp)
    {
        text.AppendUtf8(id);
        text.AppendByte((byte)'.');
        text.AppendUtf8(timestamp);
        text.AppendByte((byte)'.');
    }

    internal static string SignTwilio(ReadOnlySpan<byte> authToken, ReadOnlySpan<byte> text)
    {
        // The format is Twilio's: HMAC-SHA1 is what every validator computes.
#pragma warning disable CA5350
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(authToken, text, hash);
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }

    internal static string SignStandard(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> text)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, text, hash);
        Span<char> signature = stackalloc char[3 + 44];
        "v1,".CopyTo(signature);
        Convert.TryToBase64Chars(hash, signature[3..], out _);
        return new(signature);
    }
}
