using Crosspoint.Engine.Intake;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Crosspoint.Server.Api.V1;

/// <summary>
/// Messages that those who run the gateway send to try it, under <c>/v1/test-messages</c> (docs/api/operator.md): as an account, and treated as any other
/// message of it. Each has the tag <see cref="Tag"/>, and is on record with who sent it before it is sent.
/// </summary>
internal sealed class TestMessageEndpoints(ApiBackend backend, OperatorDoor door, OperatorRecord record)
{
    /// <summary>What marks them.</summary>
    public const string Tag = "crosspoint-test";

    /// <summary>What they are on record as; by account.</summary>
    public const string AuditKind = "test_messages";

    private const string AccountParameter = "account_sid";

    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/v1/test-messages", SendAsync).Needs(Permission.ManageTraffic).RecordsItself();

    private async Task SendAsync(HttpContext context)
    {
        if (!door.TryEnter(context, [AccountParameter], out Dictionary<string, string> query) || !RequestDoor.TryTakeJson(context)) return;
        if (!OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author)) return;
        if (backend.Accounts.Find(query.GetValueOrDefault(AccountParameter, "")) is not { } account)
        {
            new Problem(ProblemKind.ParameterInvalid, "Expected the SID of an account, in whose name it is sent.", AccountParameter).Send(context);
            return;
        }

        if (!account.IsEnabled)
        {
            new Problem(ProblemKind.ParameterInvalid, "The account is disabled: enable it, or choose another.", AccountParameter).Send(context);
            return;
        }

        SendRequest? request;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false))
            request = SendMessageReader.ReadOne(body.Span, account, TraceParents.Read(context.Request), out problem);
        if (request is null)
        {
            problem.Send(context);
            return;
        }

        if (!request.Tags.Contains(Tag)) request = request with { Tags = [.. request.Tags, Tag] };
        if (!await record.TryPutAsync(new(AuditKind, account.Sid), "send", author with { Note = WordsOf(request) }).ConfigureAwait(false))
        {
            new Problem(ProblemKind.StoreUnavailable, "It could not be put on record, and was not sent.").Send(context);
            return;
        }

        IntakeResult result = await backend.Intake.SendAsync(request, null, context.RequestAborted).ConfigureAwait(false);
        if (result.Head is null)
        {
            Problem.From(result).Send(context);
            return;
        }

        JsonAnswer answer = JsonAnswer.Rent();
        MessageJson.WriteAccepted(answer.Writer, result.Head);
        answer.Send(context, StatusCodes.Status202Accepted);
    }

    // The record is no place for whole numbers.
    private static string WordsOf(SendRequest request) =>
        $"A test message of class {MessageJson.NameOf(request.Class)} from {request.From} to {ContentMask.Number(request.To ?? "")}";
}
