using Crosspoint.Engine.Numbers;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Where a number lives, under <c>/v1/lookup</c>: for accounts, and with the operator's token.</summary>
internal sealed class LookupEndpoints(ApiBackend backend, OperatorToken token)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/lookup/{number}", GetAsync);

    private async Task GetAsync(HttpContext context)
    {
        if (!token.Opens(context.Request) && Credentials.BearerOrBasic(context.Request, backend.Accounts) is null)
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

        Located located = await backend.Numbers.LocateAsync(number, context.RequestAborted).ConfigureAwait(false);
        JsonAnswer answer = JsonAnswer.Rent();
        LookupJson.Write(answer.Writer, located);
        answer.Send(context, StatusCodes.Status200OK);
    }
}
