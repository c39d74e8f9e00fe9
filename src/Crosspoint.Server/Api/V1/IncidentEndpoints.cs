using Crosspoint.Engine;
using Crosspoint.Engine.Incidents;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Incidents under <c>/v1/incidents</c>, for the operator (docs/health.md).</summary>
internal sealed class IncidentEndpoints(ApiBackend backend, OperatorDoor door)
{
    private static readonly string[] States = ["open", "acknowledged", "recovering", "resolved", "unresolved"];
    private static readonly string[] NoteFields = ["note"];
    private static readonly string[] MarkFields = ["verdict"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/incidents", ListAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/incidents/{incident}", ReadAsync).Needs(Permission.ReadOperation);
        routes.MapPost("/v1/incidents/{incident}/acknowledge", AcknowledgeAsync)
            .Needs(Permission.ManageOperation).OnRecord("incidents", "acknowledge", "incident");
        routes.MapPost("/v1/incidents/{incident}/notes", NoteAsync)
            .Needs(Permission.ManageOperation).OnRecord("incidents", "note", "incident");
        routes.MapPost("/v1/incidents/{incident}/mark", MarkAsync)
            .Needs(Permission.ManageOperation).OnRecord("incidents", "mark", "incident");
    }

    /// <summary>Reads <c>verdict</c> of a body; null when it was answered with a problem.</summary>
    public static async Task<(Verdict Verdict, string By)?> ReadVerdictAsync(HttpContext context)
    {
        if (await RevisionRequests.ReadChangeAsync(context, MarkFields).ConfigureAwait(false) is not { } change) return null;
        Verdict? verdict = change.Body.Text("verdict") switch
        {
            "useful" => Verdict.Useful,
            "noise" => Verdict.Noise,
            "none" => Verdict.None,
            _ => null,
        };
        if (verdict is { } read)
        {
            RecordEntry.Tell(context, read.ToString().ToLowerInvariant());
            return (read, change.Author.By);
        }

        new Problem(ProblemKind.FieldInvalid, "Expected useful (it needed action), noise (it did not) or none (to take that back).", "verdict").Send(context);
        return null;
    }

    /// <summary>Whether a change is on the disk; else it was answered so.</summary>
    public static bool IsWritten(HttpContext context, in HealthWrite written)
    {
        if (written.IsDone) return true;
        ProblemKind kind = written.Failure == StoreFailure.Unknown ? ProblemKind.OutcomeUnknown : ProblemKind.StoreUnavailable;
        new Problem(kind, written.Detail).Send(context);
        return false;
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, AlertQuery.Common, out Dictionary<string, string> query)) return;
        if (!AlertQuery.TryRead(context, query, States, out AlertQuery wanted)) return;
        IReadOnlyList<Incident> page = await backend.Alerts.ListIncidentsAsync(
            wanted.From, wanted.Before, wanted.BeforeId, wanted.Limit, incident => Fits(wanted, incident), context.RequestAborted).ConfigureAwait(false);
        long now = backend.Time.GetUtcMicros();
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("incidents"u8);
        foreach (Incident incident in page) IncidentJson.Write(answer.Writer, incident, now, isWhole: false);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("next_cursor"u8, page.Count == wanted.Limit ? AlertQuery.CursorOf(page[^1].OpenedAt, page[^1].Id) : null);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static bool Fits(AlertQuery wanted, Incident incident) =>
        wanted.Fits(IncidentJson.NameOf(incident.State), incident.Severity, incident.Verdict)
        && incident.Cells.Any(cell => wanted.Labels.All(label => label.Value == label.Key switch
        {
            "connection" => cell.Connection,
            "vendor" => cell.Vendor,
            "country" => cell.Country,
            _ => cell.Network,
        }));

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        Incident? incident = await backend.Alerts.FindIncidentAsync(IdOf(context), context.RequestAborted).ConfigureAwait(false);
        if (incident is null) new Problem(ProblemKind.NotFound).Send(context);
        else Send(context, incident);
    }

    private async Task AcknowledgeAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (await RevisionRequests.ReadChangeAsync(context, NoteFields).ConfigureAwait(false) is not { } change) return;
        string id = IdOf(context);
        RecordEntry.Tell(context, change.Author.Note ?? "");
        DeskChange<Incident> changed = await backend.Alerts.AcknowledgeIncidentAsync(id, change.Author.By, change.Author.Note ?? "").ConfigureAwait(false);
        if (changed.Value is null && await backend.Alerts.FindIncidentAsync(id, context.RequestAborted).ConfigureAwait(false) is not null)
            new Problem(ProblemKind.AlertState, "It is resolved: there is nothing to look at any more.").Send(context);
        else Answer(context, changed);
    }

    private async Task NoteAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (await RevisionRequests.ReadChangeAsync(context, NoteFields).ConfigureAwait(false) is not { } change) return;
        if (string.IsNullOrWhiteSpace(change.Author.Note))
        {
            new Problem(ProblemKind.FieldInvalid, $"Expected 1 to {RevisionAuthor.MostNoteCharacters} characters.", "note").Send(context);
            return;
        }

        RecordEntry.Tell(context, change.Author.Note);
        Answer(context, await backend.Alerts.NoteIncidentAsync(IdOf(context), change.Author.By, change.Author.Note, context.RequestAborted).ConfigureAwait(false));
    }

    private async Task MarkAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (await ReadVerdictAsync(context).ConfigureAwait(false) is not { } mark) return;
        Answer(context, await backend.Alerts.MarkIncidentAsync(IdOf(context), mark.By, mark.Verdict, context.RequestAborted).ConfigureAwait(false));
    }

    private void Answer(HttpContext context, in DeskChange<Incident> changed)
    {
        if (changed.Value is null) new Problem(ProblemKind.NotFound).Send(context);
        else if (IsWritten(context, changed.Written)) Send(context, changed.Value);
    }

    private void Send(HttpContext context, Incident incident)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        IncidentJson.Write(answer.Writer, incident, backend.Time.GetUtcMicros(), isWhole: true);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["incident"]!;
}
