using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>The native API under <c>/v1</c> (docs/api/native.md).</summary>
internal sealed class MessageEndpoints(ApiBackend backend)
{
    private const int MaxIdempotencyKey = 255;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/messages", SendAsync).Needs(Permission.ChangeAccount);
        routes.MapPost("/v1/messages/batch", SendBatchAsync).Needs(Permission.ChangeAccount);
        routes.MapGet("/v1/messages/{id}", ReadOneAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapDelete("/v1/messages/{id}", DeleteAsync).Needs(Permission.ChangeAccount);
        routes.MapPatch("/v1/messages/{id}", RescheduleAsync).Needs(Permission.ChangeAccount);
        routes.MapGet("/v1/messages/{id}/events", ReadTimelineAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapGet("/v1/messages/{id}/webhooks", ReadDeliveriesAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapPost("/v1/messages/{id}/webhooks/{event}/replay", ReplayAsync)
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("messages", "message_webhook_replay", "id");
        routes.MapPost("/v1/messages/{id}/cancel", context => ChangeAsync(context, backend.Intake.CancelAsync, backend.Intake.CancelAsync))
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("messages", "message_cancel", "id");
        routes.MapPost("/v1/messages/{id}/redact", context => ChangeAsync(context, backend.Intake.RedactAsync, backend.Intake.RedactAsync))
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("messages", "message_redact", "id");
        routes.MapPost("/v1/messages/{id}/resend", ResendAsync)
            .Needs(Permission.ManageTraffic, Permission.ChangeAccount).OnRecord("messages", "message_resend", "id");
        routes.MapGet("/v1/webhooks", ListWebhooksAsync).Needs(Permission.ReadAccounts, Permission.ReadAccount);
        routes.MapGet("/v1/webhooks/secret", ReadSecretAsync).Needs(Permission.ReadAccountSecrets);
    }

    private async Task SendAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account, out IdempotencyInput? idempotency)) return;
        SendRequest? request;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
        {
            request = SendMessageReader.ReadOne(body.Span, account, TraceParents.Read(context.Request), out problem);
            if (idempotency is { } key) idempotency = key with { BodyHash = SHA256.HashData(body.Span) };
        }

        if (request is null)
        {
            problem.Send(context);
            return;
        }

        IntakeResult result = await backend.Intake.SendAsync(request, idempotency, context.RequestAborted).ConfigureAwait(false);
        if (result.Head is null)
        {
            Problem.From(result).Send(context);
            return;
        }

        if (result.Replayed) context.Response.Headers["Idempotency-Replayed"] = "true";
        JsonAnswer answer = JsonAnswer.Rent();
        MessageJson.WriteAccepted(answer.Writer, result.Head);
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    private async Task SendBatchAsync(HttpContext context)
    {
        if (!TryBegin(context, out Account account, out IdempotencyInput? idempotency)) return;
        List<BatchItem>? items;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
        {
            items = SendMessageReader.ReadBatch(body.Span, account, TraceParents.Read(context.Request), out problem);
            if (idempotency is { } key) idempotency = key with { BodyHash = SHA256.HashData(body.Span) };
        }

        if (items is null)
        {
            problem.Send(context);
            return;
        }

        var requests = new List<SendRequest>(items.Count);
        foreach (BatchItem item in items)
        {
            if (item.Request is not null) requests.Add(item.Request);
        }

        IReadOnlyList<IntakeResult> results = requests.Count == 0
            ? []
            : await backend.Intake.SendBatchAsync(requests, idempotency, context.RequestAborted).ConfigureAwait(false);
        if (RefusalOfAll(results) is { } refusal)
        {
            refusal.Send(context);
            return;
        }

        WriteBatch(context, items, results);
    }

    // What concerns the request as a whole is answered as a whole.
    private static Problem? RefusalOfAll(IReadOnlyList<IntakeResult> results)
    {
        if (results.Count == 0) return null;
        IntakeError first = results[0].Error;
        bool concernsAll = first is IntakeError.Overloaded or IntakeError.StoreUnavailable or IntakeError.OutcomeUnknown
            or IntakeError.IdempotencyConflict or IntakeError.IdempotencyKeyInvalid;
        if (!concernsAll) return null;
        foreach (IntakeResult result in results)
        {
            if (result.Error != first) return null;
        }

        return Problem.From(results[0]);
    }

    private static void WriteBatch(HttpContext context, List<BatchItem> items, IReadOnlyList<IntakeResult> results)
    {
        if (results.Count > 0 && results[0].Replayed) context.Response.Headers["Idempotency-Replayed"] = "true";
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        int next = 0;
        foreach (BatchItem item in items)
        {
            writer.WriteStartObject();
            IntakeResult result = item.Request is null ? default : results[next++];
            if (result.Head is not null)
            {
                writer.WriteId("id"u8, result.Head.Id);
                writer.WriteString("status"u8, result.Head.IsForLater ? "scheduled"u8 : "queued"u8);
            }
            else
            {
                writer.WritePropertyName("error"u8);
                Problem problem = item.Request is null ? item.Problem : Problem.From(result);
                problem.Write(writer);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    // The operator reads messages of every account, and copies for test connections, which are of none.
    private Task ReadOneAsync(HttpContext context) => Caller.IsStaffOf(context)
        ? ReadAnyAsync(context, MessageJson.For(context))
        : ReadAsync(context, MessageJson.Write);

    private Task ReadTimelineAsync(HttpContext context) => Caller.IsStaffOf(context)
        ? ReadAnyAsync(context, TimelineJson.Write)
        : ReadAsync(context, TimelineJson.Write);

    private Task ReadDeliveriesAsync(HttpContext context)
    {
        bool isMasked = Caller.IsMasked(context);
        void Write(Utf8JsonWriter writer, Message message) => DeliveriesJson.Write(writer, message, isMasked);
        return Caller.IsStaffOf(context) ? ReadAnyAsync(context, Write) : ReadAsync(context, Write);
    }

    private async Task ReadAnyAsync(HttpContext context, Action<Utf8JsonWriter, Message> write)
    {
        if (Problem.OfQuery(context.Request) is { } unknown)
        {
            unknown.Send(context);
            return;
        }

        Message? message = TryGetId(context, out MessageId id)
            ? await backend.Messages.FindAsync(id, context.RequestAborted).ConfigureAwait(false)
            : null;
        if (message is null)
        {
            new Problem(ProblemKind.NotFound, "There is no such message.").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        write(answer.Writer, message);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ReadAsync(HttpContext context, Action<Utf8JsonWriter, Message> write)
    {
        if (!TryAuthenticate(context, out Account account)) return;
        if (await FindAsync(context, account).ConfigureAwait(false) is not { } message)
        {
            NotFound(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        write(answer.Writer, message);
        answer.Send(context, StatusCodes.Status200OK);
    }

    // A message of another account is as absent as one that never was.
    private async ValueTask<Message?> FindAsync(HttpContext context, Account account)
    {
        if (!TryGetId(context, out MessageId id)) return null;
        Message? message = await backend.Messages.FindAsync(id, context.RequestAborted).ConfigureAwait(false);
        return message?.Head.AccountSid == account.Sid ? message : null;
    }

    // An account changes its own messages; those who run the gateway change any, under their name.
    private Task ChangeAsync(
        HttpContext context,
        Func<Account, MessageId, CancellationToken, ValueTask<ChangeResult>> ofAccount,
        Func<MessageId, CancellationToken, ValueTask<ChangeResult>> ofAny) =>
        Caller.IsStaffOf(context) ? ChangeAnyAsync(context, ofAny, MessageJson.For(context), StatusCodes.Status200OK) : ChangeAsync(context, ofAccount);

    private static async Task ChangeAnyAsync(
        HttpContext context, Func<MessageId, CancellationToken, ValueTask<ChangeResult>> change, Action<Utf8JsonWriter, Message> write, int status)
    {
        if (!TryEnter(context)) return;
        ChangeResult result = TryGetId(context, out MessageId id)
            ? await change(id, context.RequestAborted).ConfigureAwait(false)
            : new(ChangeOutcome.NotFound, null);
        if (TryRefuse(context, result)) return;
        JsonAnswer answer = JsonAnswer.Rent();
        write(answer.Writer, result.Message!);
        answer.Send(context, status);
    }

    private static bool TryEnter(HttpContext context)
    {
        if (Problem.OfQuery(context.Request) is not { } unknown) return true;
        unknown.Send(context);
        return false;
    }

    private async Task ChangeAsync(HttpContext context, Func<Account, MessageId, CancellationToken, ValueTask<ChangeResult>> change)
    {
        if (!TryAuthenticate(context, out Account account)) return;
        ChangeResult result = TryGetId(context, out MessageId id)
            ? await change(account, id, context.RequestAborted).ConfigureAwait(false)
            : new(ChangeOutcome.NotFound, null);
        if (!TryRefuse(context, result))
        {
            JsonAnswer answer = JsonAnswer.Rent();
            MessageJson.Write(answer.Writer, result.Message!);
            answer.Send(context, StatusCodes.Status200OK);
        }
    }

    private async Task RescheduleAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account) || !RequestDoor.TryTakeJson(context)) return;
        DateTimeOffset? sendAt;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) sendAt = FieldReader.ReadTime(body.Span, out problem);
        if (problem.Kind is not null)
        {
            problem.Send(context);
            return;
        }

        await ChangeAsync(
            context, (owner, id, cancellationToken) => backend.Intake.RescheduleAsync(owner, id, sendAt, cancellationToken)).ConfigureAwait(false);
    }

    private async Task DeleteAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account)) return;
        ChangeResult result = TryGetId(context, out MessageId id)
            ? await backend.Intake.DeleteAsync(account, id, context.RequestAborted).ConfigureAwait(false)
            : new(ChangeOutcome.NotFound, null);
        if (!TryRefuse(context, result)) context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private async Task ResendAsync(HttpContext context)
    {
        Account? account = null;
        bool isStaff = Caller.IsStaffOf(context);
        if (isStaff ? !TryEnter(context) : !TryAuthenticate(context, out account)) return;
        if (!TryReadIdempotency(context, out IdempotencyInput? idempotency)) return;
        Message? message = TryGetId(context, out MessageId id) ? await backend.Messages.FindAsync(id, context.RequestAborted).ConfigureAwait(false) : null;
        if (message is null || (account is not null && message.Head.AccountSid != account.Sid))
        {
            NotFound(context);
            return;
        }

        account ??= backend.Accounts.Find(message.Head.AccountSid);
        if (account is null)
        {
            string whose = message.Head.IsCopy ? "It is a copy for a test connection." : "Its account is not configured any more.";
            new Problem(ProblemKind.ResendRefused, whose).Send(context);
            return;
        }

        // Keys of those who run the gateway are not those of the account.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"resend {id}"));
        if (idempotency is { Key: var key })
            idempotency = new(isStaff ? $"operator {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}" : key, hash);
        IntakeResult result = await backend.Intake.ResendAsync(
            new(account, id, isStaff, TraceParents.Read(context.Request), idempotency), context.RequestAborted).ConfigureAwait(false);
        if (result.Head is null)
        {
            Problem.From(result).Send(context);
            return;
        }

        if (result.Replayed) context.Response.Headers["Idempotency-Replayed"] = "true";
        RecordEntry.Tell(context, $"as {result.Head.Id}");
        if (result.Replayed && RecordEntry.Of(context) is { } entry) entry.IsNothing = true;
        JsonAnswer answer = JsonAnswer.Rent();
        MessageJson.WriteAccepted(answer.Writer, result.Head);
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    private async Task ReplayAsync(HttpContext context)
    {
        if (Caller.IsStaffOf(context))
        {
            await ChangeAnyAsync(
                context,
                (id, cancellationToken) => TryGetEvent(context, id, out int number)
                    ? backend.Intake.ReplayWebhookAsync(id, number, cancellationToken)
                    : new(new ChangeResult(ChangeOutcome.NotFound, null)),
                static (writer, message) => DeliveriesJson.Write(writer, message, isMasked: false),
                StatusCodes.Status202Accepted).ConfigureAwait(false);
            return;
        }

        if (!TryAuthenticate(context, out Account account)) return;
        ChangeResult result = TryGetId(context, out MessageId id) && TryGetEvent(context, id, out int number)
            ? await backend.Intake.ReplayWebhookAsync(account, id, number, context.RequestAborted).ConfigureAwait(false)
            : new(ChangeOutcome.NotFound, null);
        if (result.Outcome == ChangeOutcome.NotFound)
        {
            new Problem(ProblemKind.NotFound, "This account has no such message, or the message no such webhook.").Send(context);
            return;
        }

        if (TryRefuse(context, result)) return;
        JsonAnswer answer = JsonAnswer.Rent();
        DeliveriesJson.Write(answer.Writer, result.Message!, Caller.IsMasked(context));
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    private async Task ListWebhooksAsync(HttpContext context)
    {
        if (!RequestDoor.TryFindOwner(context, backend.Accounts, out Account account, takesQuery: true)) return;
        MessageQuery? query = WebhookList.ReadQuery(context.Request.Query, account.Sid, out DeliveryState? state, out Problem problem);
        if (query is null)
        {
            problem.Send(context);
            return;
        }

        var list = new WebhookList(backend.Messages);
        await list.ReadAsync(query, state, context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        list.Write(answer.Writer, Caller.IsMasked(context));
        answer.Send(context, StatusCodes.Status200OK);
    }

    private Task ReadSecretAsync(HttpContext context)
    {
        if (!TryAuthenticate(context, out Account account)) return Task.CompletedTask;
        context.Response.Headers.CacheControl = "no-store";
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("secret"u8, AccountConfig.FormatWebhookSecret(account.WebhookSecret));
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Who asks, and in what form; false when that was answered with a problem. The body's hash is yet to be put into the idempotency key.
    /// </summary>
    private bool TryBegin(HttpContext context, out Account account, out IdempotencyInput? idempotency)
    {
        idempotency = null;
        return TryAuthenticate(context, out account) && RequestDoor.TryTakeJson(context) && TryReadIdempotency(context, out idempotency);
    }

    private static bool TryReadIdempotency(HttpContext context, out IdempotencyInput? idempotency)
    {
        idempotency = null;
        if (!context.Request.Headers.TryGetValue("Idempotency-Key", out StringValues keys)) return true;
        string key = keys.Count == 1 ? keys[0] ?? "" : "";
        if (key.Length is < 1 or > MaxIdempotencyKey || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            new Problem(
                ProblemKind.IdempotencyKeyInvalid, "Expected 1 to 255 printable ASCII characters.", "Idempotency-Key").Send(context);
            return false;
        }

        idempotency = new(key, []);
        return true;
    }

    private bool TryAuthenticate(HttpContext context, out Account account, bool takesQuery = false) =>
        RequestDoor.TryAuthenticate(context, backend.Accounts, out account, takesQuery);

    private static bool TryGetId(HttpContext context, out MessageId id) =>
        MessageId.TryParse(context.Request.RouteValues["id"] as string, out id);

    // The event's number, or the webhook's id, which is what the delivery log and every webhook show.
    private static bool TryGetEvent(HttpContext context, MessageId id, out int number)
    {
        ReadOnlySpan<char> text = context.Request.RouteValues["event"] as string;
        int separator = text.IndexOf('_');
        if (separator >= 0 && (!MessageId.TryParse(text[..separator], out MessageId named) || named != id))
        {
            number = 0;
            return false;
        }

        return int.TryParse(text[(separator + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    private static bool TryRefuse(HttpContext context, in ChangeResult result)
    {
        switch (result.Outcome)
        {
            case ChangeOutcome.Done when result.Message is not null || HttpMethods.IsDelete(context.Request.Method):
                return false;
            case ChangeOutcome.WrongState:
                string detail = result.Message is { } message ? $"Its state is {StateNames.Of(message.State)}." : "";
                new Problem(ProblemKind.WrongState, detail).Send(context);
                return true;
            case ChangeOutcome.Invalid:
                new Problem(ProblemKind.SendAtInvalid, "Expected a time within the next 35 days.", "send_at").Send(context);
                return true;
            case ChangeOutcome.StoreUnavailable:
                new Problem(ProblemKind.StoreUnavailable).Send(context);
                return true;
            case ChangeOutcome.OutcomeUnknown:
                new Problem(ProblemKind.OutcomeUnknown).Send(context);
                return true;
            default:
                NotFound(context);
                return true;
        }
    }

    private static void NotFound(HttpContext context) =>
        new Problem(ProblemKind.NotFound, Caller.IsStaffOf(context) ? "There is no such message, or no such webhook of it." : "This account has no such message.").Send(context);
}
