using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

/// <summary>Octets of the standard's layout, read and written again: the same octets, and BodyLength says how many.</summary>
public sealed class RoundTripTests
{
    [Fact]
    public void DataSm_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("00 0500 416300 0101 343400 40 01 08 0424 0002 0048");
        DataSm.TryRead(body, out DataSm pdu).IsOk.ShouldBeTrue();
        pdu.EsmClass.ShouldBe((byte)0x40);
        pdu.RegisteredDelivery.ShouldBe((byte)1);
        pdu.DataCoding.ShouldBe((byte)8);
        pdu.Text.ToArray().ShouldBe([0, 0x48]);
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Fact]
    public void BindRequest_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("757300 707700 535400 34 01 02 5E343400");
        BindRequest.TryRead(body, out BindRequest pdu).IsOk.ShouldBeTrue();
        pdu.SystemId.ToArray().ShouldBe("us"u8.ToArray());
        pdu.Password.ToArray().ShouldBe("pw"u8.ToArray());
        pdu.SystemType.ToArray().ShouldBe("ST"u8.ToArray());
        pdu.InterfaceVersion.ShouldBe((byte)0x34);
        pdu.AddrTon.ShouldBe((byte)1);
        pdu.AddrNpi.ShouldBe((byte)2);
        pdu.AddressRange.ToArray().ShouldBe("^44"u8.ToArray());
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Theory]
    [InlineData("736D736300", null)]
    [InlineData("736D736300 0210 0001 34", (byte)0x34)]
    [InlineData("", null)]
    public void BindResponse_WithAndWithoutVersion_IsRead(string hex, byte? version)
    {
        byte[] body = Hex.Bytes(hex);
        BindResponse.TryRead(body, out BindResponse pdu).IsOk.ShouldBeTrue();
        pdu.ScInterfaceVersion.ShouldBe(version);
        if (body.Length == 0) return;
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Fact]
    public void Outbind_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("736D736300 707700");
        Outbind.TryRead(body, out Outbind pdu).IsOk.ShouldBeTrue();
        pdu.Password.ToArray().ShouldBe("pw"u8.ToArray());
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Fact]
    public void QuerySm_Layouts_AreKept()
    {
        byte[] body = Hex.Bytes("313200 0101 343400");
        QuerySm.TryRead(body, out QuerySm query).IsOk.ShouldBeTrue();
        query.SourceAddr.Digits.ToArray().ShouldBe("44"u8.ToArray());
        byte[] queryAgain = new byte[query.BodyLength];
        query.TryWrite(queryAgain, out _).ShouldBeTrue();
        queryAgain.ShouldBe(body);
        body = Hex.Bytes("313200" + Hex.Of("261231235959900+") + "00 02 07");
        QuerySmResp.TryRead(body, out QuerySmResp response).IsOk.ShouldBeTrue();
        response.State.ShouldBe((byte)MessageState.Delivered);
        response.ErrorCode.ShouldBe((byte)7);
        byte[] responseAgain = new byte[response.BodyLength];
        response.TryWrite(responseAgain, out _).ShouldBeTrue();
        responseAgain.ShouldBe(body);
    }

    [Fact]
    public void CancelSm_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("00 313200 0101 343400 0201 3500");
        CancelSm.TryRead(body, out CancelSm pdu).IsOk.ShouldBeTrue();
        pdu.DestinationAddr.Ton.ShouldBe((byte)2);
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Fact]
    public void ReplaceSm_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("313200 0101 343400 00 00 01 00 02 6869");
        ReplaceSm.TryRead(body, out ReplaceSm pdu).IsOk.ShouldBeTrue();
        pdu.ShortMessage.ToArray().ShouldBe("hi"u8.ToArray());
        pdu.RegisteredDelivery.ShouldBe((byte)1);
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Fact]
    public void AlertNotification_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("0101 343400 0500 4100 0422 0001 00");
        AlertNotification.TryRead(body, out AlertNotification pdu).IsOk.ShouldBeTrue();
        pdu.EsmeAddr.Digits.ToArray().ShouldBe("A"u8.ToArray());
        byte[] pduAgain = new byte[pdu.BodyLength];
        pdu.TryWrite(pduAgain, out _).ShouldBeTrue();
        pduAgain.ShouldBe(body);
    }

    [Fact]
    public void HeaderOnlyPdus_AreAsTheStandardSays()
    {
        var pdu = new byte[16];
        EnquireLink.TryWrite(pdu, 7).ShouldBeTrue();
        pdu.ShouldBe(Hex.Bytes("00000010 00000015 00000000 00000007"));
        EnquireLink.TryWriteResponse(pdu, 7).ShouldBeTrue();
        pdu.ShouldBe(Hex.Bytes("00000010 80000015 00000000 00000007"));
        Unbind.TryWrite(pdu, 8).ShouldBeTrue();
        pdu.ShouldBe(Hex.Bytes("00000010 00000006 00000000 00000008"));
        Unbind.TryWriteResponse(pdu, 8).ShouldBeTrue();
        pdu.ShouldBe(Hex.Bytes("00000010 80000006 00000000 00000008"));
        GenericNack.TryWrite(pdu, CommandStatus.InvalidCommandId, 0).ShouldBeTrue();
        pdu.ShouldBe(Hex.Bytes("00000010 80000000 00000003 00000000"));
        EnquireLink.TryWrite(pdu.AsSpan(1), 7).ShouldBeFalse();
    }
}
