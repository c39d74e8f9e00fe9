using System.Net;
using System.Text;
using System.Text.Json;

namespace Crosspoint.Server.Api.V1;

/// <summary>Renders the OpenAPI document as one page that needs nothing from anywhere else.</summary>
internal static class DocumentPage
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c2733;background:#fff}
        h2{border-bottom:1px solid #cfd8e0;margin-top:2.5rem}h3{margin:2rem 0 .3rem}code{font-family:ui-monospace,monospace;font-size:.92em}
        table{border-collapse:collapse;width:100%;margin:.5rem 0}
        th,td{text-align:left;vertical-align:top;border-top:1px solid #dde4ea;padding:.3rem .6rem .3rem 0}
        .verb{display:inline-block;min-width:4.2rem;font-weight:700;color:#0a5c8a}a{color:#0a5c8a}
        @media(prefers-color-scheme:dark){body{color:#dbe4ec;background:#12181f}th,td,h2{border-color:#334250}.verb,a{color:#6cc0f0}}
        """;

    public static string Render(JsonElement document)
    {
        var page = new StringBuilder();
        JsonElement info = document.GetProperty("info");
        string title = Text(info, "title");
        page.Add($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{Escape(title)}</title>");
        page.Append("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
        page.Append("<style>").Append(Style).Append("</style></head><body>");
        page.Add($"<h1>{Escape(title)}</h1><p>{Escape(Text(info, "description"))} ");
        page.Append("The same for programs: <a href=\"/openapi/v1.json\"><code>/openapi/v1.json</code></a>.</p>");
        RenderSecurity(page, document);
        page.Append("<h2>Requests</h2>");
        foreach (JsonProperty path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (JsonProperty operation in path.Value.EnumerateObject())
                RenderOperation(page, path.Name, operation.Name, operation.Value);
        }

        page.Append("<h2>Objects</h2>");
        foreach (JsonProperty schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject())
            RenderSchema(page, schema.Name, schema.Value);
        RenderProblems(page);
        return page.Append("</body></html>").ToString();
    }

    private static void RenderSecurity(StringBuilder page, JsonElement document)
    {
        page.Append("<h2>Credentials</h2><ul>");
        foreach (JsonProperty scheme in document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject())
        {
            string how = Escape(Text(scheme.Value, "scheme"));
            page.Add($"<li><code>Authorization: {how}</code>: {Escape(Text(scheme.Value, "description"))}</li>");
        }

        page.Append("</ul>");
    }

    private static void RenderOperation(StringBuilder page, string path, string verb, JsonElement operation)
    {
        page.Add($"<h3><span class=\"verb\">{Escape(verb.ToUpperInvariant())}</span> <code>{Escape(path)}</code></h3>");
        page.Add($"<p>{Escape(Text(operation, "summary"))}. {Escape(Text(operation, "description"))}</p><table>");
        if (operation.TryGetProperty("parameters", out JsonElement parameters))
        {
            foreach (JsonElement parameter in parameters.EnumerateArray())
            {
                string name = $"{Code(Text(parameter, "name"))} ({Escape(Text(parameter, "in"))})";
                Row(page, name, Kind(parameter.GetProperty("schema")), Escape(Text(parameter, "description")));
            }
        }

        if (operation.TryGetProperty("requestBody", out JsonElement body)) Row(page, "body", Content(body), "");
        foreach (JsonProperty response in operation.GetProperty("responses").EnumerateObject())
        {
            string status = response.Name == "default" ? "otherwise" : Escape(response.Name);
            Row(page, status, Content(response.Value), Escape(Text(response.Value, "description")));
        }

        page.Append("</table>");
    }

    private static void RenderSchema(StringBuilder page, string name, JsonElement schema)
    {
        page.Add($"<h3 id=\"{Escape(name)}\">{Escape(name)}</h3><p>{Escape(Text(schema, "description"))}</p><table>");
        var required = new HashSet<string>(
            schema.GetProperty("required").EnumerateArray().Select(static r => r.GetString()!), StringComparer.Ordinal);
        foreach (JsonProperty property in schema.GetProperty("properties").EnumerateObject())
        {
            string optional = required.Contains(property.Name) ? "" : " (optional)";
            Row(page, Code(property.Name) + optional, Kind(property.Value), Escape(Text(property.Value, "description")));
        }

        page.Append("</table>");
    }

    private static void RenderProblems(StringBuilder page)
    {
        page.Append("<h2>Problem codes</h2><table>");
        foreach (ProblemKind kind in ProblemKind.All)
            page.Add($"<tr id=\"{kind.Code}\"><td>{Code(kind.Code)}</td><td>{kind.Status}</td><td>{Escape(kind.Title)}</td></tr>");
        page.Append("</table>");
    }

    private static void Row(StringBuilder page, string first, string second, string third) =>
        page.Add($"<tr><td>{first}</td><td>{second}</td><td>{third}</td></tr>");

    private static string Content(JsonElement holder)
    {
        if (!holder.TryGetProperty("content", out JsonElement content)) return "";
        JsonProperty type = content.EnumerateObject().First();
        return $"{Kind(type.Value.GetProperty("schema"))} {Code(type.Name)}";
    }

    // What a schema is, in a word: a link for an object, "list of …", a type with its limits, or the values there are.
    private static string Kind(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            string name = Escape(reference.GetString()!.Split('/')[^1]);
            return $"<a href=\"#{name}\">{name}</a>";
        }

        if (schema.TryGetProperty("oneOf", out JsonElement choices)) return string.Join(" or ", choices.EnumerateArray().Select(Kind));
        if (schema.TryGetProperty("enum", out JsonElement values))
            return string.Join(
                " | ", values.EnumerateArray().Select(static v => Code(v.ToString() is { Length: > 0 } text ? text : "null")));
        JsonElement type = schema.GetProperty("type");
        string word = type.ValueKind == JsonValueKind.Array
            ? string.Join(" or ", type.EnumerateArray().Select(static t => t.GetString()))
            : type.GetString()!;
        if (schema.TryGetProperty("items", out JsonElement items)) return $"{Escape(word)} of {Kind(items)}";
        return Escape(word) + Limits(schema);
    }

    private static string Limits(JsonElement schema)
    {
        var limits = new StringBuilder();
        (string Key, string Text)[] words = [("minimum", "from"), ("maximum", "to"), ("maxLength", "up to"), ("default", "default")];
        foreach ((string key, string text) in words)
        {
            if (schema.TryGetProperty(key, out JsonElement value))
                limits.Add($" {text} {Escape(value.ToString())}");
        }

        return limits.ToString();
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : "";

    private static string Code(string text) => $"<code>{Escape(text)}</code>";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static void Add(this StringBuilder page, string html) => page.Append(html);
}
