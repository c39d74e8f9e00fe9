using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Server.SmppListener;

/// <summary>What submit_sm, submit_multi and data_sm have in common, as read. The spans are those of the PDU.</summary>
internal ref struct SubmitFields
{
    public ReadOnlySpan<byte> ServiceType;
    public SmppAddress Source;
    public SmppAddress Destination;
    public byte EsmClass;
    public byte ProtocolId;
    public byte Priority;
    public ReadOnlySpan<byte> Schedule;
    public ReadOnlySpan<byte> Validity;
    public byte RegisteredDelivery;
    public byte ReplaceIfPresent;
    public byte DataCoding;
    public byte DefaultMessageId;
    public ReadOnlySpan<byte> Text;
    public ReadOnlySpan<byte> Tlvs;

    public static SubmitFields Of(in SubmitSm pdu) => new()
    {
        ServiceType = pdu.ServiceType,
        Source = pdu.SourceAddr,
        Destination = pdu.DestinationAddr,
        EsmClass = pdu.EsmClass,
        ProtocolId = pdu.ProtocolId,
        Priority = pdu.PriorityFlag,
        Schedule = pdu.ScheduleDeliveryTime,
        Validity = pdu.ValidityPeriod,
        RegisteredDelivery = pdu.RegisteredDelivery,
        ReplaceIfPresent = pdu.ReplaceIfPresentFlag,
        DataCoding = pdu.DataCoding,
        DefaultMessageId = pdu.SmDefaultMsgId,
        Text = pdu.Text,
        Tlvs = pdu.Tlvs,
    };

    public static SubmitFields Of(in SubmitMulti pdu) => new()
    {
        ServiceType = pdu.ServiceType,
        Source = pdu.SourceAddr,
        EsmClass = pdu.EsmClass,
        ProtocolId = pdu.ProtocolId,
        Priority = pdu.PriorityFlag,
        Schedule = pdu.ScheduleDeliveryTime,
        Validity = pdu.ValidityPeriod,
        RegisteredDelivery = pdu.RegisteredDelivery,
        ReplaceIfPresent = pdu.ReplaceIfPresentFlag,
        DataCoding = pdu.DataCoding,
        DefaultMessageId = pdu.SmDefaultMsgId,
        Text = pdu.Text,
        Tlvs = pdu.Tlvs,
    };

    public static SubmitFields Of(in DataSm pdu) => new()
    {
        ServiceType = pdu.ServiceType,
        Source = pdu.SourceAddr,
        Destination = pdu.DestinationAddr,
        EsmClass = pdu.EsmClass,
        RegisteredDelivery = pdu.RegisteredDelivery,
        DataCoding = pdu.DataCoding,
        Text = pdu.Text,
        Tlvs = pdu.Tlvs,
    };
}
