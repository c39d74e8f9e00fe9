using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Text;

public sealed class OctetAlphabetTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Aж", "00410436")]
    [InlineData("😀", "D83DDE00")]
    public void Ucs2TryEncode_Text_WritesBigEndianUnits(string text, string hex)
    {
        var room = new byte[20];
        Ucs2.TryEncode(text, room, out var written).ShouldBeTrue();
        Convert.ToHexString(room.AsSpan(0, written)).ShouldBe(hex);
    }

    [Fact]
    public void Ucs2TryEncode_LoneSurrogates_BecomeReplacementCharacters()
    {
        Encode("a\uD83D").ShouldBe("0061FFFD");
        Encode("\uDE00\uD83D").ShouldBe("FFFDFFFD");
        Encode("\uD83D\uD83D\uDE00").ShouldBe("FFFDD83DDE00");

        static string Encode(string text)
        {
            var room = new byte[text.Length * 2];
            Ucs2.TryEncode(text, room, out var written).ShouldBeTrue();
            return Convert.ToHexString(room.AsSpan(0, written));
        }
    }

    [Theory]
    [InlineData("", "", false)]
    [InlineData("00410436", "Aж", false)]
    [InlineData("FEFF0041", "A", false)]
    [InlineData("FFFE4100", "A", false)]
    [InlineData("FEFF", "", false)]
    [InlineData("004104", "A", true)]
    [InlineData("00", "", true)]
    [InlineData("D83DDE00", "😀", false)]
    [InlineData("D83D0041", "\uFFFDA", false)]
    [InlineData("0041D83D", "A\uFFFD", false)]
    [InlineData("DE00D83D", "\uFFFD\uFFFD", false)]
    public void Ucs2Decode_Octets_GivesTextAndFlag(string hex, string expected, bool expectedTruncated)
    {
        Ucs2.Decode(Convert.FromHexString(hex), out var isTruncated).ShouldBe(expected);
        isTruncated.ShouldBe(expectedTruncated);
    }

    [Fact]
    public void Ucs2TryEncode_RoomTooSmall_WritesNothing()
    {
        Ucs2.TryEncode("ab", new byte[3], out var written).ShouldBeFalse();
        written.ShouldBe(0);
    }

    [Fact]
    public void Latin1_EveryCharacter_GoesThereAndBack()
    {
        var text = string.Create(256, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = (char)i;
        });
        var room = new byte[256];
        Latin1.TryEncode(text, room, out var written).ShouldBeTrue();
        written.ShouldBe(256);
        room[0xE9].ShouldBe((byte)0xE9);
        Latin1.Decode(room).ShouldBe(text);
    }

    [Fact]
    public void Latin1TryEncode_CharacterAboveOrNoRoom_Refuses()
    {
        Latin1.TryEncode("5 €", new byte[10], out var written).ShouldBeFalse();
        written.ShouldBe(0);
        Latin1.TryEncode("abc", new byte[2], out written).ShouldBeFalse();
        written.ShouldBe(0);
    }
}
