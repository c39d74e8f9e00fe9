using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Crosspoint.Simulator.Configuration;
using Microsoft.AspNetCore.Http;

namespace Crosspoint.Simulator.Http;

/// <summary>Requests and answers in JSON; errors are problem details (RFC 9457).</summary>
internal static class Answers
{
    // For people and curl: it is never part of a page, so that + and < may stay as they are.
    private static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task JsonAsync(HttpContext context, int status, Action<Utf8JsonWriter> write, string type = "application/json")
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, Indented)) write(json);
        buffer.Write("\n"u8);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = buffer.WrittenCount;
        await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted).ConfigureAwait(false);
    }

    public static Task ProblemAsync(HttpContext context, int status, string code, string title, string? field = null) =>
        JsonAsync(
            context,
            status,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("title", title);
                json.WriteNumber("status", status);
                json.WriteString("code", code);
                if (field is not null) json.WriteString("field", field);
                json.WriteEndObject();
            },
            "application/problem+json");

    /// <summary>400 with every fault that was found; "field" names the first.</summary>
    public static Task ProblemAsync(HttpContext context, string code, string title, IReadOnlyList<ConfigProblem> problems) =>
        JsonAsync(
            context,
            400,
            json =>
            {
                json.WriteStartObject();
                json.WriteString("title", title);
                json.WriteNumber("status", 400);
                json.WriteString("code", code);
                json.WriteString("field", problems[0].Key);
                json.WriteString("detail", problems[0].Expected);
                json.WriteStartArray("errors");
                foreach (ConfigProblem problem in problems)
                {
                    json.WriteStartObject();
                    json.WriteString("field", problem.Key);
                    json.WriteString("detail", problem.Expected);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            },
            "application/problem+json");

    /// <summary>Reads the body as JSON; null when that failed, and then the answer is written already.</summary>
    public static async Task<JsonDocument?> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted).ConfigureAwait(false);
        }
        catch (JsonException exception)
        {
            await ProblemAsync(context, 400, "json_invalid", $"The body is not JSON: {exception.Message}").ConfigureAwait(false);
        }
        catch (BadHttpRequestException exception)
        {
            await ProblemAsync(context, exception.StatusCode, "request_invalid", exception.Message).ConfigureAwait(false);
        }

        return null;
    }

    /// <summary>Merges the body into a behaviour, puts the result in force and answers with it; what is not valid changes nothing.</summary>
    public static async Task PatchAsync<T>(
        HttpContext context, T current, Func<ConfigNode, T, ConfigProblems, T> read, Action<T> apply, Action<Utf8JsonWriter, T> write)
    {
        if (await ReadAsync(context).ConfigureAwait(false) is not { } body) return;
        using (body)
        {
            var problems = new ConfigProblems("");
            T changed = read(JsonNodes.Convert(body.RootElement, ""), current, problems);
            if (body.RootElement.ValueKind != JsonValueKind.Object) problems.Add(0, "", "expected an object");
            if (problems.Count > 0)
            {
                await ProblemAsync(context, "behaviour_invalid", "The behaviour is not valid.", problems.All).ConfigureAwait(false);
                return;
            }

            apply(changed);
            await JsonAsync(context, 200, json => write(json, changed)).ConfigureAwait(false);
        }
    }

    public static bool TryQuery(HttpContext context, string name, long min, long max, long missing, out long value)
    {
        string? text = context.Request.Query[name];
        value = missing;
        return text is null
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= min && value <= max);
    }
}
