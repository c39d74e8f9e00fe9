using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Smpp.Codec;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes what happened to a message: its events, attempts with their decisions, and segments.</summary>
internal static class TimelineJson
{
    public static void Write(Utf8JsonWriter writer, Message message)
    {
        writer.WriteStartObject();
        writer.WriteId("id"u8, message.Id);
        writer.WriteString("status"u8, StateNames.Of(message.State));
        writer.WriteStartArray("events"u8);
        foreach (MessageEvent entry in message.Events)
        {
            writer.WriteStartObject();
            WriteEvent(writer, entry);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("attempts"u8);
        foreach (Attempt attempt in message.Attempts) WriteAttempt(writer, attempt);
        writer.WriteEndArray();
        WriteSegments(writer, message.Segments);
        writer.WriteStartArray("superseded"u8);
        for (int i = 0; i < message.Superseded.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("attempt"u8, message.Superseded[i].Attempt);
            WriteSegments(writer, message.Superseded[i].Segments);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (message.FeedbackConfirmed is { } confirmed) writer.WriteString("feedback"u8, confirmed ? "confirmed"u8 : "unconfirmed"u8);
        else writer.WriteNull("feedback"u8);
        writer.WriteEndObject();
    }

    /// <summary>The fields of one event, without the braces.</summary>
    public static void WriteEvent(Utf8JsonWriter writer, MessageEvent entry)
    {
        writer.WriteNumber("number"u8, entry.Number);
        writer.WriteMicros("at"u8, entry.At);
        writer.WriteString("kind"u8, NameOf(entry.Kind));
        writer.WriteString("state"u8, StateNames.Of(entry.State));
        writer.WriteString("connection"u8, entry.Connection);
        if (entry.Code == 0)
        {
            writer.WriteNull("code"u8);
            writer.WriteNull("code_name"u8);
        }
        else
        {
            writer.WriteNumber("code"u8, entry.Code);
            writer.WriteString("code_name"u8, NameOfCode(entry));
        }

        writer.WriteString("detail"u8, entry.Detail);
    }

    public static string NameOf(EventKind kind) => EventNames.Of(kind);

    // Receipts carry a message_state, everything else a command_status.
    private static string NameOfCode(MessageEvent entry) =>
        entry.Kind is EventKind.ReceiptNoted or EventKind.Delivered or EventKind.Undelivered or EventKind.Rerouted
        ? StateNames.OfReceipt((byte)Math.Min(entry.Code, byte.MaxValue))
        : CommandStatuses.Name((CommandStatus)entry.Code);

    private static string NameOf(AttemptOutcome outcome) => outcome switch
    {
        AttemptOutcome.Pending => "pending",
        AttemptOutcome.Sent => "sent",
        AttemptOutcome.Retry => "retry",
        AttemptOutcome.NextCandidate => "next_candidate",
        AttemptOutcome.Failed => "failed",
        AttemptOutcome.Unknown => "unknown",
        AttemptOutcome.Rerouted => "rerouted",
        _ => "not_sent",
    };

    private static string NameOf(SegmentState state) => state switch
    {
        SegmentState.Pending => "pending",
        SegmentState.InFlight => "in_flight",
        SegmentState.Sent => "sent",
        SegmentState.Refused => "refused",
        SegmentState.Unknown => "unknown",
        SegmentState.Delivered => "delivered",
        _ => "undelivered",
    };

    private static void WriteAttempt(Utf8JsonWriter writer, Attempt attempt)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number"u8, attempt.Number);
        writer.WriteString("connection"u8, attempt.Connection);
        writer.WriteMicros("started_at"u8, attempt.StartedAt);
        writer.WriteMicros("ended_at"u8, attempt.EndedAt);
        writer.WriteString("outcome"u8, NameOf(attempt.Outcome));
        WriteCommandStatus(writer, attempt.CommandStatus);
        writer.WriteBoolean("possible_duplicate"u8, attempt.PossibleDuplicate);
        writer.WriteStartObject("decision"u8);
        writer.WriteNumber("plan_revision"u8, attempt.Decision.PlanRevision);
        writer.WriteString("rule"u8, attempt.Decision.Rule);
        writer.WriteStartArray("candidates"u8);
        foreach (RouteCandidate candidate in attempt.Decision.Candidates)
            writer.WriteStringValue($"{candidate.Connection}: {RouteExplainer.ReasonOf(candidate.Code)}");
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSegments(Utf8JsonWriter writer, List<SegmentProgress> segments)
    {
        writer.WriteStartArray("segments"u8);
        for (int i = 0; i < segments.Count; i++) WriteSegment(writer, i + 1, segments[i]);
        writer.WriteEndArray();
    }

    private static void WriteSegment(Utf8JsonWriter writer, int number, SegmentProgress segment)
    {
        writer.WriteStartObject();
        writer.WriteNumber("number"u8, number);
        writer.WriteString("state"u8, NameOf(segment.State));
        writer.WriteNumber("attempt"u8, segment.Attempt);
        writer.WriteString("vendor_id"u8, segment.VendorId);
        WriteCommandStatus(writer, segment.CommandStatus);
        if (segment.ReceiptState == SegmentProgress.NoReceipt) writer.WriteNull("receipt_state"u8);
        else writer.WriteString("receipt_state"u8, StateNames.OfReceipt(segment.ReceiptState));
        writer.WriteString("receipt_error"u8, segment.ReceiptError);
        writer.WriteBoolean("possible_duplicate"u8, segment.PossibleDuplicate);
        writer.WriteEndObject();
    }

    private static void WriteCommandStatus(Utf8JsonWriter writer, uint status)
    {
        if (status == 0) writer.WriteNull("command_status"u8);
        else writer.WriteString("command_status"u8, CommandStatuses.Name((CommandStatus)status));
    }
}
