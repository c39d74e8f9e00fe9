using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Crosspoint.Server.Identity;

/// <summary>Random texts that open something: sessions, links, recovery codes. What is stored is their SHA-256: they are too long to be guessed.</summary>
internal static class OneTimeTokens
{
    private const int TokenBytes = 32;
    private const int CodeBytes = 10;
    private const int CodeCount = 10;

    /// <summary>256 bits, as a cookie and a link carry them.</summary>
    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));

    public static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    public static bool IsOf(string token, byte[]? hash) => hash is not null && CryptographicOperations.FixedTimeEquals(HashOf(token), hash);

    /// <summary>Ten codes of 80 bits, in groups that people can copy.</summary>
    public static string[] NewRecoveryCodes()
    {
        var codes = new string[CodeCount];
        for (int i = 0; i < CodeCount; i++)
        {
            string letters = Base32.Encode(RandomNumberGenerator.GetBytes(CodeBytes)).ToLowerInvariant();
            codes[i] = string.Join('-', letters.Chunk(4).Select(static group => new string(group)));
        }

        return codes;
    }

    /// <summary>The hash of a recovery code, however it was typed.</summary>
    public static byte[] HashOfCode(string code) =>
        HashOf(new([.. code.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant)]));
}
