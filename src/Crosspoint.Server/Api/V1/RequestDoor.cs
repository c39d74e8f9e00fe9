using Crosspoint.Engine.Accounts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>What every request of an account passes first. False when it was answered with a problem.</summary>
internal static class RequestDoor
{
    private const string AccountParameter = "account_sid";

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

    /// <summary>
    /// The account that a request is about: the one that asks, or the one that those who run the gateway name with <c>account_sid</c>. The parameter is taken out
    /// of the query, so that whoever reads that finds their own alone.
    /// </summary>
    public static bool TryFindOwner(HttpContext context, AccountDirectory accounts, out Account account, bool takesQuery)
    {
        bool isStaff = Caller.IsStaffOf(context);
        StringValues named = context.Request.Query[AccountParameter];
        account = (isStaff ? accounts.Find(named.Count == 1 ? named[0]! : "") : AccountOf(context, accounts))!;
        Problem? problem = account is null && !isStaff ? Problem.Unauthorized
            : account is null || (named.Count > 0 && (named.Count != 1 || named[0] != account.Sid))
                ? new Problem(ProblemKind.ParameterInvalid, "Expected the SID of an account, once; an account's own credentials open its own alone.", AccountParameter)
                : null;
        if (problem is null && named.Count > 0)
            context.Request.Query = new QueryCollection(context.Request.Query.Where(static pair => pair.Key != AccountParameter).ToDictionary(StringComparer.OrdinalIgnoreCase));
        if (problem is null && !takesQuery && context.Request.Query.Count > 0) problem = Problem.OfQuery(context.Request);
        problem?.Send(context);
        return problem is null;
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
