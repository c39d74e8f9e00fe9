using System.Text;
using System.Text.Json;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Accounts and their settings under <c>/v1/accounts</c> (docs/accounts.md). Their traffic is <see cref="TrafficEndpoints"/>', what opens them <see cref="AccessEndpoints"/>'.</summary>
internal sealed class AccountEndpoints(ApiBackend backend, OperatorDoor door)
{
    private const string SidKey = "sid";
    private const string TokenKey = "auth_token";
    private const int LeastToken = 16;
    private const int MostToken = 256;
    private const int DefaultLimit = 100;
    private const int MostLimit = 1_000;

    private AccountDesk Desk => backend.AccountDesk;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/accounts", ListAsync).Needs(Permission.ReadAccounts);
        routes.MapPost("/v1/accounts", CreateAsync).Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapGet("/v1/accounts/{sid}", ReadAsync).Needs(Permission.ReadAccounts);
        routes.MapPut("/v1/accounts/{sid}", PutAsync).Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapPost("/v1/accounts/{sid}/enable", context => EnableAsync(context, isEnabled: true))
            .Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapPost("/v1/accounts/{sid}/disable", context => EnableAsync(context, isEnabled: false))
            .Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapGet("/v1/accounts/{sid}/revisions", ListRevisionsAsync).Needs(Permission.ReadAccounts);
        routes.MapGet("/v1/accounts/{sid}/revisions/{revision}", ReadRevisionAsync).Needs(Permission.ReadAccounts);
        routes.MapPost("/v1/accounts/{sid}/rollback", RollBackAsync).Needs(Permission.ManageAccounts).RecordsItself();
    }

    private Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["limit", "cursor"], out Dictionary<string, string> query)) return Task.CompletedTask;
        if (!OperatorDoor.TryReadNumber(context, query, "limit", DefaultLimit, MostLimit, out long limit)) return Task.CompletedTask;
        string after = query.GetValueOrDefault("cursor", "");
        if (after.Length > 0 && !AccountConfig.IsSid(after, "AC"))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected the next_cursor of an earlier page.", "cursor").Send(context);
            return Task.CompletedTask;
        }

        int most = (int)Math.Max(limit, 1);
        HeldAccount[] page = [.. Desk.Accounts.Where(held => string.CompareOrdinal(held.Account.Sid, after) > 0).Take(most)];
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("accounts"u8);
        foreach (HeldAccount held in page) Write(answer.Writer, held);
        answer.Writer.WriteEndArray();
        if (page.Length == most) answer.Writer.WriteString("next_cursor"u8, page[^1].Account.Sid);
        else answer.Writer.WriteNull("next_cursor"u8);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private async Task CreateAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["note"], out Dictionary<string, string> query)) return;
        if (!OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author)) return;
        byte[] text = await ReadTextAsync(context).ConfigureAwait(false);
        var errors = new ConfigErrors("body");
        if (ConfigText.Read(text, errors) is not { } section)
        {
            Problem.OfConfiguration(errors.Errors).Send(context);
            return;
        }

        string? sid = section.Text(SidKey, most: 34, expected: "'AC' and 32 lower-case hex digits");
        string? token = section.Text(TokenKey, most: MostToken);
        if (sid is not null && !AccountConfig.IsSid(sid, "AC")) section.Fail(SidKey, "is no SID; expected 'AC' and 32 lower-case hex digits");
        if (token is { Length: < LeastToken }) section.Fail(TokenKey, $"has {token.Length} characters; expected at least {LeastToken} random ones");
        if (errors.Errors.Count > 0)
        {
            Problem.OfConfiguration(errors.Errors).Send(context);
            return;
        }

        ConfigMap settings = section.Map with { Entries = [.. section.Map.Entries.Where(static entry => entry.Key is not (SidKey or TokenKey))] };
        byte[] document = Encoding.UTF8.GetBytes(ConfigText.Write(settings, isIndented: true));
        AccountChange change = await Desk.CreateAsync(document, sid, token, author, context.RequestAborted).ConfigureAwait(false);
        AccountRequests.SendSecret(context, change, StatusCodes.Status201Created, writer =>
        {
            WriteFields(writer, Desk.Find(change.Made)!);
            writer.WriteString("auth_token"u8, change.Secret);
            writer.WriteString("webhook_secret"u8, change.WebhookSecret);
        });
    }

    private Task ReadAsync(HttpContext context)
    {
        if (door.TryEnter(context, [], out _) && AccountRequests.TryFind(context, Desk, out HeldAccount held)) Send(context, held);
        return Task.CompletedTask;
    }

    private async Task PutAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["expected", "dry_run", "note"], out Dictionary<string, string> query)) return;
        if (!AccountRequests.TryFind(context, Desk, out HeldAccount found)
            || !OperatorDoor.TryReadNumber(context, query, "expected", 0, long.MaxValue, out long expected)
            || !OperatorDoor.TryReadFlag(context, query, "dry_run", out bool isDryRun)
            || !OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author))
            return;
        if (!isDryRun && !found.IsOfFile && !query.ContainsKey("expected"))
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected the revision that you know as the last activated: 'last_activated'.", "expected").Send(context);
            return;
        }

        string sid = found.Account.Sid;
        byte[] text = await ReadTextAsync(context).ConfigureAwait(false);
        AccountChange change = await Desk.ChangeAsync(sid, text, expected, isDryRun, author, context.RequestAborted).ConfigureAwait(false);
        if (isDryRun) AccountRequests.SendDone(context, change);
        else Send(context, change, sid);
    }

    private async Task EnableAsync(HttpContext context, bool isEnabled)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        if (await AccountRequests.ReadNoteAsync(context).ConfigureAwait(false) is not { } author) return;
        string sid = found.Account.Sid;
        Send(context, await Desk.EnableAsync(sid, isEnabled, author, context.RequestAborted).ConfigureAwait(false), sid);
    }

    private async Task ListRevisionsAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["limit", "before"], out Dictionary<string, string> query)) return;
        if (!AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        await RevisionRequests.ListAsync(context, query, Desk.Store, AccountDocument.Resource(found.Account.Sid)).ConfigureAwait(false);
    }

    private async Task ReadRevisionAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        if (!RevisionJson.TryReadNumber(context, out long number)) return;
        ResourceName resource = AccountDocument.Resource(found.Account.Sid);
        Revision? revision = await Desk.Store.FindAsync(resource, number, context.RequestAborted).ConfigureAwait(false);
        byte[]? text = revision is null ? null : await Desk.ReadTextAsync(found.Account.Sid, number, context.RequestAborted).ConfigureAwait(false);
        if (text is null)
        {
            new Problem(ProblemKind.NotFound, "There is no such revision.").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WritePropertyName("revision"u8);
        RevisionJson.Write(answer.Writer, revision!);
        answer.Writer.WriteString("text"u8, text);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task RollBackAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        string sid = found.Account.Sid;
        if (found.IsOfFile)
        {
            AccountRequests.IsRefused(context, AccountChange.OfFile($"account {sid}"));
            return;
        }

        await RevisionRequests.RollBackAsync(
            context, async (expected, to, author) => (await Desk.RollBackAsync(sid, expected, to, author, context.RequestAborted).ConfigureAwait(false)).Revision).ConfigureAwait(false);
    }

    private static Task<byte[]> ReadTextAsync(HttpContext context)
    {
        RequestBody.Allow(context, AccountDocument.MostBytes);
        return RequestBody.ReadAllAsync(context);
    }

    private void Send(HttpContext context, AccountChange change, string sid)
    {
        if (!AccountRequests.IsRefused(context, change)) Send(context, Desk.Find(sid)!);
    }

    private void Send(HttpContext context, HeldAccount held)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Write(answer.Writer, held);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private void Write(Utf8JsonWriter writer, HeldAccount held)
    {
        writer.WriteStartObject();
        WriteFields(writer, held);
        writer.WriteEndObject();
    }

    private void WriteFields(Utf8JsonWriter writer, HeldAccount held) =>
        AccountJson.WriteFields(writer, held, backend.Traffic.TrafficOf(held.Account.Sid, ""), backend.Traffic.LimitsOf(held.Account.Sid));
}
