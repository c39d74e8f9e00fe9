using Crosspoint.Sms.Numbers;

namespace Crosspoint.Sms.Tests.Numbers;

public sealed class E164Tests
{
    [Theory]
    [InlineData("+1234567", 1234567UL)]
    [InlineData("+15550001000", 15550001000UL)]
    [InlineData("+999999999999999", 999999999999999UL)]
    public void TryParse_ExactForm_GivesTheNumberAndItsTextBack(string text, ulong digits)
    {
        E164.TryParse(text, out var number).ShouldBeTrue();
        number.Digits.ShouldBe(digits);
        number.Length.ShouldBe(text.Length - 1);
        number.ToString().ShouldBe(text);
        E164.FromDigits(digits).ShouldBe(number);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("15550001000")]
    [InlineData("+0123456789")]
    [InlineData("+123456")]
    [InlineData("+1234567890123456")]
    [InlineData("+1 5550001000")]
    [InlineData("+1555000100a")]
    [InlineData("++15550001000")]
    [InlineData(" +15550001000")]
    [InlineData("+١٢٣٤٥٦٧٨")]
    public void TryParse_OtherForm_IsRefused(string text)
    {
        E164.TryParse(text, out var number).ShouldBeFalse();
        number.ShouldBe(default);
    }

    [Theory]
    [InlineData("+15550001000")]
    [InlineData("15550001000")]
    [InlineData("0015550001000")]
    [InlineData("+1 (555) 000-1000")]
    [InlineData(" +1.555.000.1000 ")]
    [InlineData("+1\u00A0555/000/1000")]
    public void TryNormalize_FormsOfCarriers_GiveOneNumber(string text)
    {
        E164.TryNormalize(text, out var number).ShouldBeTrue();
        number.ToString().ShouldBe("+15550001000");
    }

    [Theory]
    [InlineData("")]
    [InlineData("+")]
    [InlineData("0301234567")]
    [InlineData("+0015550001000")]
    [InlineData("00")]
    [InlineData("ACME")]
    [InlineData("1+5550001000")]
    [InlineData("12345")]
    [InlineData("1234567890123456")]
    [InlineData("001234567890123456")]
    [InlineData("00000000000000000000000000000000000000000000000000")]
    public void TryNormalize_NoInternationalNumber_IsRefused(string text) => E164.TryNormalize(text, out _).ShouldBeFalse();

    [Fact]
    public void TryFormat_Room_IsFilledOrLeft()
    {
        var number = E164.FromDigits(15550001000);
        Span<char> room = stackalloc char[12];
        number.TryFormat(room, out var written).ShouldBeTrue();
        room[..written].ToString().ShouldBe("+15550001000");
        number.TryFormat(room[..11], out written).ShouldBeFalse();
        written.ShouldBe(0);
        number.TryFormat([], out written).ShouldBeFalse();
        default(E164).ToString().ShouldBe("");
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(999_999UL)]
    [InlineData(1_000_000_000_000_000UL)]
    public void FromDigits_OutOfRange_Throws(ulong digits) => Should.Throw<ArgumentOutOfRangeException>(() => E164.FromDigits(digits));

    [Fact]
    public void Equals_SameDigits_AreOneKey()
    {
        E164.TryNormalize("0015550001000", out var one);
        var other = E164.FromDigits(15550001000);
        (one == other).ShouldBeTrue();
        (one != other).ShouldBeFalse();
        one.GetHashCode().ShouldBe(other.GetHashCode());
        one.Equals((object)other).ShouldBeTrue();
        one.Equals("x").ShouldBeFalse();
    }
}
