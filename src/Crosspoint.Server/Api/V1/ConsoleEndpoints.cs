using System.Text.Json;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Signing in to the console and out, links that do it once, and the user's own sessions, under <c>/v1/console</c> (docs/console.md).</summary>
internal sealed class ConsoleEndpoints(IdentityDesk identity)
{
    private static readonly string[] SignInFields = ["name", "password", "totp", "recovery_code"];
    private static readonly string[] SetUpFields = ["token", "name", "display_name", "password"];
    private static readonly string[] InvitationFields = ["token", "password"];
    private static readonly string[] LinkFields = ["token"];
    private static readonly string[] PasswordFields = ["current", "password"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/console/sign-in", SignInAsync).NeedsNothing().RecordsItself();
        routes.MapPost("/v1/console/sign-in-link", SignInByLinkAsync).NeedsNothing().RecordsItself();
        routes.MapPost("/v1/console/setup", SetUpAsync).NeedsNothing().RecordsItself();
        routes.MapPost("/v1/console/invitation", AcceptAsync).NeedsNothing().RecordsItself();
        routes.MapPost("/v1/console/sign-out", SignOutAsync).NeedsSession().RecordsItself();
        routes.MapGet("/v1/console/session", ReadAsync).NeedsSession();
        routes.MapPost("/v1/console/password", ChangePasswordAsync).NeedsSession().RecordsItself();
        routes.MapGet("/v1/console/sessions", ListAsync).NeedsSession();
        routes.MapDelete("/v1/console/sessions/{session}", EndAsync).NeedsSession().RecordsItself();
    }

    private Task SignInAsync(HttpContext context) => BeginAsync(context, SignInFields, ["name", "password"], (body, origin, old) => identity.SignInAsync(
        body.Text("name")!, body.Text("password")!, body.Text("totp"), body.Text("recovery_code"), origin, old, context.RequestAborted));

    private Task SignInByLinkAsync(HttpContext context) => BeginAsync(
        context, LinkFields, LinkFields, (body, origin, old) => identity.SignInByLinkAsync(body.Text("token")!, origin, old, context.RequestAborted));

    private Task SetUpAsync(HttpContext context) => BeginAsync(context, SetUpFields, ["token", "name", "password"], (body, origin, old) => identity.SetUpAsync(
        body.Text("token")!, body.Text("name")!, body.Text("display_name") ?? "", body.Text("password")!, origin, old, context.RequestAborted));

    private Task AcceptAsync(HttpContext context) => BeginAsync(context, InvitationFields, InvitationFields, (body, origin, old) => identity.AcceptAsync(
        body.Text("token")!, body.Text("password")!, origin, old, context.RequestAborted));

    private Task ChangePasswordAsync(HttpContext context) => BeginAsync(context, PasswordFields, PasswordFields, (body, origin, _) => identity.ChangePasswordAsync(
        Caller.Of(context)!.User!, Caller.Of(context)!.Session!, body.Text("current")!, body.Text("password")!, origin, context.RequestAborted));

    private async Task BeginAsync(
        HttpContext context, IReadOnlyList<string> fields, IReadOnlyList<string> required, Func<FlatObject, SignInOrigin, string?, ValueTask<SignInResult>> begin)
    {
        NoStore(context);
        if (IdentityRequests.IsFromElsewhere(context)) return;
        if (await IdentityRequests.ReadAsync(context, fields, required).ConfigureAwait(false) is not { } body) return;
        SignInOrigin origin = SessionCookie.OriginOf(context.Request);
        SignInResult result = await begin(body, origin, SessionCookie.Of(context.Request)).ConfigureAwait(false);
        if (result.Session is not { } session || identity.Find(session.Record.UserId) is not { } user)
        {
            IdentityProblems.Of(result.Result).Send(context);
            return;
        }

        SessionCookie.Set(context, result.Token, origin.IsSecure, identity.Options.SessionLifetime);
        Send(context, user, session, result.Token);
    }

    private async Task SignOutAsync(HttpContext context)
    {
        NoStore(context);
        Caller caller = Caller.Of(context)!;
        IdentityResult result = await identity.SignOutAsync(caller.Session!, caller.User!).ConfigureAwait(false);
        SessionCookie.Clear(context, caller.Session!.Record.IsSecure);
        IdentityRequests.SendDone(context, result);
    }

    private Task ReadAsync(HttpContext context)
    {
        NoStore(context);
        Caller caller = Caller.Of(context)!;
        if (Problem.OfQuery(context.Request) is { } problem) problem.Send(context);
        else Send(context, caller.User!, caller.Session!, SessionCookie.Of(context.Request)!);
        return Task.CompletedTask;
    }

    private Task ListAsync(HttpContext context)
    {
        NoStore(context);
        Caller caller = Caller.Of(context)!;
        if (Problem.OfQuery(context.Request) is { } problem) problem.Send(context);
        else UserJson.SendSessions(context, identity.SessionsOf(caller.User!.Id).Where(session => !identity.IsOver(session)), caller.Session);
        return Task.CompletedTask;
    }

    private async Task EndAsync(HttpContext context)
    {
        UserRecord user = Caller.Of(context)!.User!;
        if (Problem.OfQuery(context.Request) is { } problem) problem.Send(context);
        else IdentityRequests.SendDone(
            context, await identity.EndSessionsAsync(user.Id, (string)context.Request.RouteValues["session"]!, user.Name).ConfigureAwait(false));
    }

    private void Send(HttpContext context, UserRecord user, Session session, string token)
    {
        JsonAnswer answer = JsonAnswer.Rent();
        Utf8JsonWriter writer = answer.Writer;
        writer.WriteStartObject();
        writer.WritePropertyName("user"u8);
        UserJson.Write(writer, user, identity);
        writer.WriteString("role"u8, user.Role);
        writer.WriteStartArray("permissions"u8);
        foreach (Permission permission in Roles.PermissionsOf(Roles.Parse(user.Role))) writer.WriteStringValue(Roles.NameOf(permission));
        writer.WriteEndArray();
        writer.WriteString("session_id"u8, session.Id);
        writer.WriteString("csrf_token"u8, SessionCookie.CsrfOf(token));
        writer.WriteMicros("ends_at"u8, session.Record.CreatedAt + (long)identity.Options.SessionLifetime.TotalMicroseconds);
        writer.WriteNumber("idle_timeout_seconds"u8, (long)identity.Options.IdleTimeout.TotalSeconds);
        writer.WriteNumber("recovery_codes_left"u8, user.RecoveryHashes.Count);
        writer.WriteBoolean("demo"u8, identity.Options.IsDemo);
        writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private static void NoStore(HttpContext context) => context.Response.Headers.CacheControl = "no-store";
}
