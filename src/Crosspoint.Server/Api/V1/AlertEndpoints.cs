using Crosspoint.Engine;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Notifiers;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Alerts and notifiers under <c>/v1/alerts</c> and <c>/v1/notifiers</c>, for the operator (docs/health.md).</summary>
internal sealed class AlertEndpoints(ApiBackend backend, OperatorDoor door)
{
    private static readonly string[] States = ["open", "acknowledged", "resolved", "unresolved"];

    /// <summary>Parameters of the list, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } = [.. AlertQuery.Common, "rule"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/alerts", ListAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/alerts/{alert}", ReadAsync).Needs(Permission.ReadOperation);
        routes.MapPost("/v1/alerts/{alert}/acknowledge", AcknowledgeAsync)
            .Needs(Permission.ManageOperation).OnRecord("alerts", "acknowledge", "alert");
        routes.MapPost("/v1/alerts/{alert}/mark", MarkAsync).Needs(Permission.ManageOperation).OnRecord("alerts", "mark", "alert");
        routes.MapGet("/v1/notifiers", ListNotifiersAsync).Needs(Permission.ReadOperation);
        routes.MapPost("/v1/notifiers/{notifier}/test", TestAsync)
            .Needs(Permission.ManageOperation).OnRecord("notifiers", "test", "notifier");
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, Parameters, out Dictionary<string, string> query)) return;
        if (!AlertQuery.TryRead(context, query, States, out AlertQuery wanted)) return;
        string? rule = query.GetValueOrDefault("rule");
        IReadOnlyList<Alert> page = await backend.Alerts.ListAlertsAsync(
            wanted.From, wanted.Before, wanted.BeforeId, wanted.Limit, Fits, context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("alerts"u8);
        foreach (Alert alert in page) IncidentJson.Write(answer.Writer, alert);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("next_cursor"u8, page.Count == wanted.Limit ? AlertQuery.CursorOf(page[^1].OpenedAt, page[^1].Id) : null);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);

        bool Fits(Alert alert) =>
            wanted.Fits(alert.State, alert.Severity, alert.Verdict)
            && (rule is null || alert.Rule == rule)
            && wanted.Labels.All(label => alert.Labels.TryGetValue(label.Key, out string[]? values) && values.Contains(label.Value));
    }

    private async Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        Alert? alert = await backend.Alerts.FindAlertAsync(IdOf(context), context.RequestAborted).ConfigureAwait(false);
        if (alert is null) new Problem(ProblemKind.NotFound).Send(context);
        else Send(context, alert);
    }

    private async Task AcknowledgeAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !OperatorDoor.TryReadAuthor(context, null, out var author)) return;
        string id = IdOf(context);
        DeskChange<Alert> changed = await backend.Alerts.AcknowledgeAlertAsync(id, author.By).ConfigureAwait(false);
        if (changed.Value is null && await backend.Alerts.FindAlertAsync(id, context.RequestAborted).ConfigureAwait(false) is not null)
            new Problem(ProblemKind.AlertState, "It is over: there is nothing to look at any more.").Send(context);
        else Answer(context, changed);
    }

    private async Task MarkAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (await IncidentEndpoints.ReadVerdictAsync(context).ConfigureAwait(false) is not { } mark) return;
        Answer(context, await backend.Alerts.MarkAlertAsync(IdOf(context), mark.By, mark.Verdict, context.RequestAborted).ConfigureAwait(false));
    }

    private Task ListNotifiersAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("notifiers"u8);
        foreach (NotifierStatus status in backend.Alerts.Notifiers.Status) IncidentJson.Write(answer.Writer, status);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private async Task TestAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !OperatorDoor.TryReadAuthor(context, null, out var author)) return;
        string name = (string)context.Request.RouteValues["notifier"]!;
        (bool isKnown, string? error) = await backend.Alerts.Notifiers.TestAsync(name, author.By, context.RequestAborted).ConfigureAwait(false);
        if (!isKnown)
        {
            new Problem(ProblemKind.NotFound, "No notifier of 'alerts.notifiers' has this name.").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteBoolean("delivered"u8, error is null);
        answer.Writer.WriteString("error"u8, error);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static void Answer(HttpContext context, in DeskChange<Alert> changed)
    {
        if (changed.Value is null) new Problem(ProblemKind.NotFound).Send(context);
        else if (IncidentEndpoints.IsWritten(context, changed.Written)) Send(context, changed.Value);
    }

    private static void Send(HttpContext context, Alert alert)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        IncidentJson.Write(answer.Writer, alert);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["alert"]!;
}
