using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Api.V1;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api;

/// <summary>
/// Stands before every endpoint and lets in whom its <see cref="Access"/> allows: the operator's token, and users by their session and role. Accounts with
/// their credentials pass on to the endpoint, which knows them. Credentials in the Authorization header go before a cookie.
/// </summary>
internal sealed class AccessGate(OperatorDoor door, IdentityDesk identity)
{
    public Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // What is not a route of ours (no such path, no such method) is refused further on.
        if (context.GetEndpoint() is not RouteEndpoint endpoint) return next(context);
        Access access = endpoint.Metadata.GetMetadata<Access>() ?? Access.None;
        if (access.IsOpen) return next(context);
        if (context.Request.Headers.Authorization.Count == 0 && SessionCookie.TryRead(context.Request, out string cookie, out bool isSecure))
            return EnterAsync(context, next, access, cookie, isSecure);
        if (access.IsForStaff && door.Admit(context)) return next(context);
        if (access.IsForAccounts) return next(context);
        if (access.IsForSessions) NotSignedIn(context);
        else door.Refuse(context);
        return Task.CompletedTask;
    }

    private async Task EnterAsync(HttpContext context, RequestDelegate next, Access access, string cookie, bool isSecure)
    {
        if (identity.FindSession(cookie, isSecure) is not var (session, user) || !Roles.TryParse(user.Role, out Role role))
        {
            NotSignedIn(context);
            return;
        }

        if ((RefusalOfOrigin(context.Request, cookie) ?? RefusalOfRole(access, role, user)) is { } refusal)
        {
            refusal.Send(context);
            return;
        }

        // What a person sees is for that person: no cache keeps it. An endpoint may say otherwise.
        context.Response.Headers.CacheControl = "no-store";
        context.Features.Set(Caller.Of(user, session, role, identity.AccountOf(user)));
        if (!SessionCookie.IsBackground(context.Request)) await identity.TouchAsync(session).ConfigureAwait(false);
        await next(context).ConfigureAwait(false);
    }

    // A browser adds the cookie to what other pages make it send: what changes something must come from ours.
    private static Problem? RefusalOfOrigin(HttpRequest request, string cookie)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) return null;
        if (SessionCookie.IsSameOrigin(request) != true)
            return new(ProblemKind.CsrfFailed, "Expected 'Sec-Fetch-Site: same-origin', or an Origin of the host that is asked: requests by cookie are for the console's own pages.");
        if (SessionCookie.HasCsrf(request, cookie)) return null;
        return new(ProblemKind.CsrfFailed, "Expected the 'csrf_token' of GET /v1/console/session.", SessionCookie.CsrfHeader);
    }

    private Problem? RefusalOfRole(Access access, Role role, UserRecord user)
    {
        if (access.IsForSessions) return null;
        if (!access.AnyOf.Any(permission => Roles.May(role, permission))) return Forbidden(access.AnyOf, role);
        return role != Role.Customer || identity.AccountOf(user) is Account ? null
            : new Problem(ProblemKind.Forbidden, $"The account {user.AccountSid} of this user is not configured any more, or is disabled.");
    }

    /// <summary>That a role may not, and which may.</summary>
    public static Problem Forbidden(IReadOnlyList<Permission> anyOf, Role role)
    {
        string roles = string.Join(", ", Roles.Which(anyOf));
        return new(ProblemKind.Forbidden, roles.Length == 0
            ? "This is for the credentials of an account alone."
            : $"This takes the permission {string.Join(" or ", anyOf.Select(Roles.NameOf))}, which these roles have: {roles}. Yours is {Roles.NameOf(role)}.");
    }

    private static void NotSignedIn(HttpContext context) =>
        new Problem(ProblemKind.Unauthorized, "There is no session, or it has ended: sign in at /console.").Send(context);
}
