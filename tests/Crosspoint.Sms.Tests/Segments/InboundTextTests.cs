using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Segments;

public sealed class InboundTextTests
{
    [Theory]
    [InlineData(0x00, DefaultAlphabet.GsmUnpacked, "40001B65", "¡@€")]
    [InlineData(0x00, DefaultAlphabet.GsmPacked, "E8329BFD4697D9EC37", "hellohello")]
    [InlineData(0x00, DefaultAlphabet.Latin1, "40E9", "@é")]
    [InlineData(0x00, DefaultAlphabet.Ascii, "4041", "@A")]
    [InlineData(0x00, DefaultAlphabet.Utf8, "C3A9F09F9880", "é😀")]
    [InlineData(0x01, DefaultAlphabet.GsmUnpacked, "40245B", "@$[")]
    [InlineData(0x02, DefaultAlphabet.GsmUnpacked, "00FF", "\0ÿ")]
    [InlineData(0x03, DefaultAlphabet.GsmUnpacked, "40E9", "@é")]
    [InlineData(0x04, DefaultAlphabet.GsmUnpacked, "00FF", "\0ÿ")]
    [InlineData(0x05, DefaultAlphabet.GsmUnpacked, "93FA967B", "日本")]
    [InlineData(0x06, DefaultAlphabet.GsmUnpacked, "BFE0D8D2D5E2", "Привет")]
    [InlineData(0x07, DefaultAlphabet.GsmUnpacked, "F9ECE5ED", "שלום")]
    [InlineData(0x08, DefaultAlphabet.GsmUnpacked, "0041D83DDE00", "A😀")]
    [InlineData(0x08, DefaultAlphabet.Latin1, "FEFF0041FF", "A")]
    [InlineData(0x0A, DefaultAlphabet.GsmUnpacked, "1B2442467C4B5C1B2842", "日本")]
    [InlineData(0x0D, DefaultAlphabet.GsmUnpacked, "C6FCCBDC", "日本")]
    [InlineData(0x0E, DefaultAlphabet.GsmUnpacked, "C7D1B1B9", "한국")]
    [InlineData(0x10, DefaultAlphabet.Latin1, "4000", "¡@")]
    [InlineData(0x14, DefaultAlphabet.GsmUnpacked, "FE", "þ")]
    [InlineData(0x18, DefaultAlphabet.GsmUnpacked, "0041", "A")]
    [InlineData(0x20, DefaultAlphabet.GsmUnpacked, "FE", "þ")]
    [InlineData(0xC8, DefaultAlphabet.GsmUnpacked, "40", "¡")]
    [InlineData(0xE8, DefaultAlphabet.GsmUnpacked, "0041", "A")]
    [InlineData(0xF0, DefaultAlphabet.GsmUnpacked, "40", "¡")]
    [InlineData(0xF0, DefaultAlphabet.GsmPacked, "E8329BFD4697D9EC37", "hellohello")]
    [InlineData(0xF5, DefaultAlphabet.GsmUnpacked, "FE", "þ")]
    public void Decode_DataCoding_NamesTheAlphabet(byte dataCoding, DefaultAlphabet defaultAlphabet, string hex, string expected) =>
        InboundText.Decode(Convert.FromHexString(hex), dataCoding, defaultAlphabet).ShouldBe(expected);

    [Fact]
    public void Decode_ShiftTables_AreUsedForGsm() =>
        InboundText.Decode([0x1B, 0x61], 0, DefaultAlphabet.GsmUnpacked, new GsmShiftTables(GsmLanguage.Default, GsmLanguage.Spanish))
            .ShouldBe("á");

    [Fact]
    public void Decode_PackedAfterHeader_SkipsTheFillBits()
    {
        var packed = new byte[GsmAlphabet.PackedLength(5, 1)];
        GsmAlphabet.Pack("hello"u8, packed, 1);
        InboundText.Decode(packed, 0, DefaultAlphabet.GsmPacked, default, GsmAlphabet.FillBits(6)).ShouldBe("hello");
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x0D)]
    public void Decode_PackedSevenSeptets_PaddingIsNoCharacter(byte padding)
    {
        var packed = new byte[7];
        GsmAlphabet.Pack([.. "abcdefg"u8, padding], packed, 0).ShouldBe(7);
        InboundText.Decode(packed, 0, DefaultAlphabet.GsmPacked).ShouldBe("abcdefg");
    }

    [Fact]
    public void Decode_OddOctetsOfUcs2_AreFlagged()
    {
        InboundText.Decode([0x00, 0x41, 0x04], 8, DefaultAlphabet.GsmUnpacked, default, 0, out var isTruncated).ShouldBe("A");
        isTruncated.ShouldBeTrue();
        InboundText.Decode([0x41], 0, DefaultAlphabet.GsmUnpacked, default, 0, out isTruncated).ShouldBe("A");
        isTruncated.ShouldBeFalse();
    }

    [Fact]
    public void Decode_RandomOctetsInEveryCoding_NeverThrows()
    {
        var random = new Random(11);
        var octets = new byte[255];
        var characters = 0L;
        for (var round = 0; round < 40; round++)
        {
            for (var dataCoding = 0; dataCoding < 256; dataCoding++)
            {
                foreach (var alphabet in Enum.GetValues<DefaultAlphabet>())
                {
                    var userData = octets.AsSpan(0, random.Next(octets.Length + 1));
                    random.NextBytes(userData);
                    var tables = new GsmShiftTables((GsmLanguage)random.Next(256), (GsmLanguage)random.Next(256));
                    characters += InboundText.Decode(userData, (byte)dataCoding, alphabet, tables, random.Next(-3, 12)).Length;
                }
            }
        }

        characters.ShouldBeGreaterThan(1_000_000);
    }

    [Theory]
    [InlineData(SmsEncoding.Gsm7, 0)]
    [InlineData(SmsEncoding.Latin1, 3)]
    [InlineData(SmsEncoding.Ucs2, 8)]
    [InlineData(SmsEncoding.Binary, 4)]
    public void For_Encoding_GivesItsDataCoding(SmsEncoding encoding, byte expected) => DataCodings.For(encoding).ShouldBe(expected);

    [Theory]
    [InlineData(0x00, false, false)]
    [InlineData(0x04, true, false)]
    [InlineData(0x10, false, true)]
    [InlineData(0x11, false, false)]
    [InlineData(0x18, false, true)]
    [InlineData(0xF0, false, true)]
    [InlineData(0xF1, false, false)]
    [InlineData(0xF4, true, true)]
    [InlineData(0xC0, false, false)]
    public void IsBinaryAndIsFlash_DataCoding_AreTold(byte dataCoding, bool isBinary, bool isFlash)
    {
        DataCodings.IsBinary(dataCoding).ShouldBe(isBinary);
        DataCodings.IsFlash(dataCoding).ShouldBe(isFlash);
    }
}
