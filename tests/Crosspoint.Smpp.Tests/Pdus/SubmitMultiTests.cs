using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;
using Crosspoint.Smpp.Tests.Support;

namespace Crosspoint.Smpp.Tests.Pdus;

public sealed class SubmitMultiTests
{
    private const string Start = "00 0500 416300";
    private const string End = "40 01 02 00 00 01 00 08 03 04 00480069 0204 0002 0001";

    [Fact]
    public void Request_Layout_IsKept()
    {
        byte[] body = Hex.Bytes($"{Start} 03 01 0101 343400 02 6F707300 01 0208 3500 {End}");
        SubmitMulti.TryRead(body, out SubmitMulti pdu).IsOk.ShouldBeTrue();
        pdu.SourceAddr.Digits.ToArray().ShouldBe("Ac"u8.ToArray());
        pdu.Destinations.Count.ShouldBe(3);
        Describe(pdu.Destinations).ShouldBe(["1/1 44", "list ops", "2/8 5"]);
        pdu.EsmClass.ShouldBe((byte)0x40);
        pdu.ProtocolId.ShouldBe((byte)1);
        pdu.PriorityFlag.ShouldBe((byte)2);
        pdu.RegisteredDelivery.ShouldBe((byte)1);
        pdu.DataCoding.ShouldBe((byte)8);
        pdu.SmDefaultMsgId.ShouldBe((byte)3);
        pdu.Text.ToArray().ShouldBe([0, 0x48, 0, 0x69]);
        pdu.Tlvs.Length.ShouldBe(6);
        byte[] again = new byte[pdu.BodyLength];
        pdu.TryWrite(again, out int written).ShouldBeTrue();
        written.ShouldBe(body.Length);
        again.ShouldBe(body);
    }

    [Theory]
    [InlineData("00", CommandStatus.InvalidNumberOfDestinations)]
    [InlineData("01 03 0101 343400", CommandStatus.InvalidDestinationFlag)]
    [InlineData("01 01 0101 343434343434343434343434343434343434343434343400", CommandStatus.InvalidDestinationAddress)]
    [InlineData("01 02 343434343434343434343434343434343434343434343400", CommandStatus.InvalidDistributionListName)]
    public void Request_WithADestinationThatIsNone_IsRefusedByName(string destinations, CommandStatus expected)
    {
        DecodeResult result = SubmitMulti.TryRead(Hex.Bytes($"{Start} {destinations} {End}"), out SubmitMulti pdu);
        result.Status.ShouldBe(expected);
        pdu.Destinations.Count.ShouldBe(0);
    }

    [Fact]
    public void Request_CutAnywhere_IsRefused()
    {
        byte[] body = Hex.Bytes($"{Start} 02 01 0101 343400 02 6F707300 {End}");
        int withoutTlv = body.Length - 6;
        for (var length = 0; length < body.Length; length++)
        {
            SubmitMulti.TryRead(body.AsSpan(0, length), out _).IsOk.ShouldBe(length == withoutTlv, $"{length} octets");
        }
    }

    [Fact]
    public void Request_OfTheMostDestinations_IsWrittenAndRead()
    {
        var area = new byte[MultiDestinations.MaxCount * 24];
        var writer = new MultiDestinationWriter(area);
        for (var i = 0; i < MultiDestinations.MaxCount; i++)
        {
            writer.Add(new SmppAddress(1, 1, Encoding.ASCII.GetBytes($"4477009{i:00000}"))).ShouldBeTrue();
        }

        writer.Add(new SmppAddress(1, 1, "44"u8)).ShouldBeFalse();
        writer.Count.ShouldBe(255);
        var pdu = new SubmitMulti { Destinations = writer.Written, ShortMessage = "hi"u8 };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out int written).ShouldBeTrue();
        written.ShouldBe(body.Length);
        SubmitMulti.TryRead(body, out SubmitMulti read).IsOk.ShouldBeTrue();
        Describe(read.Destinations)[254].ShouldBe("1/1 447700900254");
        SubmitMulti.MaxDestinations(0x34).ShouldBe(254);
        SubmitMulti.MaxDestinations(0x50).ShouldBe(255);
    }

    [Fact]
    public void Destinations_ThatDoNotFit_AreLeftOutWhole()
    {
        var writer = new MultiDestinationWriter(new byte[12]);
        writer.AddDistributionList("operators"u8).ShouldBeTrue();
        writer.Add(new SmppAddress(1, 1, "44"u8)).ShouldBeFalse();
        writer.AddDistributionList("with\0null"u8).ShouldBeFalse();
        Describe(writer.Written).ShouldBe(["list operators"]);
        new SubmitMulti { ShortMessage = "to nobody"u8 }.TryWrite(new byte[100], out int written).ShouldBeFalse();
        written.ShouldBe(0);
    }

    [Fact]
    public void Response_Layout_IsKept()
    {
        byte[] body = Hex.Bytes("69643100 02 0101 343400 0000000B 0500 416200 00000401 0427 0001 02");
        SubmitMultiResp.TryRead(body, out SubmitMultiResp pdu).IsOk.ShouldBeTrue();
        pdu.MessageId.ToArray().ShouldBe("id1"u8.ToArray());
        var failed = new List<string>();
        foreach (UnsuccessfulDestination destination in pdu.Unsuccessful)
        {
            failed.Add($"{Encoding.ASCII.GetString(destination.Address.Digits)} {CommandStatuses.Name(destination.Status)}");
        }

        failed.ShouldBe(["44 ESME_RINVDSTADR", "Ab 0x00000401"]);
        new TlvReader(pdu.Tlvs).TryGetByte(TlvTag.MessageState, out byte state).ShouldBeTrue();
        state.ShouldBe((byte)2);
        byte[] again = new byte[pdu.BodyLength];
        pdu.TryWrite(again, out _).ShouldBeTrue();
        again.ShouldBe(body);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("00", "")]
    [InlineData("696431", "id1")]
    [InlineData("69643100", "id1")]
    [InlineData("69643100 00", "id1")]
    public void Response_WithoutAList_HasNoFailures(string hex, string id)
    {
        SubmitMultiResp.TryRead(Hex.Bytes(hex), out SubmitMultiResp pdu).IsOk.ShouldBeTrue();
        Encoding.ASCII.GetString(pdu.MessageId).ShouldBe(id);
        pdu.Unsuccessful.Count.ShouldBe(0);
    }

    [Fact]
    public void Response_WithAListThatIsCut_KeepsTheId()
    {
        SubmitMultiResp.TryRead(Hex.Bytes("69643100 02 0101 343400 0000000B"), out SubmitMultiResp pdu).Status
            .ShouldBe(CommandStatus.InvalidCommandLength);
        pdu.MessageId.ToArray().ShouldBe("id1"u8.ToArray());
        pdu.Unsuccessful.Count.ShouldBe(0);
    }

    [Fact]
    public void FailureWriter_Written_IsReadAgain()
    {
        var writer = new UnsuccessfulDestinationWriter(new byte[27 + 5]);
        writer.Add(new SmppAddress(1, 1, "447700900123"u8), CommandStatus.Throttled).ShouldBeTrue();
        writer.Add(new SmppAddress(1, 1, "44770090012344770090"u8), CommandStatus.Throttled).ShouldBeFalse();
        var pdu = new SubmitMultiResp { MessageId = "m"u8, Unsuccessful = writer.Written };
        var body = new byte[pdu.BodyLength];
        pdu.TryWrite(body, out _).ShouldBeTrue();
        body.ShouldBe([.. "m\0"u8, 1, 1, 1, .. "447700900123\0"u8, 0, 0, 0, 0x58]);
    }

    private static List<string> Describe(MultiDestinations destinations)
    {
        var all = new List<string>();
        foreach (MultiDestination one in destinations)
        {
            all.Add(one.IsDistributionList
                ? $"list {Encoding.ASCII.GetString(one.DistributionList)}"
                : $"{one.Address.Ton}/{one.Address.Npi} {Encoding.ASCII.GetString(one.Address.Digits)}");
        }

        return all;
    }
}
