using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Text;

public sealed class EncodingChoiceTests
{
    private const EncodingSet All = EncodingSet.Gsm7 | EncodingSet.Latin1 | EncodingSet.Ucs2;

    [Theory]
    [InlineData("", SmsEncoding.Gsm7)]
    [InlineData("hello €", SmsEncoding.Gsm7)]
    [InlineData("olá", SmsEncoding.Ucs2)]
    [InlineData("привет", SmsEncoding.Ucs2)]
    public void Cheapest_Text_LosesNothing(string text, SmsEncoding expected) => EncodingChoice.Cheapest(text).ShouldBe(expected);

    [Theory]
    [InlineData("hello", All, SmsEncoding.Gsm7)]
    [InlineData("olá", All, SmsEncoding.Latin1)]
    [InlineData("olá", EncodingSet.Gsm7, SmsEncoding.Ucs2)]
    [InlineData("olá", EncodingSet.None, SmsEncoding.Ucs2)]
    [InlineData("hello", EncodingSet.Ucs2, SmsEncoding.Ucs2)]
    [InlineData("hello", EncodingSet.Latin1, SmsEncoding.Latin1)]
    [InlineData("привет", EncodingSet.Latin1, SmsEncoding.Ucs2)]
    public void Cheapest_AllowedSet_IsKept(string text, EncodingSet allowed, SmsEncoding expected) =>
        EncodingChoice.Cheapest(text, allowed).ShouldBe(expected);

    [Fact]
    public void Cheapest_ManyExtensionCharacters_LatinTakesFewerSegments()
    {
        var text = new string('{', 130);
        Segmenter.Count(text, SmsEncoding.Gsm7, SegmentMethod.Udh8).ShouldBe(2);
        EncodingChoice.Cheapest(text, All).ShouldBe(SmsEncoding.Latin1);
    }

    [Fact]
    public void Cheapest_ExtensionCharactersAlone_GsmIsNeverDearerThanUcs2()
    {
        for (var length = 1; length < 700; length++)
        {
            var text = new string('€', length);
            Segmenter.Count(text, SmsEncoding.Gsm7, SegmentMethod.Udh16)
                .ShouldBeLessThanOrEqualTo(Segmenter.Count(text, SmsEncoding.Ucs2, SegmentMethod.Udh16));
        }
    }
}
