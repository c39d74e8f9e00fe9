using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Dispatch;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Monitoring;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// Pause, resume, cancel and pace: batches under <c>/v1/batches</c> for their account and the operator, accounts under <c>/v1/accounts</c> for the
/// operator alone (docs/api/native.md, docs/api/operator.md).
/// </summary>
internal sealed class TrafficEndpoints(ApiBackend backend)
{
    private const string AccountParameter = "account_sid";
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    /// <summary>Parameters of the list, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } = ["limit", "cursor", AccountParameter];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/batches", ListAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapGet("/v1/batches/{batch}", ReadBatchAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapPatch("/v1/batches/{batch}", PaceAsync)
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("traffic", "pace_batch");
        routes.MapPost("/v1/batches/{batch}/pause", context => ChangeBatchAsync(context, backend.Traffic.PauseTrafficAsync))
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("traffic", "pause_batch");
        routes.MapPost("/v1/batches/{batch}/resume", context => ChangeBatchAsync(context, (sid, batch, _) => backend.Traffic.ResumeTrafficAsync(sid, batch)))
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("traffic", "resume_batch");
        routes.MapPost("/v1/batches/{batch}/cancel", context => ChangeBatchAsync(context, backend.Traffic.CancelTrafficAsync, 202))
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("traffic", "cancel_batch");
        routes.MapPost("/v1/accounts/{sid}/pause", context => ChangeAccountAsync(context, sid => backend.Traffic.PauseTrafficAsync(sid, "", byOperator: true)))
            .Needs(Permission.ManageTraffic).OnRecord("traffic", "pause", "sid");
        routes.MapPost("/v1/accounts/{sid}/resume", context => ChangeAccountAsync(context, sid => backend.Traffic.ResumeTrafficAsync(sid, "")))
            .Needs(Permission.ManageTraffic).OnRecord("traffic", "resume", "sid");
        routes.MapPost("/v1/accounts/{sid}/cancel-queued", context => ChangeAccountAsync(context, sid => backend.Traffic.CancelTrafficAsync(sid, "", byOperator: true), 202))
            .Needs(Permission.ManageTraffic).OnRecord("traffic", "cancel_queued", "sid");
    }

    private Task ListAsync(HttpContext context)
    {
        int limit = DefaultLimit;
        string after = "";
        bool TryTake(string name, string value) => name switch
        {
            "limit" => int.TryParse(value, out limit) && limit is >= 1 and <= MaxLimit,
            "cursor" => Batches.IsName(after = value),
            _ => false,
        };
        if (!TryFindOwner(context, Parameters, TryTake, out string sid)) return Task.CompletedTask;
        IReadOnlyList<TrafficStatus> page = backend.Traffic.Batches(sid, after, limit);
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("batches"u8);
        foreach (TrafficStatus status in page) Write(answer.Writer, status);
        answer.Writer.WriteEndArray();
        if (page.Count == limit) answer.Writer.WriteString("next_cursor"u8, page[^1].Batch);
        else answer.Writer.WriteNull("next_cursor"u8);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ReadBatchAsync(HttpContext context)
    {
        if (TryFindBatch(context, out string sid, out string batch)) Send(context, sid, batch, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private async Task PaceAsync(HttpContext context)
    {
        if (!TryFindBatch(context, out string sid, out string batch) || !RequestDoor.TryTakeJson(context)) return;
        double? rate;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) rate = FieldReader.ReadRate(body.Span, out problem);
        if (problem.Kind is not null)
        {
            problem.Send(context);
            return;
        }

        RecordEntry.Tell(context, sid, rate is { } pace ? string.Create(CultureInfo.InvariantCulture, $"batch {batch}: at most {pace} segments a second") : $"batch {batch}: no cap");
        ControlResult result = await backend.Traffic.PaceTrafficAsync(sid, batch, rate ?? 0, Caller.IsStaffOf(context)).ConfigureAwait(false);
        Answer(context, result, sid, batch, StatusCodes.Status200OK);
    }

    private async Task ChangeBatchAsync(HttpContext context, Func<string, string, bool, ValueTask<ControlResult>> change, int status = 200)
    {
        if (!TryFindBatch(context, out string sid, out string batch)) return;
        RecordEntry.Tell(context, sid, $"batch {batch}");
        Answer(context, await change(sid, batch, Caller.IsStaffOf(context)).ConfigureAwait(false), sid, batch, status);
    }

    private async Task ChangeAccountAsync(HttpContext context, Func<string, ValueTask<ControlResult>> change, int status = 200)
    {
        if (!TryFindAccount(context, out string sid)) return;
        Answer(context, await change(sid).ConfigureAwait(false), sid, batch: "", status);
    }

    private void Answer(HttpContext context, in ControlResult result, string sid, string batch, int status)
    {
        switch (result.Outcome)
        {
            case ControlOutcome.Refused:
                new Problem(ProblemKind.BatchState, result.Detail ?? "").Send(context);
                break;
            case ControlOutcome.StoreUnavailable:
                new Problem(ProblemKind.StoreUnavailable).Send(context);
                break;
            default:
                Send(context, sid, batch, status);
                break;
        }
    }

    private void Send(HttpContext context, string sid, string batch, int status)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Write(answer.Writer, backend.Traffic.TrafficOf(sid, batch));
        answer.Send(context, status);
    }

    public static ReadOnlySpan<byte> NameOf(TrafficState state) => state switch
    {
        TrafficState.Canceled => "canceled"u8,
        TrafficState.Paused => "paused"u8,
        _ => "running"u8,
    };

    private static void Write(Utf8JsonWriter writer, TrafficStatus status)
    {
        bool isBatch = status.Batch.Length > 0;
        writer.WriteStartObject();
        if (isBatch) writer.WriteString("batch"u8, status.Batch);
        writer.WriteString("account_sid"u8, status.AccountSid);
        writer.WriteString("state"u8, NameOf(status.State));
        if (isBatch && status.Rate > 0) writer.WriteNumber("rate"u8, status.Rate);
        else if (isBatch) writer.WriteNull("rate"u8);
        writer.WriteNumber("held"u8, status.Held);
        writer.WriteBoolean("canceling"u8, status.IsCanceling);
        writer.WriteNumber("canceled"u8, status.Canceled);
        writer.WriteEndObject();
    }

    private bool TryFindBatch(HttpContext context, out string sid, out string batch)
    {
        batch = (string)context.Request.RouteValues["batch"]!;
        if (!TryFindOwner(context, [AccountParameter], static (_, _) => false, out sid)) return false;
        if (Batches.IsName(batch)) return true;
        new Problem(ProblemKind.BatchInvalid, $"The name is not well-formed: {Batches.Expected}.", "batch").Send(context);
        return false;
    }

    // The account that asks, or the one that the operator names.
    private bool TryFindOwner(HttpContext context, IReadOnlyList<string> known, Func<string, string, bool> tryTake, out string sid)
    {
        sid = "";
        bool isOperator = Caller.IsStaffOf(context);
        Account? account = isOperator ? null : RequestDoor.AccountOf(context, backend.Accounts);
        if (!isOperator && account is null)
        {
            Problem.Unauthorized.Send(context);
            return false;
        }

        string? named = null;
        foreach ((string name, StringValues values) in context.Request.Query)
        {
            string value = values.Count == 1 ? values[0] ?? "" : "";
            bool isMine = name == AccountParameter && (isOperator ? backend.Accounts.Find(value) is not null : value == account!.Sid);
            if (isMine) named = value;
            if (isMine || (name != AccountParameter && tryTake(name, value))) continue;
            Problem problem = known.Contains(name)
                ? new(ProblemKind.ParameterInvalid, ExpectedOf(name), name)
                : new(ProblemKind.ParameterUnknown, $"Known parameters: {string.Join(", ", known)}.", name.Length > 64 ? name[..64] : name);
            problem.Send(context);
            return false;
        }

        sid = account?.Sid ?? named ?? "";
        if (sid.Length > 0) return true;
        new Problem(ProblemKind.ParameterInvalid, ExpectedOf(AccountParameter), AccountParameter).Send(context);
        return false;
    }

    private static string ExpectedOf(string parameter) => parameter switch
    {
        "limit" => "Expected a whole number from 1 to 1000, once.",
        "cursor" => "Expected the next_cursor of an earlier page, once.",
        _ => "Expected the SID of an account, once; an account's own credentials open its own batches alone.",
    };

    private bool TryFindAccount(HttpContext context, out string sid)
    {
        sid = (string)context.Request.RouteValues["sid"]!;
        if (Problem.OfQuery(context.Request) is { } problem)
        {
            problem.Send(context);
            return false;
        }

        if (backend.Accounts.Find(sid) is not null) return true;
        new Problem(ProblemKind.NotFound, "There is no such account.").Send(context);
        return false;
    }
}
