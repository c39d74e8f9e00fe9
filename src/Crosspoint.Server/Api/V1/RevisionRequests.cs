using Crosspoint.Engine.Stores;
using Crosspoint.Server.Rates;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>What requests about revisions have in common, whatever they are revisions of.</summary>
internal static class RevisionRequests
{
    private static readonly string[] RollBackFields = ["expected", "to", "note"];

    /// <summary>Answers a page of revisions, the newest first.</summary>
    public static async Task ListAsync(HttpContext context, Dictionary<string, string> query, IRevisionStore store, ResourceName resource)
    {
        if (!OperatorDoor.TryReadPage(context, query, out long before, out int limit)) return;
        RevisionJson.SendPage(context, await store.ListAsync(resource, before, limit, context.RequestAborted).ConfigureAwait(false), limit);
    }

    /// <summary>Goes back to an earlier revision, as the body says.</summary>
    /// <param name="rollBack">With the revision that is expected, the one to go back to or null, and who wants it.</param>
    public static async Task RollBackAsync(HttpContext context, Func<long, long?, RevisionAuthor, Task<RevisionChange>> rollBack)
    {
        if (await ReadChangeAsync(context, RollBackFields).ConfigureAwait(false) is not { } change) return;
        if (change.Body.Number("expected") is { } expected)
            RevisionJson.SendChange(context, await rollBack(expected, change.Body.Number("to"), change.Author).ConfigureAwait(false));
        else new Problem(ProblemKind.FieldInvalid, "Expected the revision that you know as the last activated: 'last_activated'.", "expected").Send(context);
    }

    /// <summary>Reads the body of a change; null when it was answered with a problem.</summary>
    public static async Task<(FlatObject Body, RevisionAuthor Author)?> ReadChangeAsync(HttpContext context, IReadOnlyList<string> fields)
    {
        if (!RequestDoor.TryTakeJson(context)) return null;
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
    public static bool IsOfFile(HttpContext context, RateDesk desk, ResourceName resource)
    {
        if (!desk.IsOfFile(resource)) return false;
        new Problem(ProblemKind.SetByFile, $"'rates' in the configuration file says what {resource} is: change it there, or take it out there and restart.").Send(context);
        return true;
    }
}
