using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Where a number lives, under <c>/v1/lookup</c>: for accounts by what is known, with the operator's token by asking services too.</summary>
internal sealed class LookupEndpoints(ApiBackend backend, OperatorToken token)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/lookup/{number}", GetAsync);

    private async Task GetAsync(HttpContext context)
    {
        bool isOperator = token.Opens(context.Request);
        if (!isOperator && Credentials.BearerOrBasic(context.Request, backend.Accounts) is null)
        {
            Problem.Unauthorized.Send(context);
            return;
        }

        if (Problem.OfQuery(context.Request) is { } problem)
        {
            problem.Send(context);
            return;
        }

        if (!E164.TryNormalize((string)context.Request.RouteValues["number"]!, out E164 number))
        {
            new Problem(ProblemKind.NumberInvalid, "Expected a number in E.164 form, such as +4915112345678.", "number").Send(context);
            return;
        }

        // The budgets of the services are the operator's: an account is told what is known without asking.
        Located located;
        if (isOperator) located = await backend.Numbers.LocateAsync(number, context.RequestAborted).ConfigureAwait(false);
        else backend.Numbers.TryLocate(number, out located);
        JsonAnswer answer = JsonAnswer.Rent();
        LookupJson.Write(answer.Writer, located);
        answer.Send(context, StatusCodes.Status200OK);
    }
}
