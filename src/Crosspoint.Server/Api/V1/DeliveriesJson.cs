using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes the delivery log of a message's webhooks.</summary>
internal static class DeliveriesJson
{
    public static void Write(Utf8JsonWriter writer, Message message, bool isMasked)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("webhooks"u8);
        foreach (WebhookDelivery delivery in message.Deliveries)
        {
            writer.WriteStartObject();
            WriteFields(writer, message, delivery, isMasked);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Writes what there is to say of one webhook, into an object that is open.</summary>
    /// <param name="isMasked">Shows the receiver alone: what stands behind it in the URL may be personal.</param>
    public static void WriteFields(Utf8JsonWriter writer, Message message, WebhookDelivery delivery, bool isMasked)
    {
        writer.WriteNumber("event"u8, delivery.EventNumber);
        writer.WriteString("id"u8, string.Create(CultureInfo.InvariantCulture, $"{message.Id}_{delivery.EventNumber}"));
        writer.WriteString("status"u8, StateNames.Of(delivery.Status));
        writer.WriteString("url"u8, isMasked ? EndpointOf(message.Head.CallbackUrl) : message.Head.CallbackUrl);
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

    private static string EndpointOf(string? url) => WebhookTarget.TryGetEndpoint(url ?? "", out string endpoint, out _) ? endpoint : "";

    private static string NameOf(DeliveryState state) => state switch
    {
        DeliveryState.Pending => "pending",
        DeliveryState.Delivered => "delivered",
        _ => "failed",
    };
}
