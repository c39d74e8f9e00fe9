using System.Text;
using Crosspoint.Server.Identity;

namespace Crosspoint.Server.Tests.Identity;

public sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238 appendix B, the rows of SHA1.
    [Theory]
    [InlineData(59L, "94287082")]
    [InlineData(1111111109L, "07081804")]
    [InlineData(1111111111L, "14050471")]
    [InlineData(1234567890L, "89005924")]
    [InlineData(2000000000L, "69279037")]
    [InlineData(20000000000L, "65353130")]
    public void CodeAt_VectorsOfTheRfc_AreMet(long seconds, string code) =>
        Totp.CodeAt(Secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8).ShouldBe(code);

    [Fact]
    public void Match_TakesOneStepAround_AndNoneTwice()
    {
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds(1_000_000_000);
        long step = Totp.StepAt(now);
        foreach (long near in (long[])[step - 1, step, step + 1]) Totp.Match(Secret, Totp.CodeAt(Secret, near), now, 0).ShouldBe(near);
        foreach (long far in (long[])[step - 2, step + 2]) Totp.Match(Secret, Totp.CodeAt(Secret, far), now, 0).ShouldBe(0);
        Totp.Match(Secret, Totp.CodeAt(Secret, step), now, step).ShouldBe(0);
        Totp.Match(Secret, Totp.CodeAt(Secret, step - 1), now, step).ShouldBe(0, "an older code than the last is a replay too");
        Totp.Match(Secret, "", now, 0).ShouldBe(0);
        Totp.Match(Secret, Totp.CodeAt(Secret, step) + "0", now, 0).ShouldBe(0);
    }

    // RFC 4648 §10, without the padding.
    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_VectorsOfTheRfc_AreMet(string text, string encoded) => Base32.Encode(Encoding.ASCII.GetBytes(text)).ShouldBe(encoded);

    [Fact]
    public void UriOf_IsWhatAppsRead() => Totp.UriOf("Crosspoint", "ada@example.org", Secret).ShouldBe(
        "otpauth://totp/Crosspoint:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Crosspoint&algorithm=SHA1&digits=6&period=30");
}
