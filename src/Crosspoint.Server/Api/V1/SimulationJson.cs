using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Routing.Rehearsal;
using Crosspoint.Server.Rehearsals;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>Simulations and their reports as JSON.</summary>
internal static class SimulationJson
{
    public static void Write(Utf8JsonWriter writer, Simulation simulation, bool withReport)
    {
        SimulationState state = simulation.State;
        long done = simulation.Rehearsal.Messages;
        writer.WriteStartObject();
        writer.WriteString("id"u8, simulation.Id);
        writer.WriteString("state"u8, state switch
        {
            SimulationState.Running => "running"u8,
            SimulationState.Done => "done"u8,
            SimulationState.Canceled => "canceled"u8,
            _ => "failed"u8,
        });
        if (simulation.Fault.Length > 0) writer.WriteString("fault"u8, simulation.Fault);
        else writer.WriteNull("fault"u8);
        writer.WriteString("of"u8, simulation.Range is null ? "sample"u8 : "range"u8);
        RevisionJson.WriteMoment(writer, "from"u8, simulation.Range?.From);
        RevisionJson.WriteMoment(writer, "to"u8, simulation.Range?.To);
        if (simulation.Plan.Revision is { } revision) writer.WriteNumber("plan_revision"u8, revision);
        else writer.WriteNull("plan_revision"u8);
        writer.WriteNumber("plan_rules"u8, simulation.Plan.Rules);
        writer.WriteNumber("against_revision"u8, simulation.Plan.InForce);
        RevisionJson.WriteMoment(writer, "started_at"u8, simulation.StartedAt);
        RevisionJson.WriteMoment(writer, "ended_at"u8, simulation.EndedAt);
        writer.WriteStartObject("progress"u8);
        writer.WriteNumber("messages"u8, done);

        // How many there are is known when they have been read.
        if (state == SimulationState.Done) writer.WriteNumber("of"u8, done);
        else writer.WriteNull("of"u8);
        if (simulation.Range is not null || state == SimulationState.Done) writer.WriteNumber("part"u8, Math.Round(simulation.Share, 4));
        else writer.WriteNull("part"u8);
        writer.WriteEndObject();
        if (withReport)
        {
            writer.WritePropertyName("report"u8);
            if (simulation.Report is { } report) Write(writer, report);
            else writer.WriteNullValue();
        }

        writer.WriteEndObject();
    }

    /// <summary>Says which rows of a sample are not right.</summary>
    public static void SendRefusal(HttpContext context, SampleResult result) => BadRowsJson.Send(
        context,
        ProblemKind.SampleInvalid,
        result.Fault.Length > 0
            ? $"The sample cannot be read: {result.Fault}."
            : string.Create(CultureInfo.InvariantCulture, $"{result.BadRowCount} of {result.Rows} rows are not right; nothing was rehearsed."),
        result.Rows,
        result.BadRowCount,
        result.BadRows,
        isCut: result.Fault.Length > 0);

    private static void Write(Utf8JsonWriter writer, RehearsalReport report)
    {
        writer.WriteStartObject();
        writer.WriteNumber("messages"u8, report.Messages);
        writer.WriteNumber("segments"u8, report.Segments);
        writer.WriteNumber("moved"u8, report.Moved);
        writer.WriteNumber("redacted"u8, report.Redacted);
        writer.WriteString("currency"u8, report.Currency);
        Write(writer, "before"u8, report.Before);
        Write(writer, "after"u8, report.After);
        writer.WriteString("cost_change"u8, Amount(report.After.Cost - report.Before.Cost));
        writer.WriteNumber("delivered_change"u8, Math.Round(report.Gain, 1));
        writer.WriteNumber("delivered_change_error"u8, Math.Round(report.GainError, 1));
        Write(writer, report.Moves);
        writer.WriteStartArray("countries"u8);
        foreach (RehearsalCountry country in report.Countries)
        {
            writer.WriteStartObject();
            writer.WriteString("country"u8, country.Country);
            writer.WriteNumber("messages"u8, country.Messages);
            writer.WriteNumber("moved"u8, country.Moved);
            Write(writer, "before"u8, country.Before);
            Write(writer, "after"u8, country.After);
            Write(writer, country.Moves);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("actual"u8);
        foreach (RehearsalActual actual in report.Actual)
        {
            writer.WriteStartObject();
            writer.WriteString("connection"u8, actual.Connection);
            writer.WriteNumber("messages"u8, actual.Messages);
            writer.WriteNumber("segments"u8, actual.Segments);
            writer.WriteNumber("delivered"u8, actual.Delivered);
            writer.WriteString("cost"u8, Amount(actual.Cost));
            writer.WriteNumber("unpriced"u8, actual.Unpriced);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> name, RehearsalSide side)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("routed"u8, side.Routed);
        writer.WriteNumber("no_route"u8, side.NoRoute);
        writer.WriteNumber("denied"u8, side.Denied);
        writer.WriteNumber("unpriced"u8, side.Unpriced);
        writer.WriteNumber("unmeasured"u8, side.Unmeasured);
        writer.WriteString("cost"u8, Amount(side.Cost));
        writer.WriteNumber("delivered"u8, Math.Round(side.Delivered, 1));
        writer.WriteNumber("delivered_error"u8, Math.Round(side.Error, 1));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyList<RehearsalMove> moves)
    {
        writer.WriteStartArray("moves"u8);
        foreach (RehearsalMove move in moves)
        {
            writer.WriteStartObject();
            WritePlace(writer, "from"u8, "from_outcome"u8, move.From);
            WritePlace(writer, "to"u8, "to_outcome"u8, move.To);
            writer.WriteNumber("messages"u8, move.Messages);
            writer.WriteNumber("segments"u8, move.Segments);
            writer.WriteString("cost_before"u8, Amount(move.Before));
            writer.WriteString("cost_after"u8, Amount(move.After));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    // A connection, or none and why.
    private static void WritePlace(Utf8JsonWriter writer, ReadOnlySpan<byte> connection, ReadOnlySpan<byte> outcome, string place)
    {
        bool isRouted = place is not (RehearsalMove.NoRoute or RehearsalMove.Denied);
        if (isRouted) writer.WriteString(connection, place);
        else writer.WriteNull(connection);
        writer.WriteString(outcome, isRouted ? "routed"u8 : place == RehearsalMove.Denied ? "denied"u8 : "no_route"u8);
    }

    // Units with six decimals at most, none of them lost.
    private static string Amount(Int128 micros) => ((decimal)micros / 1_000_000).ToString("0.######", CultureInfo.InvariantCulture);
}
