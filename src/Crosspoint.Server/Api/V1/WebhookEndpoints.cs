using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Webhooks;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// Receivers of webhooks, tests of them, and replay, under <c>/v1/webhooks</c> (docs/webhooks.md): an account's own, or those of the account that one of those who
/// run the gateway names.
/// </summary>
internal sealed class WebhookEndpoints(ApiBackend backend)
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;
    private static readonly string[] TestFields = ["url"];

    /// <summary>Parameters of the list, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } = ["limit", "cursor"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/webhooks/endpoints", ListAsync).Needs(Permission.ReadAccounts, Permission.ReadAccount);
        routes.MapGet("/v1/webhooks/endpoints/{id}", ReadAsync).Needs(Permission.ReadAccounts, Permission.ReadAccount);
        routes.MapPost("/v1/webhooks/endpoints/{id}/enable", context => ChangeAsync(context, backend.Webhooks.EnableEndpointAsync))
            .Needs(Permission.ManageAccounts, Permission.ChangeAccount).OnRecord("webhooks", "enable");
        routes.MapPost("/v1/webhooks/endpoints/{id}/disable", context => ChangeAsync(context, backend.Webhooks.DisableEndpointAsync))
            .Needs(Permission.ManageAccounts, Permission.ChangeAccount).OnRecord("webhooks", "disable");
        routes.MapPost("/v1/webhooks/test", TestAsync)
            .Needs(Permission.ManageAccounts, Permission.ChangeAccount).OnRecord("webhooks", "test");
        routes.MapPost("/v1/webhooks/replay", ReplayAsync)
            .Needs(Permission.ManageAccounts, Permission.ChangeAccount).OnRecord("webhooks", "replay");
    }

    private Task ListAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account, takesQuery: true)) return Task.CompletedTask;
        if (!TryReadPage(context.Request.Query, out int limit, out string after, out Problem problem))
        {
            problem.Send(context);
            return Task.CompletedTask;
        }

        IReadOnlyList<EndpointStatus> page = backend.Webhooks.ListEndpoints(account.Sid, after, limit);
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("endpoints"u8);
        foreach (EndpointStatus status in page) EndpointJson.Write(writer, status);
        writer.WriteEndArray();
        if (page.Count == limit) writer.WriteString("next_cursor"u8, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(page[^1].Url)));
        else writer.WriteNull("next_cursor"u8);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ReadAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account)) return Task.CompletedTask;
        SendOne(context, account);
        return Task.CompletedTask;
    }

    private async Task ChangeAsync(HttpContext context, Func<string, string, ValueTask<EndpointChange>> change)
    {
        if (!TryAuthenticate(context, out Account account)) return;
        RecordEntry.Tell(context, account.Sid, $"receiver {IdOf(context)}");
        switch (await change(account.Sid, IdOf(context)).ConfigureAwait(false))
        {
            case EndpointChange.Configured:
                const string Detail = "The settings of the account disable it: set 'enabled' there.";
                new Problem(ProblemKind.EndpointState, Detail).Send(context);
                return;
            case EndpointChange.StoreUnavailable:
                new Problem(ProblemKind.StoreUnavailable).Send(context);
                return;
            case EndpointChange.NotFound:
                NotFound(context);
                return;
            default:
                SendOne(context, account);
                return;
        }
    }

    private async Task TestAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account) || !RequestDoor.TryTakeJson(context)) return;
        FlatObject? fields;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
            fields = FlatObject.Read(body.Span, TestFields, out problem);
        if (fields is not null && fields.Text("url") is not { Length: > 0 })
            problem = new(ProblemKind.FieldInvalid, "Expected the URL to send to.", "url");
        if (problem.Kind is not null)
        {
            problem.Send(context);
            return;
        }

        // Paths of receivers may hold their secrets.
        string host = Uri.TryCreate(fields!.Text("url"), UriKind.Absolute, out Uri? url) ? url.Authority : "?";
        RecordEntry.Tell(context, account.Sid, $"a test to {host}");
        WebhookTestResult result = await backend.Webhooks.TestAsync(account, fields.Text("url")!, context.RequestAborted).ConfigureAwait(false);
        if (result.Id.Length == 0)
        {
            Problem refusal = result.IsBusy
                ? new(ProblemKind.Overloaded, "Other tests are under way.")
                : new(ProblemKind.CallbackInvalid, $"{result.Error}.", "url");
            refusal.Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteString("id"u8, result.Id);
        writer.WriteBoolean("delivered"u8, result.IsDelivered);
        if (result.Status == 0) writer.WriteNull("status"u8);
        else writer.WriteNumber("status"u8, result.Status);
        writer.WriteNumber("took_ms"u8, Math.Round(result.Took.TotalMilliseconds, 3));
        writer.WriteString("error"u8, result.Error);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ReplayAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account) || !RequestDoor.TryTakeJson(context)) return;
        ReplayQuery? query;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
            query = ReplayReader.Read(body.Span, account, backend.Webhooks, out problem);
        if (query is null)
        {
            problem.Send(context);
            return;
        }

        RecordEntry.Tell(context, account.Sid, "");
        ReplayResult result = await backend.Intake.ReplayWebhooksAsync(account, query, context.RequestAborted).ConfigureAwait(false);
        bool isNothingDone = result is { Replayed: 0, LookedAt: 0 };
        if (result.Outcome == ChangeOutcome.NotFound)
        {
            new Problem(ProblemKind.NotFound, "This account has no such message.", "message").Send(context);
            return;
        }

        if (isNothingDone && result.Outcome == ChangeOutcome.StoreUnavailable)
        {
            new Problem(ProblemKind.StoreUnavailable).Send(context);
            return;
        }

        if (isNothingDone && result.IsOverloaded)
        {
            new Problem(ProblemKind.Overloaded).Send(context);
            return;
        }

        RecordEntry.Tell(context, account.Sid, string.Create(CultureInfo.InvariantCulture, $"{result.Replayed} webhooks of {result.LookedAt} messages"));
        if (result.Replayed == 0 && RecordEntry.Of(context) is { } entry) entry.IsNothing = true;
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteNumber("replayed"u8, result.Replayed);
        writer.WriteNumber("messages"u8, result.LookedAt);
        if (result.NextBeforeKey is { } key) writer.WriteString("next_cursor"u8, ListQuery.FormatCursor(key));
        else writer.WriteNull("next_cursor"u8);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    private void SendOne(HttpContext context, Account account)
    {
        if (backend.Webhooks.FindEndpoint(account.Sid, IdOf(context)) is not { } status)
        {
            NotFound(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        EndpointJson.Write(answer.Writer, status);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private bool TryAuthenticate(HttpContext context, out Account account, bool takesQuery = false) =>
        RequestDoor.TryFindOwner(context, backend.Accounts, out account, takesQuery);

    private static bool TryReadPage(IQueryCollection query, out int limit, out string after, out Problem problem)
    {
        limit = DefaultLimit;
        after = "";
        problem = default;
        foreach ((string name, StringValues values) in query)
        {
            string value = values.Count == 1 ? values[0] ?? "" : "";
            bool isRight = name switch
            {
                "limit" => int.TryParse(value, out limit) && limit is >= 1 and <= MaxLimit,
                "cursor" => TryReadCursor(value, out after),
                _ => false,
            };
            if (isRight) continue;
            problem = Parameters.Contains(name)
                ? new(ProblemKind.ParameterInvalid, name == "limit" ? "Expected a whole number from 1 to 1000, once." : "Expected the next_cursor of an earlier page, once.", name)
                : new(ProblemKind.ParameterUnknown, "Known parameters: limit, cursor.", name.Length > 64 ? name[..64] : name);
            return false;
        }

        return true;
    }

    private static bool TryReadCursor(string text, out string url)
    {
        url = "";
        if (text.Length is 0 or > WebhookTarget.MaxLength * 4 || !Base64Url.IsValid(text)) return false;
        url = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        return true;
    }

    private static string IdOf(HttpContext context) => context.Request.RouteValues["id"] as string ?? "";

    private static void NotFound(HttpContext context) => new Problem(ProblemKind.NotFound, "This account has no such endpoint.").Send(context);
}
