using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Users of the console, for owners and the operator's token, under <c>/v1/users</c> (docs/console.md).</summary>
internal sealed class UserEndpoints(IdentityDesk identity, OperatorDoor door)
{
    private static readonly string[] InviteFields = ["name", "display_name", "role", "account_sid"];
    private static readonly string[] ChangeFields = ["display_name", "role", "account_sid", "state"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/users", ListAsync).Needs(Permission.ReadUsers);
        routes.MapPost("/v1/users", InviteAsync).Needs(Permission.ManageUsers).RecordsItself();
        routes.MapGet("/v1/users/{user}", ReadAsync).Needs(Permission.ReadUsers);
        routes.MapPatch("/v1/users/{user}", ChangeAsync).Needs(Permission.ManageUsers).RecordsItself();
        routes.MapDelete("/v1/users/{user}", context => ActAsync(context, identity.DeleteAsync))
            .Needs(Permission.ManageUsers).RecordsItself();
        routes.MapPost("/v1/users/{user}/reset-password", ResetPasswordAsync).Needs(Permission.ManageUsers).RecordsItself();
        routes.MapPost("/v1/users/{user}/reset-second-factor", ResetTotpAsync).Needs(Permission.ManageUsers).RecordsItself();
        routes.MapPost("/v1/users/{user}/unlock", context => ActAsync(context, identity.UnlockAsync))
            .Needs(Permission.ManageUsers).RecordsItself();
        routes.MapGet("/v1/users/{user}/sessions", ListSessionsAsync).Needs(Permission.ReadUsers);
        routes.MapDelete("/v1/users/{user}/sessions", context => ActAsync(context, (id, by) => identity.EndSessionsAsync(id, null, by)))
            .Needs(Permission.ManageUsers).RecordsItself();
        routes.MapDelete("/v1/users/{user}/sessions/{session}", context => ActAsync(
            context, (id, by) => identity.EndSessionsAsync(id, (string)context.Request.RouteValues["session"]!, by))).Needs(Permission.ManageUsers).RecordsItself();
    }

    private Task ListAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _)) return Task.CompletedTask;
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("users"u8);
        foreach (UserRecord user in identity.Users) UserJson.Write(answer.Writer, user, identity);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
        return Task.CompletedTask;
    }

    private Task ReadAsync(HttpContext context)
    {
        if (TryFind(context, out UserRecord user)) Send(context, user);
        return Task.CompletedTask;
    }

    private async Task InviteAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [], out _) || !OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        if (await IdentityRequests.ReadAsync(context, InviteFields, "name", "role").ConfigureAwait(false) is not { } body) return;
        (IdentityResult result, UserRecord? user, string token) = await identity.InviteAsync(
            body.Text("name")!, body.Text("display_name") ?? "", body.Text("role")!, body.Text("account_sid"), author.By).ConfigureAwait(false);
        SendInvitation(context, StatusCodes.Status201Created, result, user, token);
    }

    private async Task ChangeAsync(HttpContext context)
    {
        if (!TryFind(context, out UserRecord found) || !OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        if (await IdentityRequests.ReadAsync(context, ChangeFields).ConfigureAwait(false) is not { } body) return;
        if (body.Text("state") is not (null or IdentityDesk.Active or IdentityDesk.Disabled))
        {
            new Problem(ProblemKind.FieldInvalid, $"Expected {IdentityDesk.Active} or {IdentityDesk.Disabled}.", "state").Send(context);
            return;
        }

        (IdentityResult result, UserRecord? user) = await identity.ChangeAsync(
            found.Id, body.Text("display_name"), body.Text("role"), body.Text("account_sid"), body.Text("state"), author.By).ConfigureAwait(false);
        Send(context, result, user);
    }

    private async Task ResetPasswordAsync(HttpContext context)
    {
        if (!TryFind(context, out UserRecord found) || !OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        (IdentityResult result, UserRecord? user, string token) = await identity.InviteAgainAsync(
            found.Id, author.By, Caller.Of(context)?.User?.Id == found.Id).ConfigureAwait(false);
        SendInvitation(context, StatusCodes.Status200OK, result, user, token);
    }

    private async Task ResetTotpAsync(HttpContext context)
    {
        if (!TryFind(context, out UserRecord found) || !OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        (IdentityResult result, UserRecord? user) = await identity.ResetTotpAsync(found.Id, author.By).ConfigureAwait(false);
        Send(context, result, user);
    }

    private Task ListSessionsAsync(HttpContext context)
    {
        if (TryFind(context, out UserRecord user))
            UserJson.SendSessions(context, identity.SessionsOf(user.Id).Where(session => !identity.IsOver(session)), Caller.Of(context)?.Session);
        return Task.CompletedTask;
    }

    private async Task ActAsync(HttpContext context, Func<string, string, ValueTask<IdentityResult>> act)
    {
        if (!TryFind(context, out UserRecord user) || !OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        IdentityRequests.SendDone(context, await act(user.Id, author.By).ConfigureAwait(false));
    }

    private bool TryFind(HttpContext context, out UserRecord user)
    {
        user = null!;
        if (!door.TryEnter(context, [], out _)) return false;
        user = identity.Find((string)context.Request.RouteValues["user"]!)!;
        if (user is not null) return true;
        IdentityProblems.Of(new(IdentityOutcome.NotFound)).Send(context);
        return false;
    }

    private void Send(HttpContext context, in IdentityResult result, UserRecord? user)
    {
        if (user is not null) Send(context, user);
        else IdentityProblems.Of(result).Send(context);
    }

    private void Send(HttpContext context, UserRecord user)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        UserJson.Write(answer.Writer, user, identity);
        answer.Send(context, StatusCodes.Status200OK);
    }

    private void SendInvitation(HttpContext context, int status, in IdentityResult result, UserRecord? user, string token)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (user is not null && result.IsDone) UserJson.SendInvitation(context, status, user, identity, ConsoleLinks.Invitation(BaseOf(context.Request), token));
        else IdentityProblems.Of(result).Send(context);
    }

    // Where the person reaches the console is known to the configuration, or it is where the owner reaches it.
    private Uri BaseOf(HttpRequest request) =>
        identity.Options.Url ?? new($"{(SessionCookie.IsSecure(request) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{request.Host}");
}
