using System.Text.Json;
using Crosspoint.Engine.Stores;
using Crosspoint.Server.Accounts;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>What requests about accounts have in common.</summary>
internal static class AccountRequests
{
    private static readonly string[] NoteField = ["note"];

    /// <summary>The account of the path; a problem is answered when there is none.</summary>
    public static bool TryFind(HttpContext context, AccountDesk desk, out HeldAccount held)
    {
        held = desk.Find((string)context.Request.RouteValues["sid"]!)!;
        if (held is not null) return true;
        new Problem(ProblemKind.NotFound, "There is no such account.").Send(context);
        return false;
    }

    /// <summary>Who makes a change whose body holds a note at most; null when it was answered with a problem. An empty body is one without a note.</summary>
    public static async Task<RevisionAuthor?> ReadNoteAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not 0 && context.Request.ContentType is not null)
        {
            if (await RevisionRequests.ReadChangeAsync(context, NoteField).ConfigureAwait(false) is not var (_, given)) return null;
            return given;
        }

        return OperatorDoor.TryReadAuthor(context, null, out RevisionAuthor author) ? author : null;
    }

    /// <summary>Answers why a change was refused; false when it was not.</summary>
    public static bool IsRefused(HttpContext context, AccountChange change)
    {
        if (change.Faults.Count > 0) Problem.OfConfiguration(change.Faults).Send(context);
        else if (change.IsOfFile) new Problem(ProblemKind.SetByFile, change.Refusal!).Send(context);
        else if (change.IsMissing) new Problem(ProblemKind.NotFound, change.Refusal!).Send(context);
        else if (change.Refusal is { } why) new Problem(ProblemKind.AccountState, why).Send(context);
        else if (!change.IsDone) RevisionJson.SendChange(context, change.Revision);
        else return false;
        return true;
    }

    /// <summary>Answers a change with nothing to tell.</summary>
    public static void SendDone(HttpContext context, AccountChange change)
    {
        if (!IsRefused(context, change)) context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>Answers with something that is shown once.</summary>
    public static void SendSecret(HttpContext context, AccountChange change, int status, Action<Utf8JsonWriter> write)
    {
        if (IsRefused(context, change)) return;
        context.Response.Headers.CacheControl = "no-store";
        JsonAnswer answer = JsonAnswer.Rent();
        answer.Writer.WriteStartObject();
        write(answer.Writer);
        answer.Writer.WriteEndObject();
        answer.Send(context, status);
    }
}
