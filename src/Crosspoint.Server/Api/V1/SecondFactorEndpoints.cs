using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>The user's own second factor, under <c>/v1/console/totp</c> (docs/console.md).</summary>
internal sealed class SecondFactorEndpoints(IdentityDesk identity)
{
    private static readonly string[] BeginFields = ["password"];
    private static readonly string[] ConfirmFields = ["totp"];
    private static readonly string[] RemoveFields = ["password", "totp", "recovery_code"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/console/totp", BeginAsync).NeedsSession().ChangesNothing();
        routes.MapPost("/v1/console/totp/confirm", ConfirmAsync).NeedsSession().RecordsItself();
        routes.MapPost("/v1/console/totp/remove", RemoveAsync).NeedsSession().RecordsItself();
    }

    private async Task BeginAsync(HttpContext context)
    {
        if (await ReadAsync(context, BeginFields, "password").ConfigureAwait(false) is not { } body) return;
        (IdentityResult result, string secret, string uri) = await identity.BeginTotpAsync(
            UserOf(context), Caller.Of(context)!.Session!, body.Text("password")!, SessionCookie.OriginOf(context.Request), context.RequestAborted).ConfigureAwait(false);
        if (!result.IsDone)
        {
            IdentityProblems.Of(result).Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteString("secret"u8, secret);
        answer.Writer.WriteString("uri"u8, uri);
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task ConfirmAsync(HttpContext context)
    {
        if (await ReadAsync(context, ConfirmFields, "totp").ConfigureAwait(false) is not { } body) return;
        (IdentityResult result, IReadOnlyList<string> codes) = await identity.ConfirmTotpAsync(
            UserOf(context), Caller.Of(context)!.Session!, body.Text("totp")!, SessionCookie.OriginOf(context.Request), context.RequestAborted).ConfigureAwait(false);
        if (!result.IsDone)
        {
            IdentityProblems.Of(result).Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        answer.Writer.WriteStartArray("recovery_codes"u8);
        foreach (string code in codes) answer.Writer.WriteStringValue(code);
        answer.Writer.WriteEndArray();
        answer.Writer.WriteEndObject();
        answer.Send(context, StatusCodes.Status200OK);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        if (await ReadAsync(context, RemoveFields, "password").ConfigureAwait(false) is not { } body) return;
        IdentityRequests.SendDone(context, await identity.RemoveTotpAsync(
            UserOf(context), Caller.Of(context)!.Session!, body.Text("password")!, body.Text("totp"), body.Text("recovery_code"),
            SessionCookie.OriginOf(context.Request), context.RequestAborted).ConfigureAwait(false));
    }

    private static Task<FlatObject?> ReadAsync(HttpContext context, IReadOnlyList<string> fields, string required)
    {
        context.Response.Headers.CacheControl = "no-store";
        return IdentityRequests.ReadAsync(context, fields, required);
    }

    private static UserRecord UserOf(HttpContext context) => Caller.Of(context)!.User!;
}
