using System.Text.Json;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Rating;
using Crosspoint.Smpp.Codec;
using Crosspoint.Sms.Numbers;

namespace Crosspoint.Server.Api.V1;

/// <summary>What happened in a cell, as JSON.</summary>
internal static class HealthJson
{
    public static void WriteCountry(Utf8JsonWriter writer, string? country) =>
        writer.WriteString("country"u8, country == HealthCell.UnknownCountry ? CellParameters.Unknown : country);

    /// <param name="isOne">The row is of one network: where that is not known, it says so.</param>
    /// <param name="trafficClass">Null for all.</param>
    public static void WriteNetwork(Utf8JsonWriter writer, NetworkId network, bool isOne, TrafficClass? trafficClass)
    {
        if (network.IsKnown) writer.WriteString("network"u8, network.ToString());
        else writer.WriteString("network"u8, isOne ? CellParameters.Unknown : null);
        writer.WriteString("class"u8, trafficClass is { } one ? MessageJson.NameOf(one) : null);
    }

    public static void Write(Utf8JsonWriter writer, IntervalReading reading)
    {
        writer.WriteNumber("seconds"u8, Math.Round(reading.Span.TotalSeconds, 1));
        writer.WriteNumber("submitted"u8, reading.Submitted);
        writer.WriteNumber("per_second"u8, Math.Round(reading.PerSecond, 2));
        writer.WriteNumber("accepted"u8, reading.Accepted);
        writer.WriteNumber("refused"u8, reading.Refused);
        writer.WriteNumber("throttled"u8, reading.Throttled);
        writer.WriteNumber("unanswered"u8, reading.Unanswered);
        Write(writer, "error_rate"u8, reading.ErrorRate, digits: 5);
        writer.WriteStartArray("statuses"u8);
        foreach (CodeCount one in reading.Statuses)
        {
            writer.WriteStartObject();
            writer.WriteString("status"u8, one.Code is { } status ? CommandStatuses.Name((CommandStatus)status) : null);
            writer.WriteNumber("segments"u8, one.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("cost"u8, Price.FormatMicros(reading.Cost));
        writer.WriteNumber("sent"u8, reading.Sent);
        writer.WriteNumber("delivered"u8, reading.Delivered);
        writer.WriteNumber("undelivered"u8, reading.Undelivered);
        writer.WriteStartArray("errors"u8);
        foreach (CodeCount one in reading.Errors)
        {
            writer.WriteStartObject();
            if (one.Code is { } code) writer.WriteNumber("error_code"u8, code);
            else writer.WriteNull("error_code"u8);
            writer.WriteNumber("messages"u8, one.Count);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("pending"u8, reading.Pending);
        Write(writer, "delivery_rate"u8, reading.DeliveryRate, digits: 5);
        writer.WriteNumber("delivery_weight"u8, Math.Round(reading.DeliveryWeight, 1));
        writer.WriteNumber("confirmed"u8, reading.Confirmed);
        writer.WriteNumber("not_confirmed"u8, reading.NotConfirmed);
        Write(writer, "conversion"u8, reading.Conversion, digits: 5);
        Write(writer, "response_seconds"u8, reading.Response);
        Write(writer, "receipt_seconds"u8, reading.Receipt);
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, in DelayQuantiles quantiles)
    {
        writer.WriteStartObject(name);
        Write(writer, "p50"u8, quantiles.P50, digits: 4);
        Write(writer, "p95"u8, quantiles.P95, digits: 4);
        Write(writer, "p99"u8, quantiles.P99, digits: 4);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, double? value, int digits)
    {
        if (value is { } number) writer.WriteNumber(name, Math.Round(number, digits));
        else writer.WriteNull(name);
    }
}
