using System.Text.Json;
using Crosspoint.Simulator.Behaviours;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Simulator.Configuration;

/// <summary>Writes a behaviour with the keys that <see cref="BehaviourReader"/> reads.</summary>
internal static class BehaviourWriter
{
    public static void Write(Utf8JsonWriter json, CarrierBehaviour behaviour)
    {
        json.WriteStartObject();
        Write(json, "latency", behaviour.Latency);
        Write(json, behaviour.Errors);
        json.WriteString("error_body", EnumNames<ErrorBody>.Of(behaviour.ErrorBody));
        json.WriteNumber("throttle_rate", behaviour.ThrottleRate);
        json.WriteNumber("no_response", behaviour.NoResponse);
        json.WriteBoolean("refuse_alphanumeric", behaviour.RefuseAlphanumeric);
        Write(json, behaviour.Receipts);
        Write(json, behaviour.Inbound);
        json.WriteStartArray("handset_replies");
        foreach (HandsetReply rule in behaviour.HandsetReplies)
        {
            json.WriteStartObject();
            json.WriteString("when", rule.When);
            json.WriteString("reply", rule.Reply);
            json.WriteNumber("share", rule.Share);
            json.WriteString("delay", Durations.Format(rule.Delay));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("disconnect");
        json.WriteString("every", Durations.Format(behaviour.Disconnect.Every));
        json.WriteNumber("after_submits", behaviour.Disconnect.AfterSubmits);
        json.WriteString("idle", Durations.Format(behaviour.Disconnect.Idle));
        json.WriteBoolean("refuse_binds", behaviour.Disconnect.RefuseBinds);
        json.WriteString("bind_status", CommandStatuses.Name(behaviour.Disconnect.BindStatus));
        json.WriteString("system_id", behaviour.Disconnect.SystemId);
        json.WriteEndObject();
        json.WriteBoolean("stall", behaviour.Stall);
        json.WriteNumber("garbage", behaviour.Garbage);
        json.WriteString("enquire_link", Durations.Format(behaviour.EnquireLink));
        json.WriteNumber("max_binds", behaviour.MaxBinds);
        json.WriteNumber("window", behaviour.Window);
        json.WriteStartObject("redelivery");
        json.WriteString("after", Durations.Format(behaviour.Redelivery.After));
        json.WriteNumber("attempts", behaviour.Redelivery.Attempts);
        json.WriteString("timeout", Durations.Format(behaviour.Redelivery.Timeout));
        json.WriteEndObject();
        json.WriteNumber("first_sequence", behaviour.FirstSequence);
        json.WriteStartArray("networks");
        foreach (NetworkBehaviour network in behaviour.Networks) NetworkWriter.Write(json, network);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, IReadOnlyList<ErrorShare> errors)
    {
        json.WriteStartArray("errors");
        foreach (ErrorShare error in errors)
        {
            json.WriteStartObject();
            json.WriteString("status", CommandStatuses.Name(error.Status));
            json.WriteNumber("share", error.Share);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static void Write(Utf8JsonWriter json, IReadOnlyList<ReceiptState> states)
    {
        json.WriteStartArray("states");
        foreach (ReceiptState state in states)
        {
            json.WriteStartObject();
            json.WriteString("state", state.State);
            json.WriteString("err", state.Error);
            json.WriteNumber("share", state.Share);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ReceiptBehaviour receipts)
    {
        json.WriteStartObject("receipts");
        Write(json, "delay", receipts.Delay);
        Write(json, receipts.States);
        json.WriteString("id_format", EnumNames<MessageIdFormat>.Of(receipts.IdFormat));
        json.WriteString("receipt_id_format", EnumNames<ReceiptIdFormat>.Of(receipts.ReceiptIdFormat));
        json.WriteNumber("id_wrap", receipts.IdWrap);
        json.WriteNumber("early", receipts.Early);
        json.WriteNumber("duplicate", receipts.Duplicate);
        json.WriteNumber("missing", receipts.Missing);
        json.WriteNumber("intermediate", receipts.Intermediate);
        json.WriteBoolean("silent", receipts.Silent);
        json.WriteBoolean("faked", receipts.Faked);
        json.WriteString("fields", EnumNames<ReceiptFields>.Of(receipts.Fields));
        json.WriteNumber("date_digits", receipts.DateDigits);
        json.WriteString("via", EnumNames<ReceiptVia>.Of(receipts.Via));
        json.WriteString("only", EnumNames<ReceiptParts>.Of(receipts.Only));
        json.WriteBoolean("other_bind", receipts.OtherBind);
        json.WriteBoolean("marked", receipts.Marked);
        json.WriteBoolean("vendor_tlv", receipts.VendorTlv);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, InboundBehaviour inbound)
    {
        json.WriteStartObject("inbound");
        json.WriteNumber("rate", inbound.Rate);
        Write(json, "from", inbound.From);
        Write(json, "to", inbound.To);
        Write(json, "texts", inbound.Texts);
        json.WriteNumber("long_share", inbound.LongShare);
        json.WriteString("long_as", EnumNames<LongForm>.Of(inbound.LongAs));
        json.WriteBoolean("shuffled", inbound.Shuffled);
        json.WriteString("system_id", inbound.SystemId);
        json.WriteEndObject();
    }

    internal static void Write(Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(key);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    internal static void Write(Utf8JsonWriter json, string key, DurationDistribution distribution)
    {
        json.WriteStartObject(key);
        json.WriteString("distribution", EnumNames<DistributionKind>.Of(distribution.Kind));
        if (distribution.Kind != DistributionKind.Uniform) json.WriteString("mean", Durations.Format(distribution.Mean));
        if (distribution.Kind == DistributionKind.Normal) json.WriteString("stddev", Durations.Format(distribution.StdDev));
        if (distribution.Kind == DistributionKind.Lognormal) json.WriteString("p99", Durations.Format(distribution.P99));
        if (distribution.Kind != DistributionKind.Fixed)
        {
            json.WriteString("min", Durations.Format(distribution.Min));
            if (distribution.Max != TimeSpan.Zero) json.WriteString("max", Durations.Format(distribution.Max));
        }

        json.WriteEndObject();
    }
}
