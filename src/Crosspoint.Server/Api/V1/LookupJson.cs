using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Api.V1;

/// <summary>Where a number lives, as JSON.</summary>
public static class LookupJson
{
    public static void Write(Utf8JsonWriter writer, in Located located)
    {
        Destination destination = located.Destination;
        NumberInfo plan = NumberPlan.Lookup(destination.Number);
        writer.WriteStartObject();
        writer.WriteString("number"u8, destination.Number.ToString());
        WriteText(writer, "country"u8, destination.Country);
        if (plan.CallingCode > 0) writer.WriteNumber("calling_code"u8, plan.CallingCode);
        else writer.WriteNull("calling_code"u8);
        writer.WriteString("type"u8, NumberWords.Of(destination.Type));
        WriteNetwork(writer, destination.Network);
        writer.WriteString("source"u8, NumberWords.Of(destination.Source));
        WriteText(writer, "source_name"u8, located.By);
        if (located.IsPorted is { } isPorted) writer.WriteBoolean("ported"u8, isPorted);
        else writer.WriteNull("ported"u8);
        writer.WriteStartArray("time_zones"u8);
        if (TimeZones.Lookup(destination.Number) is >= 0 and int set)
        {
            foreach (string zone in TimeZones.Sets[set]) writer.WriteStringValue(zone);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteNetwork(Utf8JsonWriter writer, NetworkId network)
    {
        if (!network.IsKnown)
        {
            writer.WriteNull("network"u8);
            return;
        }

        string format = network.MncDigits == 3 ? "000" : "00";
        writer.WriteStartObject("network"u8);
        writer.WriteString("mcc"u8, network.Mcc.ToString("000", CultureInfo.InvariantCulture));
        writer.WriteString("mnc"u8, network.Mnc.ToString(format, CultureInfo.InvariantCulture));
        WriteText(writer, "name"u8, Networks.Find(network)?.Name ?? "");
        writer.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string text)
    {
        if (text.Length > 0) writer.WriteString(name, text);
        else writer.WriteNull(name);
    }
}
