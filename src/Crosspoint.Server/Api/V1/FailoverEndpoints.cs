using System.Text.Json;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Health.Failover;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Health;
using Crosspoint.Server.Identity;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// States of connections on networks, and what operators order of them, under <c>/v1/health</c> (docs/health.md). Needs <c>http.admin_token</c>.
/// </summary>
internal sealed class FailoverEndpoints(ApiBackend backend, OperatorDoor door)
{
    private const int MostNote = 300;
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);
    private static readonly string[] Fields = ["connection", "country", "network", "order", "state", "share_percent", "for", "until", "note"];
    private static readonly string[] Scope = ["connection", "country", "network", "note"];

    private FailoverDesk Desk => backend.Failover;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/health/states", ListAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/health/overrides", ListOverridesAsync).Needs(Permission.ReadOperation);
        routes.MapPut("/v1/health/overrides", PutAsync).Needs(Permission.ManageOperation).RecordsItself();
        routes.MapDelete("/v1/health/overrides", DeleteAsync).Needs(Permission.ManageOperation).RecordsItself();
    }

    private Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["all"], out Dictionary<string, string> query) || !OperatorDoor.TryReadFlag(context, query, "all", out bool all))
            return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("states"u8);
        foreach (FailoverRow row in Desk.Control.ListHealth(all)) Write(writer, row);
        writer.WriteEndArray();
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ListOverridesAsync(HttpContext context)
    {
        if (door.TryEnter(context, [], out _)) SendOverrides(context);
        return Task.CompletedTask;
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)
            || await RevisionRequests.ReadChangeAsync(context, Fields).ConfigureAwait(false) is not { } change
            || !OperatorDoor.TryReadMoment(context, change.Body.Text("until"), "until", ProblemKind.FieldInvalid, out DateTimeOffset? until))
            return;
        if (Read(change.Body, change.Author.By, until, out HealthOrder? order) is { } problem)
        {
            problem.Send(context);
            return;
        }

        Answer(context, await Desk.PutAsync(order!, change.Author.By, context.RequestAborted).ConfigureAwait(false));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (!door.TryEnter(context, Scope, out Dictionary<string, string> query)
            || !OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author))
            return;
        if (ReadScope(query.GetValueOrDefault, ProblemKind.ParameterInvalid, isNew: false, out HealthCell cell) is { } problem)
        {
            problem.Send(context);
            return;
        }

        RevisionChange change = await Desk.RemoveAsync(cell, author.By, author.Note, context.RequestAborted).ConfigureAwait(false);
        if (change.Outcome == RevisionOutcome.NotFound) new Problem(ProblemKind.NotFound, "No override holds for exactly that.").Send(context);
        else Answer(context, change);
    }

    private void Answer(HttpContext context, in RevisionChange change)
    {
        if (change.IsDone) SendOverrides(context);
        else RevisionJson.SendChange(context, change);
    }

    private void SendOverrides(HttpContext context)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("overrides"u8);
        foreach (HealthOrder order in Desk.Control.HealthOrders.OrderBy(static order => order.Cell.ToString(), StringComparer.Ordinal)) Write(writer, order);
        writer.WriteEndArray();
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private Problem? Read(FlatObject body, string by, DateTimeOffset? moment, out HealthOrder? order)
    {
        order = null;
        if (ReadScope(body.Text, ProblemKind.FieldInvalid, isNew: true, out HealthCell cell) is { } problem) return problem;
        if (body.Text("order") is not { } word || !HealthWordList.Kinds.TryGetValue(word, out HealthOrderKind kind))
            return Wrong("order", $"Expected one of: {string.Join(", ", HealthWordList.Kinds.Keys)}.");
        CellState state = CellState.Healthy;
        string? named = body.Text("state");
        if (kind == HealthOrderKind.Force)
        {
            if (named is null || !HealthWordList.States.TryGetValue(named, out state) || state is CellState.Probing or CellState.Recovering)
                return Wrong("state", "Expected one of: healthy, degraded, suspended.");
        }
        else if (named is not null)
        {
            return Wrong("state", "It goes with the order 'force' alone.");
        }

        long? percent = body.Number("share_percent");
        if (body.Text("share_percent") is not null || percent is < 0 or > 100) return Wrong("share_percent", "Expected a whole number from 0 to 100.");
        if (percent is not null && state != CellState.Degraded) return Wrong("share_percent", "It goes with the state 'degraded' alone.");
        if (ReadEnd(body.Text("for"), moment, out long until) is { } wrongEnd) return wrongEnd;
        string note = body.Text("note") ?? "";
        if (note.Length > MostNote || note.Any(char.IsControl)) return Wrong("note", $"Expected at most {MostNote} characters, without control characters.");
        order = new(cell, kind, state, (percent ?? 10) / 100.0, until, by, note, backend.Time.GetUtcMicros());
        return null;
    }

    private Problem? ReadEnd(string? duration, DateTimeOffset? moment, out long until)
    {
        const string Expected =
            "Expected when it ends: 'for', a duration such as 30m or 2h, or 'until', a time with its offset from UTC; at most 31 days from now.";
        long now = backend.Time.GetUtcMicros();
        until = 0;
        if (duration is not null)
        {
            if (moment is not null || !Units.TryParseDuration(duration, out TimeSpan time) || time <= TimeSpan.Zero || time > Longest)
                return Wrong("for", Expected);
            until = now + Micros.From(time);
            return null;
        }

        if (moment is not { } end) return Wrong("until", Expected);
        until = Micros.From(end);
        return until <= now || until > now + Micros.From(Longest) ? Wrong("until", Expected) : null;
    }

    private Problem? ReadScope(Func<string, string?> text, ProblemKind kind, bool isNew, out HealthCell cell)
    {
        cell = default;
        string connection = text("connection") ?? "";
        string country = text("country") ?? "";
        string? network = text("network");

        // What is no longer there may still be released.
        if (isNew ? !backend.Connections.ConnectionOptions().Any(one => one.Name == connection) : connection.Length == 0)
            return new(kind, "Expected the name of a connection.", "connection");
        if (country.Length > 0 && !LimitConfig.CountryForm().IsMatch(country))
            return new(kind, "Expected an ISO 3166-1 code of two capitals, such as DE; none for all countries.", "country");
        NetworkId id = NetworkId.Unknown;
        if (network is not null && (country.Length == 0 || !NetworkId.TryParse(network, out id)))
            return new(kind, "Expected MCC and MNC, such as 26201, beside their country; none for all networks.", "network");
        cell = new(connection, country, Networks.Resolve(id), null);
        return null;
    }

    private static Problem Wrong(string field, string expected) => new(ProblemKind.FieldInvalid, expected, field);

    private static void Write(Utf8JsonWriter writer, FailoverRow row)
    {
        writer.WriteStartObject();
        WriteCell(writer, row.Cell);
        writer.WriteBoolean("all_networks"u8, row.IsWide);
        writer.WriteString("state"u8, HealthWordList.NameOf(row.State));
        writer.WriteNumber("share"u8, Math.Round(row.Share, 4));
        writer.WriteString("reason"u8, row.Reason);
        writer.WriteMicros("since"u8, row.Since);
        writer.WriteNumber("hold_seconds"u8, Math.Round(row.Hold.TotalSeconds, 1));
        writer.WriteNumber("hold_left_seconds"u8, Math.Round(row.HoldLeft.TotalSeconds, 1));
        writer.WriteNumber("relapses"u8, row.Relapses);
        writer.WriteNumber("rate_before"u8, Math.Round(row.Rate, 2));
        writer.WriteBoolean("overridden"u8, row.Order is not null);
        writer.WriteStartArray("except"u8);
        foreach (HealthCell other in row.Except)
        {
            writer.WriteStartObject();
            WriteCell(writer, other);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("changes"u8);
        foreach (HealthChange change in row.Last)
        {
            writer.WriteStartObject();
            writer.WriteMicros("at"u8, change.At);
            writer.WriteString("from"u8, HealthWordList.NameOf(change.From));
            writer.WriteString("to"u8, HealthWordList.NameOf(change.To));
            writer.WriteNumber("share"u8, Math.Round(change.Share, 4));
            writer.WriteString("reason"u8, change.Reason);
            if (change.Operator is { } by) writer.WriteString("by"u8, by);
            else writer.WriteNull("by"u8);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, HealthOrder order)
    {
        writer.WriteStartObject();
        WriteCell(writer, order.Cell);
        writer.WriteString("order"u8, HealthWordList.NameOf(order.Kind));
        writer.WriteString("state"u8, HealthWordList.NameOf(order.Effective));
        writer.WriteNumber("share"u8, Math.Round(order.EffectiveShare, 4));
        writer.WriteMicros("until"u8, order.Until);
        writer.WriteString("by"u8, order.By);
        writer.WriteMicros("at"u8, order.At);
        writer.WriteString("note"u8, order.Note);
        writer.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter writer, HealthCell cell)
    {
        writer.WriteString("connection"u8, cell.Connection);
        if (cell.Country.Length > 0) writer.WriteString("country"u8, cell.Country);
        else writer.WriteNull("country"u8);
        if (cell.Network.IsKnown) writer.WriteString("network"u8, cell.Network.ToString());
        else writer.WriteNull("network"u8);
    }
}
