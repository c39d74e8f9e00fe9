using System.Text.Json;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Notifiers;

namespace Crosspoint.Server.Api.V1;

/// <summary>Incidents, alerts, silences and notifiers as JSON.</summary>
internal static class IncidentJson
{
    public static string NameOf(CellState state) => state.ToString().ToLowerInvariant();

    public static string NameOf(IncidentState state) => state.ToString().ToLowerInvariant();

    public static string? NameOf(Verdict verdict) => verdict == Verdict.None ? null : verdict.ToString().ToLowerInvariant();

    public static string NameOf(SignalKind kind) => JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString());

    /// <param name="isWhole">With its words and its timeline.</param>
    public static void Write(Utf8JsonWriter json, Incident incident, long now, bool isWhole)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, incident.Id);
        json.WriteString("state"u8, NameOf(incident.State));
        json.WriteString("severity"u8, incident.Severity.ToString());
        json.WriteString("title"u8, IncidentText.TitleOf(incident));
        json.WriteMicros("opened_at"u8, incident.OpenedAt);
        json.WriteMicros("updated_at"u8, incident.UpdatedAt);
        json.WriteMicros("resolved_at"u8, incident.ResolvedAt);
        json.WriteString("acknowledged_by"u8, incident.AcknowledgedBy);
        json.WriteMicros("acknowledged_at"u8, incident.AcknowledgedAt);
        json.WriteString("verdict"u8, NameOf(incident.Verdict));
        json.WriteString("verdict_by"u8, incident.VerdictBy);
        json.WriteNumber("relapses"u8, incident.Relapses);
        json.WriteNumber("messages_hit"u8, incident.Hit);
        json.WriteNumber("messages_moved"u8, incident.Moved);
        json.WriteStartArray("extra_cost"u8);
        foreach (var cost in incident.Cells.Where(static cell => cell.Currency.Length > 0).GroupBy(static cell => cell.Currency))
        {
            json.WriteStartObject();
            json.WriteString("currency"u8, cost.Key);
            json.WriteNumber("amount"u8, Math.Round(cost.Sum(static cell => cell.ExtraMicros) / 1e6, 6));
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("cells"u8);
        foreach (IncidentCell cell in incident.Cells) Write(json, cell);
        json.WriteEndArray();
        if (isWhole) WriteStory(json, incident, now);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Alert alert)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, alert.Id);
        json.WriteString("key"u8, alert.Key);
        json.WriteString("rule"u8, alert.Rule);
        json.WriteString("state"u8, alert.State);
        json.WriteString("severity"u8, alert.Severity.ToString());
        json.WriteString("title"u8, alert.Title);
        json.WriteString("text"u8, alert.Text);
        json.WriteStartArray("labels"u8);
        foreach ((string name, string[] values) in alert.Labels)
        {
            foreach (string value in values) json.WriteStringValue($"{name}={value}");
        }

        json.WriteEndArray();
        Write(json, "evidence"u8, alert.Evidence);
        Write(json, "action"u8, alert.Action);
        json.WriteString("incident"u8, alert.Incident);
        json.WriteMicros("opened_at"u8, alert.OpenedAt);
        json.WriteMicros("resolved_at"u8, alert.EndedAt);
        json.WriteMicros("told_at"u8, alert.ToldAt);
        json.WriteNumber("told"u8, alert.Told);
        json.WriteString("silence"u8, alert.Silence);
        json.WriteString("acknowledged_by"u8, alert.AcknowledgedBy);
        json.WriteMicros("acknowledged_at"u8, alert.AcknowledgedAt);
        json.WriteString("verdict"u8, NameOf(alert.Verdict));
        json.WriteString("verdict_by"u8, alert.VerdictBy);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Silence silence, long now)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, silence.Id);
        json.WriteString("state"u8, silence.StateAt(now));
        json.WriteString("match"u8, string.Join(',', silence.Matchers.Select(static matcher => $"{matcher.Name}={matcher.Value}")));
        json.WriteMicros("from"u8, silence.From);
        json.WriteMicros("until"u8, silence.Until);
        json.WriteString("reason"u8, silence.Reason);
        json.WriteString("made_by"u8, silence.By);
        json.WriteMicros("made_at"u8, silence.MadeAt);
        json.WriteString("ended_by"u8, silence.EndedBy);
        json.WriteMicros("ended_at"u8, silence.EndedAt);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, NotifierStatus status)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, status.Options.Name);
        json.WriteString("kind"u8, status.Options.Kind);
        json.WriteString("target"u8, status.Options.Target);
        json.WriteString("severity"u8, status.Options.Least.ToString());
        json.WriteStartArray("rules"u8);
        foreach (string rule in status.Options.Rules) json.WriteStringValue(rule);
        json.WriteEndArray();
        json.WriteNumber("waiting"u8, status.Waiting);
        json.WriteNumber("delivered"u8, status.Delivered);
        json.WriteNumber("given_up"u8, status.GivenUp);
        json.WriteNumber("dropped"u8, status.Dropped);
        json.WriteNumber("failures"u8, status.Failures);
        json.WriteMicros("failing_since"u8, status.FailingSince);
        json.WriteString("last_error"u8, status.LastError);
        json.WriteMicros("last_delivered"u8, status.LastDelivered);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IncidentCell cell)
    {
        json.WriteStartObject();
        json.WriteString("connection"u8, cell.Connection);
        json.WriteString("vendor"u8, cell.Vendor.Length == 0 ? null : cell.Vendor);
        json.WriteString("country"u8, cell.Country.Length == 0 ? null : cell.Country);
        json.WriteString("network"u8, cell.Network.Length == 0 ? null : cell.Network);
        json.WriteString("state"u8, NameOf(cell.State));
        json.WriteNumber("share"u8, Math.Round(cell.Share, 4));
        json.WriteNumber("rate"u8, Math.Round(cell.Rate, 2));
        json.WriteMicros("ill_since"u8, cell.Since);
        json.WriteMicros("healthy_at"u8, cell.HealthyAt);
        json.WriteNumber("messages_hit"u8, (long)Math.Round(cell.Hit));
        json.WriteNumber("messages_moved"u8, (long)Math.Round(cell.Moved));
        Write(json, cell.First);
        json.WriteEndObject();
    }

    private static void WriteStory(Utf8JsonWriter json, Incident incident, long now)
    {
        IncidentSummary summary = IncidentText.Of(incident, now);
        Write(json, "what_happened"u8, summary.WhatHappened);
        Write(json, "what_was_done"u8, summary.WhatWasDone);
        Write(json, "what_is_left"u8, summary.WhatIsLeft);
        Write(json, "evidence"u8, summary.Evidence);
        Write(json, "actions"u8, summary.Actions);
        json.WriteStartArray("timeline"u8);
        foreach (IncidentEntry entry in incident.Timeline)
        {
            json.WriteStartObject();
            json.WriteMicros("at"u8, entry.At);
            json.WriteString("kind"u8, entry.Kind.ToString().ToLowerInvariant());
            json.WriteString("cell"u8, entry.Cell.Length == 0 ? null : entry.Cell);
            json.WriteString("text"u8, entry.Text);
            json.WriteString("by"u8, entry.By);
            json.WriteString("from"u8, entry.From is { } from ? NameOf(from) : null);
            json.WriteString("to"u8, entry.To is { } to ? NameOf(to) : null);
            if (entry.Share is { } share) json.WriteNumber("share"u8, Math.Round(share, 4));
            else json.WriteNull("share"u8);
            Write(json, entry.Signal);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("timeline_left_out"u8, incident.LeftOut);
    }

    private static void Write(Utf8JsonWriter json, IncidentSignal? signal)
    {
        if (signal is null)
        {
            json.WriteNull("signal"u8);
            return;
        }

        json.WriteStartObject("signal"u8);
        json.WriteString("kind"u8, NameOf(signal.Kind));
        json.WriteString("source"u8, signal.Source.ToString().ToLowerInvariant());
        json.WriteNumber("seen"u8, Math.Round(signal.Seen, 6));
        json.WriteNumber("expected"u8, Math.Round(signal.Expected, 6));
        json.WriteNumber("messages"u8, signal.Messages);
        json.WriteNumber("seconds"u8, Math.Round(signal.Seconds, 3));
        json.WriteNumber("status"u8, signal.Status);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> lines)
    {
        json.WriteStartArray(name);
        foreach (string line in lines) json.WriteStringValue(line);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<IncidentLink> links)
    {
        json.WriteStartArray(name);
        foreach (IncidentLink link in links) Write(json, link);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, IncidentLink link)
    {
        json.WritePropertyName(name);
        Write(json, link);
    }

    private static void Write(Utf8JsonWriter json, IncidentLink link)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, link.Text);
        json.WriteString("method"u8, link.Method);
        json.WriteString("path"u8, link.Path);
        json.WriteEndObject();
    }
}
