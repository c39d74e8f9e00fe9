using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes the delivery log of a message's webhooks.</summary>
internal static class DeliveriesJson
{
    public static void Write(Utf8JsonWriter writer, Message message) => Write(writer, message, message.Head.CallbackUrl);

    /// <summary>The same without the address, in which applications put what is theirs.</summary>
    public static void WriteMasked(Utf8JsonWriter writer, Message message) => Write(writer, message, url: null);

    private static void Write(Utf8JsonWriter writer, Message message, string? url)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("webhooks"u8);
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            writer.WriteStartObject();
            WriteFields(writer, message, delivery, url);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes what there is to say of one webhook, into an object that is open.</summary>
    public static void WriteFields(Utf8JsonWriter writer, Message message, WebhookDelivery delivery, string? url)
    {
        writer.WriteNumber("event"u8, delivery.EventNumber);
        writer.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{message.Id}_{delivery.EventNumber}"));
        writer.WriteString("status"u8, StateNames.Of(delivery.Status));
        writer.WriteString("url"u8, url);
        writer.WriteString("state"u8, NameOf(delivery.State));
        writer.WriteNumber("tries"u8, delivery.Tries);
        writer.WriteMicros("next_at"u8, delivery.State == DeliveryState.Pending ? delivery.NextAt : 0);
        writer.WriteMicros("last_at"u8, delivery.LastAt);
        if (delivery.LastStatus == 0) writer.WriteNull("last_status"u8);
        else writer.WriteNumber("last_status"u8, delivery.LastStatus);
        if (delivery.LastAt == 0) writer.WriteNull("last_took_ms"u8);
        else writer.WriteNumber("last_took_ms"u8, delivery.LastTookMicros / (double)Micros.PerMillisecond);
        writer.WriteString("last_error"u8, delivery.LastError);
        writer.WriteStartArray("earlier"u8);
        foreach (WebhookTry each in delivery.Earlier ?? [])
        {
            writer.WriteStartObject();
            writer.WriteMicros("at"u8, each.At);
            if (each.Status == 0) writer.WriteNull("status"u8);
            else writer.WriteNumber("status"u8, each.Status);
            writer.WriteNumber("took_ms"u8, each.TookMicros / (double)Micros.PerMillisecond);
            writer.WriteString("error"u8, each.Error);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public static bool TryParse(string? name, out DeliveryState state)
    {
        foreach (DeliveryState known in Enum.GetValues<DeliveryState>())
        {
            state = known;
            if (NameOf(known) == name) return true;
        }

        state = default;
        return false;
    }

    private static string NameOf(DeliveryState state) => state switch
    {
        DeliveryState.Pending => "pending",
        DeliveryState.Delivered => "delivered",
        _ => "failed",
    };
}
