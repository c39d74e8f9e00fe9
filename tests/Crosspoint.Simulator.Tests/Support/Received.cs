using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator.Tests.Support;

/// <summary>A response as the customer saw it.</summary>
public sealed record Response(CommandId CommandId, CommandStatus Status, byte[] Body, TestEsme Esme, object? State)
{
    public string MessageId
    {
        get
        {
            SubmitSmResp.TryRead(Body, out SubmitSmResp resp).IsOk.ShouldBeTrue();
            return Encoding.ASCII.GetString(resp.MessageId);
        }
    }
}

/// <summary>A deliver_sm or data_sm as the customer saw it.</summary>
public sealed record Received(CommandId CommandId, byte[] Body, TestEsme Esme)
{
    public byte EsmClass => CommandId == CommandId.DataSm ? AsData().EsmClass : AsDeliver().EsmClass;

    public byte DataCoding => AsDeliver().DataCoding;

    public byte[] Octets => (CommandId == CommandId.DataSm ? AsData().Text : AsDeliver().Text).ToArray();

    public byte[] ShortMessage => AsDeliver().ShortMessage.ToArray();

    public string Text => Encoding.Latin1.GetString(Octets);

    public string Source =>
        Encoding.ASCII.GetString(CommandId == CommandId.DataSm ? AsData().SourceAddr.Digits : AsDeliver().SourceAddr.Digits);

    public string Destination =>
        Encoding.ASCII.GetString(CommandId == CommandId.DataSm ? AsData().DestinationAddr.Digits : AsDeliver().DestinationAddr.Digits);

    public byte[]? Tlv(TlvTag tag)
    {
        var reader = new TlvReader(CommandId == CommandId.DataSm ? AsData().Tlvs : AsDeliver().Tlvs);
        return reader.TryGet(tag, out ReadOnlySpan<byte> value) ? value.ToArray() : null;
    }

    private DeliverSm AsDeliver()
    {
        DeliverSm.TryRead(Body, out DeliverSm pdu);
        return pdu;
    }

    private DataSm AsData()
    {
        DataSm.TryRead(Body, out DataSm pdu);
        return pdu;
    }
}
