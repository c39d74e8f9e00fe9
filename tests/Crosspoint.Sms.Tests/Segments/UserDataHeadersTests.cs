using Crosspoint.Sms.Segments;
using Crosspoint.Sms.Text;

namespace Crosspoint.Sms.Tests.Segments;

public sealed class UserDataHeadersTests
{
    [Fact]
    public void WriteConcat8_Part_GivesSixOctetsThatParse()
    {
        var room = new byte[10];
        UserDataHeaders.WriteConcat8(room, 0xAB, 3, 2).ShouldBe(6);
        Convert.ToHexString(room.AsSpan(0, 6)).ShouldBe("050003AB0302");
        UserDataHeaders.TryParse(room, out var header).ShouldBeTrue();
        header.ShouldBe(new UserDataHeader { HeaderLength = 6, Reference = 0xAB, Total = 3, Part = 2 });
        header.IsConcatenated.ShouldBeTrue();
    }

    [Fact]
    public void WriteConcat16_Part_GivesSevenOctetsThatParse()
    {
        var room = new byte[10];
        UserDataHeaders.WriteConcat16(room, 0xABCD, 255, 255).ShouldBe(7);
        Convert.ToHexString(room.AsSpan(0, 7)).ShouldBe("060804ABCDFFFF");
        UserDataHeaders.TryParse(room, out var header).ShouldBeTrue();
        header.ShouldBe(new UserDataHeader { HeaderLength = 7, Reference = 0xABCD, Total = 255, Part = 255, Is16Bit = true });
    }

    [Fact]
    public void WriteConcat_RoomTooSmall_Throws()
    {
        Should.Throw<ArgumentException>(() => UserDataHeaders.WriteConcat8(new byte[5], 1, 2, 1));
        Should.Throw<ArgumentException>(() => UserDataHeaders.WriteConcat16(new byte[6], 1, 2, 1));
    }

    [Fact]
    public void TryParse_PortsAndShifts_AreRead()
    {
        UserDataHeaders.TryParse(Convert.FromHexString("0C05040B8423F024010325010141"), out var header).ShouldBeTrue();
        header.HeaderLength.ShouldBe(13);
        header.HasPorts.ShouldBeTrue();
        header.DestinationPort.ShouldBe((ushort)2948);
        header.SourcePort.ShouldBe((ushort)9200);
        header.ShiftTables.ShouldBe(new GsmShiftTables(GsmLanguage.Turkish, GsmLanguage.Portuguese));
        header.IsConcatenated.ShouldBeFalse();
        UserDataHeaders.TryParse(Convert.FromHexString("0404021122"), out header).ShouldBeTrue();
        header.DestinationPort.ShouldBe((ushort)0x11);
        header.SourcePort.ShouldBe((ushort)0x22);
    }

    [Fact]
    public void TryParse_UnknownElements_AreSkipped()
    {
        UserDataHeaders.TryParse(Convert.FromHexString("0A7003AABBCC0003070201"), out var header).ShouldBeTrue();
        header.Reference.ShouldBe((ushort)7);
        header.Total.ShouldBe((byte)2);
        header.Part.ShouldBe((byte)1);
    }

    [Theory]
    [InlineData("0500030A0200")] // part 0
    [InlineData("0500030A0203")] // part above total
    [InlineData("0500030A0001")] // total 0
    [InlineData("0400020A02")] // wrong length
    public void TryParse_UnsoundConcatenation_IsIgnoredAndFlagged(string hex)
    {
        UserDataHeaders.TryParse(Convert.FromHexString(hex), out var header).ShouldBeTrue();
        header.HeaderLength.ShouldBe(hex.Length / 2);
        header.IsConcatenated.ShouldBeFalse();
        header.HasInvalidConcatenation.ShouldBeTrue();
    }

    [Fact]
    public void TryParse_RepeatedElement_LastOneCounts()
    {
        UserDataHeaders.TryParse(Convert.FromHexString("0B0003010201080411220403"), out var header).ShouldBeTrue();
        header.ShouldBe(new UserDataHeader { HeaderLength = 12, Reference = 0x1122, Total = 4, Part = 3, Is16Bit = true });
    }

    [Theory]
    [InlineData("")]
    [InlineData("05")]
    [InlineData("0500030A02")]
    [InlineData("0100")]
    [InlineData("0500040A0201")]
    [InlineData("06000301020108")]
    [InlineData("FF000301020100")]
    public void TryParse_HeaderPastItsEnd_IsRefused(string hex)
    {
        UserDataHeaders.TryParse(Convert.FromHexString(hex), out var header).ShouldBeFalse();
        header.ShouldBe(default);
    }

    [Fact]
    public void TryParse_EmptyHeader_IsOneOctet()
    {
        UserDataHeaders.TryParse([0x00, 0x41], out var header).ShouldBeTrue();
        header.ShouldBe(new UserDataHeader { HeaderLength = 1 });
    }

    [Fact]
    public void TryParse_RandomOctets_NeverThrowsAndStaysInside()
    {
        var random = new Random(20240607);
        var octets = new byte[160];
        var parsed = 0;
        for (var round = 0; round < 300_000; round++)
        {
            var userData = octets.AsSpan(0, random.Next(octets.Length + 1));
            random.NextBytes(userData);
            // Small numbers in half of the octets, so that elements fit and the walk gets further than the first.
            for (var i = 0; i < userData.Length; i += 1 + random.Next(2))
                userData[i] = (byte)(userData[i] % 12);
            if (!UserDataHeaders.TryParse(userData, out var header))
            {
                header.ShouldBe(default);
                continue;
            }

            parsed++;
            header.HeaderLength.ShouldBeInRange(1, userData.Length);
            (header.Part <= header.Total && (header.Part == 0) == (header.Total == 0)).ShouldBeTrue();
        }

        parsed.ShouldBeGreaterThan(1000);
    }
}
