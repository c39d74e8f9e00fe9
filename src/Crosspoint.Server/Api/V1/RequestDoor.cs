using Crosspoint.Engine.Accounts;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>What every request of an account passes first. False when it was answered with a problem.</summary>
internal static class RequestDoor
{
    /// <summary>Who asks; and that there is no query where none is taken.</summary>
    public static bool TryAuthenticate(HttpContext context, AccountDirectory accounts, out Account account, bool takesQuery)
    {
        account = AccountOf(context, accounts)!;
        if (account is null)
        {
            Problem.Unauthorized.Send(context);
            return false;
        }

        if (takesQuery || Problem.OfQuery(context.Request) is not { } problem) return true;
        problem.Send(context);
        return false;
    }

    /// <summary>The account of the request's credentials, or of the customer whose session it has; null for none.</summary>
    public static Account? AccountOf(HttpContext context, AccountDirectory accounts) =>
        Credentials.BearerOrBasic(context.Request, accounts) ?? Caller.Of(context)?.Account;

    /// <summary>That the body is JSON.</summary>
    public static bool TryTakeJson(HttpContext context)
    {
        if (ContentTypes.Is(context.Request, JsonAnswer.Json)) return true;
        new Problem(ProblemKind.MediaType, "Expected application/json in UTF-8, without a content encoding.", "Content-Type").Send(context);
        return false;
    }
}
