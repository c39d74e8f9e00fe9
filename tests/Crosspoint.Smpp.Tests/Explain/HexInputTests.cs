using Crosspoint.Smpp.Explain;

namespace Crosspoint.Smpp.Tests.Explain;

/// <summary>What people paste: plain hex and the forms of dumps.</summary>
public sealed class HexInputTests
{
    private const string Expected = "0000001800000003000000000000000161626364000000AB";

    [Theory]
    [InlineData("0000001800000003000000000000000161626364000000ab")]
    [InlineData("00 00 00 18 00 00 00 03 00 00 00 00 00 00 00 01 61 62 63 64 00 00 00 AB")]
    [InlineData("00:00:00:18:00:00:00:03:00:00:00:00:00:00:00:01:61:62:63:64:00:00:00:ab")]
    [InlineData("00000018 00000003 00000000 00000001\n61626364 000000ab\n")]
    [InlineData("00000018  00000003  00000000  00000001\r\n61626364  000000ab\r\n")]
    [InlineData("0x0000001800000003000000000000000161626364000000ab")]
    [InlineData("0x00, 0x00, 0x00, 0x18, 0x00000003, 0x0000000000000001, 0x61626364000000ab")]
    [InlineData("\"\\x00\\x00\\x00\\x18\\x00\\x00\\x00\\x03\\x00\\x00\\x00\\x00\"\n\"\\x00\\x00\\x00\\x01\\x61\\x62\\x63\\x64\\x00\\x00\\x00\\xab\"")]
    [InlineData("00000000  00 00 00 18 00 00 00 03  00 00 00 00 00 00 00 01  |................|\n00000010  61 62 63 64 00 00 00 ab                           |abcd....|\n00000018\n")]
    [InlineData("00000000: 0000 0018 0000 0003 0000 0000 0000 0001  ................\n00000010: 6162 6364 0000 00ab                      abcd....")]
    [InlineData("0000   00 00 00 18 00 00 00 03 00 00 00 00 00 00 00 01   ................\n0010   61 62 63 64 00 00 00 ab                           abcd....")]
    [InlineData("\t0x0000:  0000 0018 0000 0003 0000 0000 0000 0001  ................\n\t0x0010:  6162 6364 0000 00ab                      abcd....")]
    [InlineData("0042  00 00 00 18 00 00 00 03  00 00 00 00 00 00 00 01   ........ ........\n0052  61 62 63 64 00 00 00 ab                            ab cd ef")]
    public void TryParse_EachForm_GivesTheOctets(string text)
    {
        HexInput.TryParse(text, out byte[] octets, out string error).ShouldBeTrue(error);

        Convert.ToHexString(octets).ShouldBe(Expected);
    }

    [Fact]
    public void TryParse_CharactersThatLookLikeOctets_AreNotTaken()
    {
        const string Dump = "0000   61 62 20 63 64 20 61 62 20 63 64 20 61 62 20 63   ab cd ab cd ab c\n0010   64 20                                             d \n";

        HexInput.TryParse(Dump, out byte[] octets, out _).ShouldBeTrue();

        octets.Length.ShouldBe(18);
    }

    [Fact]
    public void TryParse_SeveralDumps_StandOneBehindTheOther()
    {
        const string Dump = "0000   00 00 00 10 00 00 00 15   ........\n0008   00 00 00 00 00 00 00 01   ........\n\n0000   00 00 00 10                                       ....\n";

        HexInput.TryParse(Dump, out byte[] octets, out _).ShouldBeTrue();

        Convert.ToHexString(octets).ShouldBe("0000001000000015000000000000000100000010");
    }

    [Theory]
    [InlineData("00 0g", "line 1, column 5: \"g\" is no hex digit")]
    [InlineData("00\nzz", "line 2, column 1: \"z\" is no hex digit")]
    [InlineData("000", "an odd number of hex digits: half an octet is left over")]
    public void TryParse_NoHex_SaysWhere(string text, string expected)
    {
        HexInput.TryParse(text, out byte[] octets, out string error).ShouldBeFalse();

        error.ShouldBe(expected);
        octets.ShouldBeEmpty();
    }

    [Fact]
    public void TryParse_RandomText_NeverThrows()
    {
        const string Letters = "0123456789abcdefx:  \t\n|.,\\\"-gé";
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(0, 120)).Select(_ => Letters[random.Next(Letters.Length)])]);

            HexInput.TryParse(text, out byte[] octets, out string error).ShouldBe(error.Length == 0, text);
            octets.Length.ShouldBeLessThanOrEqualTo(text.Length);
        }
    }
}
