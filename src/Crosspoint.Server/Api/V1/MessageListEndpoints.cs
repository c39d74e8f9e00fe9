using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>Messages that are looked for: an account's own, or, for those who run the gateway, those of all (docs/api/native.md, docs/api/operator.md).</summary>
internal sealed class MessageListEndpoints(ApiBackend backend, OperatorRecord record)
{
    private const int PageSize = 1_000;
    private const string Limit = "limit";
    private const int DefaultRows = 10_000;
    private const int MostRows = 100_000;
    private const int MostExports = 2;

    private static readonly string[] NotOfExports = [Limit, "cursor", "id", "vendor_id"];
    private int _exports;

    /// <summary>Parameters of an export, in the order of the documentation.</summary>
    public static IReadOnlyList<string> ExportParameters { get; } = [Limit, .. ListQuery.Parameters.Except(NotOfExports)];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/messages", ListAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapGet("/v1/messages/export", ExportAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
    }

    private async Task ListAsync(HttpContext context)
    {
        if (!TryFindOwner(context, out string? owner)) return;
        ListRequest? request = ListQuery.Read(context.Request.Query, owner, out Problem problem);
        if (!MaySearch(context, request, problem)) return;

        if (await FindAsync(request!, context.RequestAborted).ConfigureAwait(false) is not { } page)
        {
            new Problem(ProblemKind.StoreUnavailable).Send(context);
            return;
        }

        Action<Utf8JsonWriter, Message> write = MessageJson.For(context);
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        foreach (Message message in page.Messages) write(writer, message);
        writer.WriteEndArray();
        if (page.NextBeforeKey is { } key) writer.WriteString("next_cursor"u8, ListQuery.FormatCursor(key));
        else writer.WriteNull("next_cursor"u8);
        writer.WriteMicros("searched_back_to"u8, page.NextBeforeKey is { } reached ? (reached >> MessageId.CounterBits) * Micros.PerMillisecond : 0);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    // Null when the store cannot answer now.
    private async ValueTask<MessagePage?> FindAsync(ListRequest request, CancellationToken cancellationToken)
    {
        MessageQuery query = request.Query;
        if (request is { Id: null, VendorId: null }) return await backend.Messages.ListAsync(query, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Message> named = [];
        if (request.VendorId is { } vendorId)
        {
            if (await backend.Connections.FindByVendorIdAsync(vendorId).ConfigureAwait(false) is not { } keys) return null;
            named = await backend.Messages.FindManyAsync(keys, cancellationToken).ConfigureAwait(false);
        }
        else if (await backend.Messages.FindAsync(request.Id!.Value, cancellationToken).ConfigureAwait(false) is { } message)
        {
            named = [message];
        }

        // Copies are of no account: who names one may see it where they see all.
        Message[] found =
        [
            .. named.Where(message => (request.Id is null || message.Id == request.Id) && message.Id.Key < (query.BeforeKey ?? long.MaxValue)
                && (query with { Connection = query.Connection ?? message.Head.Connection }).Passes(message)).OrderByDescending(static message => message.Id.Key),
        ];
        return found.Length <= query.Limit ? new(found, null) : new(found[..query.Limit], found[query.Limit - 1].Id.Key);
    }

    private async Task ExportAsync(HttpContext context)
    {
        if (!TryFindOwner(context, out string? owner)) return;
        ListRequest? request = TryReadRows(context.Request.Query, out int rows, out Problem problem)
            ? ListQuery.Read(WithoutLimit(context.Request.Query), owner, ExportParameters, out problem)
            : null;
        if (!MaySearch(context, request, problem)) return;
        RevisionAuthor author = default;
        bool isStaff = Caller.IsStaffOf(context);
        if (isStaff && !OperatorDoor.TryReadAuthor(context, note: null, out author)) return;
        if (Interlocked.Increment(ref _exports) > MostExports)
        {
            Interlocked.Decrement(ref _exports);
            new Problem(ProblemKind.Overloaded, $"{MostExports} exports are under way.").Send(context);
            return;
        }

        try
        {
            // What has left cannot be called back.
            if (isStaff && !await record.TryPutAsync(new("messages", ""), "message_export", author with { Note = NoteOf(context.Request.Query) }).ConfigureAwait(false))
                new Problem(ProblemKind.StoreUnavailable, "It could not be put on record, and nothing was exported.").Send(context);
            else await SendAsync(context, request!.Query, rows).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _exports);
        }
    }

    // What was searched for; those who read the record may not see numbers.
    private static string NoteOf(IQueryCollection query)
    {
        var parts = new QueryString();
        foreach ((string name, StringValues values) in query)
        {
            foreach (string? value in values)
                parts = parts.Add(name, name is "to" or "from" ? ContentMask.Number(value ?? "") : value ?? "");
        }

        return parts.Value ?? "";
    }

    private async Task SendAsync(HttpContext context, MessageQuery query, int rows)
    {
        HttpResponse response = context.Response;
        string name = backend.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        response.ContentType = MessageCsv.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentDisposition = $"attachment; filename=\"messages-{name}.csv\"";
        bool isMasked = Caller.IsMasked(context);
        MessageCsv.WriteHead(response.BodyWriter);
        for (int left = rows; left > 0;)
        {
            MessagePage page = await backend.Messages.ListAsync(query with { Limit = Math.Min(left, PageSize) }, context.RequestAborted).ConfigureAwait(false);
            foreach (Message message in page.Messages) MessageCsv.Write(response.BodyWriter, message, isMasked ? ContentMask.Of(message.Head) : message.Head);
            left -= page.Messages.Count;

            // Waits for a slow reader; nothing is read for it meanwhile.
            await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            if (page.NextBeforeKey is null) return;
            query = query with { BeforeKey = page.NextBeforeKey };
        }
    }

    private static bool MaySearch(HttpContext context, ListRequest? request, Problem problem)
    {
        Problem? refusal = request is null ? problem : ListQuery.RefusalOf(context, request.Query);
        refusal?.Send(context);
        return refusal is null;
    }

    private static bool TryReadRows(IQueryCollection query, out int rows, out Problem problem)
    {
        rows = DefaultRows;
        problem = default;
        if (!query.TryGetValue(Limit, out StringValues values)) return true;
        if (values.Count == 1 && int.TryParse(values[0], NumberStyles.None, CultureInfo.InvariantCulture, out rows) && rows is >= 1 and <= MostRows) return true;
        problem = new(ProblemKind.ParameterInvalid, $"Expected a whole number from 1 to {MostRows}, once.", Limit);
        return false;
    }

    private static QueryCollection WithoutLimit(IQueryCollection query) =>
        new(query.Where(static pair => pair.Key != Limit).ToDictionary(StringComparer.Ordinal));

    // Null for those who run the gateway: they see messages of all accounts.
    private bool TryFindOwner(HttpContext context, out string? owner)
    {
        owner = null;
        if (Caller.IsStaffOf(context)) return true;
        if (!RequestDoor.TryAuthenticate(context, backend.Accounts, out Account account, takesQuery: true)) return false;
        owner = account.Sid;
        return true;
    }
}
