using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;

namespace Crosspoint.Engine.Notifiers;

/// <summary>Notifications as words and as JSON.</summary>
internal static class NotificationText
{
    public static string EventOf(NotificationEvent what) => what.ToString().ToLowerInvariant();

    /// <summary>One line, without line breaks.</summary>
    public static string Subject(Notification notification)
    {
        Alert alert = notification.Alert;
        string title = new([.. alert.Title.Select(static c => char.IsControl(c) ? ' ' : c)]);
        return notification.Event switch
        {
            NotificationEvent.Remind => $"[{alert.Severity}] Still: {title}",
            NotificationEvent.Acknowledge => $"[{alert.Severity}] {alert.AcknowledgedBy} looks at it: {title}",
            NotificationEvent.Resolve => $"[{alert.Severity}] Over: {title}",
            NotificationEvent.Test => $"[Test] {title}",
            _ => $"[{alert.Severity}] {title}",
        };
    }

    /// <summary>All of it, with links to the evidence and to the action.</summary>
    public static string Body(Notification notification, string publicUrl)
    {
        Alert alert = notification.Alert;
        var text = new StringBuilder();
        text.Append(Subject(notification)).Append("\n\n").Append(alert.Text.TrimEnd()).Append("\n\n");
        text.Append("Began: ").Append(IncidentText.Moment(alert.OpenedAt)).Append('\n');
        if (alert.EndedAt != 0)
            text.Append("Over: ").Append(IncidentText.Moment(alert.EndedAt)).Append(", after ").Append(IncidentText.Span(alert.EndedAt - alert.OpenedAt)).Append('\n');
        text.Append("Severity: ").Append(alert.Severity).Append(" (").Append(MeaningOf(alert.Severity)).Append(")\n");
        text.Append("Evidence: ").Append(Link(alert.Evidence, publicUrl)).Append('\n');
        text.Append("Action: ").Append(Link(alert.Action, publicUrl)).Append('\n');
        text.Append("Alert: ").Append(alert.Id).Append(", ").Append(UrlOf($"/v1/alerts/{alert.Id}", publicUrl)).Append('\n');
        return text.ToString();
    }

    public static string UrlOf(string path, string publicUrl) => publicUrl.TrimEnd('/') + path;

    /// <summary>The whole notification, as the signed webhook brings it.</summary>
    public static void Write(Utf8JsonWriter json, Notification notification, string publicUrl)
    {
        Alert alert = notification.Alert;
        json.WriteStartObject();
        json.WriteString("type"u8, $"alert.{EventOf(notification.Event)}");
        json.WriteString("timestamp"u8, Micros.ToInstant(notification.At).UtcDateTime);
        json.WriteStartObject("data"u8);
        json.WriteString("id"u8, alert.Id);
        json.WriteString("key"u8, alert.Key);
        json.WriteString("rule"u8, alert.Rule);
        json.WriteString("severity"u8, alert.Severity.ToString());
        json.WriteString("state"u8, alert.State);
        json.WriteString("title"u8, alert.Title);
        json.WriteString("text"u8, alert.Text);
        json.WriteString("incident"u8, alert.Incident);
        json.WriteString("opened_at"u8, Micros.ToInstant(alert.OpenedAt).UtcDateTime);
        if (alert.EndedAt == 0) json.WriteNull("resolved_at"u8);
        else json.WriteString("resolved_at"u8, Micros.ToInstant(alert.EndedAt).UtcDateTime);
        json.WriteString("acknowledged_by"u8, alert.AcknowledgedBy);
        WriteLabels(json, alert);
        WriteLink(json, "evidence"u8, alert.Evidence, publicUrl);
        WriteLink(json, "action"u8, alert.Action, publicUrl);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteLabels(Utf8JsonWriter json, Alert alert)
    {
        json.WriteStartObject("labels"u8);
        foreach ((string name, string[] values) in alert.Labels)
        {
            json.WriteStartArray(name);
            foreach (string value in values) json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteLink(Utf8JsonWriter json, ReadOnlySpan<byte> name, IncidentLink link, string publicUrl)
    {
        json.WriteStartObject(name);
        json.WriteString("text"u8, link.Text);
        json.WriteString("method"u8, link.Method);
        json.WriteString("url"u8, UrlOf(link.Path, publicUrl));
        json.WriteEndObject();
    }

    private static string Link(IncidentLink link, string publicUrl) => $"{link.Text}: {link.Method} {UrlOf(link.Path, publicUrl)}";

    private static string MeaningOf(Severity severity) => severity switch
    {
        Severity.L3 => "look at it now",
        Severity.L2 => "look at it soon",
        _ => "look at it during working hours",
    };
}
