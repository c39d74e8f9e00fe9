using System.Text;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Smpp.Tests.Support;

/// <summary>A PDU as lines <c>field = value</c>, by the names of the standard.</summary>
internal static class PduText
{
    public static List<string> Describe(in PduHeader header, ReadOnlySpan<byte> body)
    {
        var to = new List<string>();
        Say(to, "command_status", $"0x{(uint)header.CommandStatus:X8}");
        Say(to, "sequence_number", header.SequenceNumber);
        CommandStatus result = Fields(to, header.CommandId, body);
        Say(to, "result", CommandStatuses.Name(result));
        return to;
    }

    private static CommandStatus Fields(List<string> to, CommandId id, ReadOnlySpan<byte> body)
    {
        CommandStatus result;
        switch (id)
        {
            case CommandId.BindReceiver or CommandId.BindTransmitter or CommandId.BindTransceiver:
                result = BindRequest.TryRead(body, out BindRequest bind).Status;
                Say(to, "system_id", bind.SystemId);
                Say(to, "password", bind.Password);
                Say(to, "system_type", bind.SystemType);
                Say(to, "interface_version", $"0x{bind.InterfaceVersion:X2}");
                Say(to, "addr_ton", bind.AddrTon);
                Say(to, "addr_npi", bind.AddrNpi);
                Say(to, "address_range", bind.AddressRange);
                return result;
            case CommandId.BindReceiverResp or CommandId.BindTransmitterResp or CommandId.BindTransceiverResp:
                result = BindResponse.TryRead(body, out BindResponse bound).Status;
                Say(to, "system_id", bound.SystemId);
                Tlvs(to, bound.Tlvs);
                return result;
            case CommandId.Outbind:
                result = Outbind.TryRead(body, out Outbind outbind).Status;
                Say(to, "system_id", outbind.SystemId);
                Say(to, "password", outbind.Password);
                return result;
            case CommandId.SubmitSm:
                result = SubmitSm.TryRead(body, out SubmitSm submit).Status;
                Say(to, "service_type", submit.ServiceType);
                Say(to, "source", submit.SourceAddr);
                Say(to, "destination", submit.DestinationAddr);
                Say(to, "priority_flag", submit.PriorityFlag);
                Say(to, "schedule_delivery_time", submit.ScheduleDeliveryTime);
                Say(to, "validity_period", submit.ValidityPeriod);
                Say(to, "replace_if_present_flag", submit.ReplaceIfPresentFlag);
                Say(to, "sm_default_msg_id", submit.SmDefaultMsgId);
                Message(to, submit.EsmClass, submit.RegisteredDelivery, submit.DataCoding, submit.ShortMessage, submit.Text, submit.Tlvs);
                return result;
            case CommandId.SubmitMulti:
                result = SubmitMulti.TryRead(body, out SubmitMulti multi).Status;
                Say(to, "source", multi.SourceAddr);
                Say(to, "number_of_dests", multi.Destinations.Count);
                var number = 0;
                foreach (MultiDestination one in multi.Destinations)
                {
                    number++;
                    if (one.IsDistributionList) Say(to, $"dest_{number}", $"list {Encoding.Latin1.GetString(one.DistributionList)}");
                    else Say(to, $"dest_{number}", one.Address);
                }

                Message(to, multi.EsmClass, multi.RegisteredDelivery, multi.DataCoding, multi.ShortMessage, multi.Text, multi.Tlvs);
                return result;
            case CommandId.SubmitMultiResp:
                result = SubmitMultiResp.TryRead(body, out SubmitMultiResp multiResponse).Status;
                Say(to, "message_id", multiResponse.MessageId);
                Say(to, "no_unsuccess", multiResponse.Unsuccessful.Count);
                var failed = 0;
                foreach (UnsuccessfulDestination one in multiResponse.Unsuccessful)
                {
                    Say(to, $"unsuccess_{++failed}", $"{Text(one.Address)} {CommandStatuses.Name(one.Status)}");
                }

                Tlvs(to, multiResponse.Tlvs);
                return result;
            case CommandId.DeliverSm:
                result = DeliverSm.TryRead(body, out DeliverSm deliver).Status;
                Say(to, "source", deliver.SourceAddr);
                Say(to, "destination", deliver.DestinationAddr);
                Message(
                    to, deliver.EsmClass, deliver.RegisteredDelivery, deliver.DataCoding, deliver.ShortMessage, deliver.Text, deliver.Tlvs);
                if (EsmClass.IsReceipt(deliver.EsmClass)
                    && DeliveryReceipt.TryParse(deliver.Text, new TlvReader(deliver.Tlvs), out DeliveryReceipt receipt))
                {
                    Say(to, "receipt_id", receipt.TlvId.IsEmpty ? receipt.TextId : receipt.TlvId);
                    Say(to, "receipt_state", receipt.State.ToString());
                }

                return result;
            case CommandId.DataSm:
                result = DataSm.TryRead(body, out DataSm data).Status;
                Say(to, "source", data.SourceAddr);
                Say(to, "destination", data.DestinationAddr);
                Message(to, data.EsmClass, data.RegisteredDelivery, data.DataCoding, default, data.Text, data.Tlvs);
                return result;
            case CommandId.SubmitSmResp:
                result = SubmitSmResp.TryRead(body, out SubmitSmResp submitted).Status;
                return IdAndTlvs(to, result, submitted.MessageId, submitted.Tlvs);
            case CommandId.DeliverSmResp:
                result = DeliverSmResp.TryRead(body, out DeliverSmResp delivered).Status;
                return IdAndTlvs(to, result, delivered.MessageId, delivered.Tlvs);
            case CommandId.DataSmResp:
                result = DataSmResp.TryRead(body, out DataSmResp dataTaken).Status;
                return IdAndTlvs(to, result, dataTaken.MessageId, dataTaken.Tlvs);
            case CommandId.BroadcastSmResp:
                result = BroadcastSmResp.TryRead(body, out BroadcastSmResp broadcastTaken).Status;
                return IdAndTlvs(to, result, broadcastTaken.MessageId, broadcastTaken.Tlvs);
            case CommandId.QueryBroadcastSmResp:
                result = QueryBroadcastSmResp.TryRead(body, out QueryBroadcastSmResp broadcastState).Status;
                return IdAndTlvs(to, result, broadcastState.MessageId, broadcastState.Tlvs);
            case CommandId.QuerySm:
                result = QuerySm.TryRead(body, out QuerySm query).Status;
                Say(to, "source", query.SourceAddr);
                return IdAndTlvs(to, result, query.MessageId, default);
            case CommandId.QuerySmResp:
                result = QuerySmResp.TryRead(body, out QuerySmResp state).Status;
                Say(to, "final_date", state.FinalDate);
                Say(to, "message_state", state.State);
                Say(to, "error_code", state.ErrorCode);
                return IdAndTlvs(to, result, state.MessageId, state.Tlvs);
            case CommandId.CancelSm:
                result = CancelSm.TryRead(body, out CancelSm cancel).Status;
                Say(to, "source", cancel.SourceAddr);
                Say(to, "destination", cancel.DestinationAddr);
                return IdAndTlvs(to, result, cancel.MessageId, default);
            case CommandId.ReplaceSm:
                result = ReplaceSm.TryRead(body, out ReplaceSm replace).Status;
                Say(to, "source", replace.SourceAddr);
                Say(to, "validity_period", replace.ValidityPeriod);
                Message(to, 0, replace.RegisteredDelivery, 0, replace.ShortMessage, replace.ShortMessage, default);
                return IdAndTlvs(to, result, replace.MessageId, replace.Tlvs);
            case CommandId.AlertNotification:
                result = AlertNotification.TryRead(body, out AlertNotification alert).Status;
                Say(to, "source", alert.SourceAddr);
                Say(to, "esme", alert.EsmeAddr);
                Tlvs(to, alert.Tlvs);
                return result;
            case CommandId.BroadcastSm:
                result = BroadcastSm.TryRead(body, out BroadcastSm broadcast).Status;
                Say(to, "service_type", broadcast.ServiceType);
                Say(to, "source", broadcast.SourceAddr);
                Say(to, "priority_flag", broadcast.PriorityFlag);
                Say(to, "validity_period", broadcast.ValidityPeriod);
                Say(to, "data_coding", broadcast.DataCoding);
                return IdAndTlvs(to, result, broadcast.MessageId, broadcast.Tlvs);
            case CommandId.QueryBroadcastSm:
                result = QueryBroadcastSm.TryRead(body, out QueryBroadcastSm queryBroadcast).Status;
                Say(to, "source", queryBroadcast.SourceAddr);
                return IdAndTlvs(to, result, queryBroadcast.MessageId, queryBroadcast.Tlvs);
            case CommandId.CancelBroadcastSm:
                result = CancelBroadcastSm.TryRead(body, out CancelBroadcastSm cancelBroadcast).Status;
                Say(to, "service_type", cancelBroadcast.ServiceType);
                Say(to, "source", cancelBroadcast.SourceAddr);
                return IdAndTlvs(to, result, cancelBroadcast.MessageId, cancelBroadcast.Tlvs);
            default:
                body.Length.ShouldBe(0, "an operation without a body");
                return CommandStatus.Ok;
        }
    }

    private static CommandStatus IdAndTlvs(List<string> to, CommandStatus result, ReadOnlySpan<byte> id, ReadOnlySpan<byte> tlvs)
    {
        Say(to, "message_id", id);
        Tlvs(to, tlvs);
        return result;
    }

    private static void Message(
        List<string> to, byte esmClass, byte registered, byte coding, ReadOnlySpan<byte> shortMessage, ReadOnlySpan<byte> text,
        ReadOnlySpan<byte> tlvs)
    {
        Say(to, "esm_class", $"0x{esmClass:X2}");
        Say(to, "registered_delivery", registered);
        Say(to, "data_coding", coding);
        Say(to, "short_message", Convert.ToHexString(shortMessage));
        Say(to, "text", Convert.ToHexString(text));
        Tlvs(to, tlvs);
    }

    private static void Tlvs(List<string> to, ReadOnlySpan<byte> area)
    {
        foreach (Tlv tlv in new TlvReader(area)) Say(to, $"tlv_{(ushort)tlv.Tag:X4}", Convert.ToHexString(tlv.Value));
    }

    private static string Text(SmppAddress address) => $"{address.Ton}/{address.Npi} {Encoding.Latin1.GetString(address.Digits)}";

    private static void Say(List<string> to, string name, SmppAddress address) => Say(to, name, Text(address));

    private static void Say(List<string> to, string name, ReadOnlySpan<byte> text) => Say(to, name, Encoding.Latin1.GetString(text));

    private static void Say(List<string> to, string name, long value) => Say(to, name, $"{value}");

    private static void Say(List<string> to, string name, string value) => to.Add($"{name} = {value}".TrimEnd());
}
