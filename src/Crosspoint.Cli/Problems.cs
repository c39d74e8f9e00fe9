using System.Text.Json.Nodes;

namespace Crosspoint.Cli;

/// <summary>What a gateway answers when it refuses, in words.</summary>
internal static class Problems
{
    /// <summary>Writes a problem (RFC 9457) to standard error, row by row where it is about a file.</summary>
    public static async Task ShowAsync(string text, int status)
    {
        JsonNode? problem = null;
        try
        {
            problem = JsonNode.Parse(text);
        }
        catch (System.Text.Json.JsonException)
        {
            // Something between here and the gateway answered.
        }

        if (problem is not JsonObject || problem["code"] is null)
        {
            await Console.Error.WriteLineAsync($"HTTP {status}: {(text.Length > 500 ? text[..500] : text)}").ConfigureAwait(false);
            return;
        }

        await Console.Error.WriteLineAsync($"{problem["title"]} ({problem["code"]}) {problem["detail"]}").ConfigureAwait(false);
        foreach (JsonNode? row in problem["errors"] as JsonArray ?? [])
        {
            string column = row!["column"]!.ToString();
            await Console.Error.WriteLineAsync(
                $"  line {row["line"]}{(column.Length > 0 ? $", {column}" : "")}: '{row["value"]}'; expected {row["expected"]}").ConfigureAwait(false);
        }
    }
}
