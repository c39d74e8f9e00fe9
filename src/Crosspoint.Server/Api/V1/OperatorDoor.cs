using System.Globalization;
using Crosspoint.Engine.Stores;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Crosspoint.Server.Api.V1;

/// <summary>What every request of the operator passes first. False when it was answered with a problem.</summary>
internal sealed class OperatorDoor(OperatorToken token)
{
    /// <summary>Says who makes a change with the token: what they say of themselves, since it is one for all. Of users their name is known.</summary>
    public const string AuthorHeader = "Crosspoint-Operator";

    private const string DefaultAuthor = "operator";
    private const int DefaultPage = 50;
    private const int MostPage = 1_000;

    /// <summary>Whether the request has the operator's token; then it is the <see cref="Caller"/>.</summary>
    public bool Admit(HttpContext context)
    {
        if (!token.Opens(context.Request)) return false;
        context.Features.Set(Caller.Token);
        return true;
    }

    /// <summary>Refuses who is neither the operator nor one of those who run the gateway.</summary>
    public void Refuse(HttpContext context)
    {
        Problem problem = token.IsSet
            ? new(ProblemKind.Unauthorized, "Expected 'Authorization: Bearer TOKEN' with the token of 'http.admin_token', or a session of the console.")
            : new(ProblemKind.AdminDisabled, "This is for the operator alone: set 'http.admin_token' in the configuration and restart, or sign in to the console.");
        problem.Send(context);
    }

    /// <summary>Checks who asks, and that all query parameters are known and given once.</summary>
    public bool TryEnter(HttpContext context, IReadOnlyList<string> known, out Dictionary<string, string> query)
    {
        query = new(StringComparer.Ordinal);
        if (!Caller.IsStaffOf(context))
        {
            Refuse(context);
            return false;
        }

        foreach ((string name, StringValues values) in context.Request.Query)
        {
            string shown = name.Length > 64 ? name[..64] : name;
            if (!known.Contains(name))
            {
                string expected = known.Count == 0 ? "This request takes no query parameters." : $"Known parameters: {string.Join(", ", known)}.";
                new Problem(ProblemKind.ParameterUnknown, expected, shown).Send(context);
                return false;
            }

            if (values.Count != 1)
            {
                new Problem(ProblemKind.ParameterInvalid, "Expected it once.", shown).Send(context);
                return false;
            }

            query[name] = values[0] ?? "";
        }

        return true;
    }

    /// <summary>Who makes the change, and their note.</summary>
    public static bool TryReadAuthor(HttpContext context, string? note, out RevisionAuthor author)
    {
        StringValues header = Caller.Of(context)?.User is { } user ? new StringValues(user.Name) : context.Request.Headers[AuthorHeader];
        string by = header.Count == 0 ? DefaultAuthor : header[0] ?? "";
        author = new(by, note ?? "");
        if (header.Count > 1 || by.Length is 0 or > RevisionAuthor.MostByCharacters || by.Any(char.IsControl))
        {
            new Problem(ProblemKind.FieldInvalid, $"Expected a name of 1 to {RevisionAuthor.MostByCharacters} characters, once.", AuthorHeader).Send(context);
            return false;
        }

        if (author.Note.Length <= RevisionAuthor.MostNoteCharacters) return true;
        new Problem(ProblemKind.FieldInvalid, $"Expected at most {RevisionAuthor.MostNoteCharacters} characters.", "note").Send(context);
        return false;
    }

    public static bool TryReadNumber(HttpContext context, IReadOnlyDictionary<string, string> query, string name, long fallback, long most, out long number)
    {
        number = fallback;
        if (!query.TryGetValue(name, out string? text)) return true;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most) return true;
        new Problem(ProblemKind.ParameterInvalid, $"Expected a whole number from 0 to {most}.", name).Send(context);
        return false;
    }

    /// <summary>Which page of a list is wanted, the newest first: <c>before</c> and <c>limit</c>.</summary>
    public static bool TryReadPage(HttpContext context, IReadOnlyDictionary<string, string> query, out long before, out int limit)
    {
        before = 0;
        bool isRead = TryReadNumber(context, query, "limit", DefaultPage, MostPage, out long most)
            && TryReadNumber(context, query, "before", 0, long.MaxValue, out before);
        limit = (int)Math.Max(most, 1);
        return isRead;
    }

    public static bool TryReadFlag(HttpContext context, IReadOnlyDictionary<string, string> query, string name, out bool flag)
    {
        flag = false;
        if (!query.TryGetValue(name, out string? text)) return true;
        flag = text == "true";
        if (text is "true" or "false") return true;
        new Problem(ProblemKind.ParameterInvalid, "Expected true or false.", name).Send(context);
        return false;
    }

    /// <summary>A moment with its offset from UTC; null when it was not given.</summary>
    public static bool TryReadMoment(HttpContext context, string? text, string name, ProblemKind kind, out DateTimeOffset? moment)
    {
        moment = null;
        if (text is null) return true;

        // A plus in a query that was not escaped comes as a blank.
        string given = text.Replace(' ', '+');
        if (given.Length is >= 17 and <= 40 && given[10] == 'T' && (given[^1] == 'Z' || given[^6] is '+' or '-')
            && DateTimeOffset.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset read) && read.Year is >= 1970 and < 9999)
        {
            moment = read;
            return true;
        }

        new Problem(kind, "Expected a time with its offset from UTC, such as 2026-12-31T23:00:00Z or 2026-12-31T23:00:00+01:00.", name).Send(context);
        return false;
    }
}
