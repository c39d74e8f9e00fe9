using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Text;

public sealed class SmartEncodingTests
{
    [Theory]
    [InlineData("“Hello” – it’s…", "\"Hello\" - it's...")]
    [InlineData("a\u00A0b\u2009c\td", "a b c d")]
    [InlineData("zero\u200Bwidth\uFEFF", "zerowidth")]
    [InlineData("Ｆｕｌｌ　ｗｉｄｔｈ！", "Full width!")]
    [InlineData("½ «ﬁne»", "1/2 \"fine\"")]
    [InlineData("`code`", "'code'")]
    public void Apply_Typography_BecomesGsm(string text, string expected)
    {
        SmartEncoding.Apply(text).ShouldBe(expected);
        GsmAlphabet.CountSeptets(SmartEncoding.Apply(text)).ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain text")]
    [InlineData("ça va? á í ó ú")]
    [InlineData("привет 👨‍👩‍👧 می‌خواهم")]
    public void Apply_NothingToReplace_ReturnsTheSameInstance(string text) => SmartEncoding.Apply(text).ShouldBeSameAs(text);

    [Fact]
    public void Table_EveryEntry_TurnsANonGsmCharacterIntoGsmText()
    {
        SmartEncoding.Table.Count.ShouldBeGreaterThan(150);
        foreach (var (from, to) in SmartEncoding.Table)
        {
            GsmAlphabet.CountSeptets([from]).ShouldBe(-1, $"U+{(int)from:X4} needs no replacement");
            GsmAlphabet.CountSeptets(to).ShouldBeGreaterThanOrEqualTo(0, $"U+{(int)from:X4}");
            SmartEncoding.Apply($"a{from}b").ShouldBe($"a{to}b");
        }
    }

    [Fact]
    public void Table_Entries_AreInOrderAndOnce()
    {
        var keys = SmartEncoding.Table.Select(entry => entry.From).ToArray();
        keys.ShouldBe(keys.Distinct().Order());
    }
}
