using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Codec;

public sealed class TlvTests
{
    [Fact]
    public void Writer_AllShapes_AreReadBack()
    {
        Span<byte> buffer = stackalloc byte[64];
        var writer = new TlvWriter(buffer);
        writer.Add(TlvTag.MessageState, 2).ShouldBeTrue();
        writer.Add(TlvTag.SarMsgRefNum, (ushort)0xBEEF).ShouldBeTrue();
        writer.Add(TlvTag.QosTimeToLive, 86_400u).ShouldBeTrue();
        writer.AddText(TlvTag.ReceiptedMessageId, "abc"u8).ShouldBeTrue();
        writer.Add((TlvTag)0x1400, [1, 2, 3]).ShouldBeTrue();

        var reader = new TlvReader(writer.Written);

        reader.TryGetByte(TlvTag.MessageState, out byte state).ShouldBeTrue();
        state.ShouldBe((byte)2);
        reader.TryGetUInt16(TlvTag.SarMsgRefNum, out ushort reference).ShouldBeTrue();
        reference.ShouldBe((ushort)0xBEEF);
        reader.TryGetUInt32(TlvTag.QosTimeToLive, out uint seconds).ShouldBeTrue();
        seconds.ShouldBe(86_400u);
        reader.TryGetText(TlvTag.ReceiptedMessageId, out ReadOnlySpan<byte> id).ShouldBeTrue();
        id.ToArray().ShouldBe("abc"u8.ToArray());
        reader.TryGet((TlvTag)0x1400, out ReadOnlySpan<byte> vendor).ShouldBeTrue();
        vendor.ToArray().ShouldBe([1, 2, 3]);
        reader.TryGet(TlvTag.MessagePayload, out _).ShouldBeFalse();
        var count = 0;
        foreach (Tlv tlv in reader) count += tlv.Value.Length;
        count.ShouldBe(1 + 2 + 4 + 4 + 3);
    }

    [Fact]
    public void Writer_NoRoom_WritesNothing()
    {
        var writer = new TlvWriter(new byte[6]);

        writer.Add(TlvTag.QosTimeToLive, 1u).ShouldBeFalse();
        writer.Length.ShouldBe(0);
        writer.Add(TlvTag.SarMsgRefNum, (ushort)1).ShouldBeTrue();
        writer.Add(TlvTag.MessageState, 1).ShouldBeFalse();
        writer.Length.ShouldBe(6);
    }

    [Theory]
    [InlineData("001E 0003 616263")]
    [InlineData("001E 0004 61626300")]
    public void TryGetText_WithAndWithoutNull_IsTheSame(string hex)
    {
        new TlvReader(Hex.Bytes(hex)).TryGetText(TlvTag.ReceiptedMessageId, out ReadOnlySpan<byte> id).ShouldBeTrue();
        id.ToArray().ShouldBe("abc"u8.ToArray());
    }

    [Theory]
    [InlineData("", CommandStatus.Ok)]
    [InlineData("1400 0002 FFFF 3FFF 0000", CommandStatus.Ok)]
    [InlineData("0008 0001 01 0010 0002 0001", CommandStatus.Ok)]
    [InlineData("04", CommandStatus.InvalidTlvStream)]
    [InlineData("0427 00", CommandStatus.InvalidTlvStream)]
    [InlineData("0427 0002 02", CommandStatus.InvalidTlvStream)]
    [InlineData("0427 0002 0202", CommandStatus.InvalidTlvLength)]
    [InlineData("0423 0002 0301", CommandStatus.InvalidTlvLength)]
    public void Check_Areas_GivesTheStatusToAnswer(string hex, CommandStatus expected) =>
        TlvReader.Check(Hex.Bytes(hex)).Status.ShouldBe(expected);

    [Theory]
    [InlineData("261231235959900+", "2026-12-31T23:59:59.900+00:00")]
    [InlineData("260102030405004-", "2026-01-02T03:04:05.000-01:00")]
    [InlineData("260102030405048+", "2026-01-02T03:04:05.000+12:00")]
    [InlineData("000002000000000R", "2026-01-03T00:00:00.000+00:00")]
    [InlineData("000000010000000R", "2026-01-01T01:00:00.000+00:00")]
    public void SmppTime_ValidForms_AreRead(string text, string expected)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        SmppTime.TryParse(System.Text.Encoding.ASCII.GetBytes(text), now, out DateTimeOffset time).ShouldBeTrue();
        time.ShouldBe(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("261331235959900+")]
    [InlineData("260230000000000+")]
    [InlineData("260102030405049+")]
    [InlineData("26010203040500 +")]
    [InlineData("260102030405000Z")]
    [InlineData("260102030405000")]
    public void SmppTime_InvalidForms_AreRefused(string text) =>
        SmppTime.TryParse(System.Text.Encoding.ASCII.GetBytes(text), DateTimeOffset.UnixEpoch, out _).ShouldBeFalse();

    [Fact]
    public void SmppTime_Formats_AsTheStandardSays()
    {
        var text = new byte[16];
        SmppTime.FormatAbsolute(new DateTimeOffset(2026, 3, 4, 5, 6, 7, 800, TimeSpan.FromHours(1)), text).ShouldBe(16);
        System.Text.Encoding.ASCII.GetString(text).ShouldBe("260304040607800+");
        SmppTime.FormatRelative(new TimeSpan(2, 3, 4, 5), text).ShouldBe(16);
        System.Text.Encoding.ASCII.GetString(text).ShouldBe("000002030405000R");
        SmppTime.FormatRelative(TimeSpan.FromDays(100), text).ShouldBe(0);
        SmppTime.FormatRelative(TimeSpan.FromDays(-1), text).ShouldBe(0);
    }
}
