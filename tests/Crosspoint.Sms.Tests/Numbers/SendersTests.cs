using Crosspoint.Sms.Numbers;

namespace Crosspoint.Sms.Tests.Numbers;

public sealed class SendersTests
{
    [Theory]
    [InlineData("+15550001000", SenderKind.LongCode, "+15550001000")]
    [InlineData("+1 (555) 000-1000", SenderKind.LongCode, "+15550001000")]
    [InlineData("+18005550100", SenderKind.TollFree, "+18005550100")]
    [InlineData("+18445550100", SenderKind.TollFree, "+18445550100")]
    [InlineData("123", SenderKind.ShortCode, "123")]
    [InlineData("12345678", SenderKind.ShortCode, "12345678")]
    [InlineData("00123", SenderKind.ShortCode, "00123")]
    [InlineData("ACME", SenderKind.Alphanumeric, "ACME")]
    [InlineData("My Shop 24", SenderKind.Alphanumeric, "My Shop 24")]
    [InlineData("A", SenderKind.Alphanumeric, "A")]
    [InlineData("AB-C_D.E&F+", SenderKind.Alphanumeric, "AB-C_D.E&F+")]
    [InlineData("+1A", SenderKind.Alphanumeric, "+1A")]
    public void TryClassify_Sender_TellsItsKind(string text, SenderKind expected, string expectedNormalized)
    {
        Senders.TryClassify(text, out var kind, out var normalized).ShouldBeTrue();
        kind.ShouldBe(expected);
        normalized.ShouldBe(expectedNormalized);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("123456789")]
    [InlineData("15550001000")]
    [InlineData("+12345")]
    [InlineData("+0123456789")]
    [InlineData("TwelveLetter")]
    [InlineData(" ACME")]
    [InlineData("ACME ")]
    [InlineData("ACMÉ")]
    [InlineData("Акме")]
    [InlineData("A\nB")]
    [InlineData("A<b>")]
    [InlineData("12 34")]
    [InlineData("...")]
    public void TryClassify_NoSender_IsRefused(string text)
    {
        Senders.TryClassify(text, out _, out var normalized).ShouldBeFalse();
        normalized.ShouldBe("");
    }

    [Theory]
    [InlineData(SenderKind.LongCode, 1, 1)]
    [InlineData(SenderKind.TollFree, 1, 1)]
    [InlineData(SenderKind.ShortCode, 3, 0)]
    [InlineData(SenderKind.Alphanumeric, 5, 0)]
    public void For_Kind_GivesTheUsualRule(SenderKind kind, byte ton, byte npi) => Senders.For(kind).ShouldBe(new TonNpi(ton, npi));
}
