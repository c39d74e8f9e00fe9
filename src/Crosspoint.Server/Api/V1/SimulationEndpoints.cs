using System.Globalization;
using System.Text;
using Crosspoint.Engine.Routing;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Crosspoint.Server.Rehearsals;
using Crosspoint.Server.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Crosspoint.Server.Api.V1;

/// <summary>Rehearsals of routing plans (docs/routing.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class SimulationEndpoints(ApiBackend backend, OperatorDoor door, RehearsalDesk desk)
{
    /// <summary>Longest upload, the plan included: some million rows.</summary>
    private const long MostUploadBytes = 256L * 1024 * 1024;

    private const string ExpectedParts =
        "Expected a part 'plan', after it 'from', 'class' and 'account' where rows say nothing of them, and last a part 'sample', each once.";

    private const int MostPartBytes = 256;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/routing/simulate", StartAsync).Needs(Permission.ManageRouting).ChangesNothing();
        routes.MapGet("/v1/routing/simulations", ListAsync).Needs(Permission.ReadRouting);
        routes.MapGet("/v1/routing/simulations/{id}", ReadAsync).Needs(Permission.ReadRouting);
        routes.MapDelete("/v1/routing/simulations/{id}", RemoveAsync).Needs(Permission.ManageRouting).ChangesNothing();
    }

    private async Task StartAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return;
        if (ContentTypes.Is(context.Request, JsonAnswer.Json)) await StartRangeAsync(context).ConfigureAwait(false);
        else if (ContentTypes.Is(context.Request, "multipart/form-data")) await StartSampleAsync(context).ConfigureAwait(false);
        else Refuse(context, ProblemKind.MediaType, "Expected application/json with a range of time, or multipart/form-data with a sample.", "Content-Type");
    }

    private async Task StartRangeAsync(HttpContext context)
    {
        RequestBody.Allow(context, RoutingDocument.MostBytes);
        FlatObject? read;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
            read = FlatObject.Read(body.Span, ["plan", "from", "to"], out problem);
        if (read is null)
        {
            problem.Send(context);
            return;
        }

        if (!OperatorDoor.TryReadMoment(context, read.Text("from"), "from", ProblemKind.FieldInvalid, out DateTimeOffset? from)
            || !OperatorDoor.TryReadMoment(context, read.Text("to"), "to", ProblemKind.FieldInvalid, out DateTimeOffset? to)
            || CheckRange(context, read, from, to) is not { } range)
            return;
        (RoutingPlan Plan, long? Revision)? draft = await ReadPlanAsync(context, read.Text("plan"), read.Number("plan")).ConfigureAwait(false);
        if (draft is null || TryBegin(context, draft.Value, range) is not { } simulation) return;
        desk.Replay(simulation);
        Send(context, simulation, StatusCodes.Status202Accepted);
    }

    // The plan stands before the sample, which is rehearsed as it comes in.
    private async Task StartSampleAsync(HttpContext context)
    {
        string boundary = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out MediaTypeHeaderValue? type)
            ? HeaderUtilities.RemoveQuotes(type.Boundary).ToString() : "";
        if (boundary.Length is 0 or > 200)
        {
            new Problem(ProblemKind.MediaType, "Expected a boundary of the parts.", "Content-Type").Send(context);
            return;
        }

        RequestBody.Allow(context, MostUploadBytes);
        var parts = new MultipartReader(boundary, context.Request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 8 * 1024 };
        try
        {
            (RoutingPlan Plan, long? Revision)? draft = null;
            SampleDefaults defaults = SampleDefaults.None;
            var told = new HashSet<string>(StringComparer.Ordinal);
            while (await parts.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section)
            {
                string name = NameOf(section);
                if (name == "plan" && draft is null)
                {
                    if (await ReadPartAsync(context, section, name, RoutingDocument.MostBytes).ConfigureAwait(false) is not { } text) return;
                    bool isRevision = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long revision);
                    draft = await ReadPlanAsync(context, isRevision ? null : text, isRevision ? revision : null).ConfigureAwait(false);
                    if (draft is null) return;
                    continue;
                }

                if (draft is not null && SampleDefaults.Names.Contains(name) && told.Add(name))
                {
                    if (await ReadPartAsync(context, section, name, MostPartBytes).ConfigureAwait(false) is not { } value) return;
                    defaults = defaults.With(name, value, backend.Accounts, out string expected);
                    if (expected.Length == 0) continue;
                    Refuse(context, ProblemKind.FieldInvalid, expected, name);
                    return;
                }

                if (name != "sample" || draft is null)
                {
                    Refuse(context, ProblemKind.RequestInvalid, ExpectedParts, name.Length > 64 ? name[..64] : name);
                    return;
                }

                await RehearseAsync(context, draft.Value, defaults, section).ConfigureAwait(false);
                return;
            }

            Refuse(context, ProblemKind.RequestInvalid, ExpectedParts, draft is null ? "plan" : "sample");
        }
        catch (Exception error) when (IsMalformed(error) && !context.RequestAborted.IsCancellationRequested)
        {
            new Problem(ProblemKind.RequestInvalid, "The body is not well-formed multipart/form-data.").Send(context);
        }
    }

    private async Task RehearseAsync(HttpContext context, (RoutingPlan Plan, long? Revision) draft, SampleDefaults defaults, MultipartSection section)
    {
        if (FormOf(section) is not { } form)
        {
            Refuse(
                context,
                ProblemKind.MediaType,
                "Expected a sample of type text/csv, application/x-ndjson or text/plain, or a file named .csv, .ndjson, .jsonl or .txt.",
                "sample");
            return;
        }

        if (TryBegin(context, draft, range: null) is not { } simulation) return;

        // Unless it comes to its end: the sender goes away, or somebody cancels it.
        SimulationState ended = SimulationState.Canceled;
        SampleResult? result = null;
        try
        {
            using (context.RequestAborted.UnsafeRegister(static one => ((Simulation)one!).Cancel(), simulation))
                result = await new SampleReader(simulation, desk, backend.Accounts, defaults, backend.Time).ReadAsync(section.Body, form).ConfigureAwait(false);
            ended = result.IsRight ? SimulationState.Done : SimulationState.Failed;
        }
        catch (OperationCanceledException)
        {
            context.RequestAborted.ThrowIfCancellationRequested();
        }
        finally
        {
            desk.End(simulation, ended, ended == SimulationState.Failed ? "The sample is not right; nothing of it counts." : "");
            if (ended == SimulationState.Failed) desk.TryRemove(simulation.Id);
        }

        if (result is { IsRight: false })
        {
            SimulationJson.SendRefusal(context, result);
            return;
        }

        // Of one that was canceled the rest was not read.
        if (result is null) context.Response.Headers.Connection = "close";
        Send(context, simulation, StatusCodes.Status202Accepted);
    }

    private Simulation? TryBegin(HttpContext context, (RoutingPlan Plan, long? Revision) draft, (DateTimeOffset From, DateTimeOffset To)? range)
    {
        try
        {
            if (desk.TryBegin(draft.Plan, draft.Revision, range, out string running) is { } simulation) return simulation;
            string why = running.Length > 0 ? $"Simulation {running} is running; one goes at a time." : "The gateway is stopping.";
            new Problem(ProblemKind.Overloaded, why) { RetryAfter = 5 }.Send(context);
        }
        catch (ArgumentException error)
        {
            // A connection was removed since the plan was read.
            new Problem(ProblemKind.ConfigurationInvalid, error.Message, "plan").Send(context);
        }

        return null;
    }

    private async Task<(RoutingPlan Plan, long? Revision)?> ReadPlanAsync(HttpContext context, string? text, long? revision)
    {
        if (text is null && revision is null)
        {
            new Problem(ProblemKind.FieldInvalid, "Expected the number of a revision, or the text of a plan with the keys of 'routing'.", "plan").Send(context);
            return null;
        }

        var errors = new ConfigErrors("plan");
        byte[]? written = text is not null
            ? Encoding.UTF8.GetBytes(text)
            : await backend.Plans.ReadTextAsync(revision!.Value, context.RequestAborted).ConfigureAwait(false);
        RoutingPlan? plan = written is null ? null : backend.Plans.Read(written, revision ?? 0, errors);
        if (plan is not null) return (plan, revision);
        if (errors.Errors.Count == 0)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision of the routing plan.", "plan").Send(context);
            return null;
        }

        (Problem.OfConfiguration(errors.Errors) with { Field = "plan" }).Send(context);
        return null;
    }

    private (DateTimeOffset From, DateTimeOffset To)? CheckRange(HttpContext context, FlatObject read, DateTimeOffset? from, DateTimeOffset? to)
    {
        DateTimeOffset now = backend.Time.GetUtcNow();
        DateTimeOffset end = to ?? now;
        (string field, string expected) = (from, end) switch
        {
            (null, _) => ("from", "Expected the beginning of the messages to replay; for messages of your own, send them as a sample."),
            _ when end > now => ("to", "Expected a time that has passed: messages of the future are not there to be replayed."),
            _ when from >= end => ("from", read.Text("to") is null ? "Expected a time that has passed." : "Expected a time before 'to'."),
            _ when end - from > RehearsalDesk.MostRange => ("from", $"Expected a range of at most {RehearsalDesk.MostRange.TotalDays} days."),
            _ => ("", ""),
        };
        if (field.Length == 0) return (from!.Value, end);
        Refuse(context, ProblemKind.FieldInvalid, expected, field);
        return null;
    }

    private Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("simulations"u8);
        foreach (Simulation simulation in desk.List()) SimulationJson.Write(answer.Writer, simulation, withReport: false);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        if (desk.Find((string)context.Request.RouteValues["id"]!) is { } simulation) Send(context, simulation, StatusCodes.Status200OK);
        else new Problem(ProblemKind.NotFound, $"There is no such simulation; the last {RehearsalDesk.MostKept} are kept until a restart.").Send(context);
        return Task.CompletedTask;
    }

    private Task RemoveAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        if (desk.TryRemove((string)context.Request.RouteValues["id"]!)) context.Response.StatusCode = StatusCodes.Status204NoContent;
        else new Problem(ProblemKind.NotFound, "There is no such simulation.").Send(context);
        return Task.CompletedTask;
    }

    // What the server says of the request itself is answered by its own status.
    private static bool IsMalformed(Exception error) => error is (IOException and not BadHttpRequestException) or InvalidDataException;

    private static void Refuse(HttpContext context, ProblemKind kind, string detail, string field) => new Problem(kind, detail, field).Send(context);

    private static void Send(HttpContext context, Simulation simulation, int status)
    {
        if (status == StatusCodes.Status202Accepted) context.Response.Headers.Location = $"/v1/routing/simulations/{simulation.Id}";
        JsonAnswer answer = JsonAnswer.Rent();
        SimulationJson.Write(answer.Writer, simulation, withReport: true);
        answer.Send(context, status);
    }

    private static string NameOf(MultipartSection section) =>
        section.GetContentDispositionHeader() is { } header ? HeaderUtilities.RemoveQuotes(header.Name).ToString() : "";

    private static SampleForm? FormOf(MultipartSection section)
    {
        string type = (section.ContentType ?? "").Split(';')[0].Trim().ToLowerInvariant();
        string file = section.GetContentDispositionHeader() is { } header ? HeaderUtilities.RemoveQuotes(header.FileName).ToString() : "";
        return type switch
        {
            "text/csv" => SampleForm.Csv,
            "application/x-ndjson" => SampleForm.Objects,

            // Some programs call every text plain: then the name says what it is.
            _ when file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) => SampleForm.Csv,
            _ when file.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) => SampleForm.Objects,
            "text/plain" => SampleForm.Numbers,
            _ when file.EndsWith(".txt", StringComparison.OrdinalIgnoreCase) => SampleForm.Numbers,
            _ => null,
        };
    }

    private static async Task<string?> ReadPartAsync(HttpContext context, MultipartSection section, string name, int most)
    {
        using var text = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int count;
        while ((count = await section.Body.ReadAsync(buffer, context.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (text.Length + count > most)
            {
                new Problem(ProblemKind.RequestTooLarge, $"Expected at most {most} octets.", name).Send(context);
                return null;
            }

            text.Write(buffer, 0, count);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).Trim();
    }
}
