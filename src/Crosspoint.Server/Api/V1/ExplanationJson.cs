using System.Text.Json;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing;
using Crosspoint.Engine.Routing.Explaining;

namespace Crosspoint.Server.Api.V1;

/// <summary>Writes why messages go where they go.</summary>
internal static class ExplanationJson
{
    /// <summary>Every decision that is on record for a message: of its attempts, and the one that ended it without an attempt.</summary>
    /// <param name="isMasked">Without the whole number of the recipient.</param>
    public static void Write(Utf8JsonWriter writer, Message message, RoutingPlan plan, bool withPrices, bool isMasked)
    {
        RouteExplanation Explain(RouteDecision decision, long at)
        {
            RouteExplanation told = RouteExplainer.Explain(decision, message.Head, at, plan, withPrices, withMetadata: !isMasked);
            return isMasked ? ContentMask.Of(told, message.Head) : told;
        }

        writer.WriteStartObject();
        writer.WriteId("id"u8, message.Id);
        writer.WriteString("status"u8, StateNames.Of(message.State));
        writer.WriteStartArray("decisions"u8);
        foreach (Attempt attempt in message.Attempts)
            Write(writer, attempt.Number, Explain(attempt.Decision, attempt.StartedAt));
        if (message.Unrouted is { } decision)
            Write(writer, attempt: 0, Explain(decision, message.UpdatedAt));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>One decision.</summary>
    /// <param name="attempt">Number of the attempt that it led to; 0 for none.</param>
    public static void Write(Utf8JsonWriter writer, int attempt, RouteExplanation told)
    {
        writer.WriteStartObject();
        if (attempt > 0) writer.WriteNumber("attempt"u8, attempt);
        else writer.WriteNull("attempt"u8);
        writer.WriteString("rule"u8, told.Rule);
        writer.WriteNumber("plan_revision"u8, told.PlanRevision);
        writer.WriteString("outcome"u8, told.Outcome);
        writer.WriteString("message"u8, told.Message);
        writer.WriteString("matched"u8, told.Matched);
        WriteTexts(writer, "not_matched"u8, told.NotMatched);
        WriteTexts(writer, "order"u8, told.Order);
        writer.WriteStartArray("candidates"u8);
        foreach (ExplainedCandidate candidate in told.Candidates)
        {
            writer.WriteStartObject();
            writer.WriteNumber("place"u8, candidate.Place);
            writer.WriteString("connection"u8, candidate.Connection);
            writer.WriteString("reason"u8, candidate.Reason);
            writer.WriteString("price"u8, candidate.Price);
            writer.WriteString("quality"u8, candidate.Quality);
            writer.WriteString("health"u8, candidate.Health);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("text"u8, told.ToString());
        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
