using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Text;

public sealed class GsmAlphabetTests
{
    // 3GPP TS 23.038 §6.2.1, where it is not ASCII; written out apart from the library's own table.
    public static readonly TheoryData<byte, string> BasicBesideAscii = new()
    {
        { 0x00, "@" }, { 0x01, "£" }, { 0x02, "$" }, { 0x03, "¥" }, { 0x04, "è" }, { 0x05, "é" }, { 0x06, "ù" }, { 0x07, "ì" },
        { 0x08, "ò" }, { 0x09, "Ç" }, { 0x0A, "\n" }, { 0x0B, "Ø" }, { 0x0C, "ø" }, { 0x0D, "\r" }, { 0x0E, "Å" }, { 0x0F, "å" },
        { 0x10, "Δ" }, { 0x11, "_" }, { 0x12, "Φ" }, { 0x13, "Γ" }, { 0x14, "Λ" }, { 0x15, "Ω" }, { 0x16, "Π" }, { 0x17, "Ψ" },
        { 0x18, "Σ" }, { 0x19, "Θ" }, { 0x1A, "Ξ" }, { 0x1C, "Æ" }, { 0x1D, "æ" }, { 0x1E, "ß" }, { 0x1F, "É" }, { 0x24, "¤" },
        { 0x40, "¡" }, { 0x5B, "Ä" }, { 0x5C, "Ö" }, { 0x5D, "Ñ" }, { 0x5E, "Ü" }, { 0x5F, "§" }, { 0x60, "¿" }, { 0x7B, "ä" },
        { 0x7C, "ö" }, { 0x7D, "ñ" }, { 0x7E, "ü" }, { 0x7F, "à" },
    };

    public static readonly TheoryData<byte, string> Extension = new()
    {
        { 0x0A, "\f" }, { 0x14, "^" }, { 0x28, "{" }, { 0x29, "}" }, { 0x2F, "\\" }, { 0x3C, "[" }, { 0x3D, "~" }, { 0x3E, "]" },
        { 0x40, "|" }, { 0x65, "€" },
    };

    [Theory]
    [MemberData(nameof(BasicBesideAscii))]
    public void Decode_BasicSeptet_GivesItsCharacterAndBack(byte septet, string text)
    {
        GsmAlphabet.Decode([septet]).ShouldBe(text);
        Encode(text).ShouldBe([septet]);
    }

    [Theory]
    [MemberData(nameof(Extension))]
    public void Decode_ExtensionSeptet_GivesItsCharacterAndBack(byte septet, string text)
    {
        GsmAlphabet.Decode([0x1B, septet]).ShouldBe(text);
        Encode(text).ShouldBe([0x1B, septet]);
        GsmAlphabet.CountSeptets(text).ShouldBe(2);
    }

    [Fact]
    public void Decode_AllOtherSeptets_AreAscii()
    {
        var special = BasicBesideAscii.Select(row => row.Data.Item1).ToHashSet();
        var checkedSeptets = 0;
        for (byte septet = 0; septet < 0x80; septet++)
        {
            if (septet == 0x1B || special.Contains(septet))
                continue;
            checkedSeptets++;
            GsmAlphabet.Decode([septet]).ShouldBe(((char)septet).ToString());
            Encode(((char)septet).ToString()).ShouldBe([septet]);
        }

        (checkedSeptets + special.Count + 1).ShouldBe(128);
    }

    [Fact]
    public void CountSeptets_EveryCharacterThereIs_OnlyTheAlphabetIsCounted()
    {
        var basic = 0;
        var extension = 0;
        for (var c = 0; c <= char.MaxValue; c++)
        {
            var count = GsmAlphabet.CountSeptets([(char)c]);
            basic += count == 1 ? 1 : 0;
            extension += count == 2 ? 1 : 0;
        }

        basic.ShouldBe(127);
        extension.ShouldBe(10);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("hello", 5)]
    [InlineData("5 €", 4)]
    [InlineData("{}[]", 8)]
    [InlineData("ç", -1)]
    [InlineData("á", -1)]
    [InlineData("`", -1)]
    [InlineData("\t", -1)]
    [InlineData("\u001B", -1)]
    [InlineData("\0", -1)]
    [InlineData("abcж", -1)]
    [InlineData("😀", -1)]
    public void CountSeptets_Text_CountsOrRefuses(string text, int expected) => GsmAlphabet.CountSeptets(text).ShouldBe(expected);

    [Theory]
    [InlineData("1B41", "A")]
    [InlineData("411B", "A")]
    [InlineData("1B", "")]
    [InlineData("1B1B41", " A")]
    [InlineData("41FF42", "A\uFFFDB")]
    [InlineData("1BFF42", "\uFFFDB")]
    [InlineData("", "")]
    public void Decode_UnknownOrBrokenEscape_ShowsWhatCanBeShown(string hex, string expected) =>
        GsmAlphabet.Decode(Convert.FromHexString(hex)).ShouldBe(expected);

    [Fact]
    public void TryEncode_RoomTooSmall_WritesNothing()
    {
        GsmAlphabet.TryEncode("a€", new byte[2], out var written).ShouldBeFalse();
        written.ShouldBe(0);
        GsmAlphabet.TryEncode("ab", new byte[1], out written).ShouldBeFalse();
        written.ShouldBe(0);
    }

    [Theory]
    [InlineData(GsmLanguage.Turkish, GsmLanguage.Turkish, "04070B0C1C1D40601B531B731B651B47", "€ıĞğŞşİçŞş€Ğ")]
    [InlineData(GsmLanguage.Default, GsmLanguage.Turkish, "041B491B671B691B631B28", "èİğıç{")]
    [InlineData(GsmLanguage.Default, GsmLanguage.Spanish, "1B091B411B491B4F1B551B611B691B6F1B751B65", "çÁÍÓÚáíóú€")]
    [InlineData(GsmLanguage.Portuguese, GsmLanguage.Portuguese, "0412131415161718191A", "êªÇÀ∞^\\€Ó|")]
    [InlineData(GsmLanguage.Portuguese, GsmLanguage.Portuguese, "5B5C5D7B7C7D601B051B7B1B7C1B5B", "ÃÕÚãõ`~êãõÃ")]
    [InlineData((GsmLanguage)13, (GsmLanguage)200, "041B281B41", "è{A")]
    public void Decode_NationalTables_GiveTheirCharacters(GsmLanguage locking, GsmLanguage single, string hex, string expected) =>
        GsmAlphabet.Decode(Convert.FromHexString(hex), new GsmShiftTables(locking, single)).ShouldBe(expected);

    // The vectors that the field knows: 3GPP packing of "hellohello" and of eight characters into seven octets.
    [Theory]
    [InlineData("hellohello", 0, "E8329BFD4697D9EC37")]
    [InlineData("12345678", 0, "31D98C56B3DD70")]
    [InlineData("a", 1, "C2")]
    public void Pack_KnownText_GivesKnownOctets(string text, int fillBits, string hex)
    {
        var septets = Encode(text);
        var packed = new byte[GsmAlphabet.PackedLength(septets.Length, fillBits)];
        GsmAlphabet.Pack(septets, packed, fillBits).ShouldBe(packed.Length);
        Convert.ToHexString(packed).ShouldBe(hex);
    }

    [Fact]
    public void Unpack_EveryLengthAndFill_GivesBackWhatWasPacked()
    {
        var random = new Random(7);
        for (var fillBits = 0; fillBits < 7; fillBits++)
        {
            for (var length = 0; length <= 160; length++)
            {
                var septets = new byte[length];
                for (var i = 0; i < length; i++)
                    septets[i] = (byte)random.Next(128);
                var packed = new byte[GsmAlphabet.PackedLength(length, fillBits)];
                GsmAlphabet.Pack(septets, packed, fillBits).ShouldBe(packed.Length);
                var back = new byte[length];
                GsmAlphabet.Unpack(packed, back, fillBits).ShouldBe(length);
                back.ShouldBe(septets);
            }
        }
    }

    [Fact]
    public void Unpack_NoRoomOrNoOctets_GivesNothing()
    {
        GsmAlphabet.Unpack([0xFF], [], 0).ShouldBe(0);
        GsmAlphabet.Unpack([], new byte[5], 6).ShouldBe(0);
    }

    [Fact]
    public void Pack_BadArguments_Throws()
    {
        Should.Throw<ArgumentException>(() => GsmAlphabet.Pack(new byte[8], new byte[6], 0));
        Should.Throw<ArgumentOutOfRangeException>(() => GsmAlphabet.Pack(new byte[1], new byte[6], 7));
        Should.Throw<ArgumentOutOfRangeException>(() => GsmAlphabet.Unpack(new byte[1], new byte[6], -1));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(6, 1)]
    [InlineData(7, 0)]
    [InlineData(4, 3)]
    [InlineData(8, 6)]
    public void FillBits_HeaderLength_ReachesTheNextSeptet(int headerOctets, int expected) =>
        GsmAlphabet.FillBits(headerOctets).ShouldBe(expected);

    private static byte[] Encode(string text)
    {
        var room = new byte[text.Length * 2];
        GsmAlphabet.TryEncode(text, room, out var written).ShouldBeTrue();
        return room[..written];
    }
}
