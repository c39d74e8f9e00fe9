using System.Globalization;
using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

public sealed class DeliveryReceiptTests
{
    [Theory]
    [InlineData("id:0123456789 sub:001 dlvrd:001 submit date:2601021530 done date:2601021531 stat:DELIVRD err:000 text:Hello you",
        "0123456789", MessageState.Delivered, "000", "Hello you")]
    [InlineData("id:00B8BE19 stat:DELIVRD", "00B8BE19", MessageState.Delivered, "", "")]
    [InlineData("stat:UNDELIV err:21b done date:2601021531 id:7f id2:9", "7f", MessageState.Undeliverable, "21b", "")]
    [InlineData("id:1 sub:001 dlvrd:000 submit date:0000000000 done date:0 stat:EXPIRED err:1234 Text:",
        "1", MessageState.Expired, "1234", "")]
    [InlineData("id:6ba7b810-9dad-11d1-80b4-00c04fd430c8 stat:REJECTD err: text:x",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8", MessageState.Rejected, "", "x")]
    [InlineData("ID:1 STAT:ACCEPTD ERR:000 TEXT:id:2 stat:DELIVRD", "1", MessageState.Accepted, "000", "id:2 stat:DELIVRD")]
    [InlineData("id:1,sub:001,stat:ENROUTE,err:0", "1", MessageState.Enroute, "0", "")]
    [InlineData("id: 5 stat: DELETED err : 9", "5", MessageState.Deleted, "9", "")]
    [InlineData("id:5 stat:DELIVERED\0", "5", MessageState.Delivered, "", "")]
    [InlineData("id:5 stat:WEIRD", "5", MessageState.Unknown, "", "")]
    public void TryParse_TextOfTheField_IsRead(string text, string id, MessageState state, string error, string start)
    {
        DeliveryReceipt.TryParse(Encoding.Latin1.GetBytes(text), default, out DeliveryReceipt receipt).ShouldBeTrue();
        Encoding.Latin1.GetString(receipt.TextId).ShouldBe(id);
        receipt.State.ShouldBe(state);
        Encoding.Latin1.GetString(receipt.ErrorCode).ShouldBe(error);
        Encoding.Latin1.GetString(receipt.Text).ShouldBe(start);
    }

    [Theory]
    [InlineData("26010215", "2026-01-02T15:00:00Z")]
    [InlineData("20260102", "2026-01-02T00:00:00Z")]
    [InlineData("2601021530", "2026-01-02T15:30:00Z")]
    [InlineData("260102153045", "2026-01-02T15:30:45Z")]
    [InlineData("202601021530", "2026-01-02T15:30:00Z")]
    [InlineData("20260102153045", "2026-01-02T15:30:45Z")]
    [InlineData("0000000000", null)]
    [InlineData("26010215301", null)]
    [InlineData("2613021530", null)]
    [InlineData("26-01-02", null)]
    [InlineData("", null)]
    public void TryParse_DateOfAnyLength_IsReadOrNull(string digits, string? expected)
    {
        byte[] text = Encoding.ASCII.GetBytes($"id:1 done date:{digits} stat:DELIVRD");
        DeliveryReceipt.TryParse(text, default, out DeliveryReceipt receipt).ShouldBeTrue();
        receipt.DoneDate.ShouldBe(expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture));
        receipt.SubmitDate.ShouldBeNull();
        receipt.State.ShouldBe(MessageState.Delivered);
    }

    [Fact]
    public void TryParse_TlvsOnly_IsRead()
    {
        var tlvs = new TlvReader(Hex.Bytes("001E 0003 616263 0427 0001 05 0423 0003 030022"));
        DeliveryReceipt.TryParse(default, tlvs, out DeliveryReceipt receipt).ShouldBeTrue();
        Encoding.ASCII.GetString(receipt.TlvId).ShouldBe("abc");
        receipt.TextId.Length.ShouldBe(0);
        receipt.State.ShouldBe(MessageState.Undeliverable);
        receipt.NetworkErrorCode.ToArray().ShouldBe([3, 0, 0x22]);
        receipt.NetworkErrorNumber.ShouldBe(0x22);
    }

    [Fact]
    public void TryParse_TextAndTlvsDiffer_KeepsBothIdsAndTheTlvState()
    {
        var tlvs = new TlvReader(Hex.Bytes("001E 0004 61626300 0427 0001 02"));
        DeliveryReceipt.TryParse("id:2748 stat:ENROUTE"u8, tlvs, out DeliveryReceipt receipt).ShouldBeTrue();
        Encoding.ASCII.GetString(receipt.TextId).ShouldBe("2748");
        Encoding.ASCII.GetString(receipt.TlvId).ShouldBe("abc");
        receipt.State.ShouldBe(MessageState.Delivered);
        Encoding.ASCII.GetString(receipt.StateText).ShouldBe("ENROUTE");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hello, I paid: thanks")]
    [InlineData("id:123 sub:001")]
    [InlineData("stat:DELIVRD")]
    [InlineData("id: stat:DELIVRD")]
    public void TryParse_NotAReceipt_IsRefused(string text) =>
        DeliveryReceipt.TryParse(Encoding.ASCII.GetBytes(text), default, out _).ShouldBeFalse();

    [Fact]
    public void Write_AllFields_IsTheStandardText()
    {
        var buffer = new byte[256];
        int written = DeliveryReceipt.Write(
            buffer, "42"u8, 1, 1,
            new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new DateTimeOffset(2026, 1, 2, 4, 5, 6, TimeSpan.FromHours(1)),
            MessageState.Delivered, "000"u8, "a message of more than twenty letters"u8);

        string text = Encoding.ASCII.GetString(buffer, 0, written);

        text.ShouldBe("id:42 sub:001 dlvrd:001 submit date:2601020304 done date:2601020305 stat:DELIVRD err:000 text:a message of more th");
        DeliveryReceipt.Write(
            buffer.AsSpan(0, 100), "42"u8, 1, 1, default, default, MessageState.Delivered, "0"u8, "a message of more th"u8)
            .ShouldBe(0);
    }

    [Fact]
    public void Write_EveryState_IsReadBack()
    {
        var buffer = new byte[256];
        foreach (MessageState state in Enum.GetValues<MessageState>())
        {
            int written = DeliveryReceipt.Write(buffer, "9"u8, 1, 0, DateTimeOffset.UnixEpoch.AddYears(60), default, state, "007"u8, ""u8);
            DeliveryReceipt.TryParse(buffer.AsSpan(0, written), default, out DeliveryReceipt receipt).ShouldBeTrue();
            receipt.State.ShouldBe(state);
        }
    }
}
