using System.Globalization;
using System.Text.Json;
using Crosspoint.Engine.Intake;
using Crosspoint.Server.Configuration;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Server.Api.V1;

/// <summary>One problem (RFC 9457).</summary>
/// <param name="Detail">What was expected, for people; empty for none.</param>
/// <param name="Field">The field, parameter or header at fault; empty for none.</param>
internal readonly record struct Problem(ProblemKind Kind, string Detail = "", string Field = "")
{
    /// <summary>Seconds after which a refused caller should try again; told with 429 and 503 alone.</summary>
    public int RetryAfter { get; init; } = 1;

    /// <summary>The oldest event there is, where an older one was asked for; 0 for none.</summary>
    public long Oldest { get; init; }

    public static readonly Problem Unauthorized =
        new(ProblemKind.Unauthorized, "Expected 'Authorization: Bearer KEY', or Basic with account SID and auth token.");

    public static Problem From(in IntakeResult result) => new(ProblemKind.For(result.Error), result.Detail, result.Field) { RetryAfter = result.RetryAfterSeconds };

    /// <summary>The problem of a request that has a query where none is taken; null when it has none.</summary>
    public static Problem? OfQuery(HttpRequest request)
    {
        if (!request.QueryString.HasValue) return null;
        foreach ((string name, _) in request.Query)
        {
            string shown = name.Length > 64 ? name[..64] : name;
            return new(ProblemKind.ParameterUnknown, "This request takes no query parameters.", shown);
        }

        return null;
    }

    /// <summary>What is wrong with a piece of configuration, each fault on a line of its own.</summary>
    public static Problem OfConfiguration(IReadOnlyList<ConfigError> errors)
    {
        const int MostShown = 20;
        string more = errors.Count > MostShown ? $"\n… and {errors.Count - MostShown} more" : "";
        return new(ProblemKind.ConfigurationInvalid, string.Join('\n', errors.Take(MostShown)) + more, errors[0].Key);
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, $"/docs#{Kind.Code}");
        writer.WriteString("title"u8, Kind.Title);
        writer.WriteNumber("status"u8, Kind.Status);
        if (Detail.Length > 0) writer.WriteString("detail"u8, Detail);
        writer.WriteString("code"u8, Kind.Code);
        if (Field.Length > 0) writer.WriteString("field"u8, Field);
        if (Kind == ProblemKind.Throttled || Kind == ProblemKind.SignInLocked) writer.WriteNumber("retry_after"u8, RetryAfter);
        if (Oldest > 0) writer.WriteNumber("oldest"u8, Oldest);
        writer.WriteEndObject();
    }

    public void Send(HttpContext context)
    {
        if (Kind == ProblemKind.OutcomeUnknown && RecordEntry.Of(context) is { } entry) entry.IsOpen = true;
        IHeaderDictionary headers = context.Response.Headers;
        if (Kind.Status is 429 or 503) headers.RetryAfter = RetryAfter.ToString(CultureInfo.InvariantCulture);
        if (Kind.Status == 401)
            headers.WWWAuthenticate = IsOfConsole(context.Request) ? "Session realm=\"Crosspoint console\"" : "Bearer realm=\"Crosspoint API\", Basic realm=\"Crosspoint API\", charset=\"UTF-8\"";
        JsonAnswer answer = JsonAnswer.Rent();
        Write(answer.Writer);
        answer.Send(context, Kind.Status, JsonAnswer.Problem);
    }

    // A browser that is offered Basic asks for a name and a password in a window of its own.
    private static bool IsOfConsole(HttpRequest request) =>
        request.Headers.ContainsKey("Sec-Fetch-Site") || request.Path.StartsWithSegments("/v1/console", StringComparison.Ordinal);
}
