using Crosspoint.Engine.Numbers;
using Crosspoint.Server.Identity;
using Crosspoint.Sms.Numbers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>Where a number lives, under <c>/v1/lookup</c>: for accounts by what is known, for those who run the gateway by asking services too.</summary>
internal sealed class LookupEndpoints(ApiBackend backend)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet("/v1/lookup/{number}", GetAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);

    private async Task GetAsync(HttpContext context)
    {
        Caller? caller = Caller.Of(context);
        if (caller is not { IsStaff: true } && RequestDoor.AccountOf(context, backend.Accounts) is null)
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

        // The budgets of the services are the operator's: others are told what is known without asking.
        Located located;
        if (caller?.May(Permission.ManageTraffic) == true) located = await backend.Numbers.LocateAsync(number, context.RequestAborted).ConfigureAwait(false);
        else backend.Numbers.TryLocate(number, out located);
        JsonAnswer answer = JsonAnswer.Rent();
        LookupJson.Write(answer.Writer, located);
        answer.Send(context, StatusCodes.Status200OK);
    }
}
