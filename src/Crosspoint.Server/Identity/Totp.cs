using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace Crosspoint.Server.Identity;

/// <summary>
/// One-time codes by time (RFC 6238): HMAC-SHA1, six digits, steps of 30 s, which is what authenticator apps take for granted.
/// </summary>
internal static class Totp
{
    public const int Digits = 6;

    // RFC 4226 §4 asks for 128 bits at least and advises 160, the length of the hash.
    private const int SecretBytes = 20;
    private const int StepSeconds = 30;

    // RFC 6238 §5.2 advises one step for the way of the code; one ahead is for a telephone whose clock is fast.
    private const int StepsAround = 1;

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    public static long StepAt(DateTimeOffset time) => time.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a step.</summary>
    [SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "RFC 6238 as apps speak it; HMAC-SHA1 is not broken.")]
    public static string CodeAt(ReadOnlySpan<byte> secret, long step, int digits = Digits)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(secret, counter, hash);

        // RFC 4226 §5.3: the last four bits say where to read.
        int number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xF)..]) & 0x7FFF_FFFF;
        int modulus = 1;
        for (int i = 0; i < digits; i++) modulus *= 10;
        return (number % modulus).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>The step of a code that is right now and newer than the last that was taken; 0 for none.</summary>
    public static long Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now, long lastStep)
    {
        long current = StepAt(now);
        long matched = 0;
        for (long step = current - StepsAround; step <= current + StepsAround; step++)
        {
            ReadOnlySpan<byte> expected = System.Text.Encoding.ASCII.GetBytes(CodeAt(secret, step));
            bool isSame = CryptographicOperations.FixedTimeEquals(expected, System.Text.Encoding.UTF8.GetBytes(code));
            if (isSame && step > lastStep && matched == 0) matched = step;
        }

        return matched;
    }

    /// <summary>What an authenticator app reads from a QR code.</summary>
    public static string UriOf(string issuer, string name, ReadOnlySpan<byte> secret) =>
        $"otpauth://totp/{Uri.EscapeDataString(issuer)}:{Uri.EscapeDataString(name)}?secret={Base32.Encode(secret)}&issuer={Uri.EscapeDataString(issuer)}&algorithm=SHA1&digits={Digits}&period={StepSeconds}";
}
