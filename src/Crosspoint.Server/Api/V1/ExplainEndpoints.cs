using Crosspoint.Engine;
using Crosspoint.Engine.Accounts;
using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Messages;
using Crosspoint.Engine.Routing.Explaining;
using Crosspoint.Server.Configuration;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// Why messages go where they go (docs/routing.md): of a message on record, and of one that would be sent now. To an account without prices, to
/// the operator with them.
/// </summary>
internal sealed class ExplainEndpoints(ApiBackend backend)
{
    private const string AccountParameter = "account_sid";

    // What stands for the text where none is given: one segment, that no pattern is about.
    private const string NoBody = "-";

    /// <summary>Parameters of the question, in the order of the documentation.</summary>
    public static IReadOnlyList<string> Parameters { get; } = ["to", "from", "class", "body", "campaign", "tag", "at", AccountParameter];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/v1/messages/{id}/explain", ExplainMessageAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
        routes.MapGet("/v1/explain", ExplainRequestAsync).Needs(Permission.ReadTraffic, Permission.ReadAccount);
    }

    private async Task ExplainMessageAsync(HttpContext context)
    {
        bool isOperator = Caller.IsStaffOf(context);
        Account? account = null;
        if (!isOperator && !RequestDoor.TryAuthenticate(context, backend.Accounts, out account, takesQuery: false)) return;
        if (isOperator && Problem.OfQuery(context.Request) is { } unknown)
        {
            unknown.Send(context);
            return;
        }

        Message? message = MessageId.TryParse(context.Request.RouteValues["id"] as string, out MessageId id)
            ? await backend.Messages.FindAsync(id, context.RequestAborted).ConfigureAwait(false) : null;
        if (message is null || message.Head.IsInbound || (account is not null && message.Head.AccountSid != account.Sid))
        {
            new Problem(ProblemKind.NotFound, "This account has no such message, or it is an inbound one, which nobody routed.").Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        ExplanationJson.Write(answer.Writer, message, backend.Routing.Plan, isOperator, Caller.IsMasked(context));
        answer.Send(context, StatusCodes.Status200OK);
    }

    private Task ExplainRequestAsync(HttpContext context)
    {
        bool isOperator = Caller.IsStaffOf(context);
        Account? account = isOperator ? null : RequestDoor.AccountOf(context, backend.Accounts);
        if (!isOperator && account is null) Problem.Unauthorized.Send(context);
        else if (Read(context.Request.Query, account, out SendRequest? request) is { } problem) problem.Send(context);
        else if (OperatorDoor.TryReadMoment(
            context, context.Request.Query.TryGetValue("at", out StringValues at) ? at.ToString() : null, "at", ProblemKind.ParameterInvalid, out DateTimeOffset? moment))
            Answer(context, backend.Routing.Preview(request!, moment is { } given ? Micros.From(given) : null), isOperator);
        return Task.CompletedTask;
    }

    private void Answer(HttpContext context, RoutePreview preview, bool isOperator)
    {
        if (preview.Refusal is { } refusal)
        {
            Problem.From(refusal).Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        ExplanationJson.Write(
            answer.Writer, 0, RouteExplainer.Explain(preview.Decision!, preview.Head!, preview.At, backend.Routing.Plan, isOperator));
        answer.Send(context, StatusCodes.Status200OK);
    }

    private Problem? Read(IQueryCollection query, Account? account, out SendRequest? request)
    {
        request = null;
        foreach ((string name, StringValues values) in query)
        {
            if (!Parameters.Contains(name))
                return new(ProblemKind.ParameterUnknown, $"Known parameters: {string.Join(", ", Parameters)}.", name.Length > 64 ? name[..64] : name);
            if (values.Count != 1 || values[0] is not { Length: > 0 and <= 2_000 })
                return new(ProblemKind.ParameterInvalid, "Expected one value that is not empty.", name);
        }

        string? sid = query[AccountParameter];
        Account? owner = account ?? (sid is not null ? backend.Accounts.Find(sid) : backend.Accounts.Accounts is [var only] ? only : null);
        if (owner is null || (sid is not null && sid != owner.Sid))
            return new(ProblemKind.ParameterInvalid, "Expected the SID of an account; it may be left out where there is one alone, and an account's own credentials ask for itself.", AccountParameter);
        TrafficClass trafficClass = TrafficClass.Transactional;
        if (query["class"].ToString() is { Length: > 0 } word && !AccountConfig.Classes.TryGetValue(word, out trafficClass))
            return new(ProblemKind.ParameterInvalid, $"Expected one of: {string.Join(", ", AccountConfig.Classes.Keys)}.", "class");
        string campaign = query["campaign"].ToString();
        Metadata? metadata = Metadata.TryCreate(campaign.Length == 0 ? [] : [new("campaign", campaign)], out string wrong);
        if (metadata is null) return new(ProblemKind.ParameterInvalid, wrong, "campaign");
        string tag = query["tag"].ToString();
        request = new()
        {
            Account = owner,
            To = query["to"],
            From = query["from"],
            Body = query["body"].ToString() is { Length: > 0 } body ? body : NoBody,
            Class = trafficClass,
            Metadata = metadata,
            Tags = tag.Length == 0 ? [] : [tag],
        };
        return null;
    }
}
