using Crosspoint.Engine;
using Crosspoint.Engine.Alerts;
using Crosspoint.Engine.Messages;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Silences under <c>/v1/silences</c> and maintenance windows under <c>/v1/maintenance</c>, for the operator (docs/health.md).</summary>
internal sealed class SilenceEndpoints(ApiBackend backend, OperatorDoor door)
{
    // A window is planned, but not for years.
    private static readonly TimeSpan FarthestStart = TimeSpan.FromDays(366);

    private static readonly string[] ListParameters = ["limit", "cursor"];
    private static readonly string[] SilenceFields = ["match", "until", "reason"];
    private static readonly string[] WindowFields = ["match", "from", "until", "reason"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/silences", context => ListAsync(context, isMaintenance: false)).Needs(Permission.ReadOperation);
        routes.MapPost("/v1/silences", context => AddAsync(context, isMaintenance: false))
            .Needs(Permission.ManageOperation).OnRecord("silences", "begin");
        routes.MapDelete("/v1/silences/{silence}", context => EndAsync(context, isMaintenance: false))
            .Needs(Permission.ManageOperation).OnRecord("silences", "end", "silence");
        routes.MapGet("/v1/maintenance", context => ListAsync(context, isMaintenance: true)).Needs(Permission.ReadOperation);
        routes.MapPost("/v1/maintenance", context => AddAsync(context, isMaintenance: true))
            .Needs(Permission.ManageOperation).OnRecord("maintenance", "begin");
        routes.MapDelete("/v1/maintenance/{silence}", context => EndAsync(context, isMaintenance: true))
            .Needs(Permission.ManageOperation).OnRecord("maintenance", "end", "silence");
    }

    private async Task ListAsync(HttpContext context, bool isMaintenance)
    {
        if (!door.TryEnter(context, ListParameters, out Dictionary<string, string> query)) return;
        if (!AlertQuery.TryRead(context, query, [], out AlertQuery wanted)) return;
        IReadOnlyList<Silence> page = await backend.Alerts.ListSilencesAsync(
            wanted.Before, wanted.BeforeId, wanted.Limit, silence => silence.IsMaintenance == isMaintenance, context.RequestAborted).ConfigureAwait(false);
        long now = backend.Time.GetUtcMicros();
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray(isMaintenance ? "maintenance"u8 : "silences"u8);
        foreach (Silence silence in page) IncidentJson.Write(answer.Writer, silence, now);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteString("next_cursor"u8, page.Count == wanted.Limit ? AlertQuery.CursorOf(page[^1].From, page[^1].Id) : null);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task AddAsync(HttpContext context, bool isMaintenance)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (await RevisionRequests.ReadChangeAsync(context, isMaintenance ? WindowFields : SilenceFields).ConfigureAwait(false) is not { } change) return;
        if (Read(context, change.Body, change.Author.By, isMaintenance) is not { } silence) return;
        DeskChange<Silence> added = await backend.Alerts.AddSilenceAsync(silence, context.RequestAborted).ConfigureAwait(false);
        if (added.Value is null)
        {
            new Problem(ProblemKind.LimitReached, $"There are {backend.Alerts.Options.MostSilences} already: end some, or raise 'alerts.silences.most'.").Send(context);
            return;
        }

        RecordEntry.Tell(context, silence.Id, $"{string.Join(',', silence.Matchers.Select(static matcher => $"{matcher.Name}={matcher.Value}"))}: {silence.Reason}");
        if (IncidentEndpoints.IsWritten(context, added.Written)) Send(context, added.Value, StatusCodes.Status201Created);
    }

    private async Task EndAsync(HttpContext context, bool isMaintenance)
    {
        if (!door.TryEnter(context, [], out _) || !OperatorDoor.TryReadAuthor(context, null, out var author)) return;
        string id = (string)context.Request.RouteValues["silence"]!;
        Silence? known = await backend.Alerts.FindSilenceAsync(id, context.RequestAborted).ConfigureAwait(false);
        if (known is null || known.IsMaintenance != isMaintenance)
        {
            new Problem(ProblemKind.NotFound).Send(context);
            return;
        }

        DeskChange<Silence> ended = await backend.Alerts.EndSilenceAsync(id, author.By, context.RequestAborted).ConfigureAwait(false);
        if (ended.Value is null) new Problem(ProblemKind.AlertState, "It is over already.").Send(context);
        else if (IncidentEndpoints.IsWritten(context, ended.Written)) Send(context, ended.Value, StatusCodes.Status200OK);
    }

    // Null when it was answered with a problem.
    private Silence? Read(HttpContext context, FlatObject body, string by, bool isMaintenance)
    {
        DateTimeOffset now = backend.Time.GetUtcNow();
        TimeSpan longest = backend.Alerts.Options.LongestSilence;
        if (ReadMatchers(context, body.Text("match")) is not { } matchers) return null;
        if (!OperatorDoor.TryReadMoment(context, body.Text("from"), "from", ProblemKind.FieldInvalid, out DateTimeOffset? from)
            || !OperatorDoor.TryReadMoment(context, body.Text("until"), "until", ProblemKind.FieldInvalid, out DateTimeOffset? until))
            return null;
        if (isMaintenance && (from is null || from > now + FarthestStart)) return Refuse(context, "from", "Expected the time when it begins, within a year.");
        DateTimeOffset start = from ?? now;
        if (until is null || until <= now || until <= start || until - start > longest)
        {
            string most = Configuration.Units.Format(longest);
            return Refuse(context, "until", $"Expected a time to come, after it begins, and no more than {most} after that ('alerts.silences.longest').");
        }

        string reason = body.Text("reason") ?? "";
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > Silence.MostReasonCharacters)
            return Refuse(context, "reason", $"Expected 1 to {Silence.MostReasonCharacters} characters: others will want to know why.");
        return new()
        {
            Id = $"{(isMaintenance ? "MW" : "SI")}{Guid.CreateVersion7(now):N}",
            IsMaintenance = isMaintenance,
            Matchers = matchers,
            From = Micros.From(start),
            Until = Micros.From(until.Value),
            Reason = reason,
            By = by,
            MadeAt = Micros.From(now),
        };
    }

    private static List<Matcher>? ReadMatchers(HttpContext context, string? text)
    {
        var matchers = new List<Matcher>();
        foreach (string part in (text ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals > 0 ? part[..equals] : "";
            string value = equals > 0 ? part[(equals + 1)..] : "";
            bool isRight = Silence.Names.Contains(name) && value.Length is >= 1 and <= 200 && !matchers.Exists(other => other.Name == name)
                && value.AsSpan(0, value.Length - 1).IndexOf('*') < 0;
            if (!isRight || matchers.Count >= Silence.MostMatchers)
            {
                string expected = $"Expected NAME=VALUE, several with commas and each name once, such as connection=north-1,country=DE; a value may end with an asterisk. Names: "
                    + $"{string.Join(", ", Silence.Names)}.";
                new Problem(ProblemKind.FieldInvalid, expected, "match").Send(context);
                return null;
            }

            matchers.Add(new(name, value));
        }

        return matchers;
    }

    private static Silence? Refuse(HttpContext context, string field, string detail)
    {
        new Problem(ProblemKind.FieldInvalid, detail, field).Send(context);
        return null;
    }

    private void Send(HttpContext context, Silence silence, int status)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        IncidentJson.Write(answer.Writer, silence, backend.Time.GetUtcMicros());
        answer.Send(context, status);
    }
}
