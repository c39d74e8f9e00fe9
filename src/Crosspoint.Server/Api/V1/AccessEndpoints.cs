using System.Text.Json;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Accounts;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>What opens an account: keys, the token, the webhook key, credentials for binds (docs/accounts.md). What is made is shown once.</summary>
internal sealed class AccessEndpoints(ApiBackend backend, OperatorDoor door)
{
    private const int MostName = 100;
    private const int MostSettings = 64 * 1024;
    private static readonly string[] KeyFields = ["name", "note"];

    private AccountDesk Desk => backend.AccountDesk;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/accounts/{sid}/keys", ListKeysAsync).Needs(Permission.ReadAccounts, Permission.ReadAccount);
        routes.MapPost("/v1/accounts/{sid}/keys", AddKeyAsync).Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapDelete("/v1/accounts/{sid}/keys/{key}", RevokeKeyAsync).Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapPost("/v1/accounts/{sid}/auth-token", context => RenewAsync(context, "auth_token", Desk.RenewTokenAsync))
            .Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapPost("/v1/accounts/{sid}/webhook-secret", context => RenewAsync(context, "webhook_secret", Desk.RenewWebhookSecretAsync))
            .Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapDelete("/v1/accounts/{sid}/webhook-secret/previous", DropWebhookSecretAsync)
            .Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapGet("/v1/accounts/{sid}/smpp", ListSmppAsync).Needs(Permission.ReadAccounts);
        routes.MapPost("/v1/accounts/{sid}/smpp", AddSmppAsync).Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapPut("/v1/accounts/{sid}/smpp/{system_id}", ChangeSmppAsync).Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapPost("/v1/accounts/{sid}/smpp/{system_id}/password", RenewSmppPasswordAsync)
            .Needs(Permission.ManageAccounts).RecordsItself();
        routes.MapDelete("/v1/accounts/{sid}/smpp/{system_id}", RevokeSmppAsync).Needs(Permission.ManageAccounts).RecordsItself();
    }

    private Task RevokeKeyAsync(HttpContext context) => ActAsync(
        context, (sid, author) => Desk.RevokeKeyAsync(sid, (string)context.Request.RouteValues["key"]!, author, context.RequestAborted));

    private Task DropWebhookSecretAsync(HttpContext context) => ActAsync(
        context, (sid, author) => Desk.DropWebhookSecretAsync(sid, author, context.RequestAborted));

    private Task RenewSmppPasswordAsync(HttpContext context) => RenewAsync(
        context, "password", (sid, author, ended) => Desk.RenewSmppPasswordAsync(sid, SystemIdOf(context), author, ended));

    private Task RevokeSmppAsync(HttpContext context) => ActAsync(
        context, (sid, author) => Desk.RevokeSmppAsync(sid, SystemIdOf(context), author, context.RequestAborted));

    // Customers see their own alone.
    private Task ListKeysAsync(HttpContext context)
    {
        if (!Caller.IsStaffOf(context))
        {
            if (!RequestDoor.TryAuthenticate(context, backend.Accounts, out Account account, takesQuery: false)) return Task.CompletedTask;
            if (account.Sid != (string)context.Request.RouteValues["sid"]!)
            {
                new Problem(ProblemKind.NotFound, "There is no such account.").Send(context);
                return Task.CompletedTask;
            }
        }
        else if (!door.TryEnter(context, [], out _))
        {
            return Task.CompletedTask;
        }

        if (!AccountRequests.TryFind(context, Desk, out HeldAccount held)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("keys"u8);
        foreach (KeyRecord key in held.Access.Keys) AccountJson.Write(answer.Writer, key, backend.KeyLastUsed(key.Sid));
        foreach (ApiKey key in held.Account.ApiKeys) AccountJson.Write(answer.Writer, key, backend.KeyLastUsed(key.Sid));
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private async Task AddKeyAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        if (await RevisionRequests.ReadChangeAsync(context, KeyFields).ConfigureAwait(false) is not { } change) return;
        string name = change.Body.Text("name") ?? "";
        if (name.Length is 0 or > MostName || name.Any(char.IsControl))
        {
            new Problem(ProblemKind.FieldInvalid, $"Expected what the key is for, in 1 to {MostName} characters.", "name").Send(context);
            return;
        }

        string sid = found.Account.Sid;
        AccountChange made = await Desk.AddKeyAsync(sid, name, change.Author, context.RequestAborted).ConfigureAwait(false);
        AccountRequests.SendSecret(context, made, StatusCodes.Status201Created, writer =>
        {
            KeyRecord key = Desk.Find(sid)!.Access.Keys.First(key => key.Sid == made.Made);
            writer.WritePropertyName("key"u8);
            AccountJson.Write(writer, key, lastUsed: 0);
            writer.WriteString("secret"u8, made.Secret);
        });
    }

    private Task ListSmppAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount held)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("credentials"u8);
        foreach (SmppCredential credential in held.Account.Smpp) Write(answer.Writer, held, credential);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private async Task AddSmppAsync(HttpContext context)
    {
        if (await ReadSettingsAsync(context).ConfigureAwait(false) is not var (sid, text, author)) return;
        AccountChange made = await Desk.AddSmppAsync(sid, text, author, context.RequestAborted).ConfigureAwait(false);
        SendCredential(context, made, sid, StatusCodes.Status201Created);
    }

    private async Task ChangeSmppAsync(HttpContext context)
    {
        if (await ReadSettingsAsync(context).ConfigureAwait(false) is not var (sid, text, author)) return;
        AccountChange changed = await Desk.ChangeSmppAsync(sid, SystemIdOf(context), text, author, context.RequestAborted).ConfigureAwait(false);
        if (AccountRequests.IsRefused(context, changed)) return;
        HeldAccount held = Desk.Find(sid)!;
        JsonAnswer answer = JsonAnswer.Rent();
        Write(answer.Writer, held, held.Account.Smpp.First(one => one.SystemId == changed.Made));
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task<(string Sid, byte[] Text, RevisionAuthor Author)?> ReadSettingsAsync(HttpContext context)
    {
        if (!door.TryEnter(context, ["note"], out Dictionary<string, string> query) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return null;
        if (!OperatorDoor.TryReadAuthor(context, query.GetValueOrDefault("note"), out RevisionAuthor author)) return null;
        RequestBody.Allow(context, MostSettings);
        return (found.Account.Sid, await RequestBody.ReadAllAsync(context).ConfigureAwait(false), author);
    }

    private void SendCredential(HttpContext context, AccountChange made, string sid, int status) =>
        AccountRequests.SendSecret(context, made, status, writer =>
        {
            HeldAccount held = Desk.Find(sid)!;
            writer.WritePropertyName("credential"u8);
            Write(writer, held, held.Account.Smpp.First(one => one.SystemId == made.Made));
            writer.WriteString("password"u8, made.Secret.Length > 0 ? made.Secret : null);
        });

    private async Task RenewAsync(HttpContext context, string name, Func<string, RevisionAuthor, CancellationToken, Task<AccountChange>> renew)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        if (await AccountRequests.ReadNoteAsync(context).ConfigureAwait(false) is not { } author) return;
        AccountChange change = await renew(found.Account.Sid, author, context.RequestAborted).ConfigureAwait(false);
        AccountRequests.SendSecret(context, change, StatusCodes.Status200OK, writer => writer.WriteString(name, change.Secret));
    }

    private async Task ActAsync(HttpContext context, Func<string, RevisionAuthor, Task<AccountChange>> act)
    {
        if (!door.TryEnter(context, [], out _) || !AccountRequests.TryFind(context, Desk, out HeldAccount found)) return;
        if (await AccountRequests.ReadNoteAsync(context).ConfigureAwait(false) is not { } author) return;
        AccountRequests.SendDone(context, await act(found.Account.Sid, author).ConfigureAwait(false));
    }

    private void Write(Utf8JsonWriter writer, HeldAccount held, SmppCredential credential) => AccountJson.Write(
        writer, credential, held.Access.Smpp.FirstOrDefault(one => one.Credential.SystemId == credential.SystemId), backend.Binds(credential.SystemId));

    private static string SystemIdOf(HttpContext context) => (string)context.Request.RouteValues["system_id"]!;
}
