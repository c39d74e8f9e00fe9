using Crosspoint.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>What requests about signing in and users have in common.</summary>
internal static class IdentityRequests
{
    // Names, passwords and codes: what is longer is none of them.
    private const int MostBodyBytes = 16 * 1024;

    /// <summary>A small JSON body of texts; null when it was answered with a problem.</summary>
    /// <param name="required">Those of the fields that must be there.</param>
    public static async Task<FlatObject?> ReadAsync(HttpContext context, IReadOnlyList<string> fields, params IReadOnlyList<string> required)
    {
        if (Problem.OfQuery(context.Request) is { } query)
        {
            query.Send(context);
            return null;
        }

        if (!RequestDoor.TryTakeJson(context)) return null;
        RequestBody.Allow(context, MostBodyBytes);
        FlatObject? read;
        Problem problem;
        using (RequestBody body = await RequestBody.ReadAsync(context).ConfigureAwait(false)) read = FlatObject.Read(body.Span, fields, out problem);
        if (read is not null && fields.FirstOrDefault(field => read.Number(field) is not null || (read.Text(field) is null && required.Contains(field))) is { } wrong)
            problem = new(ProblemKind.FieldInvalid, "Expected a text.", wrong);
        else if (read is not null && fields.FirstOrDefault(field => read.Text(field) is { Length: > PasswordRules.MostCharacters }) is { } tooLong)
            problem = new(ProblemKind.FieldInvalid, $"Expected at most {PasswordRules.MostCharacters} characters.", tooLong);
        if (problem.Kind is null) return read;
        problem.Send(context);
        return null;
    }

    /// <summary>
    /// That no page of another host makes a browser sign in or out as somebody else. What is no browser says nothing of it and has no cookie that
    /// somebody could misuse.
    /// </summary>
    public static bool IsFromElsewhere(HttpContext context)
    {
        if (SessionCookie.IsSameOrigin(context.Request) != false) return false;
        new Problem(ProblemKind.CsrfFailed, "Expected a request of the console's own pages.").Send(context);
        return true;
    }

    /// <summary>Answers 204, or what went wrong.</summary>
    public static void SendDone(HttpContext context, in IdentityResult result)
    {
        if (result.IsDone) context.Response.StatusCode = StatusCodes.Status204NoContent;
        else IdentityProblems.Of(result).Send(context);
    }
}
