using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Chaos;
using Crosspoint.Engine.Health;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Crosspoint.Smpp.Codec;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Experiments on live connections, under <c>/v1/chaos</c> (docs/chaos.md). Needs <c>http.admin_token</c>.</summary>
internal sealed class ChaosEndpoints(ChaosRunner runner, OperatorDoor door)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/chaos", BeginAsync).Needs(Permission.ManageOperation).OnRecord("experiments", "begin");
        routes.MapGet("/v1/chaos", ListAsync).Needs(Permission.ReadOperation);
        routes.MapGet("/v1/chaos/{number}", ReadAsync).Needs(Permission.ReadOperation);
        routes.MapPost("/v1/chaos/{number}/stop", StopAsync).Needs(Permission.ManageOperation).OnRecord("experiments", "stop");
    }

    private async Task BeginAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !RequestDoor.TryTakeJson(context)) return;
        if (!OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        Experiment? experiment;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) experiment = ExperimentReader.Read(body.Span, out problem);
        if (experiment is null) problem.Send(context);
        else if (runner.Check(experiment) is { } fault) new Problem(ProblemKind.ExperimentImpossible, fault).Send(context);
        else if (runner.TryBegin(experiment, author.By) is { } run) Begun(context, run);
        else new Problem(ProblemKind.ExperimentState, "One at a time: wait for the end of the other one, or stop it.").Send(context);
    }

    private static void Begun(HttpContext context, ChaosRun run)
    {
        Tell(context, run);
        Send(context, run, StatusCodes.Status202Accepted);
    }

    // Numbers begin anew with the process; the connection is what is asked for later.
    private static void Tell(HttpContext context, ChaosRun run) => RecordEntry.Tell(
        context, run.Experiment.Connection,
        string.Create(CultureInfo.InvariantCulture, $"experiment {run.Number}: {ExperimentReader.NameOf(run.Experiment.Fault)} for {run.Experiment.For.TotalSeconds} s"));

    private Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("experiments"u8);
        foreach (ChaosRun run in runner.List()) Write(answer.Writer, run);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ReadAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        if (runner.Find(NumberOf(context)) is { } run) Send(context, run, StatusCodes.Status200OK);
        else new Problem(ProblemKind.NotFound, "There is no experiment of this number.").Send(context);
        return Task.CompletedTask;
    }

    private Task StopAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        long number = NumberOf(context);
        bool isStopped = runner.TryStop(number);
        if (runner.Find(number) is { } told) Tell(context, told);
        if (runner.Find(number) is not { } run) new Problem(ProblemKind.NotFound, "There is no experiment of this number.").Send(context);
        else if (isStopped) Send(context, run, StatusCodes.Status200OK);
        else new Problem(ProblemKind.ExperimentState, "Its fault has ended.").Send(context);
        return Task.CompletedTask;
    }

    // No experiment has the number 0.
    private static long NumberOf(HttpContext context) =>
        long.TryParse((string?)context.Request.RouteValues["number"], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : 0;

    private static void Send(HttpContext context, ChaosRun run, int status)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Write(answer.Writer, run);
        answer.Send(context, status);
    }

    private static void Write(Utf8JsonWriter writer, ChaosRun run)
    {
        Experiment experiment = run.Experiment;
        writer.WriteStartObject();
        writer.WriteNumber("number"u8, run.Number);
        writer.WriteString("by"u8, run.By);
        writer.WriteString("phase"u8, NameOf(run.Phase));
        if (run.End == ChaosEnd.None) writer.WriteNull("ended_by"u8);
        else writer.WriteString("ended_by"u8, NameOf(run.End));
        RevisionJson.WriteMoment(writer, "started_at"u8, run.StartedAt);
        RevisionJson.WriteMoment(writer, "first_hit_at"u8, run.FirstHitAt);
        RevisionJson.WriteMoment(writer, "fault_ended_at"u8, run.FaultEndedAt);
        writer.WriteStartObject("experiment"u8);
        writer.WriteString("connection"u8, experiment.Connection);
        writer.WriteString("fault"u8, ExperimentReader.NameOf(experiment.Fault));
        writer.WriteNumber("seconds"u8, (long)experiment.For.TotalSeconds);
        writer.WriteNumber("share"u8, experiment.Share);
        if (experiment.Class is { } trafficClass) writer.WriteString("class"u8, MessageJson.NameOf(trafficClass));
        else writer.WriteNull("class"u8);
        writer.WriteString("country"u8, experiment.Country);
        if (experiment.Network.IsKnown) writer.WriteString("network"u8, experiment.Network.ToString());
        else writer.WriteNull("network"u8);
        if (experiment.Fault == ExperimentFault.Latency) writer.WriteNumber("latency_ms"u8, (long)experiment.Latency.TotalMilliseconds);
        if (experiment.Fault == ExperimentFault.Errors) writer.WriteString("status"u8, CommandStatuses.Name(experiment.Status));
        if (experiment.Fault == ExperimentFault.Throttle) writer.WriteNumber("rate"u8, experiment.Rate);
        writer.WriteNumber("delivery_at_least"u8, experiment.DeliveryAtLeast);
        writer.WriteNumber("guard_messages"u8, experiment.GuardMessages);
        writer.WriteEndObject();
        writer.WriteNumber("segments_hit"u8, run.Segments);
        writer.WriteNumber("messages_ended"u8, run.Ended);
        writer.WriteNumber("messages_delivered"u8, run.Delivered);
        writer.WriteStartObject("targets"u8);
        WriteTarget(writer, "detection", experiment.Targets.Detected, run.DetectedAfter, run.MetDetection);
        WriteTarget(writer, "move", experiment.Targets.Moved, run.MovedAfter, run.MetMove);
        WriteTarget(writer, "recovery", experiment.Targets.Recovered, run.RecoveredAfter, run.MetRecovery);
        writer.WriteEndObject();
        writer.WriteStartArray("changes"u8);
        foreach (HealthChange change in run.Changes)
        {
            writer.WriteStartObject();
            writer.WriteMicros("at"u8, change.At);
            writer.WriteString("cell"u8, change.Cell.ToString());
            writer.WriteString("from"u8, NameOf(change.From));
            writer.WriteString("to"u8, NameOf(change.To));
            writer.WriteNumber("share"u8, Math.Round(change.Share, 4));
            writer.WriteString("reason"u8, change.Reason);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteTarget(Utf8JsonWriter writer, string name, TimeSpan target, TimeSpan? took, bool? isMet)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("target_seconds"u8, target.TotalSeconds);
        if (took is { } after) writer.WriteNumber("seconds"u8, Math.Round(after.TotalSeconds, 3));
        else writer.WriteNull("seconds"u8);
        if (isMet is { } met) writer.WriteBoolean("met"u8, met);
        else writer.WriteNull("met"u8);
        writer.WriteEndObject();
    }

    // One word each.
    private static string NameOf<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
