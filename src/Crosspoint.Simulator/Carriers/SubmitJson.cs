using System.Text;
using System.Text.Json;
using Crosspoint.Simulator.Handsets;
using Crosspoint.Smpp.Codec;
using Crosspoint.Smpp.Pdus;

namespace Crosspoint.Simulator.Carriers;

/// <summary>A submission as the control API and the log file show it.</summary>
internal static class SubmitJson
{
    public static void Write(Utf8JsonWriter json, string carrier, SubmitEntry entry)
    {
        ReadOnlySpan<byte> body = entry.Body.AsSpan(0, entry.Length);
        json.WriteStartObject();
        json.WriteNumber("number", entry.Number);
        json.WriteString("time", entry.Time.UtcDateTime);
        json.WriteString("carrier", carrier);
        json.WriteString("system_id", entry.SystemId);
        json.WriteString("operation", entry.CommandId == CommandId.DataSm ? "data_sm" : "submit_sm");
        json.WriteString("status", CommandStatuses.Name(entry.Status));
        json.WriteString("message_id", entry.MessageId.AsSpan(0, entry.MessageIdLength));
        if (SubmitFacts.TryRead(entry.CommandId, body, out SubmitFacts facts).IsOk) WriteFacts(json, facts, entry.CommandId, body);
        else json.WriteString("pdu", Convert.ToHexString(body));
        json.WriteEndObject();
    }

    private static void WriteFacts(Utf8JsonWriter json, in SubmitFacts facts, CommandId commandId, ReadOnlySpan<byte> body)
    {
        Write(json, "source", facts.Source);
        Write(json, "destination", facts.Destination);
        json.WriteNumber("esm_class", facts.EsmClass);
        json.WriteNumber("data_coding", facts.DataCoding);
        json.WriteNumber("registered_delivery", facts.RegisteredDelivery);
        if (facts.Total > 0)
        {
            json.WriteNumber("reference", facts.Reference);
            json.WriteNumber("part", facts.Part);
            json.WriteNumber("parts", facts.Total);
        }

        json.WriteString("text", HandsetText.Decode(facts));
        if (commandId != CommandId.SubmitSm || !SubmitSm.TryRead(body, out SubmitSm submit).IsOk) return;
        if (!submit.ServiceType.IsEmpty) json.WriteString("service_type", Encoding.Latin1.GetString(submit.ServiceType));
        if (submit.ProtocolId != 0) json.WriteNumber("protocol_id", submit.ProtocolId);
        if (submit.PriorityFlag != 0) json.WriteNumber("priority_flag", submit.PriorityFlag);
        if (!submit.ScheduleDeliveryTime.IsEmpty)
            json.WriteString("schedule_delivery_time", Encoding.Latin1.GetString(submit.ScheduleDeliveryTime));
        if (!submit.ValidityPeriod.IsEmpty) json.WriteString("validity_period", Encoding.Latin1.GetString(submit.ValidityPeriod));
        if (submit.Tlvs.IsEmpty) return;
        json.WriteStartObject("tlvs");
        foreach (Tlv tlv in new TlvReader(submit.Tlvs)) json.WriteString($"0x{(ushort)tlv.Tag:X4}", Convert.ToHexString(tlv.Value));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, in SmppAddress address)
    {
        json.WriteString(name, Encoding.Latin1.GetString(address.Digits));
        json.WriteNumber(name + "_ton", address.Ton);
        json.WriteNumber(name + "_npi", address.Npi);
    }
}
