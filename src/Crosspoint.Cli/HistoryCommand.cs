using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Crosspoint.Cli;

/// <summary><c>crosspoint health history</c>: what happened at a running gateway minute by minute, hour by hour or day by day, as a table.</summary>
internal static class HistoryCommand
{
    private const int MostPage = 2_000;

    public static Command Create()
    {
        (string Name, Option<string?> Option)[] parameters =
        [
            ("from", new("--from") { Description = "The first step, such as 2026-12-31T23:00:00Z; 60 minutes, 24 hours or 30 days before the end unless given" }),
            ("before", new("--before") { Description = "The end, not included; now unless given" }),
            ("step", new("--step") { Description = "minute, hour or day", DefaultValueFactory = static _ => "hour" }),
            ("level", new("--level")
            {
                Description = "How wide the rows are: class, network, country, connection, vendor, or world (everything as one)",
                DefaultValueFactory = static _ => "connection",
            }),
            .. HealthCommand.Filters(),
        ];
        Option<int> limit = HealthCommand.Limit();
        Option<bool> json = HealthCommand.Json();
        var command = new Command("history", "Show what happened minute by minute, hour by hour or day by day, in UTC (the token is read from CROSSPOINT_ADMIN_TOKEN)")
        {
            limit, json,
        };
        foreach ((_, Option<string?> option) in parameters) command.Options.Add(option);
        new OperatorClient().SetAction(command, async (result, client, cancellationToken) =>
        {
            string query = "";
            foreach ((string name, Option<string?> option) in parameters)
            {
                if (result.GetValue(option) is { } value) query += $"&{name}={Uri.EscapeDataString(value)}";
            }

            (List<JsonNode>? points, bool isMore) = await ReadAsync(client, query, result.GetValue(limit), cancellationToken).ConfigureAwait(false);
            if (points is null) return ExitCodes.Failed;
            await HealthCommand.PrintAsync(points, result.GetValue(json), isMore).ConfigureAwait(false);
            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<(List<JsonNode>? Points, bool IsMore)> ReadAsync(
        HttpClient client, string query, int limit, CancellationToken cancellationToken)
    {
        var points = new List<JsonNode>();
        string cursor = "";
        while (true)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/v1/health/history?limit={Math.Min(limit - points.Count, MostPage)}{query}{cursor}");
            JsonNode? page = await OperatorClient.SendAsync(client, HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
            if (page is null) return (null, false);
            points.AddRange(page["points"]!.AsArray().Select(static point => point!));
            if (page["next_cursor"] is not { } next) return (points, false);
            if (points.Count >= limit) return (points, true);
            cursor = $"&cursor={next}";
        }
    }
}
