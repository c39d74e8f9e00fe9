using System.Globalization;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Engine.Vendors;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>The operator's control of connections under <c>/v1/connections</c> (docs/api/operator.md).</summary>
internal sealed class ConnectionEndpoints(ApiBackend backend, HttpOptions options)
{
    private const string Note = "Lasts until the process ends: the configuration file is the record.";

    private IConnectionControl Control => backend.Connections;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/connections", ListAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/connections/{name}", ReadAsync).Needs(Permission.ReadOperation);
        routes.MapPut("/v1/connections/{name}", PutAsync).Needs(Permission.ManageOperation).OnRecord("connections", "change", "name");
        routes.MapDelete("/v1/connections/{name}", context => ActAsync(context, Control.RemoveConnection))
            .Needs(Permission.ManageOperation).OnRecord("connections", "remove", "name");
        routes.MapPut("/v1/connections/{name}/rate", CapAsync).Needs(Permission.ManageOperation).OnRecord("connections", "cap", "name");
        routes.MapPost("/v1/connections/{name}/pause", context => ActAsync(context, Control.PauseConnection))
            .Needs(Permission.ManageOperation).OnRecord("connections", "pause", "name");
        routes.MapPost("/v1/connections/{name}/resume", context => ActAsync(context, Control.ResumeConnection))
            .Needs(Permission.ManageOperation).OnRecord("connections", "resume", "name");
        routes.MapPost("/v1/connections/{name}/drain", context => ActAsync(context, Control.DrainConnection))
            .Needs(Permission.ManageOperation).OnRecord("connections", "drain", "name");
        routes.MapPost("/v1/connections/{name}/stop", context => ActAsync(context, Control.StopConnection))
            .Needs(Permission.ManageOperation).OnRecord("connections", "stop", "name");
        routes.MapPost("/v1/connections/{name}/restart", context => ActAsync(context, Control.RestartConnection))
            .Needs(Permission.ManageOperation).OnRecord("connections", "restart", "name");
    }

    private Task ListAsync(HttpContext context)
    {
        if (!TryBegin(context)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("connections"u8);
        foreach (ConnectionStatus status in Control.Connections()) ConnectionJson.Write(answer.Writer, status);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ReadAsync(HttpContext context)
    {
        if (!TryBegin(context)) return Task.CompletedTask;
        if (StatusOf(NameOf(context)) is { } status)
        {
            JsonAnswer answer = JsonAnswer.Rent();
            ConnectionJson.Write(answer.Writer, status);
            answer.Send(context, StatusCodes.Status200OK);
        }
        else
        {
            new Problem(ProblemKind.NotFound).Send(context);
        }

        return Task.CompletedTask;
    }

    private Task ActAsync(HttpContext context, Func<string, ControlResult> act)
    {
        if (TryBegin(context)) Answer(context, NameOf(context), act(NameOf(context)));
        return Task.CompletedTask;
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!TryReadQuery(context, out string? vendor, out int? place)) return;
        string text;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) text = Encoding.UTF8.GetString(body.Span);
        string name = NameOf(context);
        IReadOnlyList<ConnectionOptions> all = Control.ConnectionOptions();
        ConnectionOptions? old = all.FirstOrDefault(other => other.Name == name);
        var errors = new ConfigErrors("body");
        ConnectionOptions? connection = ConnectionConfig.ReadOne(
            text, name, vendor ?? old?.Vendor ?? name, options.FilesDirectory, [.. all.Where(other => other != old)], errors);
        if (connection is null)
        {
            string detail = string.Join('\n', errors.Errors);
            new Problem(ProblemKind.ConfigurationInvalid, detail, errors.Errors[0].Key).Send(context);
            return;
        }

        if (old is null && RecordEntry.Of(context) is { } entry) entry.Action = "add";
        RecordEntry.Tell(context, place is { } at ? string.Create(CultureInfo.InvariantCulture, $"at place {at}") : "");
        Answer(context, name, old is null ? Control.AddConnection(connection, place) : Control.ChangeConnection(connection, place));
    }

    private async Task CapAsync(HttpContext context)
    {
        if (!TryBegin(context) || !RequestDoor.TryTakeJson(context)) return;
        double? rate;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) rate = FieldReader.ReadRate(body.Span, out problem);
        string name = NameOf(context);
        if (problem.Kind is null && StatusOf(name) is null) problem = new(ProblemKind.NotFound);
        if (problem.Kind is not null)
        {
            problem.Send(context);
            return;
        }

        string what = rate is { } cap ? string.Create(CultureInfo.InvariantCulture, $"at most {cap} segments a second") : "no cap";
        RecordEntry.Tell(context, what);
        Answer(context, name, Control.CapConnection(name, rate ?? 0));
    }

    private void Answer(HttpContext context, string name, ControlResult result)
    {
        if (result.Outcome == ControlOutcome.NotFound)
        {
            new Problem(ProblemKind.NotFound).Send(context);
            return;
        }

        if (result.Outcome == ControlOutcome.Refused)
        {
            new Problem(ProblemKind.ConnectionState, result.Detail ?? "").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WritePropertyName("connection"u8);
        if (StatusOf(name) is { } status) ConnectionJson.Write(answer.Writer, status);
        else answer.Writer.WriteNullValue();
        answer.Writer.WriteString("note"u8, Note);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    private ConnectionStatus? StatusOf(string name) => Control.Connections().FirstOrDefault(status => status.Name == name);

    private static string NameOf(HttpContext context) => (string)context.Request.RouteValues["name"]!;

    private static bool TryReadQuery(HttpContext context, out string? vendor, out int? place)
    {
        (vendor, place) = (null, null);
        foreach ((string key, var values) in context.Request.Query)
        {
            string value = values.Count == 1 ? values[0] ?? "" : "";
            if (key == "vendor" && ConnectionConfig.IsName(value))
            {
                vendor = value;
            }
            else if (key == "place" && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0)
            {
                place = number;
            }
            else
            {
                ProblemKind kind = key is "vendor" or "place" ? ProblemKind.ParameterInvalid : ProblemKind.ParameterUnknown;
                const string Expected = "Expected 'vendor', a name of letters, digits, '-', '_' or '.', and 'place', a number from 1.";
                new Problem(kind, Expected, key.Length > 64 ? key[..64] : key).Send(context);
                return false;
            }
        }

        return true;
    }

    private static bool TryBegin(HttpContext context)
    {
        if (Problem.OfQuery(context.Request) is not { } problem) return true;
        problem.Send(context);
        return false;
    }
}

/// <summary>A connection's status as JSON.</summary>
internal static class ConnectionJson
{
    public static void Write(Utf8JsonWriter writer, ConnectionStatus status)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, status.Name);
        writer.WriteString("vendor"u8, status.Vendor);
        writer.WriteString("group"u8, status.Group);
        writer.WriteString("use"u8, status.Use);
        if (status.Place > 0) writer.WriteNumber("place"u8, status.Place);
        else writer.WriteNull("place"u8);
        writer.WriteNumber("queued"u8, status.Queued);
        writer.WriteNumber("in_flight"u8, status.InFlight);
        writer.WriteNumber("in_flight_window"u8, status.Window);
        writer.WriteNumber("rate"u8, status.Rate);
        if (status.RateCap > 0) writer.WriteNumber("rate_cap"u8, status.RateCap);
        else writer.WriteNull("rate_cap"u8);
        if (status.LearnedRate > 0) writer.WriteNumber("learned_rate"u8, Math.Round(status.LearnedRate, 1));
        else writer.WriteNull("learned_rate"u8);
        writer.WriteString("learned_id_format"u8, status.LearnedIdFormat);
        writer.WriteBoolean("changed_at_run_time"u8, status.IsChanged);
        writer.WriteStartArray("sessions"u8);
        foreach (SessionStatus session in status.Sessions)
        {
            writer.WriteStartObject();
            writer.WriteString("state"u8, session.State.ToString().ToLowerInvariant());
            writer.WriteString("host"u8, session.Host);
            writer.WriteNumber("in_flight"u8, session.Outstanding);
            writer.WriteString("last_error"u8, session.LastError);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
