using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Webhooks;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes a receiver of webhooks.</summary>
internal static class EndpointJson
{
    public static void Write(Utf8JsonWriter writer, EndpointStatus status)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, status.Id);
        writer.WriteString("url"u8, status.Url);
        writer.WriteBoolean("enabled"u8, status.Disabled == DisabledBecause.None);
        writer.WriteString("disabled_because"u8, NameOf(status.Disabled));
        writer.WriteMicros("disabled_since"u8, status.DisabledSince);
        writer.WriteMicros("failing_since"u8, status.FailingSince);
        writer.WriteNumber("failures"u8, status.Failures);
        writer.WriteNumber("waiting"u8, status.Waiting);
        writer.WriteBoolean("more_waiting"u8, status.HasMore);
        writer.WriteNumber("running"u8, status.Running);
        if (status.LastStatus == 0) writer.WriteNull("last_status"u8);
        else writer.WriteNumber("last_status"u8, status.LastStatus);
        writer.WriteString("last_error"u8, status.LastError);
        WriteLimits(writer, status.Settings);
        writer.WriteBoolean("own_secret"u8, status.Settings?.Secret is not null);
        writer.WriteEndObject();
    }

    /// <summary>What is configured for a receiver: how many events a POST holds, and how fast they come.</summary>
    public static void WriteLimits(Utf8JsonWriter writer, WebhookEndpointSettings? settings)
    {
        if (settings?.Batch is { } batch)
        {
            writer.WriteStartObject("batch"u8);
            writer.WriteNumber("events"u8, batch.Events);
            writer.WriteNumber("wait_ms"u8, (int)batch.Wait.TotalMilliseconds);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteNull("batch"u8);
        }

        if (settings is { Concurrency: > 0 }) writer.WriteNumber("concurrency"u8, settings.Concurrency);
        else writer.WriteNull("concurrency"u8);
        if (settings is { Rate: > 0 }) writer.WriteNumber("rate"u8, settings.Rate);
        else writer.WriteNull("rate"u8);
    }

    private static string? NameOf(DisabledBecause why) => why switch
    {
        DisabledBecause.Failing => "failing",
        DisabledBecause.Asked => "asked",
        DisabledBecause.Configured => "configured",
        _ => null,
    };
}
