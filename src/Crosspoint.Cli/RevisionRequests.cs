using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Crosspoint.Cli;

/// <summary>What the operator does with revisions, of whatever they are.</summary>
internal static class RevisionRequests
{
    /// <summary>Activates a draft.</summary>
    /// <param name="path">Of the revision.</param>
    /// <param name="body">What goes with it.</param>
    public static async Task<int> ActivateAsync(HttpClient client, string path, JsonObject body, CancellationToken cancellationToken)
    {
        using StringContent content = OperatorClient.Json(body);
        JsonNode? revision = await OperatorClient.SendAsync(client, HttpMethod.Post, $"{path}/activate", content, cancellationToken).ConfigureAwait(false);
        if (revision is null) return ExitCodes.Failed;
        Console.WriteLine($"revision {revision["revision"]} is active, in force from {revision["valid_from"]}");
        return ExitCodes.Ok;
    }

    public static (Option<long?> To, Option<long?> Expected) RollBackOptions() => (
        new("--to") { Description = "The revision to go back to; left out for the one before" },
        new("--expected") { Description = "The revision that you know as the last activated; left out for what it is now" });

    /// <summary>Goes back to an earlier revision.</summary>
    /// <param name="path">Of what the revisions are of.</param>
    public static async Task<int> RollBackAsync(HttpClient client, string path, long? to, long? expected, string? note, CancellationToken cancellationToken)
    {
        JsonNode? head = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        if (head is null) return ExitCodes.Failed;
        long last = expected ?? head["last_activated"]!.GetValue<long>();
        using StringContent content = OperatorClient.Json(new() { ["expected"] = last, ["to"] = to, ["note"] = note });
        JsonNode? revision = await OperatorClient.SendAsync(client, HttpMethod.Post, $"{path}/rollback", content, cancellationToken).ConfigureAwait(false);
        if (revision is null) return ExitCodes.Failed;
        Console.WriteLine(revision["state"]!.ToString() == "active"
            ? $"revision {revision["revision"]} is in force again, in place of {last}"
            : $"revision {revision["revision"]} is taken back before its time; nothing was in force, and nothing is");
        return ExitCodes.Ok;
    }

    /// <summary>Deletes a draft.</summary>
    /// <param name="path">Of the revision.</param>
    public static async Task<int> DeleteAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        if (await OperatorClient.SendAsync(client, HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false) is not { } revision) return ExitCodes.Failed;
        Console.WriteLine($"draft {revision["revision"]} is deleted");
        return ExitCodes.Ok;
    }
}

/// <summary>A page of revisions as a table.</summary>
internal static class RevisionTable
{
    public static void Show(JsonNode page)
    {
        Table table = ConsoleTable.With("revision", "state", "valid from", "by", "at", "note", "octets");
        foreach (JsonNode? revision in page["revisions"]!.AsArray())
        {
            ConsoleTable.Add(
                table, revision!["revision"], revision["state"], ConsoleTable.Moment(revision["valid_from"]), revision["by"], ConsoleTable.Moment(revision["at"]),
                revision["note"], revision["octets"]);
        }

        ConsoleTable.Write(table);
    }
}
