using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Segments;

public sealed class WireFormTests
{
    private static readonly CarrierAlphabet National = new()
    {
        Languages = [GsmLanguage.Turkish, GsmLanguage.Spanish, GsmLanguage.Portuguese],
    };

    [Theory]
    // One segment, one of several; 6 octets of header and 3 for each table cost septets as 3GPP TS 23.040 §9.2.3.24 packs them.
    [InlineData(GsmLanguage.Default, GsmLanguage.Default, SegmentMethod.Udh8, 160, 153)]
    [InlineData(GsmLanguage.Default, GsmLanguage.Spanish, SegmentMethod.Udh8, 155, 149)]
    [InlineData(GsmLanguage.Turkish, GsmLanguage.Default, SegmentMethod.Sar, 155, 149)]
    [InlineData(GsmLanguage.Turkish, GsmLanguage.Turkish, SegmentMethod.Udh8, 152, 146)]
    [InlineData(GsmLanguage.Default, GsmLanguage.Spanish, SegmentMethod.Udh16, 155, 148)]
    [InlineData(GsmLanguage.Portuguese, GsmLanguage.Portuguese, SegmentMethod.Udh16, 152, 145)]
    public void Count_NationalTables_LeaveTheirRoom(GsmLanguage locking, GsmLanguage single, SegmentMethod method, int one, int part)
    {
        var form = new WireForm { Tables = new(locking, single), Method = method };
        form.Count(new string('x', one)).ShouldBe(1);
        form.Count(new string('x', one + 1)).ShouldBe(2);
        form.Count(new string('x', part * 2)).ShouldBe(2);
        form.Count(new string('x', part * 2 + 1)).ShouldBe(3);
    }

    [Theory]
    [InlineData(SmsEncoding.Gsm7, 133, 152, 145)]
    [InlineData(SmsEncoding.Ucs2, 133, 66, 63)]
    [InlineData(SmsEncoding.Latin1, 133, 133, 127)]
    [InlineData(SmsEncoding.Gsm7, 40, 45, 38)]
    public void Count_SmallerPayload_HasSmallerParts(SmsEncoding encoding, int size, int one, int part)
    {
        var form = new WireForm { Encoding = encoding, PayloadSize = size };
        form.Count(new string('x', one)).ShouldBe(1);
        form.Count(new string('x', one + 1)).ShouldBe(2);
        form.Count(new string('x', part * 2)).ShouldBe(2);
        form.Count(new string('x', part * 2 + 1)).ShouldBe(3);
    }

    [Theory]
    [InlineData(127, 1)]
    [InlineData(128, 2)]
    [InlineData(248, 2)]
    [InlineData(249, 3)]
    public void Count_Utf8OfTwoOctetsACharacter_FitsIntoShortMessage(int length, int parts)
    {
        var form = new WireForm { Alphabet = DefaultAlphabet.Utf8 };
        var text = new string('Δ', length);
        form.Count(text).ShouldBe(parts);
        foreach (var part in form.Split(text))
            form.Encode(part, new byte[WireForm.MostOctets - (parts > 1 ? UserDataHeaders.Concat8Length : 0)], 0).ShouldBe(part.Length * 2);
    }

    [Theory]
    [InlineData("plain", GsmLanguage.Default, GsmLanguage.Default, SmsEncoding.Gsm7)]
    [InlineData("kısa", GsmLanguage.Default, GsmLanguage.Default, SmsEncoding.Ucs2)] // one segment either way
    [InlineData("ışğ", GsmLanguage.Turkish, GsmLanguage.Default, SmsEncoding.Gsm7, 100)]
    [InlineData("abcdefghijklmnopqrstuvwxyz ş", GsmLanguage.Default, GsmLanguage.Turkish, SmsEncoding.Gsm7, 5)]
    [InlineData("abcdefghij mañana dirá", GsmLanguage.Default, GsmLanguage.Spanish, SmsEncoding.Gsm7, 6)]
    [InlineData("ãõóú", GsmLanguage.Portuguese, GsmLanguage.Default, SmsEncoding.Gsm7, 35)]
    [InlineData("ãõóúÀÍ", GsmLanguage.Portuguese, GsmLanguage.Default, SmsEncoding.Gsm7, 20)]
    [InlineData("ãõÔÊôêΦ", GsmLanguage.Portuguese, GsmLanguage.Portuguese, SmsEncoding.Gsm7, 40)]
    [InlineData("жşğ", GsmLanguage.Default, GsmLanguage.Default, SmsEncoding.Ucs2, 50)]
    public void Choose_NationalText_TakesTheTablesOfFewestSegments(
        string text, GsmLanguage locking, GsmLanguage single, SmsEncoding encoding, int times = 1)
    {
        text = string.Concat(Enumerable.Repeat(text, times));
        var form = WireForm.Choose(text, EncodingChoice.Cheapest(text), National, SegmentMethod.Udh8);
        (form.Encoding, form.Tables).ShouldBe((encoding, new GsmShiftTables(locking, single)));
    }

    [Fact]
    public void Choose_PayloadMethod_TakesNoTables()
    {
        var text = new string('ş', 200);
        WireForm.Choose(text, SmsEncoding.Ucs2, National, SegmentMethod.Payload).Encoding.ShouldBe(SmsEncoding.Ucs2);
    }

    [Theory]
    [InlineData(70, null, SmsEncoding.Ucs2)]
    [InlineData(70, (byte)3, SmsEncoding.Ucs2)] // one segment either way
    [InlineData(71, null, SmsEncoding.Ucs2)]
    [InlineData(71, (byte)3, SmsEncoding.Latin1)]
    public void Choose_Latin1Text_GoesSoOnlyWhereItIsCheaperAndAskedFor(int length, byte? coding, SmsEncoding expected)
    {
        var carrier = new CarrierAlphabet { Latin1Coding = coding };
        WireForm.Choose(new string('ê', length), SmsEncoding.Ucs2, carrier, SegmentMethod.Udh8).Encoding.ShouldBe(expected);
    }

    [Theory]
    [InlineData(DefaultAlphabet.GsmUnpacked, "aΔé@", SmsEncoding.Gsm7)]
    [InlineData(DefaultAlphabet.GsmPacked, "aΔé", SmsEncoding.Gsm7)]
    [InlineData(DefaultAlphabet.GsmPacked, "a@", SmsEncoding.Ucs2)]
    [InlineData(DefaultAlphabet.GsmPacked, "a\r", SmsEncoding.Ucs2)]
    [InlineData(DefaultAlphabet.Latin1, "aé", SmsEncoding.Gsm7)]
    [InlineData(DefaultAlphabet.Latin1, "a€", SmsEncoding.Ucs2)]
    [InlineData(DefaultAlphabet.Ascii, "a[@", SmsEncoding.Gsm7)]
    [InlineData(DefaultAlphabet.Ascii, "aé", SmsEncoding.Ucs2)]
    [InlineData(DefaultAlphabet.Utf8, "aΔé€", SmsEncoding.Gsm7)]
    public void Choose_CharacterThatTheDefaultAlphabetLacks_GoesAsUcs2(DefaultAlphabet alphabet, string text, SmsEncoding expected)
    {
        var carrier = new CarrierAlphabet { DefaultAlphabet = alphabet };
        WireForm.Choose(text, SmsEncoding.Gsm7, carrier, SegmentMethod.Udh8).Encoding.ShouldBe(expected);
    }

    [Fact]
    public void Choose_GsmByACodingOfItsOwn_IsWrittenAsGsm()
    {
        var carrier = new CarrierAlphabet { DefaultAlphabet = DefaultAlphabet.Latin1, GsmCoding = 0xF1 };
        var form = WireForm.Choose("a€", SmsEncoding.Gsm7, carrier, SegmentMethod.Udh8);
        (form.Encoding, form.Alphabet, carrier.CodingOf(form.Encoding)).ShouldBe((SmsEncoding.Gsm7, DefaultAlphabet.GsmUnpacked, (byte)0xF1));
    }

    [Fact]
    public void Encode_PackedWithSevenBitsLeft_FillsThemWithCarriageReturn()
    {
        var form = new WireForm { Alphabet = DefaultAlphabet.GsmPacked };
        var room = new byte[8];
        Convert.ToHexString(room, 0, form.Encode("abcdefg", room, 0)).ShouldBe("61F1985C369F1B"); // 0x0D << 1 in the last octet
        Convert.ToHexString(room, 0, form.Encode("hello", room, 6)).ShouldBe("D06536FB0D");
    }

    [Fact]
    public void WriteHeader_TablesAndReference_StandInOneHeader()
    {
        var room = new byte[13];
        var form = new WireForm { Tables = new(GsmLanguage.Turkish, GsmLanguage.Spanish), Method = SegmentMethod.Udh16 };
        Convert.ToHexString(room, 0, form.WriteHeader(room, 0xABCD, 3, 2)).ShouldBe("0C0804ABCD0302240102250101");
        Convert.ToHexString(room, 0, form.WriteHeader(room, 0xABCD, 1, 1)).ShouldBe("06240102250101");
        Should.Throw<ArgumentException>(() => form.WriteHeader(new byte[12], 0, 3, 2));
    }

    [Fact]
    public void ChooseSplitEncode_AllocateNothing()
    {
        var text = string.Concat(Enumerable.Repeat("ışğ abc ", 40));
        Run();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
            Run();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void Run()
        {
            Span<byte> room = stackalloc byte[WireForm.MostOctets];
            var form = WireForm.Choose(text, SmsEncoding.Ucs2, National, SegmentMethod.Udh8);
            foreach (var part in form.Split(text))
                form.Encode(part, room, 9);
            form = WireForm.Choose("plain", SmsEncoding.Gsm7, CarrierAlphabet.Default, SegmentMethod.Udh8);
            form.Count("plain");
        }
    }
}
