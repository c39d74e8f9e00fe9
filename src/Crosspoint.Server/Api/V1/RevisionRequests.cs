using Crosspoint.Engine.Stores;
using Crosspoint.Server.Rates;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>What requests about the revisions of decks and of documents of prices have in common.</summary>
internal sealed class RevisionRequests(ApiBackend backend)
{
    private static readonly string[] RollBackFields = ["expected", "to", "note"];

    private RateDesk Desk => backend.Rates;

    /// <summary>Answers a page of revisions, the newest first.</summary>
    public async Task ListAsync(HttpContext context, Dictionary<string, string> query, ResourceName resource)
    {
        if (!OperatorDoor.TryReadPage(context, query, out long before, out int limit)) return;
        RevisionJson.SendPage(context, await Desk.Store.ListAsync(resource, before, limit, context.RequestAborted).ConfigureAwait(false), limit);
    }

    /// <summary>Goes back to an earlier revision, as the body says.</summary>
    public async Task RollBackAsync(HttpContext context, ResourceName resource)
    {
        if (await ReadChangeAsync(context, resource, RollBackFields).ConfigureAwait(false) is not { } change) return;
        if (change.Body.Number("expected") is not { } expected)
        {
            new Problem(ProblemKind.FieldInvalid, "Expected the revision that you know as the last activated: 'last_activated'.", "expected").Send(context);
            return;
        }

        RevisionJson.SendChange(
            context, await Desk.RollBackAsync(resource, expected, change.Body.Number("to"), change.Author, context.RequestAborted).ConfigureAwait(false));
    }

    /// <summary>Reads the body of a change; null when it was answered with a problem.</summary>
    public async Task<(FlatObject Body, RevisionAuthor Author)?> ReadChangeAsync(HttpContext context, ResourceName resource, IReadOnlyList<string> fields)
    {
        if (!RequestDoor.TryTakeJson(context) || IsOfFile(context, resource)) return null;
        FlatObject? read;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) read = FlatObject.Read(body.Span, fields, out problem);
        if (read is null)
        {
            problem.Send(context);
            return null;
        }

        return OperatorDoor.TryReadAuthor(context, read.Text("note"), out RevisionAuthor author) ? (read, author) : null;
    }

    /// <summary>Whether the configuration file says what it is; then it was answered so.</summary>
    public bool IsOfFile(HttpContext context, ResourceName resource)
    {
        if (!Desk.IsOfFile(resource)) return false;
        new Problem(ProblemKind.SetByFile, $"'rates' in the configuration file says what {resource} is: change it there, or take it out there and restart.").Send(context);
        return true;
    }
}
