using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

/// <summary>Bodies as carriers and clients really send them.</summary>
public sealed class QuirkTests
{
    // service_type, source 0/0/empty, destination 1/1/44770, esm..priority, no times, registered 1, replace 0, coding 0, default 0
    private const string Head = "00 000000 0101 343437373000 000000 0000 01000000";

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("696400")]
    public void SubmitSmResp_ErrorWithBodyOrWithout_IsRead(string body)
    {
        SubmitSmResp.TryRead(Hex.Bytes(body), out SubmitSmResp response).IsOk.ShouldBeTrue();
        Encoding.ASCII.GetString(response.MessageId).ShouldBe(body == "696400" ? "id" : "");
    }

    [Theory]
    [InlineData("6964", CommandStatus.Ok)] // no null at the end of the body
    [InlineData("696400 00", CommandStatus.InvalidTlvStream)] // a stray octet
    [InlineData("696400 0427 0002 0202", CommandStatus.InvalidTlvLength)]
    [InlineData("696400 1401 0005 01", CommandStatus.InvalidTlvStream)] // a TLV that runs past the end
    public void SubmitSmResp_FaultBehindTheId_IdIsReadAllTheSame(string body, CommandStatus expected)
    {
        SubmitSmResp.TryRead(Hex.Bytes(body), out SubmitSmResp submit).Status.ShouldBe(expected);
        Encoding.ASCII.GetString(submit.MessageId).ShouldBe("id");
        DataSmResp.TryRead(Hex.Bytes(body), out DataSmResp data).Status.ShouldBe(expected);
        Encoding.ASCII.GetString(data.MessageId).ShouldBe("id");
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void SubmitSmResp_IdWithoutNull_IsReadUpToItsLongestForm(int length, bool isRead)
    {
        byte[] body = new byte[length];
        Array.Fill(body, (byte)'a');
        SubmitSmResp.TryRead(body, out SubmitSmResp response).IsOk.ShouldBe(isRead);
        response.MessageId.Length.ShouldBe(isRead ? length : 0);
    }

    [Fact]
    public void DeliverSmResp_FilledMessageId_IsRead()
    {
        DeliverSmResp.TryRead("abc\0"u8, out DeliverSmResp response).IsOk.ShouldBeTrue();
        response.MessageId.ToArray().ShouldBe("abc"u8.ToArray());
    }

    [Fact]
    public void SubmitSm_EveryField_IsRead()
    {
        SubmitSm.TryRead(
            Hex.Bytes(
                "57415000 0500 41636D6500 0101 34343700 437F03" + Hex.Of("261231235959900+")
                + "00 00 01010807 04 00480069 0204 0002 0001 1401 0001 FF"),
            out SubmitSm pdu).IsOk.ShouldBeTrue();
        Encoding.ASCII.GetString(pdu.ServiceType).ShouldBe("WAP");
        pdu.SourceAddr.Ton.ShouldBe((byte)5);
        pdu.SourceAddr.Npi.ShouldBe((byte)0);
        Encoding.ASCII.GetString(pdu.SourceAddr.Digits).ShouldBe("Acme");
        pdu.DestinationAddr.Ton.ShouldBe((byte)1);
        pdu.DestinationAddr.Npi.ShouldBe((byte)1);
        Encoding.ASCII.GetString(pdu.DestinationAddr.Digits).ShouldBe("447");
        pdu.EsmClass.ShouldBe((byte)0x43);
        pdu.ProtocolId.ShouldBe((byte)0x7F);
        pdu.PriorityFlag.ShouldBe((byte)3);
        Encoding.ASCII.GetString(pdu.ScheduleDeliveryTime).ShouldBe("261231235959900+");
        pdu.ValidityPeriod.Length.ShouldBe(0);
        pdu.RegisteredDelivery.ShouldBe((byte)1);
        pdu.ReplaceIfPresentFlag.ShouldBe((byte)1);
        pdu.DataCoding.ShouldBe((byte)8);
        pdu.SmDefaultMsgId.ShouldBe((byte)7);
        pdu.ShortMessage.ToArray().ShouldBe([0, 0x48, 0, 0x69]);
        new TlvReader(pdu.Tlvs).TryGetUInt16(TlvTag.UserMessageReference, out ushort reference).ShouldBeTrue();
        reference.ShouldBe((ushort)1);
        new TlvReader(pdu.Tlvs).TryGet((TlvTag)0x1401, out ReadOnlySpan<byte> vendor).ShouldBeTrue();
        vendor.Length.ShouldBe(1);
    }

    [Theory]
    [InlineData("03 6869", CommandStatus.InvalidMessageLength)] // sm_length one too many
    [InlineData("01 6869", CommandStatus.InvalidTlvStream)] // sm_length one too few
    [InlineData("02 6869 00", CommandStatus.InvalidTlvStream)] // a stray octet behind the text
    [InlineData("02 6869 0427 0002 0202", CommandStatus.InvalidTlvLength)]
    [InlineData("02 6869 1400 0002 0202", CommandStatus.Ok)] // a vendor's TLV
    [InlineData("02 6869 0424 0001 61", CommandStatus.InvalidMessageLength)] // text in both places
    [InlineData("00 0424 0001 61", CommandStatus.Ok)]
    [InlineData("", CommandStatus.InvalidCommandLength)]
    public void SubmitSm_LengthsOff_GivesTheStatusToAnswer(string tail, CommandStatus expected) =>
        SubmitSm.TryRead(Hex.Bytes(Head + tail), out _).Status.ShouldBe(expected);

    [Fact]
    public void SubmitSm_CutAnywhereInTheMandatoryFields_IsRefused()
    {
        byte[] body = Hex.Bytes(Head + "02 6869");
        for (var length = 0; length < body.Length; length++)
        {
            CommandStatus status = SubmitSm.TryRead(body.AsSpan(0, length), out _).Status;
            status.ShouldBeOneOf(CommandStatus.InvalidCommandLength, CommandStatus.InvalidMessageLength);
        }
    }

    [Theory]
    [InlineData("414243444546", CommandStatus.InvalidServiceType)]
    [InlineData("00 0000 313233343536373839303132333435363738393031", CommandStatus.InvalidSourceAddress)]
    [InlineData("00 000000 0000 313233343536373839303132333435363738393031", CommandStatus.InvalidDestinationAddress)]
    [InlineData("00 000000 0000 3100 000000 3100 00 01000000 00", CommandStatus.InvalidScheduleTime)]
    [InlineData("00 000000 0000 3100 000000 00 3100 01000000 00", CommandStatus.InvalidExpiryTime)]
    public void SubmitSm_FieldOutOfForm_GivesItsOwnStatus(string body, CommandStatus expected) =>
        SubmitSm.TryRead(Hex.Bytes(body), out _).Status.ShouldBe(expected);

    [Fact]
    public void Text_PayloadWithEmptyShortMessage_IsThePayload()
    {
        DeliverSm.TryRead(Hex.Bytes(Head + "00 0424 0003 616263"), out DeliverSm pdu).IsOk.ShouldBeTrue();
        pdu.Text.ToArray().ShouldBe("abc"u8.ToArray());
    }

    [Fact]
    public void SubmitSm_ReadThenWritten_IsTheSameOctetForOctet()
    {
        byte[] body = Hex.Bytes(Head + "02 6869 1400 0002 0202 0204 0002 0001");
        SubmitSm.TryRead(body, out SubmitSm pdu).IsOk.ShouldBeTrue();
        pdu.BodyLength.ShouldBe(body.Length);
        var again = new byte[body.Length];
        pdu.TryWrite(again, out int written).ShouldBeTrue();
        written.ShouldBe(body.Length);
        again.ShouldBe(body);
        pdu.TryWrite(again.AsSpan(1), out written).ShouldBeFalse();
        written.ShouldBe(0);
    }

    [Fact]
    public void SubmitSm_FieldTooLongOrWithNull_IsNotWritten()
    {
        var room = new byte[1024];
        new SubmitSm { ServiceType = "toolong"u8 }.TryWrite(room, out _).ShouldBeFalse();
        new SubmitSm { SourceAddr = new SmppAddress(1, 1, "12345678901234567890"u8) }.TryWrite(room, out _).ShouldBeTrue();
        new SubmitSm { SourceAddr = new SmppAddress(1, 1, "123456789012345678901"u8) }.TryWrite(room, out _).ShouldBeFalse();
        new SubmitSm { DestinationAddr = new SmppAddress(1, 1, "12\03"u8) }.TryWrite(room, out _).ShouldBeFalse();
        new SubmitSm { ShortMessage = new byte[256] }.TryWrite(room, out _).ShouldBeFalse();
        new SubmitSm { ShortMessage = new byte[254] }.TryWrite(room, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData((byte)0x04, true, false)]
    [InlineData((byte)0x44, true, false)]
    [InlineData((byte)0x20, false, true)]
    [InlineData((byte)0x24, false, true)]
    [InlineData((byte)0x00, false, false)]
    [InlineData((byte)0x08, false, false)]
    public void EsmClass_TypeBits_AreTold(byte esmClass, bool receipt, bool intermediate)
    {
        EsmClass.IsReceipt(esmClass).ShouldBe(receipt);
        EsmClass.IsIntermediate(esmClass).ShouldBe(intermediate);
        EsmClass.HasUdhi(esmClass).ShouldBe((esmClass & 0x40) != 0);
    }
}
